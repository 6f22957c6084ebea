// Signals is the only way in: every input becomes a `Signal`, and every consumer takes one.
// - `Signal.open` takes a path, `-`, a FIFO, or bytes from anywhere, and `SignalSettings`: one value with all settings.
// - A `Signal` gives frames (`FrameSource`) and its facts. It is a reader of one format, wrapped in decorators for NaN
//   and missing values (`InspectedSource`), resampling (`ResampledSource`) and mixing down (`MixedDownSource`).
// - A `FrameSink` takes frames: the writers of formats, metered or resampled.
// - `SignalRun` is the one loop from a source through a processor to a sink.
import ArrayFiles
import AudioFiles
import ByteFiles
import Resampling

/// Frames of one input, and what is known about it: a recording, WAV or raw samples from a pipe, or rows of numbers.
///
/// ```swift
/// let signal = try Signal.open("in.ndjson")
/// try signal.forEachBlock { frames in use(frames) }  // interleaved, signal.channels samples per frame
/// ```
/// - Streaming: a read from a pipe waits for no more frames than it asks for.
/// - Memory: one block, whatever the length.
/// - One thread at a time.
public final class Signal: FrameSource {
  /// Its path, or `standard input`.
  public let name: String
  /// Channels of the frames that it gives.
  public let channels: Int
  /// Sample rate of the frames that it gives, in Hz; nil for rows, unless the settings give one.
  public let sampleRateHz: Int?
  /// Number of frames it will give, by its header; nil when unknown.
  public let expectedFrames: Int64?
  /// Whether frames arrive live: they can be read only once, and a reader should wait only for those it needs.
  public let isLive: Bool
  /// The reader of the input's format.
  enum Reader {
    case recording(AudioFileReader)
    case audio(AudioStreamReader)
    case rows(NumberRowReader, RowFormat)
  }

  private let reader: Reader
  private let inspected: InspectedSource
  private let source: any FrameSource
  private let resamplingNote: String?

  /// Wraps a reader as the settings ask.
  /// - Throws: `SignalError`, `ResamplingError`.
  init(
    _ reader: Reader, name: String, isLive: Bool, sampleRateHz: Int?, settings: SignalSettings
  ) throws {
    let source: any FrameSource
    let channels: Int
    var missing: MissingPolicy? = settings.missing
    switch reader {
    case .recording(let file): (source, channels) = (file, file.info.channels)
    case .audio(let stream): (source, channels) = (stream, stream.info.channels)
    case .rows(let rows, _):
      (source, channels) = (RowSource(rows, name: name), rows.layout.columns)
      // The reader has filled them in.
      missing = nil
    }
    if let expected = settings.channels, expected != channels {
      throw SignalError.channels(name: name, expected: expected, actual: channels)
    }
    inspected = InspectedSource(
      source, channels: channels, policy: settings.nonFinite, missing: missing, keepsNaN: settings.missing == nil)
    var outer: any FrameSource = inspected
    var expected: Int64? = if case .recording(let file) = reader { file.info.frames } else { nil }
    var note: String?
    if let wanted = settings.sampleRateHz, let actual = sampleRateHz, wanted != actual {
      guard settings.resamples else { throw SignalError.sampleRate(name: name, expected: wanted, actual: actual) }
      let ratio = try RateRatio(from: actual, to: wanted)
      outer = try ResampledSource(outer, channels: channels, ratio: ratio, blockFrames: 2048)
      expected = expected.map(ratio.coveringOutputFrames(for:))
      note = "resampled \(actual) → \(wanted) Hz"
    }
    if settings.mixesDown, channels > 1 {
      outer = MixedDownSource(outer, channels: channels)
      self.channels = 1
    } else {
      self.channels = channels
    }
    self.source = outer
    self.name = name
    self.isLive = isLive
    self.reader = reader
    self.sampleRateHz = settings.sampleRateHz ?? sampleRateHz
    expectedFrames = expected
    resamplingNote = note
  }

  // MARK: - For an output in the same format

  /// The format; WAV for a recording in any container.
  package var format: SignalFormat {
    switch reader {
    case .recording: .wav
    case .audio(let stream): SignalFormat(stream.info.format)
    case .rows(_, .csv): .csv
    case .rows(_, .ndjson): .ndjson
    }
  }

  /// The header of a recording; nil for anything else.
  package var fileInfo: AudioFileInfo? {
    if case .recording(let file) = reader { file.info } else { nil }
  }

  /// The facts of streamed audio; nil for anything else.
  package var streamInfo: AudioStreamInfo? {
    if case .audio(let stream) = reader { stream.info } else { nil }
  }

  /// The facts from the first row; nil for audio.
  package var rowLayout: RowLayout? {
    if case .rows(let rows, _) = reader { rows.layout } else { nil }
  }

  // MARK: - Reading

  /// Frames delivered so far.
  public var framesRead: Int64 { source.framesRead }

  /// Samples of the input that were NaN or infinite so far.
  public var nonFiniteSamples: Int { inspected.nonFiniteSamples }

  /// Values of the input that were missing and have been replaced so far.
  public var missingValues: Int {
    if case .rows(let rows, _) = reader { rows.missingValues } else { inspected.filledSamples }
  }

  /// Sentences about what reading changes, without the name. Complete after `finish`.
  public var notes: [String] {
    let notes: [String] =
      switch reader {
      case .recording(let file): file.notes
      case .audio(let stream): stream.notes
      case .rows: []
      }
    return (resamplingNote.map { [$0] } ?? []) + notes
  }

  /// The notes, and how many samples of the input were not finite.
  public var remarks: [String] {
    let count = nonFiniteSamples
    guard count > 0 else { return notes }
    return notes + ["\(count == 1 ? "1 sample was" : "\(count) samples were") NaN or infinite"]
  }

  /// Fills the start of `samples` with whole frames, interleaved. May return fewer than fit.
  /// - Returns: The number of frames; 0 only at the end.
  /// - Throws: What the reader of the format throws; `SignalError.nonFinite`; `CancellationError` in the middle of a row.
  public func read(into samples: UnsafeMutableBufferPointer<Float>) throws -> Int { try source.read(into: samples) }

  /// Called after the last frame.
  /// - Throws: The reader's error if the input did not end with a whole frame.
  public func finish() throws { try source.finish() }

  /// Calls `body` with all frames, interleaved, in blocks of at most 1024 frames, or 64 for live inputs.
  /// - Throws: As `read` and `finish`, and what `body` throws.
  public func forEachBlock(_ body: (UnsafeBufferPointer<Float>) throws -> Void) throws {
    let block = UnsafeMutableBufferPointer<Float>.allocate(capacity: (isLive ? 64 : 1024) * channels)
    block.initialize(repeating: 0)
    defer { block.deallocate() }
    while case let frames = try read(into: block), frames > 0 {
      try body(UnsafeBufferPointer(rebasing: block[..<(frames * channels)]))
    }
    try finish()
  }
}
