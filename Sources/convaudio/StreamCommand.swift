import ArgumentParser
import ConvAudioKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

struct StreamCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream",
    abstract:
      "Filter a pipe through a preset, trained models, an impulse response, or several of them, block by block.",
    discussion: """
      Reads WAV, raw samples, or rows of numbers (CSV, NDJSON) from standard input and writes each block to standard \
      output as soon as its frames have come. Gives the samples that process gives with the same --latency, whatever the \
      block. Ends with its input, with its reader, or with SIGINT, SIGTERM or SIGHUP after the block that was begun; \
      SIGUSR1 prints how long blocks took.
      """)

  @OptionGroup(title: "Chain") var chain: ChainOptions
  @OptionGroup(title: "Stream") var stream: StreamOptions
  @OptionGroup(title: "Impulse response") var response: ResponseOptions
  @OptionGroup(title: "Sound") var sound: SoundOptions

  func run() throws {
    let interruption = Interruption.install(catchesReportRequests: true)
    let times = BlockTimes()
    try exitingOnError {
      let (input, output) = (stream.format.format, stream.outputFormat ?? stream.format.format)
      try refuseTerminals(input: input?.rows == nil, output: output?.rows == nil)
      let runner = StreamRunner(preset: try chain.load(with: response), settings: try settings())
      defer { if stream.latencyReport { printError(times.summary) } }
      // Safe because the library asks on the thread that runs the stream, which is this one.
      nonisolated(unsafe) let times = times
      let report = try runner.run(
        from: STDIN_FILENO, to: STDOUT_FILENO, times: times, note: { if !stream.quiet { printError($0) } },
        explain: { if response.explain { printError($0) } },
        cancellation: Cancellation {
          // Not at any price: the audio does not wait for whoever reads our words.
          if interruption.takeReportRequest() { printErrorIfTaken(times.summary) }
          return interruption.isRequested
        })
      if !stream.quiet { report.remarks.forEach(printError) }
    }
  }

  func validate() throws {
    if chain.isEmpty, response.ir == nil {
      throw ValidationError("there is nothing to filter with: --preset, --model, --ir, or several of them say what.")
    }
    try chain.checkThatThereAreModels()
    do throws(StreamError) {
      try plainSettings.check()
    } catch {
      throw ValidationError("\(error)")
    }
  }

  private func settings() throws -> StreamSettings {
    var settings = plainSettings
    try response.apply(to: &settings.sound)
    return settings
  }

  /// Without what needs a file to be read.
  private var plainSettings: StreamSettings {
    var settings = StreamSettings()
    settings.sound = sound.settings
    settings.format = stream.format.format
    settings.outputFormat = stream.outputFormat
    settings.bitDepth = stream.bitDepth
    settings.dithers = !stream.noDither
    settings.sampleRateHz = stream.rate
    settings.channels = stream.channels
    settings.blockFrames = stream.block
    settings.isAligned = stream.align
    settings.missing = stream.missing
    settings.header = stream.header
    settings.maximumChannels = stream.maxChannels
    return settings
  }
}

struct StreamOptions: ParsableArguments {
  @Option(help: "What comes in; auto recognises WAV. Raw samples are little-endian and interleaved.")
  var format = InputFormat(format: nil)

  @Option(help: "What goes out. Default: what comes in.")
  var outputFormat: StreamFormat?

  @Option(
    help: ArgumentHelp(
      "Frames a second of raw input, or of a WAV made of rows; a WAV that comes in must agree.", valueName: "hz"))
  var rate: Int?

  @Option(help: "Channels of raw input; a WAV, or the columns of the first row, must agree.")
  var channels: Int?

  @Option(
    help: ArgumentHelp(
      "Frames that are processed and written at once. Default: 64; rows always go one by one.", valueName: "frames"))
  var block: Int?

  @Option(help: "Values that are missing in rows: an error, the column's last value, or 0.")
  var missing: MissingPolicy = .error

  @Option(help: "Whether the first row of CSV is a header; auto: if it holds no number.")
  var header: HeaderPolicy = .auto

  @Flag(help: "Take the latency of preset and impulse response away from the front.")
  var align = false

  @Option(help: "The sample format of WAV output. Default: the input's.")
  var bitDepth: BitDepth?

  @Flag(help: "Round to integers without dither.")
  var noDither = false

  @Option(help: "Refuse streams with more channels.")
  var maxChannels = 64

  @Flag(help: "Print how long blocks took when the stream ends (SIGUSR1: at once).")
  var latencyReport = false

  @Flag(help: "Print nothing but errors.")
  var quiet = false

  func validate() throws {
    let limits: [(name: String, value: Int?, range: ClosedRange<Int>)] = [
      ("--rate", rate, 1...Int(Int32.max)), ("--channels", channels, 1...1024),
      ("--max-channels", maxChannels, 1...1024),
      ("--block", block, 1...StreamSettings.maximumBlockFrames),
    ]
    for (name, value, range) in limits {
      guard let value, !range.contains(value) else { continue }
      throw ValidationError("\(name) is \(value), expected \(range.lowerBound) to \(range.upperBound).")
    }
  }
}

extension StreamFormat: ExpressibleByArgument {}
extension MissingPolicy: ExpressibleByArgument {}
extension HeaderPolicy: ExpressibleByArgument {}

/// A stream's format, or `auto`.
struct InputFormat: ExpressibleByArgument, CustomStringConvertible {
  /// nil: by the first bytes.
  let format: StreamFormat?

  init(format: StreamFormat?) { self.format = format }

  init?(argument: String) {
    format = StreamFormat(rawValue: argument)
    if format == nil, argument != "auto" { return nil }
  }

  var description: String { format?.rawValue ?? "auto" }
  var defaultValueDescription: String { description }
  static var allValueStrings: [String] { ["auto"] + StreamFormat.allValueStrings }
}

extension BlockTimes {
  /// One sentence.
  fileprivate var summary: String {
    func microseconds(_ nanoseconds: UInt64) -> String { "\(rounded(Double(nanoseconds) / 1000, 1)) µs" }
    return "\(count) blocks took p50 \(microseconds(percentile(0.5))), p99 \(microseconds(percentile(0.99))), "
      + "p99.9 \(microseconds(percentile(0.999))), worst \(microseconds(worstNanoseconds))"
  }
}

extension StreamReport {
  /// What a user should know, a sentence each; nothing where all went as expected.
  fileprivate var remarks: [String] {
    let counts: [(count: Int, one: String, many: String)] = [
      (clippedSamples, "sample was clipped", "samples were clipped"),
      (nonFiniteInputSamples, "sample of the input was NaN or infinite", "samples of the input were NaN or infinite"),
      (
        nonFiniteOutputSamples, "sample of the output was NaN or infinite", "samples of the output were NaN or infinite"
      ),
      (missingValues, "missing value was replaced", "missing values were replaced"),
    ]
    return counts.filter { $0.count > 0 }.map { "\($0.count) \($0.count == 1 ? $0.one : $0.many)" }
  }
}
