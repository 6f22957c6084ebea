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
  public var nonFiniteSamples: Int { source.nonFiniteSamples }

  private let source: InspectedSource
  private let reader: (any FrameSource)?

  /// Opens a recording, or rows (`.csv`, `.tsv`, `.txt`, `.ndjson`), or a pipe (`-`, or what is no regular file).
  ///
  /// - Throws: `AudioFileError`, `AudioStreamError`, `RowError`, `SeriesInputError`, `ResamplingError`.
  public init(
    path: String, settings: Settings = Settings(), isCancelled: @escaping () -> Bool = { false }
  ) throws {
    let isPiped = path == NumPyArray.standardStream
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
      SeriesFormat(path: path) == .ucr ? .csv : path.lowercased().hasSuffix(".ndjson") ? .ndjson : nil
    if isRegular, settings.format == nil, rows == nil {
      let file = try AudioFileReader(path: path)
      var opened: any FrameSource = file
      if let rate = settings.sampleRateHz, rate != file.info.sampleRateHz {
        opened = try ResampledSource(
          file, channels: file.info.channels, ratio: RateRatio(from: file.info.sampleRateHz, to: rate),
          blockFrames: 2048)
        notes.append("\(path): resampled \(file.info.sampleRateHz) → \(rate) Hz")
      }
      (channels, isLive) = (file.info.channels, false)
      sampleRateHz = settings.sampleRateHz ?? file.info.sampleRateHz
      reader = file
      source = InspectedSource(opened, channels: channels, policy: .keep)
      self.name = name
      return
    }
    let descriptor = isPiped ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw SeriesInputError.unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    let handle = DescriptorHandle(descriptor, closes: !isPiped)
    let stream = DescriptorStream(descriptor: descriptor, name: name, isCancelled: isCancelled)
    var read: StreamRunner.Read = { buffer in try withExtendedLifetime(handle) { try stream.read(into: buffer) } }
    var format = settings.format ?? rows
    if format == nil { (format, read) = try Self.recognise(read) }
    var streamed = StreamSettings()
    streamed.format = format
    streamed.sampleRateHz = settings.sampleRateHz
    streamed.channels = settings.channels
    streamed.missing = settings.missing
    streamed.maximumChannels = 1024
    let ends = try StreamEnds(name: name, settings: streamed, isCancelled: isCancelled, read: read)
    (channels, sampleRateHz, isLive) = (ends.channels, ends.sampleRateHz, !isRegular)
    notes = ends.notes
    reader = nil
    source = InspectedSource(ends.source, channels: channels, policy: .keep)
    self.name = name
  }

  /// Reads as many bytes as tell WAV from rows, and gives them back to whoever reads next.
  private static func recognise(_ read: @escaping StreamRunner.Read) throws -> (StreamFormat, StreamRunner.Read) {
    let signature = Array("RIFF".utf8)
    var beginning: [UInt8] = []
    while beginning.count < 4, signature.starts(with: beginning) {
      var byte: UInt8 = 0
      guard try withUnsafeMutableBytes(of: &byte, { try read($0) }) == 1 else { break }
      beginning.append(byte)
    }
    var rest = beginning[...]
    return (
      beginning == signature ? .wav : .csv,
      { buffer in
        guard !rest.isEmpty else { return try read(buffer) }
        let count = min(rest.count, buffer.count)
        for index in 0..<count { buffer[index] = rest.removeFirst() }
        return count
      }
    )
  }

  /// Fills the front of `samples` with whole frames, interleaved; 0 at the end.
  func read(into samples: UnsafeMutableBufferPointer<Float>) throws -> Int { try source.read(into: samples) }

  /// Called behind the last frame: throws when the input did not end with a whole one.
  func finish() throws {
    try source.finish()
    if let file = reader as? AudioFileReader { notes += file.notes.map { "\(name): \($0)" } }
    if source.nonFiniteSamples > 0 {
      let count = source.nonFiniteSamples
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
