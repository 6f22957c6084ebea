import TimeSeriesFeatures

/// What can be wrong with inputs beyond what their formats' readers say.
public enum SeriesInputError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A folder without any file that can be read.
  case emptyFolder(path: String)
  /// A folder without recordings or rows of numbers.
  case noSignals(folder: String)
  /// What is said about signals is said of a file of many series, or of an array.
  case notASignal(path: String)
  /// Standard input comes once.
  case standardInputTwice
  /// An array that is neither [cases, points] nor [cases, channels, points].
  case axes(path: String, actual: Int)
  /// A series has another number of channels than those before it.
  case channels(path: String, series: Int, expected: Int, actual: Int)
  /// An array without points.
  case noPoints(path: String, shape: [Int])
  /// A file of labels that has fewer of them than there are series, or more.
  case labelCount(path: String, expected: String, actual: Int)
  /// A recording that is too long to be one series.
  case tooLong(path: String, frames: Int)

  public var description: String {
    switch self {
    case .emptyFolder(let path):
      "\(path): holds no series, expected .ts, .csv, .tsv, .txt, .ndjson or .npy files, or recordings."
    case .noSignals(let folder): "\(folder): holds neither recordings nor rows of numbers."
    case .notASignal(let path):
      "\(path): holds series, which have no sample rate and no channels to mix or choose; expected a recording, or rows of "
        + "numbers that are its frames."
    case .standardInputTwice: "- is given more than once, expected once: standard input comes only once."
    case .axes(let path, let actual):
      "\(path): has \(actual == 1 ? "1 axis" : "\(actual) axes"), expected [cases, points] or [cases, channels, points]."
    case .channels(let path, let series, let expected, let actual):
      "\(path): series \(series) of the input has \(actual == 1 ? "1 channel" : "\(actual) channels"), expected "
        + "\(expected), as the first one."
    case .noPoints(let path, let shape):
      "\(path): has the shape [\(shape.map(String.init).joined(separator: ", "))], expected at least one channel and one "
        + "point."
    case .labelCount(let path, let expected, let actual):
      "\(path): has \(actual == 1 ? "1 label" : "\(actual) labels"), expected \(expected), one a series."
    case .tooLong(let path, let frames):
      "\(path): has at least \(frames) frames, too many for one series."
    }
  }
}

/// What is wrong with a series, and where it came from.
public struct PlacedFeatureError: Error, Equatable, CustomStringConvertible {
  /// A file, or standard input.
  public let path: String
  /// Its series counts within the file.
  public let error: FeatureError
  /// What is transformed: a series, or a window.
  public var unit = "series"

  public var description: String { "\(path): \(error.description(unit: unit))" }
}
