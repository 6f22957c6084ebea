import Signals
import ArrayFiles
import AudioFiles

/// How streams are processed.
public struct StreamSettings: Sendable {
  /// Levels, mix, tail, latency and limits of the chain. Latency nil: 0 frames.
  public var chain = ChainSettings()
  /// Format of the input; nil: recognised by its first bytes.
  public var format: SignalFormat?
  /// Format of the output; nil: the input's.
  public var outputFormat: SignalFormat?
  /// Sample format of WAV output; nil: the input's.
  public var bitDepth: BitDepth?
  /// Whether TPDF dither is added where the bit depth is reduced.
  public var dithers = true
  /// Sample rate in Hz. Raw samples need it, WAV must agree with it, rows work without.
  public var sampleRateHz: Int?
  /// Channels. Raw samples need them, WAV and the first row must agree with them.
  public var channels: Int?
  /// Block size in frames; nil: 64. Rows are always processed one at a time.
  public var blockFrames: Int?
  /// Whether the chain's latency is removed from the start of the output.
  public var isAligned = false
  /// What happens to missing values in rows.
  public var missing = MissingPolicy.error
  /// Whether the first row of CSV input is a header.
  public var header = HeaderPolicy.auto
  /// What happens to a stream that ends before its header says, or within a frame.
  public var truncated = TruncatedPolicy.keep
  /// The most channels of a stream.
  public var maximumChannels = 64

  /// The defaults above.
  public init() {}

  /// How the input is read.
  var input: SignalSettings {
    var settings = SignalSettings()
    settings.reading = .live
    settings.format = format
    settings.sampleRateHz = sampleRateHz
    settings.channels = channels
    settings.maximumChannels = maximumChannels
    settings.missing = missing
    settings.header = header
    settings.nonFinite = chain.nonFinite
    settings.truncated = truncated
    return settings
  }

  /// The largest block in frames.
  public static let maximumBlockFrames = 65_536
  /// The most samples of a block, over all channels.
  static let maximumBlockSamples = 64 * maximumBlockFrames

  /// Checks what can be checked before anything is read.
  /// - Throws: `StreamError.tooSmall`, `.block`, `.blockOfRows`, `.bitDepth`.
  public func check() throws(StreamError) {
    let counts = [("rate", sampleRateHz), ("number of channels", channels), ("limit of channels", maximumChannels)]
    for (what, value) in counts {
      if let value, value < 1 { throw .tooSmall(what: what, actual: value) }
    }
    _ = try blockFrames(channels: channels ?? 1)
    if bitDepth != nil, let target = outputFormat ?? format, target != .wav { throw .bitDepth(format: target) }
  }

  /// The block size for this number of channels.
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
