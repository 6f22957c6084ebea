import Convolution
import Foundation
import TestSupport
import Testing

@Suite("Peak gain")
struct PeakGainTests {
  /// The gain at a frequency, in units of the rate, by the definition.
  private func gain(_ response: [Float], _ frequency: Double) -> Double {
    var (re, im) = (0.0, 0.0)
    for (n, sample) in response.enumerated() {
      re += Double(sample) * cos(2 * .pi * frequency * Double(n))
      im -= Double(sample) * sin(2 * .pi * frequency * Double(n))
    }
    return (re * re + im * im).squareRoot()
  }

  @Test("filters whose gain everybody knows")
  func known() {
    func isClose(_ response: [Float], _ gain: Double) -> Bool { abs(peakGain(of: response) - gain) <= 1e-12 * gain }
    #expect(peakGain(of: []) == 0)
    #expect(peakGain(of: [0, 0, 0]) == 0)
    #expect(isClose([-0.5], 0.5))
    #expect(isClose([0, 0, 3], 3))
    #expect(isClose([1, 1], 2))
    #expect(isClose([1, -1], 2))  // at half the rate
    #expect(isClose([Float](repeating: 1, count: 1000), 1000))
    var comb = [Float](repeating: 0, count: 481)
    (comb[0], comb[480]) = (1, 0.5)
    #expect(isClose(comb, 1.5))
    // An all-pass, to the end of its rounding: every frequency has gain 1.
    let allPass = [Float(-0.5)] + (0..<60).map { 0.75 * Float(pow(0.5, Double($0))) }
    #expect(isClose(allPass, 1))
  }

  @Test("a peak between the points of the transform is found", arguments: [3, 100, 1000, 4097])
  func between(count: Int) {
    // A burst of a frequency that no transform of a power of two has; its gain is that of its definition there.
    for frequency in [0.1234567, 0.0100001, 0.3777777] {
      let burst = (0..<count).map { Float(cos(2 * .pi * frequency * Double($0))) }
      // By the definition on a grid that is finer than any feature of the response.
      let points = 64 * count
      let reach = 2 / Double(count)
      let window = max(0, Int((frequency - reach) * Double(points)))...Int((frequency + reach) * Double(points))
      let highest = window.map { gain(burst, Double($0) / Double(points)) }.max()!
      let peak = peakGain(of: burst)
      // The top is a parabola: half a point of either grid off is 1 − (π/128)²/6, and 2/1000 of a bin next to nothing.
      #expect(peak >= highest * (1 - 1e-6) && peak <= highest * (1 + 2e-4), "\(peak), not \(highest)")
    }
  }

  @Test("white noise: the highest of many peaks, or one that is 0.3 dB lower at most")
  func noise() {
    let response = Signals.noise(frames: 300, amplitude: 1)
    let highest = (0...9600).map { gain(response, Double($0) / 19_200) }.max()!
    let peak = peakGain(of: response)
    // Half a point of the transform off, a peak shows 1 − (π/8)²/6 of its height.
    #expect(peak >= highest * 0.974 && peak <= highest * (1 + 1e-3))
  }

  @Test("a response of more than a million samples is folded, and keeps its gain at the points of the transform")
  func folded() {
    let count = 3 << 20
    // 4096 periods of a sine in every 2²⁰ samples: gain count / 2 at exactly one point.
    let long = (0..<count).map { Float(cos(2 * .pi * Double($0 % 256) / 256)) }
    #expect(abs(peakGain(of: long) / (Double(count) / 2) - 1) < 1e-6)
    var echo = [Float](repeating: 0, count: 2 << 20)
    (echo[0], echo[1 << 20], echo[(1 << 20) + 77]) = (1, 1, 0.5)
    #expect(abs(peakGain(of: echo) - 2.5) < 1e-9)
  }
}
