/// What can be wrong with windows.
public enum WindowError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A length in seconds of a signal without a sample rate.
  case noRate(duration: String)
  /// A length of a part of a frame.
  case fraction(duration: String)
  /// A length that no window can have.
  case tooLong(duration: String)
  /// Another number of channels than the transform was fitted to.
  case channels(name: String, expected: Int, actual: Int)
  /// No window was complete.
  case tooShort(name: String, expected: Int, actual: Int)

  /// The error in one sentence.
  public var description: String {
    switch self {
    case .noRate(let duration): "\(duration) needs a sample rate, which rows do not have."
    case .fraction(let duration): "\(duration) frames cannot be, expected a whole number, or a unit: s or ms."
    case .tooLong(let duration): "\(duration) is too long, expected fewer than 1,000,000,000 frames."
    case .channels(let name, let expected, let actual):
      "\(name): has \(actual == 1 ? "1 channel" : "\(actual) channels"), expected \(expected), as the transform was "
        + "fitted to."
    case .tooShort(let name, let expected, let actual):
      "\(name): has \(actual == 1 ? "1 frame" : "\(actual) frames"), expected at least one window of \(expected)."
    }
  }
}
