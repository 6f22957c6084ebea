import ArgumentParser
import ConvAudioKit

extension AudioContainer: ExpressibleByArgument {}
extension BitDepth: ExpressibleByArgument {}
extension NonFinitePolicy: ExpressibleByArgument {}
extension RatePolicy: ExpressibleByArgument {}

/// Levels around a chain, and faulty samples.
struct SoundOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Gain in dB before the whole chain; the dry signal gets it too.", valueName: "dB"))
  var gainIn = Decibels(0)

  @Option(parsing: .unconditional, help: ArgumentHelp("Gain in dB after the whole chain.", valueName: "dB"))
  var gainOut = Decibels(0)

  @Option(
    help: """
      What to do with input samples that are NaN or infinite (default: keep for files, zero for stream).
      """)
  var nonFinite: NonFinitePolicy?

  func validate() throws {
    _ = try gainIn.checked("--gain-in")
    _ = try gainOut.checked("--gain-out")
  }

  /// Adds these levels to those of the whole chain.
  func add(to plan: inout ChainPlan) {
    if gainIn.value != 0 { plan.whole.gainInDecibels = gainIn.value }
    if gainOut.value != 0 { plan.whole.gainDecibels = (plan.whole.gainDecibels ?? 0) + gainOut.value }
  }
}

/// The format of output files.
struct FormatOptions: ParsableArguments {
  @Option(help: "Output format (default: by the output's extension, or the input's when writing to -).")
  var format: AudioContainer?

  @Option(help: "Sample format of the output (default: the input's).")
  var bitDepth: BitDepth?

  @Flag(help: "Do not add dither when reducing the bit depth.")
  var noDither = false
}

/// How many files run at once, and what is printed.
struct RunningOptions: ParsableArguments {
  @Flag(help: "Replace existing outputs.")
  var force = false

  @Option(
    help: """
      Number of threads for all files together; does not affect the output (default: one for each core that the \
      process may use).
      """)
  var threads: Int?

  @Option(help: "How many files to process at once; they share the threads equally.")
  var jobs = 1

  @Option(help: "Reject files with more channels.")
  var maxChannels = 64

  @Flag(help: "Print only errors.")
  var quiet = false

  @Flag(help: "Print a JSON report to standard output.")
  var json = false

  var reportFormat: ReportPrinter.Format { json ? .json : quiet ? .quiet : .text }

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads is \(threads), expected 1 to 1024.")
    }
    guard jobs >= 1, jobs <= 1024 else { throw ValidationError("--jobs is \(jobs), expected 1 to 1024.") }
    guard maxChannels >= 1, maxChannels <= 1024 else {
      throw ValidationError("--max-channels is \(maxChannels), expected 1 to 1024.")
    }
  }
}
