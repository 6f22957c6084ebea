import ByteFiles
import ArrayFiles
import AudioFiles
import Resampling
import TimeSeriesFeatures

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One signal to take features of: a recording, or what a pipe brings: WAV, raw samples, or rows of numbers.
public final class SignalInput {
  /// What a user says about inputs.
  public struct Settings: Sendable {
    /// What comes through a pipe; nil: WAV where it begins like one, and CSV otherwise.
    public var format: StreamFormat?
    /// Frames a second of raw samples and rows, which have none; a recording of another rate is brought to it.
    public var sampleRateHz: Int?
    /// Channels of raw samples.
    public var channels: Int?
    /// What stands in for values that are missing in rows.
    public var missing = MissingPolicy.error
    /// Whether channels become one, their mean.
    public var mixesDown = false

    public init() {}
  }

  /// What errors call it.
  public let name: String
  public let channels: Int
  /// nil of rows, unless the settings give it.
  public let sampleRateHz: Int?
  /// Whether frames come when they come, so that nobody should wait for more of them than are needed.
  public let isLive: Bool
  /// Sentences about what reading changed.
  public private(set) var notes: [String] = []
  /// Samples that were NaN or infinite.
  public var nonFiniteSamples: Int { inspected.nonFiniteSamples }

  private let source: any FrameSource
  private let inspected: InspectedSource
  private let reader: (any FrameSource)?

  /// Opens a recording, or rows (`.csv`, `.tsv`, `.txt`, `.ndjson`), or a pipe (`-`, or what is no regular file).
  ///
  /// - Throws: `AudioFileError`, `AudioStreamError`, `RowError`, `SeriesInputError`, `ResamplingError`.
  public init(
    path: String, settings: Settings = Settings(), cancellation: Cancellation = .never
  ) throws {
    let isPiped = path == standardStreamPath
    var status = stat()
    if !isPiped, stat(path, &status) != 0 {
      throw SeriesInputError.unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    let isRegular = !isPiped && status.st_mode & S_IFMT == S_IFREG
    if !isPiped, status.st_mode & S_IFMT == S_IFDIR {
      throw SeriesInputError.unreadable(path: path, reason: "it is a folder, expected a recording")
    }
    let name = isPiped ? "standard input" : path
    let rows: StreamFormat? =
      SeriesFormat(path: path) == .lines ? .csv : path.lowercased().hasSuffix(".ndjson") ? .ndjson : nil
    if isRegular, settings.format == nil, rows == nil {
      let file = try AudioFileReader(path: path)
      var opened: any FrameSource = file
      if let rate = settings.sampleRateHz, rate != file.info.sampleRateHz {
        opened = try ResampledSource(
          file, channels: file.info.channels, ratio: RateRatio(from: file.info.sampleRateHz, to: rate),
          blockFrames: 2048)
        notes.append("\(path): resampled \(file.info.sampleRateHz) → \(rate) Hz")
      }
      isLive = false
      sampleRateHz = settings.sampleRateHz ?? file.info.sampleRateHz
      reader = file
      (channels, source, inspected) = Self.inspect(opened, channels: file.info.channels, settings)
      self.name = name
      return
    }
    let descriptor = isPiped ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw SeriesInputError.unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    let handle = DescriptorHandle(descriptor, closes: !isPiped)
    let stream = ByteFile(descriptor: descriptor, name: name, cancellation: cancellation)
    var read: StreamRunner.Read = { buffer in try withExtendedLifetime(handle) { try stream.read(into: buffer) } }
    var format = settings.format ?? rows
    if format == nil {
      let recognised = try StandardInput(read)
      if recognised.kind == .array { throw HopInputError.array(name: name) }
      format = recognised.kind == .wav ? .wav : .csv
      read = { try recognised.read(into: $0) }
    }
    var streamed = StreamSettings()
    streamed.format = format
    streamed.sampleRateHz = settings.sampleRateHz
    streamed.channels = settings.channels
    streamed.missing = settings.missing
    streamed.maximumChannels = 1024
    let ends = try StreamEnds(name: name, settings: streamed, cancellation: cancellation, read: read)
    (sampleRateHz, isLive) = (ends.sampleRateHz, !isRegular)
    notes = ends.notes
    reader = nil
    (channels, source, inspected) = Self.inspect(ends.source, channels: ends.channels, settings)
    self.name = name
  }

  /// Counts what is not finite, and mixes down behind that where it is wanted.
  private static func inspect(
    _ source: any FrameSource, channels: Int, _ settings: Settings
  ) -> (channels: Int, source: any FrameSource, inspected: InspectedSource) {
    let inspected = InspectedSource(source, channels: channels, policy: .keep)
    guard settings.mixesDown, channels > 1 else { return (channels, inspected, inspected) }
    return (1, MixedDownSource(inspected, channels: channels), inspected)
  }

  /// All files of folders, in the order of their names, and everything else as it is.
  ///
  /// - Throws: `SeriesInputError` of folders without recordings or rows; `HopInputError.standardInputTwice`.
  public static func paths(_ inputs: [String]) throws -> [String] {
    guard inputs.filter({ $0 == standardStreamPath }).count < 2 else { throw HopInputError.standardInputTwice }
    return try inputs.flatMap { input -> [String] in
      var status = stat()
      guard stat(input, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return [input] }
      let files = try SeriesFile.find(input).filter { $0.kind == .audio || $0.kind == .text(.lines) }
      guard !files.isEmpty else {
        throw SeriesInputError.unreadable(path: input, reason: "the folder holds no recordings and no rows")
      }
      return files.map(\.path)
    }
  }

  /// Fills the front of `samples` with whole frames, interleaved; 0 at the end.
  func read(into samples: UnsafeMutableBufferPointer<Float>) throws -> Int { try source.read(into: samples) }

  /// Called behind the last frame: throws when the input did not end with a whole one.
  func finish() throws {
    try source.finish()
    if let file = reader as? AudioFileReader { notes += file.notes.map { "\(name): \($0)" } }
    if nonFiniteSamples > 0 {
      let count = nonFiniteSamples
      notes.append("\(name): \(count == 1 ? "1 sample was" : "\(count) samples were") NaN or infinite")
    }
  }

  private final class DescriptorHandle {
    let number: Int32
    let closes: Bool
    init(_ number: Int32, closes: Bool) { (self.number, self.closes) = (number, closes) }
    deinit { if closes { close(number) } }
  }
}
