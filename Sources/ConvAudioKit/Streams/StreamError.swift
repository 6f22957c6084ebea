/// Why a stream cannot be processed, or ends early.
public enum StreamError: Error, Equatable, Sendable {
  /// The stream has another rate than the preset was made for; `command` converts it in the pipe, where there is one.
  case sampleRate(name: String, expectedHz: Int, actualHz: Int, preset: String, command: String?)
  /// A WAV is to be made of rows, and nothing says how many come in a second.
  case rateNeeded
  /// Rows are processed one by one.
  case blockOfRows(actual: Int)
  /// Too long or too short a block for so many channels.
  case block(expected: ClosedRange<Int>, actual: Int, channels: Int)
  /// A number that must be at least 1.
  case tooSmall(what: String, actual: Int)
  /// A bit depth was asked for, and the format has its own.
  case bitDepth(format: StreamFormat)
}

extension StreamError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .sampleRate(let name, let expected, let actual, let preset, let command):
      "\(name): has a sample rate of \(actual) Hz, but preset \(preset) was made for \(expected) Hz; "
        + (command.map { "put `\($0)` before it." } ?? "rows need no --rate, and are taken as they come without one.")
    case .rateNeeded: "the output is WAV and the input has no sample rate; --rate gives it one."
    case .blockOfRows(let actual):
      "the block is \(actual) frames long, expected 1, because rows of numbers are answered one by one."
    case .block(let expected, let actual, let channels):
      "the block is \(actual) frames long, expected \(expected.lowerBound) to \(expected.upperBound)"
        + (channels == 1 ? "." : " for \(channels) channels.")
    case .tooSmall(let what, let actual): "the \(what) is \(actual), expected at least 1."
    case .bitDepth(let format):
      "a bit depth is chosen for WAV only, and \(format.rawValue) has its own; choose another --output-format."
    }
  }
}
