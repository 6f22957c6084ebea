import Signals

/// Why a stream cannot be processed.
public enum StreamError: Error, Equatable, Sendable {
  /// The stream's sample rate is not the chain's.
  case sampleRate(
    name: String, expectedHz: Int, actualHz: Int, chain: Chain.Label, format: SignalFormat, channels: Int)
  /// WAV output needs a sample rate, and the input has none.
  case rateNeeded
  /// Rows are processed one at a time.
  case blockOfRows(actual: Int)
  /// The block is too long or too short for this number of channels.
  case block(expected: ClosedRange<Int>, actual: Int, channels: Int)
  /// A number is less than 1.
  case tooSmall(what: String, actual: Int)
  /// A bit depth was asked for, but the format fixes it.
  case bitDepth(format: SignalFormat)
}

extension StreamError: CustomStringConvertible {
  /// The error in one sentence.
  public var description: String {
    switch self {
    case .sampleRate(let name, let expected, let actual, let chain, _, _):
      "\(name): has a sample rate of \(actual) Hz, but \(chain) was made for \(expected) Hz."
    case .rateNeeded: "WAV output needs a sample rate, and the input has none."
    case .blockOfRows(let actual): "the block is \(actual) frames long, but rows are processed one at a time."
    case .block(let expected, let actual, let channels):
      "the block is \(actual) frames long, expected \(expected.lowerBound) to \(expected.upperBound)"
        + (channels == 1 ? "." : " for \(channels) channels.")
    case .tooSmall(let what, let actual): "the \(what) is \(actual), expected at least 1."
    case .bitDepth(let format):
      "a bit depth can be chosen for WAV output only, not for \(format.rawValue)."
    }
  }
}
