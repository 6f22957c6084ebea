import CEbur128

/// Measures the integrated loudness of a signal: ITU-R BS.1770-4, as EBU R 128 uses it, computed by libebur128.
///
/// Blocks of 400 ms below -70 LUFS, and those more than 10 LU below the rest, do not count. Channels are taken as left,
/// right, centre, low frequencies (which do not count) and the two surrounds where there are six, and as libebur128 takes
/// them otherwise; a mono signal counts once.
///
/// - Memory: 1 MB for an hour.
package final class LoudnessMeter {
  private let channels: Int
  private var state: UnsafeMutablePointer<ebur128_state>?
  /// Samples without NaN and infinities, which would never leave the filters.
  private var finite: [Float] = []

  /// A meter for interleaved samples; nil when there are more channels, or a rate, that nobody measures.
  package init?(channels: Int, sampleRateHz: Int) {
    self.channels = channels
    guard channels > 0, sampleRateHz > 0 else { return nil }
    state = ebur128_init(UInt32(channels), UInt(sampleRateHz), Int32(EBUR128_MODE_I.rawValue))
    if state == nil { return nil }
  }

  deinit { ebur128_destroy(&state) }

  /// Takes whole frames, interleaved.
  package func add(_ samples: UnsafeBufferPointer<Float>) {
    guard let base = samples.baseAddress else { return }
    guard !samples.allSatisfy(\.isFinite) else {
      _ = ebur128_add_frames_float(state, base, samples.count / channels)
      return
    }
    finite = samples.map { $0.isFinite ? $0 : 0 }
    finite.withUnsafeBufferPointer { _ = ebur128_add_frames_float(state, $0.baseAddress, $0.count / channels) }
  }

  /// Loudness of everything so far in LUFS; nil while nothing was loud or long enough to count.
  package var integratedLUFS: Double? {
    var loudness = 0.0
    guard ebur128_loudness_global(state, &loudness) == Int32(EBUR128_SUCCESS.rawValue), loudness.isFinite else {
      return nil
    }
    return loudness
  }
}
