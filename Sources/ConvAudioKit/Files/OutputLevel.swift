/// A level that a whole output is brought to. It is known only at the end, so the output is kept in a temporary file until
/// then, as Float32 samples.
public enum OutputLevel: Sendable, Hashable {
  /// The largest sample, in dB relative to full scale.
  case peak(decibels: Float)
  /// Integrated loudness (ITU-R BS.1770), in LUFS.
  case loudness(lufs: Float)
}
