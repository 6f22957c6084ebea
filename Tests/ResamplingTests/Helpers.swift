import Foundation
import Resampling
import Testing

/// Two rates, from and to.
struct Rates: Sendable, CustomTestStringConvertible {
  let from: Int
  let to: Int
  init(_ from: Int, _ to: Int) { (self.from, self.to) = (from, to) }
  var testDescription: String { "\(from) → \(to) Hz" }
  /// Half of the lower rate: the band that a conversion can keep.
  var halfHz: Double { Double(min(from, to)) / 2 }

  /// Simple ratios, ratios of large primes, and the largest factors.
  static let all = [
    Rates(44_100, 48_000), Rates(48_000, 44_100), Rates(96_000, 48_000), Rates(48_000, 96_000), Rates(22_050, 48_000),
    Rates(48_000, 8000), Rates(8000, 48_000), Rates(192_000, 44_100), Rates(44_101, 47_999), Rates(47_981, 44_101),
    Rates(48_000, 47_999), Rates(1_000_003, 999_983), Rates(1000, 1), Rates(1, 1000), Rates(7, 1025),
  ]
}

/// The most by which a sine of height 1 may come out wrong: 2⁻²⁷, −162 dB.
///
/// libsoxr designs its filters for 28 bits: ripple and attenuation of 2⁻²⁹ each, divided among the stages. The ripple, and
/// the images or aliases that come through, make 2⁻²⁸; another bit is for the phases between which it interpolates.
let sineBound = 0x1p-27

/// A sine of height 1 at `frequencyHz`, from frame `start` on.
func sine(_ frequencyHz: Double, rate: Int, frames: Int, from start: Int = 0, phase: Double = 0.3) -> [Double] {
  (0..<frames).map { frame in
    // Whole turns go first, so that late frames are as exact as early ones.
    let turns = (Double(start + frame) * frequencyHz / Double(rate)).truncatingRemainder(dividingBy: 1)
    return sin(2 * .pi * turns + phase)
  }
}

/// The response to one frequency: the discrete-time Fourier transform of `response` with its time zero at `origin`.
func transform(_ response: [Double], atHz frequencyHz: Double, rate: Int, origin: Int = 0) -> (re: Double, im: Double) {
  var sum = (re: 0.0, im: 0.0)
  for (index, value) in response.enumerated() {
    let angle = -2 * Double.pi * frequencyHz * Double(index - origin) / Double(rate)
    sum.re += value * cos(angle)
    sum.im += value * sin(angle)
  }
  return sum
}
