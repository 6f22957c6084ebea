/// Errors of signals, in addition to those of the readers of their formats.
public enum SignalError: Error, Equatable, Sendable {
  /// A NumPy array where frames are expected.
  case array(name: String)
  /// A file of many series where the frames of one signal are expected.
  case series(name: String)
  /// It has no frames.
  case empty(name: String)
  /// Its sample rate is not the requested one, and it is not resampled.
  case sampleRate(name: String, expected: Int, actual: Int)
  /// Its number of channels is not the requested one.
  case channels(name: String, expected: Int, actual: Int)
  /// It has NaN or infinities, which the settings refuse. Frames count from 0.
  case nonFinite(name: String, frame: Int64)
}

extension SignalError: CustomStringConvertible {
  /// The error in one sentence.
  public var description: String {
    switch self {
    case .array(let name): "\(name): is a NumPy array, expected a recording, WAV, raw samples or rows of numbers."
    case .series(let name):
      "\(name): holds series, expected a recording, or rows of numbers, one frame each."
    case .empty(let name): "\(name): is empty, expected at least one frame."
    case .sampleRate(let name, let expected, let actual):
      "\(name): has a sample rate of \(actual) Hz, expected \(expected) Hz."
    case .channels(let name, let expected, let actual):
      "\(name): has \(actual == 1 ? "1 channel" : "\(actual) channels"), expected \(expected)."
    case .nonFinite(let name, let frame):
      "\(name): has a sample that is NaN or infinite at frame \(frame)."
    }
  }
}
