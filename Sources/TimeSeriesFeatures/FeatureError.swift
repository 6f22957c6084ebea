/// Why series cannot be turned into features. Each description is one sentence: where, what is wrong, and what is
/// expected.
public enum FeatureError: Error, Equatable, Sendable {
  /// A count, size or setting is out of range.
  case outOfRange(what: String, expected: String, actual: Int)
  /// A value is NaN, infinite, or so large that sums could overflow. Series, channel and point count from 0.
  case notFinite(series: Int, channel: Int, point: Int, actual: Float)
  /// A series is too short for the transform, or for kernels that reach beyond it.
  case tooShort(series: Int, expected: Int, actual: Int)
  /// The number of channels differs from that of the series the transform was fitted to.
  case channelCount(series: Int, expected: Int, actual: Int)
  /// The training set is empty.
  case noSeries
  /// Parameters contradict each other, or no fit can produce them. `place` names the tensor or setting.
  case invalidParameters(place: String, expected: String, actual: String)
  /// Labels are missing, or there are too few classes.
  case labels(expected: String, actual: String)
}

extension FeatureError: CustomStringConvertible {
  public var description: String { description(unit: "series") }

  /// The sentence, with another noun for what is transformed, such as `window`.
  public func description(unit: String) -> String {
    switch self {
    case .outOfRange(let what, let expected, let actual):
      "\(what) is \(actual), expected \(expected)."
    case .notFinite(let series, let channel, let point, let actual):
      "\(unit) \(series + 1), channel \(channel + 1), point \(point + 1) is \(actual), expected a "
        + (actual.isFinite ? "magnitude below \(SeriesView.magnitudeLimit)." : "finite number.")
    case .tooShort(let series, let expected, let actual):
      "\(unit) \(series + 1) has \(actual == 1 ? "1 point" : "\(actual) points"), expected at least \(expected)."
    case .channelCount(let series, let expected, let actual):
      "\(unit) \(series + 1) has \(actual == 1 ? "1 channel" : "\(actual) channels"), but the transform was fitted to "
        + "\(expected)."
    case .noSeries:
      "there are no series, expected at least one."
    case .invalidParameters(let place, let expected, let actual):
      "\(place): expected \(expected), but found \(actual)."
    case .labels(let expected, let actual):
      "expected \(expected), but found \(actual)."
    }
  }

  /// The series that the error is about, counted from 0; nil when it is not about a single series.
  public var series: Int? {
    switch self {
    case .notFinite(let series, _, _, _), .tooShort(let series, _, _),
      .channelCount(let series, _, _):
      series
    default: nil
    }
  }

  /// The same error with its series number increased by `count`, for a set read in parts.
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

  /// - Throws: `invalidParameters` unless `holds`.
  static func require(
    _ holds: Bool, _ place: String, _ expected: String, _ actual: @autoclosure () -> String
  ) throws(FeatureError) {
    if !holds { throw .invalidParameters(place: place, expected: expected, actual: actual()) }
  }
}
