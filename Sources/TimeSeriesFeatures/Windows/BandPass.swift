#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Linear-phase filters that let a band of frequencies through.
enum BandPass {
  /// The difference of two ideal low-passes under a symmetric Hamming window (A. Oppenheim, R. Schafer, Discrete-Time Signal
  /// Processing, the window method): 53 dB and more outside, half of the amplitude at the edges. A band from 0 Hz is a
  /// low-pass with a gain of 1 there.
  ///
  /// - Parameter count: Odd.
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
    // A gain of exactly 1 at 0 Hz for a low-pass, and of exactly 0 for a band above it.
    func normalised(_ hertz: Double) -> [Double] {
      let taps = lowPass(hertz)
      let sum = taps.reduce(0, +)
      return hertz == 0 ? taps : taps.map { $0 / sum }
    }
    return zip(normalised(highHz), normalised(lowHz)).map { Float($0 - $1) }
  }
}
