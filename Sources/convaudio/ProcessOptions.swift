import ArgumentParser
import ConvAudioKit

extension AudioContainer: ExpressibleByArgument {}
extension BitDepth: ExpressibleByArgument {}
extension NonFinitePolicy: ExpressibleByArgument {}
extension RatePolicy: ExpressibleByArgument {}

struct SoundOptions: ParsableArguments {
  @Option(help: "Share of the processed signal, 0 to 1.")
  var mix: Float = 1

  @Option(parsing: .unconditional, help: "Gain in dB before the preset and before the dry signal of --mix.")
  var gainIn: Float = 0

  @Option(parsing: .unconditional, help: "Gain in dB behind the preset and the mix.")
  var gainOut: Float = 0

  @Option(help: "What to do with samples that are NaN or infinite.")
  var nonFinite: NonFinitePolicy = .keep

  var settings: SoundSettings {
    var settings = SoundSettings()
    settings.gainInDecibels = gainIn
    settings.gainOutDecibels = gainOut
    settings.mix = mix
    settings.nonFinite = nonFinite
    return settings
  }

  func validate() throws {
    guard (0...1).contains(mix) else { throw ValidationError("--mix is \(mix), expected 0 to 1.") }
    for (name, gain) in [("--gain-in", gainIn), ("--gain-out", gainOut)] where !(-200...200).contains(gain) {
      throw ValidationError("\(name) is \(gain) dB, expected -200 to 200.")
    }
  }
}

struct FormatOptions: ParsableArguments {
  @Option(help: "The output's format. Default: by its extension; for - the input's.")
  var format: AudioContainer?

  @Option(help: "The output's sample format. Default: the input's.")
  var bitDepth: BitDepth?

  @Flag(help: "Round to integers without dither.")
  var noDither = false
}

struct RunningOptions: ParsableArguments {
  @Flag(help: "Replace outputs that exist.")
  var force = false

  @Option(help: "Files at a time, no more than there are cores.")
  var jobs = 1

  @Option(help: "Refuse files with more channels.")
  var maxChannels = 64

  @Flag(help: "Print nothing but errors.")
  var quiet = false

  @Flag(help: "Print a JSON report to standard output.")
  var json = false

  var reportFormat: ReportPrinter.Format { json ? .json : quiet ? .quiet : .text }

  func validate() throws {
    guard jobs >= 1, jobs <= 1024 else { throw ValidationError("--jobs is \(jobs), expected 1 to 1024.") }
    guard maxChannels >= 1, maxChannels <= 1024 else {
      throw ValidationError("--max-channels is \(maxChannels), expected 1 to 1024.")
    }
  }
}
