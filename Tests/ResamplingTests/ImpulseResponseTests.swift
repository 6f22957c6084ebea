import Foundation
import Resampling
import TestSupport
import Testing

@Suite struct ImpulseResponseTests {
  /// The response at `rate` of a system that knows no rate: three bursts with bell-shaped envelopes, which leave nothing
  /// above 15 kHz that a double would hold. A sine of any frequency comes out of it at the same level whatever the rate.
  private func response(rate: Int) -> [Float] {
    let bursts = [(0.004, 300.0, 0.0010), (0.007, 2500.0, 0.0006), (0.011, 9000.0, 0.0004)]
    return (0..<Int(0.02 * Double(rate))).map { frame in
      let time = Double(frame) / Double(rate)
      let value = bursts.reduce(0) { sum, burst in
        let place = (time - burst.0) / burst.2
        return sum + exp(-place * place) * cos(2 * .pi * burst.1 * (time - burst.0))
      }
      return Float(value * 1000 / Double(rate))
    }
  }

  private static let frequencies = [20.0, 300, 440, 1000, 2500, 2600, 8000, 9000, 9700]

  /// By how much two responses to a sine may differ: each tap of both was rounded to Float, the conversion is within
  /// its bound for every component, and the ends that were cut are 2⁻²⁴ of the norm.
  private func bound(_ first: [Float], _ second: [Float]) -> Double {
    let sums = [first, second].map { $0.reduce(0.0) { $0 + Double(abs($1)) } }
    let norm = second.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    return (sums[0] + sums[1]) * 0x1p-24 + sums[1] * sineBound + norm * 0x1p-24
  }

  @Test(
    "A sine comes out as from a response at the signal's rate, in level and phase",
    arguments: Thoroughness.cases(
      of: [
        Rates(44_100, 48_000), Rates(48_000, 44_100), Rates(96_000, 48_000), Rates(192_000, 44_100),
        Rates(44_101, 47_999),
      ], quick: 2))
  func sameSystem(rates: Rates) throws {
    let native = response(rate: rates.to)
    let resampled = try resampleImpulseResponse([response(rate: rates.from)], from: rates.from, to: rates.to)
    let lead = resampled.leadFrames
    let taps = resampled.channels[0]
    let longest = max(native.count, taps.count)
    for frequency in Self.frequencies {
      let input = sine(frequency, rate: rates.to, frames: longest + 1000)
      // Convolved in double, away from the sine's beginning.
      func convolved(_ taps: [Float], _ n: Int) -> Double {
        taps.indices.reduce(0) { $0 + Double(taps[$1]) * input[n - $1] }
      }
      let bound = bound(native, taps)
      for n in longest - 1..<longest + 999 - lead {
        #expect(abs(convolved(taps, n + lead) - convolved(native, n)) <= bound, "\(frequency) Hz")
      }
      // A missing factor is 0.7 dB between 44.1 and 48 kHz, and far outside.
      let level = transform(native.map(Double.init), atHz: frequency, rate: rates.to)
      let missing = abs(Double(rates.to) / Double(rates.from) - 1) * hypot(level.re, level.im)
      if rates.to != 47_999, hypot(level.re, level.im) > 0.01 { #expect(missing > 1000 * bound) }
    }
  }

  @Test("A response that begins at once keeps its level and phase, after the lead", arguments: Rates.all)
  func lead(rates: Rates) throws {
    let resampled = try resampleImpulseResponse([[1], [-0.5]], from: rates.from, to: rates.to)
    #expect(resampled.leadFrames > 0)
    for (taps, height) in zip(resampled.channels, [1, -0.5]) {
      let exact = taps.map(Double.init)
      for share in [0, 0.01, 0.3, 0.7, 0.9] {
        let response = transform(exact, atHz: share * rates.halfHz, rate: rates.to, origin: resampled.leadFrames)
        let bound = bound([], taps)
        #expect(hypot(response.re - height, response.im) <= bound, "\(share): \(response)")
      }
    }
  }

  @Test("Silence before a response makes a lead unnecessary, and is kept")
  func silenceInFront() throws {
    let lone = try resampleImpulseResponse([[1]], from: 44_100, to: 48_000)
    let late = try resampleImpulseResponse([Signals.impulse(frames: 442, at: 441)], from: 44_100, to: 48_000)
    #expect(late.leadFrames == 0)
    #expect(late.channels[0][480] == lone.channels[0][lone.leadFrames])
  }

  @Test("Nothing rings longer than 1024 frames of the lower rate", arguments: Rates.all)
  func ringing(rates: Rates) throws {
    let seconds = max(1, 3000 / min(rates.from, rates.to) + 1)
    let input = Signals.impulse(frames: 2 * seconds * rates.from, at: seconds * rates.from).map(Double.init)
    let output = try resample([input], from: rates.from, to: rates.to)[0]
    let reach = 1024 * max(1, rates.to / rates.from)
    let far = output.indices.filter { abs($0 - seconds * rates.to) > reach }
    #expect(!far.isEmpty)
    // Of a transform's rounding, a few units of 2⁻⁵³.
    #expect(far.allSatisfy { abs(output[$0]) <= 0x1p-48 }, "\(far.map { abs(output[$0]) }.max()!)")
  }

  @Test("Equal rates and empty responses stay as they are")
  func unchanged() throws {
    let taps = Signals.noise(channels: 2, frames: 50)
    let same = try resampleImpulseResponse(taps, from: 48_000, to: 48_000)
    #expect((same.leadFrames, firstBitDifference(same.channels, taps)) == (0, nil))
    #expect(try resampleImpulseResponse([[], []], from: 1, to: 2).channels == [[], []])
    let silent = try resampleImpulseResponse([[0, 0]], from: 1, to: 2)
    #expect(silent.channels[0].allSatisfy { $0 == 0 })
  }
}
