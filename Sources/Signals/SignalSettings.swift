import ArrayFiles

/// What a user says about an input.
public struct SignalSettings: Sendable {
  /// How much of an input's bytes may be looked at, and kept, before its frames come.
  public enum Reading: Sendable {
    /// Whatever it is: files by their names; pipes as WAV or rows of numbers as they come, and other audio formats through
    /// a temporary file.
    case any
    /// Bytes as they come, never kept: WAV where no format is named.
    case live
    /// Audio files only. What comes through a pipe goes into a temporary file first.
    case recordings
  }

  /// How it is read.
  public var reading = Reading.any
  /// What the bytes are; nil: by the file's name, or the first bytes.
  public var format: SignalFormat?
  /// Frames a second: of raw samples and rows, which do not say it. Anything else must have this rate, or is resampled.
  public var sampleRateHz: Int?
  /// Whether recordings of another rate than `sampleRateHz` are resampled to it. Pipes never are.
  public var resamples = false
  /// Samples a frame: of raw samples, which do not say it. Anything else must have as many.
  public var channels: Int?
  /// More channels are refused.
  public var maximumChannels = 64
  /// Whether the channels become one, their mean.
  public var mixesDown = false
  /// What replaces missing values: those of rows, and NaN in audio. With `.error` a row without a value is refused and
  /// audio keeps its NaN; with nil both have NaN.
  public var missing: MissingPolicy? = .error
  /// Whether the first row of CSV is a header.
  public var header = HeaderPolicy.auto
  /// NaN and infinities that are not missing values.
  public var nonFinite = NonFinitePolicy.keep

  /// The defaults above.
  public init() {}
}
