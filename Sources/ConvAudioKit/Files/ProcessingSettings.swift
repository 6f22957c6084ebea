import AudioFiles
import Signals

/// What happens to a file whose sample rate is not the chain's.
public enum RatePolicy: String, Sendable, CaseIterable {
  /// The file is resampled to the chain's rate and back.
  case resample
  /// The chain's dilations are stretched to the file's rate, which must be a whole multiple of the chain's.
  case dilate
  /// The file is rejected.
  case refuse
}

/// How files are processed.
public struct ProcessingSettings: Sendable {
  /// Levels, mix, tail, latency and limits of the chain. Latency nil: whatever is cheapest.
  public var chain = ChainSettings()
  /// What happens to files whose sample rate is not the chain's.
  public var ratePolicy = RatePolicy.resample
  /// A level that the whole output is brought to, with a temporary file in `$TMPDIR`; nil: as it comes.
  public var outputLevel: OutputLevel?
  /// Container of the output; nil: by the output's extension.
  public var container: AudioContainer?
  /// Sample format of the output; nil: the input's.
  public var bitDepth: BitDepth?
  /// Whether TPDF dither is added where the bit depth is reduced.
  public var dithers = true
  /// Whether an existing output is replaced.
  public var replacesExisting = false
  /// Threads for one file; does not affect the output. The chain is copied for each, and each takes up to 36 MB for
  /// samples. A chain with a recurrent model uses at most one for each channel and two for reading and writing.
  public var threads = 1
  /// Frames that a thread computes at once, where there are several. Default: chosen by length and pre-roll.
  package var chunkFrames: Int?
  /// What happens to files that end before their header says; nil: `.error`, for pipes `.keep`.
  public var truncated: TruncatedPolicy?
  /// The most channels of a file.
  public var maximumChannels = 64

  /// The defaults above.
  public init() {}
}
