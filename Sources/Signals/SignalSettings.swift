import ArrayFiles

/// How to read an input.
public struct SignalSettings: Sendable {
  /// How many of an input's bytes may be read ahead and kept before its first frame.
  public enum Reading: Sendable {
    /// Any input: files by their names; pipes of WAV or rows of numbers as they arrive, of other audio formats through
    /// a temporary file.
    case any
    /// Bytes as they arrive, never kept: WAV unless a format is given.
    case live
    /// Audio files only. Input from a pipe is first written to a temporary file.
    case recordings
  }

  /// How much may be read ahead.
  public var reading = Reading.any
  /// The format; nil: by the file's name or the first bytes.
  public var format: SignalFormat?
  /// Sample rate in Hz, for raw samples and rows, which do not say it. Other inputs must have it, or are resampled.
  public var sampleRateHz: Int?
  /// Whether recordings at another sample rate are resampled to `sampleRateHz`. Pipes never are.
  public var resamples = false
  /// Number of channels, for raw samples, which do not say it. Other inputs must have the same number.
  public var channels: Int?
  /// Inputs with more channels are refused.
  public var maximumChannels = 64
  /// Whether all channels are averaged into one.
  public var mixesDown = false
  /// What to do with missing values of rows, and NaN in audio. `.error` refuses rows with missing values and keeps NaN
  /// in audio; nil gives NaN for both, for a later stage to fill in.
  public var missing: MissingPolicy? = .error
  /// Whether the first row of CSV is a header.
  public var header = HeaderPolicy.auto
  /// What to do with recordings that end before their header says; nil: `.error` for files, `.keep` for pipes, whose
  /// writers cannot go back to correct a header.
  public var truncated: TruncatedPolicy?
  /// What to do with NaN and infinities that are not missing values.
  public var nonFinite = NonFinitePolicy.keep

  /// The defaults above.
  public init() {}

  /// Whether frames of a truncated input are used.
  func keepsTruncated(isLive: Bool) -> Bool { (truncated ?? (isLive ? .keep : .error)) == .keep }
}

/// What to do with recordings that end before their header says.
public enum TruncatedPolicy: String, Sendable, CaseIterable {
  /// The frames that are there are used, and a remark says how many are missing.
  case keep
  /// The recording is refused.
  case error
}
