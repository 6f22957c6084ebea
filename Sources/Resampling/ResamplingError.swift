/// Why a signal cannot be resampled.
public enum ResamplingError: Error, Equatable, Sendable {
  /// A sample rate outside the supported range.
  case rate(expected: ClosedRange<Int>, actual: Int)
  /// The rates are too far apart.
  case factor(expected: Int, from: Int, to: Int)
  /// Too few or too many channels.
  case channels(expected: ClosedRange<Int>, actual: Int)
  /// Channels of different lengths.
  case lengths(channel: Int, expected: Int, actual: Int)
  /// The result would be too long for an array.
  case tooLong(expected: Int, actual: Int)
  /// libsoxr refused; `reason` is its message.
  case library(reason: String)
}

extension ResamplingError: CustomStringConvertible {
  /// One sentence: what is wrong, and what was expected.
  public var description: String {
    switch self {
    case .rate(let expected, let actual):
      "a sample rate of \(actual) Hz cannot be converted, expected \(expected.lowerBound) to \(expected.upperBound) Hz."
    case .factor(let expected, let from, let to):
      "\(from) Hz cannot be converted to \(to) Hz, expected rates that differ by a factor of at most \(expected)."
    case .channels(let expected, let actual):
      "\(actual) channels cannot be converted, expected \(expected.lowerBound) to \(expected.upperBound)."
    case .lengths(let channel, let expected, let actual):
      "channel \(channel) has \(actual) frames, expected \(expected) as in channel 0."
    case .tooLong(let expected, let actual):
      "the converted signal would have \(actual) samples, expected at most \(expected)."
    case .library(let reason): "libsoxr refuses the conversion: \(reason)."
    }
  }
}
