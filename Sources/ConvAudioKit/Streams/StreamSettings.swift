import ArrayFiles
import AudioFiles

/// What the bytes of a stream are: audio, or rows of numbers.
public enum StreamFormat: String, CaseIterable, Sendable {
  /// Raw samples, little-endian, interleaved.
  case f32le, f64le, s16le, s24le, s32le, u8
  /// A WAV file that comes through a pipe; its length may be unknown.
  case wav
  /// Rows of numbers, one a frame.
  case csv, ndjson

  /// What it means as audio; nil for rows.
  var audio: AudioStreamFormat? {
    self == .wav ? .wav : RawSampleFormat(rawValue: rawValue).map(AudioStreamFormat.raw)
  }

  /// What it means as rows; nil for audio.
  public var rows: RowFormat? { RowFormat(rawValue: rawValue) }
}

/// How a stream is processed.
public struct StreamSettings: Sendable {
  /// Gains, mix, and what is not finite.
  public var sound = SoundSettings()
  /// What comes in; nil: recognised by its first bytes.
  public var format: StreamFormat?
  /// What goes out; nil: what came in.
  public var outputFormat: StreamFormat?
  /// The sample format of a WAV that goes out; nil: the input's.
  public var bitDepth: BitDepth?
  /// Whether TPDF dither is added where depth is reduced.
  public var dithers = true
  /// Frames a second. Raw formats need it; a WAV must agree; rows go without.
  public var sampleRateHz: Int?
  /// Samples a frame. Raw formats need it; a WAV and the first row must agree.
  public var channels: Int?
  /// Frames that are processed and written at once; nil: 64, and 1 for rows, which take nothing else.
  public var blockFrames: Int?
  /// Whether the latency of the preset is taken away from the front.
  public var isAligned = false
  /// Missing values in rows.
  public var missing = MissingPolicy.error
  /// Whether the first row of CSV is a header.
  public var header = HeaderPolicy.auto
  /// More channels are refused.
  public var maximumChannels = 64

  /// The defaults above.
  public init() {}

  /// The most frames of a block.
  public static let maximumBlockFrames = 65_536
  /// The most samples of a block, over all channels.
  static let maximumBlockSamples = 64 * maximumBlockFrames

  /// Refuses what can be seen to be wrong before anything is read.
  /// - Throws: `StreamError`.
  public func check() throws(StreamError) {
    for (what, value) in [("rate", sampleRateHz), ("number of channels", channels), ("limit of channels", maximumChannels)] {
      if let value, value < 1 { throw .tooSmall(what: what, actual: value) }
    }
    _ = try blockFrames(channels: channels ?? 1)
    if bitDepth != nil, let target = outputFormat ?? format, target != .wav { throw .bitDepth(format: target) }
  }

  /// Frames of a block of so many channels.
  func blockFrames(channels: Int) throws(StreamError) -> Int {
    if format?.rows != nil {
      if let blockFrames, blockFrames != 1 { throw .blockOfRows(actual: blockFrames) }
      return 1
    }
    let frames = blockFrames ?? 64
    let limits = 1...max(1, min(Self.maximumBlockFrames, Self.maximumBlockSamples / channels))
    guard limits.contains(frames) else { throw .block(expected: limits, actual: frames, channels: channels) }
    return frames
  }
}
