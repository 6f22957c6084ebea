/// Why series cannot be turned into features. Each description is one sentence: what is wrong, where, and what would be
/// right.
public enum FeatureError: Error, Equatable, Sendable {
  /// A count, size or option out of its range.
  case outOfRange(what: String, expected: String, actual: Int)
  /// A value that is NaN, infinite, or too large for sums of many. Case, channel and point are counted from 0.
  case notFinite(series: Int, channel: Int, point: Int, actual: Float)
  /// A series is too short for the transform, or for kernels that reach further.
  case tooShort(series: Int, expected: Int, actual: Int)
  /// A series has another number of channels than the transform was fitted to.
  case channelCount(series: Int, expected: Int, actual: Int)
  /// There is nothing to fit to.
  case noSeries
  /// Parameters that contradict each other, or that no fit gives. `place` names the tensor.
  case invalidParameters(place: String, expected: String, actual: String)
  /// Labels are missing, or too few of them differ.
  case labels(expected: String, actual: String)
}

extension FeatureError: CustomStringConvertible {
  public var description: String { description(unit: "series") }

  /// The sentence, with another word for what is transformed, such as `window`.
  public func description(unit: String) -> String {
    switch self {
    case .outOfRange(let what, let expected, let actual):
      "\(what) is \(actual), expected \(expected)."
    case .notFinite(let series, let channel, let point, let actual):
      "\(unit) \(series + 1), channel \(channel + 1), point \(point + 1): is \(actual), expected a "
        + (actual.isFinite ? "magnitude below \(SeriesView.magnitudeLimit)." : "finite number.")
    case .tooShort(let series, let expected, let actual):
      "\(unit) \(series + 1): has \(actual == 1 ? "1 point" : "\(actual) points"), expected at least \(expected)."
    case .channelCount(let series, let expected, let actual):
      "\(unit) \(series + 1): has \(actual == 1 ? "1 channel" : "\(actual) channels"), expected \(expected), as the "
        + "transform was fitted to."
    case .noSeries:
      "there is no series, expected at least one."
    case .invalidParameters(let place, let expected, let actual):
      "\(place): expected \(expected), but found \(actual)."
    case .labels(let expected, let actual):
      "expected \(expected), but found \(actual)."
    }
  }

  /// The number of the series that is meant; nil when it is not about one.
  public var series: Int? {
    switch self {
    case .notFinite(let series, _, _, _), .tooShort(let series, _, _),
      .channelCount(let series, _, _):
      series
    default: nil
    }
  }

  /// The same of a series that stands further on.
  public func moved(by count: Int) -> FeatureError {
    switch self {
    case .notFinite(let series, let channel, let point, let actual):
      .notFinite(series: series + count, channel: channel, point: point, actual: actual)
    case .tooShort(let series, let expected, let actual):
      .tooShort(series: series + count, expected: expected, actual: actual)
    case .channelCount(let series, let expected, let actual):
      .channelCount(series: series + count, expected: expected, actual: actual)
    default: self
    }
  }

  /// - Throws: `invalidParameters` unless something holds.
  static func require(
    _ holds: Bool, _ place: String, _ expected: String, _ actual: @autoclosure () -> String
  ) throws(FeatureError) {
    if !holds { throw .invalidParameters(place: place, expected: expected, actual: actual()) }
  }
}
