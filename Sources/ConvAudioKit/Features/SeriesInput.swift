import ArrayFiles
import AudioFiles
import TimeSeriesFeatures

/// Where series come from: text of the UCR layout, `.ts`, NumPy arrays, audio files, and folders of these.
///
/// A folder's files come in the order of their names; a recording in a folder of a folder has that folder's name as its
/// label, so that `drums/kick/1.wav` is a `kick`. Each recording is one series of as many points as it has frames. Of
/// text one series is in memory at a time.
public final class SeriesInput {
  /// What a user says about inputs.
  public struct Settings: Sendable {
    /// Whether lines of the UCR layout begin with a label.
    public var labelsFirst = true
    /// What stands in for missing values.
    public var missing = MissingValues.error

    public init() {}
  }

  /// Series delivered.
  public private(set) var count = 0
  /// Sentences about what reading changed.
  public private(set) var notes: [String] = []
  private let settings: Settings
  private var files: [SeriesFile]
  private var current: (() throws -> LabelledSeries?)?
  private var currentName = ""

  /// - Throws: `SeriesInputError`.
  public init(paths: [String], settings: Settings = Settings()) throws {
    self.settings = settings
    files = try paths.flatMap { try SeriesFile.find($0) }.reversed()
  }

  /// Series that are in memory already.
  public init(_ series: SeriesSet, labels: [String?]) {
    settings = Settings()
    files = []
    var index = 0
    current = {
      guard index < series.count else { return nil }
      defer { index += 1 }
      return LabelledSeries(label: labels[index], channels: series[index])
    }
  }

  /// The next series; nil behind the last one of the last file.
  /// - Throws: `RowError`, `NumPyError`, `AudioFileError`, `SeriesInputError`.
  public func next() throws -> LabelledSeries? {
    while true {
      if let current {
        if let series = try current() {
          count += 1
          return series
        }
        self.current = nil
      }
      guard let file = files.popLast() else { return nil }
      currentName = file.path
      current = try open(file)
    }
  }

  /// The next series, at most so many and of at most about so many values, missing ones filled in; nil at the end.
  /// - Throws: What `next` throws; `SeriesInputError.channels` when the number of channels changes.
  public func nextBatch(maximumCount: Int, maximumValues: Int = 1 << 22) throws -> (
    series: SeriesSet, labels: [String?]
  )? {
    guard let first = try next() else { return nil }
    var set = try SeriesSet(channels: first.channels.count)
    var labels: [String?] = []
    var series: LabelledSeries? = first
    while let one = series {
      guard one.channels.count == set.channels else {
        throw SeriesInputError.channels(
          path: currentName, series: count, expected: set.channels, actual: one.channels.count)
      }
      try set.append(one.channels)
      labels.append(one.label)
      series = labels.count < maximumCount && set.values.count < maximumValues ? try next() : nil
    }
    return (set.filling(settings.missing), labels)
  }

  /// Everything: what a fit needs.
  public func all() throws -> (series: SeriesSet, labels: [String?]) {
    guard let everything = try nextBatch(maximumCount: .max, maximumValues: .max) else { throw FeatureError.noSeries }
    return everything
  }

  private func open(_ file: SeriesFile) throws -> () throws -> LabelledSeries? {
    switch file.kind {
    case .text(let format):
      let reader = try SeriesReader(contentsOf: file.path, format: format, labelsFirst: settings.labelsFirst)
      return { try reader.next() }
    case .array:
      let array = try NumPyArray(path: file.path)
      if let conversion = array.conversion { notes.append("\(file.path): \(conversion)") }
      guard (2...3).contains(array.shape.count) else {
        throw SeriesInputError.axes(path: file.path, actual: array.shape.count)
      }
      let (cases, points) = (array.shape[0], array.shape[array.shape.count - 1])
      let channels = array.shape.count == 3 ? array.shape[1] : 1
      guard channels > 0 else { throw SeriesInputError.axes(path: file.path, actual: 0) }
      var index = 0
      return {
        guard index < cases else { return nil }
        defer { index += 1 }
        return LabelledSeries(
          label: nil,
          channels: (0..<channels).map { channel in
            let start = (index * channels + channel) * points
            return Array(array.values[start..<(start + points)])
          })
      }
    case .audio:
      var isDone = false
      return { [unowned self] in
        guard !isDone else { return nil }
        isDone = true
        let reader = try AudioFileReader(path: file.path)
        let channels = reader.info.channels
        guard reader.info.frames * Int64(channels) < 1 << 30 else {
          throw SeriesInputError.tooLong(path: file.path, frames: Int(reader.info.frames))
        }
        var planar = [[Float]](repeating: [], count: channels)
        var block = [Float](repeating: 0, count: 4096 * channels)
        while true {
          let frames = try block.withUnsafeMutableBufferPointer { try reader.read(into: $0) }
          if frames == 0 { break }
          for channel in 0..<channels {
            for frame in 0..<frames { planar[channel].append(block[frame * channels + channel]) }
          }
        }
        notes += reader.notes.map { "\(file.path): \($0)" }
        return LabelledSeries(label: file.label, channels: planar)
      }
    }
  }
}

/// What can be wrong with inputs beyond what their formats' readers say.
public enum SeriesInputError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A folder without any file that can be read.
  case emptyFolder(path: String)
  /// A folder cannot be listed, or a file looked at.
  case unreadable(path: String, reason: String)
  /// An array that is neither [cases, points] nor [cases, channels, points].
  case axes(path: String, actual: Int)
  /// A series has another number of channels than those before it.
  case channels(path: String, series: Int, expected: Int, actual: Int)
  /// A recording that is too long to be one series.
  case tooLong(path: String, frames: Int)

  public var description: String {
    switch self {
    case .emptyFolder(let path):
      "\(path): holds no series, expected .ts, .csv, .tsv, .txt or .npy files, or recordings."
    case .unreadable(let path, let reason):
      "\(path): cannot be read: \(reason)."
    case .axes(let path, let actual):
      "\(path): has \(actual == 1 ? "1 axis" : "\(actual) axes"), expected [cases, points] or [cases, channels, points]."
    case .channels(let path, let series, let expected, let actual):
      "\(path): series \(series) of the input has \(actual == 1 ? "1 channel" : "\(actual) channels"), expected "
        + "\(expected), as the first one."
    case .tooLong(let path, let frames):
      "\(path): has \(frames) frames, too many for one series; --window cuts it into many."
    }
  }
}
