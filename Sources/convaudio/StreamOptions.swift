import ArgumentParser
import ConvAudioKit

/// Formats, blocks and rows of a stream.
struct StreamOptions: ParsableArguments {
  @Option(help: "Input format; auto recognises WAV. Raw samples are little-endian and interleaved.")
  var format = InputFormat(format: nil)

  @Option(help: "Output format (default: the input's).")
  var outputFormat: SignalFormat?

  @Option(
    help: ArgumentHelp(
      "Sample rate in Hz. Raw input needs it, and so does WAV output made from rows; WAV input must agree.",
      valueName: "hz"
    ))
  var rate: Int?

  @Option(help: "Channels. Raw input needs them; WAV and the columns of the first row must agree.")
  var channels: Int?

  @Option(
    help: ArgumentHelp(
      "Block size in frames (default: 64). Rows are always processed one at a time.", valueName: "frames"))
  var block: Int?

  @Option(help: "What to do with missing values in rows: fail, repeat the column's last value, or use 0.")
  var missing: MissingPolicy = .error

  @Option(help: "Whether the first row of CSV input is a header; auto: if it contains no number.")
  var header: HeaderPolicy = .auto

  @Flag(help: "Remove the latency of the chain from the start of the output.")
  var align = false

  @Option(help: "Sample format of WAV output (default: the input's).")
  var bitDepth: BitDepth?

  @Flag(help: "Do not add dither when reducing the bit depth.")
  var noDither = false

  @Option(help: "Reject streams with more channels.")
  var maxChannels = 64

  @Flag(help: "Print how long blocks took when the stream ends (SIGUSR1 prints it at once).")
  var latencyReport = false

  @Flag(help: "Print only errors.")
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

extension SignalFormat: ExpressibleByArgument {}
extension MissingPolicy: ExpressibleByArgument {}
extension HeaderPolicy: ExpressibleByArgument {}

/// A stream's format, or `auto`.
struct InputFormat: ExpressibleByArgument, CustomStringConvertible {
  /// nil: by the first bytes.
  let format: SignalFormat?

  init(format: SignalFormat?) { self.format = format }

  init?(argument: String) {
    format = SignalFormat(rawValue: argument)
    if format == nil, argument != "auto" { return nil }
  }

  var description: String { format?.rawValue ?? "auto" }
  var defaultValueDescription: String { description }
  static var allValueStrings: [String] { ["auto"] + SignalFormat.allValueStrings }
}
