import ByteFiles
import Signals
import ArrayFiles
import TimeSeriesFeatures

/// Reads series from text with one series per line, `.ts`, NumPy arrays, signals, and folders of these.
///
/// A folder's files are read in the order of their names; a recording in a subfolder has the subfolder's name as its
/// label, so `drums/kick/1.wav` is a `kick`. Each signal (a recording, or rows of NDJSON) is one series with a point
/// per frame. At any time memory holds one series of text, or a few of an array.
public final class SeriesInput {
  /// How to read inputs.
  public struct Settings: Sendable {
    /// Whether lines of text begin with a label.
    public var labelsFirst = true
    /// What to do with missing values.
    public var missing = MissingValues.error
    /// A file with one label per line, one for each series; nil: the inputs' own labels.
    public var labelsPath: String?
    /// How to read signals; its `missing` is ignored. If it has a format, every input is a signal.
    public var signal = SignalSettings()

    /// The defaults above.
    public init() {}

    /// Whether a setting is given that only signals have.
    var isAboutSignals: Bool { signal.sampleRateHz != nil || signal.channels != nil || signal.mixesDown }
  }

  /// Number of series delivered so far.
  public private(set) var count = 0
  /// Sentences about what reading changed.
  public private(set) var notes: [String] = []
  private let settings: Settings
  private let cancellation: Cancellation
  private var files: [SeriesFile]
  private var current: (() throws -> LabelledSeries?)?
  /// Where the series of each file begin.
  private var places: [(first: Int, path: String)] = []
  private var labels: LabelReader?
  private var sampleRateHz: Int?

  /// - Throws: `SeriesInputError`, `ByteFileError`.
  public init(paths: [String], settings: Settings = Settings(), cancellation: Cancellation = .never) throws {
    guard paths.filter({ $0 == standardStreamPath }).count < 2 else { throw SeriesInputError.standardInputTwice }
    self.settings = settings
    self.cancellation = cancellation
    files = try paths.flatMap { try SeriesFile.find($0, isSignal: settings.signal.format != nil) }.reversed()
    canBeRepeated = try !files.contains { try $0.path == standardStreamPath || FileKind.of($0.path) != nil }
    labels = try settings.labelsPath.map { try LabelReader(contentsOf: $0) }
  }

  /// Series that are already in memory; `input` is where they came from.
  public init(_ series: SeriesSet, labels: [String?], from input: SeriesInput? = nil) {
    settings = Settings()
    cancellation = .never
    files = []
    canBeRepeated = false
    notes = input?.notes ?? []
    places = input?.places ?? []
    var index = 0
    current = {
      guard index < series.count else { return nil }
      defer { index += 1 }
      return LabelledSeries(label: labels[index], channels: series[index])
    }
  }

  /// The next series; nil after the last series of the last file.
  /// - Throws: `RowError`, `NumPyError`, `SeriesInputError`, and what `Signal.open` throws.
  public func next() throws -> LabelledSeries? {
    while true {
      if let current {
        if var series = try current() {
          if let labels { series.label = try label(labels) }
          count += 1
          return series
        }
        self.current = nil
      }
      guard let file = files.popLast() else {
        if let labels, try labels.next() != nil {
          throw SeriesInputError.labelCount(
            path: labels.name, expected: "\(count)", actual: count + 1)
        }
        return nil
      }
      places.append((count, file.name))
      current = try open(file)
    }
  }

  private func label(_ labels: LabelReader) throws -> String {
    if let label = try labels.next() { return label }
    throw SeriesInputError.labelCount(path: labels.name, expected: "more", actual: count)
  }

  /// The next series, at most `maximumCount` with about `maximumValues` values, missing ones filled in; nil at the end.
  /// - Throws: What `next` throws; `SeriesInputError.channels` when the number of channels changes.
  public func nextBatch(maximumCount: Int, maximumValues: Int = 1 << 22) throws -> (
    series: SeriesSet, labels: [String?]
  )? {
    guard let first = try next() else { return nil }
    var set = try SeriesSet(channels: first.channels.count)
    var labels: [String?] = []
    var series: LabelledSeries? = first
    while let one = series {
      try requireChannels(set.channels, of: one)
      try set.append(one.channels)
      labels.append(one.label)
      series = labels.count < maximumCount && set.values.count < maximumValues ? try next() : nil
    }
    return (set.filling(settings.missing), labels)
  }

  /// All series, as fitting a classifier needs them.
  public func all() throws -> (series: SeriesSet, labels: [String?]) {
    guard let everything = try nextBatch(maximumCount: .max, maximumValues: .max) else { throw FeatureError.noSeries }
    return everything
  }

  /// Of the remaining series, those with the given numbers, in rising order.
  /// - Throws: What `nextBatch` throws.
  func picked(_ numbers: [Int], channels: Int) throws -> SeriesSet {
    var set = try SeriesSet(channels: channels)
    for number in numbers {
      while count < number { _ = try next() }
      guard let series = try next() else { throw FeatureError.noSeries }
      try requireChannels(channels, of: series)
      try set.append(series.channels)
    }
    return set.filling(settings.missing)
  }

  func requireChannels(_ expected: Int, of series: LabelledSeries) throws {
    guard series.channels.count != expected else { return }
    throw SeriesInputError.channels(
      path: places.last?.path ?? "the input", series: count, expected: expected,
      actual: series.channels.count)
  }

  /// Whether the same paths can be read again: false for pipes, which can be read only once.
  let canBeRepeated: Bool

