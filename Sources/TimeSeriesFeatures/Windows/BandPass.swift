#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Linear-phase band-pass filters.
enum BandPass {
  /// The difference of two ideal low-passes under a symmetric Hamming window (A. Oppenheim, R. Schafer, Discrete-Time
  /// Signal Processing, the window method): at least 53 dB of attenuation outside the band, half the amplitude at its
  /// edges. A band from 0 Hz is a low-pass with a gain of 1 at 0 Hz.
  ///
  /// - Parameter count: Number of taps; odd.
  static func taps(lowHz: Double, highHz: Double, sampleRateHz: Double, count: Int) -> [Float] {
    let window = WindowShape.hammingSymmetric.weights(count: count)
    func lowPass(_ hertz: Double) -> [Double] {
      let cutoff = 2 * hertz / sampleRateHz
      return (0..<count).map { index in
        let time = Double(index - count / 2)
        let ideal = time == 0 ? cutoff : sin(Double.pi * cutoff * time) / (Double.pi * time)
        return ideal * window[index]
      }
    }
    // A low-pass has a gain of exactly 1 at 0 Hz, so a band above it has exactly 0 there.
    func normalised(_ hertz: Double) -> [Double] {
      let taps = lowPass(hertz)
      let sum = taps.reduce(0, +)
      return hertz == 0 ? taps : taps.map { $0 / sum }
    }
    return zip(normalised(highHz), normalised(lowHz)).map { Float($0 - $1) }
  }
}
