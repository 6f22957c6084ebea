import TimeSeriesFeatures

/// Errors of series inputs, in addition to those of the readers of their formats.
public enum SeriesInputError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A folder without any file that can be read.
  case emptyFolder(path: String)
  /// A folder without recordings or rows of numbers.
  case noSignals(folder: String)
  /// Settings for signals were given for a file of many series, or for an array.
  case notASignal(path: String)
  /// Standard input is given twice.
  case standardInputTwice
  /// An array that is neither [cases, points] nor [cases, channels, points].
  case axes(path: String, actual: Int)
  /// The number of channels of a series differs from that of earlier series.
  case channels(path: String, series: Int, expected: Int, actual: Int)
  /// An array without points.
  case noPoints(path: String, shape: [Int])
  /// A file of labels has fewer labels than there are series, or more.
  case labelCount(path: String, expected: String, actual: Int)
  /// A recording that is too long to be one series.
  case tooLong(path: String, frames: Int)

  /// The error in one sentence.
  public var description: String {
    switch self {
    case .emptyFolder(let path):
      "\(path): holds no series, expected .ts, .csv, .tsv, .txt, .ndjson or .npy files, or recordings."
    case .noSignals(let folder): "\(folder): holds neither recordings nor rows of numbers."
    case .notASignal(let path):
      "\(path): holds series, which have no sample rate and no channels to mix or choose; expected a recording, or rows of "
        + "numbers that are its frames."
    case .standardInputTwice: "- is given more than once, but standard input can be read only once."
    case .axes(let path, let actual):
      "\(path): has \(actual == 1 ? "1 axis" : "\(actual) axes"), expected [cases, points] or [cases, channels, points]."
    case .channels(let path, let series, let expected, let actual):
      "\(path): series \(series) of the input has \(actual == 1 ? "1 channel" : "\(actual) channels"), expected "
        + "\(expected), as the first one."
    case .noPoints(let path, let shape):
      "\(path): has the shape [\(shape.map(String.init).joined(separator: ", "))], expected at least one channel and one "
        + "point."
    case .labelCount(let path, let expected, let actual):
      "\(path): has \(actual == 1 ? "1 label" : "\(actual) labels"), expected \(expected), one per series."
    case .tooLong(let path, let frames):
      "\(path): has at least \(frames) frames, too many for one series."
    }
  }
}

/// An error of a series, and the input that it came from.
public struct PlacedFeatureError: Error, Equatable, CustomStringConvertible {
  /// A file, or standard input.
  public let path: String
  /// The error; its series number counts from the start of the file.
  public let error: FeatureError
  /// What is transformed: a series, or a window.
  public var unit = "series"

  /// The error in one sentence.
  public var description: String { "\(path): \(error.description(unit: unit))" }
}