  /// Adds the file to an error about a series; leaves other errors as they are.
  public func placed(_ error: FeatureError) -> any Error {
    guard let series = error.series, let place = places.last(where: { $0.first <= series }) else {
      return error
    }
    return PlacedFeatureError(path: place.path, error: error.moved(by: -place.first))
  }

  // MARK: - Files

  private func open(_ file: SeriesFile) throws -> () throws -> LabelledSeries? {
    switch file.kind {
    case .text(let format):
      try checkSeries(file.name)
      return lines(try SeriesReader(contentsOf: file.path, format: format, labelsFirst: labelsFirst))
    case .array:
      try checkSeries(file.name)
      return try rows(NumPyRowReader(contentsOf: file.path), path: file.path)
    case .signal:
      return frames(
        try Signal.open(file.path, settings: signalSettings, cancellation: cancellation), label: file.label)
    case .pipe: return try open(pipe: file)
    }
  }

  /// Series from a pipe: text and arrays give the same series as a file of the same bytes.
  private func open(pipe file: SeriesFile) throws -> () throws -> LabelledSeries? {
    let name = file.name
    let source: ByteFile
    do {
      source =
        file.path == standardStreamPath
        ? ByteFile.standardInput(cancellation) : try ByteFile.waiting(for: file.path, cancellation: cancellation)
    } catch {
      try cancellation.check()
      throw error
    }
    let bytes = try PeekedBytes(source.read(into:))
    let isSignal: Bool =
      switch bytes.format {
      case .numpy: false
      case nil: try SignalFormat(rowsNamed: file.path) == .ndjson || bytes.beginNDJSON()
      case _?: true
      }
    if isSignal {
      var settings = signalSettings
      if bytes.format == nil { settings.format = .ndjson }
      return frames(
        try Signal.open(name: name, settings: settings, cancellation: cancellation, read: bytes.read(into:)),
        label: nil)
    }
    try checkSeries(name)
    guard bytes.format == nil else {
      return try rows(
        NumPyRowReader(name: name, byteCount: nil) { (buffer) throws(NumPyError) in
          do {
            return try bytes.read(into: buffer)
          } catch {
            throw .unreadable(name: name, reason: "\(error)")
          }
        }, path: name)
    }
    let marks = [UInt8(ascii: "@"), UInt8(ascii: "#"), UInt8(ascii: "%")]
    let format = bytes.start.first.map(marks.contains) == true ? SeriesFormat.ts : .lines
    return lines(
      SeriesReader(name: name, format: format, labelsFirst: labelsFirst) { try bytes.read(into: $0) })
  }

  private func lines(_ reader: SeriesReader) -> () throws -> LabelledSeries? { { try reader.next() } }

  /// Reads missing values of signals as NaN, which are then filled in as in all series.
  private var signalSettings: SignalSettings {
    var settings = self.settings.signal
    settings.missing = self.settings.missing == .error ? .error : nil
    return settings
  }

  private func checkSeries(_ name: String) throws(SeriesInputError) {
    if settings.isAboutSignals { throw .notASignal(path: name) }
  }

  /// With a file of labels, lines of text have none.
  private var labelsFirst: Bool { settings.labelsFirst && settings.labelsPath == nil }

  /// [cases, points] or [cases, channels, points].
  private func rows(_ reader: NumPyRowReader, path: String) throws -> () throws -> LabelledSeries? {
    guard (2...3).contains(reader.shape.count) else {
      throw SeriesInputError.axes(path: path, actual: reader.shape.count)
    }
    let points = reader.shape[reader.shape.count - 1]
    guard reader.columns > 0 else {
      throw SeriesInputError.noPoints(path: path, shape: reader.shape)
    }
    // 64 KiB at a time, or one case.
    let atOnce = max(1, (1 << 14) / reader.columns)
    var block: [Float] = []
    var place = 0
    return { [unowned self] in
      if place == block.count {
        guard let more = try reader.next(maximumCount: atOnce) else {
          if let conversion = reader.conversion { notes.append("\(path): \(conversion)") }
          return nil
        }
        block = more
        place = 0
      }
      defer { place += reader.columns }
      return LabelledSeries(
        label: nil,
        channels: stride(from: place, to: place + reader.columns, by: points).map {
          Array(block[$0..<($0 + points)])
        })
    }
  }

  /// A signal as one series.
  private func frames(_ signal: Signal, label: String?) -> () throws -> LabelledSeries? {
    var isDone = false
    return { [unowned self] in
      guard !isDone else { return nil }
      isDone = true
      let limit = (1 << 30) / signal.channels
      func require(_ frames: Int) throws {
        guard frames < limit else { throw SeriesInputError.tooLong(path: signal.name, frames: frames) }
      }
      try require(Int(clamping: signal.expectedFrames ?? 0))
      if let rate = signal.sampleRateHz {
        if let first = sampleRateHz, first != rate {
          notes.append(
            "\(signal.name): has \(rate) Hz, but recordings before it \(first) Hz; features compare points."
          )
        }
        sampleRateHz = sampleRateHz ?? rate
      }
      var planar = [[Float]](repeating: [], count: signal.channels)
      try signal.forEachBlock { block in
        for channel in planar.indices {
          for place in stride(from: channel, to: block.count, by: planar.count) {
            planar[channel].append(block[place])
          }
        }
        try require(planar[0].count)
      }
      notes += signal.remarks.map { "\(signal.name): \($0)" }
      return LabelledSeries(label: label, channels: planar)
    }
  }
}
