import Foundation
import Resampling
import TestSupport
import Testing

@Suite struct AccuracyTests {
  /// Frames that are long enough for the filters to settle: their ringing is shorter than 300 frames of the lower rate.
  private func frames(for rates: Rates) -> Int { 6000 * max(1, rates.from / rates.to) }

  /// Output frames of the middle, away from where the sine begins and ends.
  private func middle(_ output: [Double], _ rates: Rates) -> Range<Int> {
    let margin = 1000 * max(1, rates.to / rates.from)
    return margin..<(output.count - margin)
  }

  @Test(
    "A sine comes out with the right level, phase and purity",
    arguments: Thoroughness.cases(of: Rates.all, quick: 5),
    [0.003, 0.1, 0.5, 0.8, 0.91])
  func sines(rates: Rates, share: Double) throws {
    let frequency = share * rates.halfHz
    let output = try resample(
      [sine(frequency, rate: rates.from, frames: frames(for: rates))], from: rates.from, to: rates.to)[0]
    let truth = sine(frequency, rate: rates.to, frames: output.count)
    let worst = middle(output, rates).map { abs(output[$0] - truth[$0]) }.max()!
    #expect(worst <= sineBound, "\(20 * log10(worst)) dB")
  }

  @Test("The delay is zero to a millionth of a frame at every frequency", arguments: Thoroughness.cases(of: Rates.all, quick: 4))
  func delay(rates: Rates) throws {
    for share in [0.02, 0.2, 0.6, 0.91] {
      let frequency = share * rates.halfHz
      let output = try resample(
        [sine(frequency, rate: rates.from, frames: frames(for: rates))], from: rates.from, to: rates.to)[0]
      let range = middle(output, rates)
      // Whole periods do not fit everywhere, so the two phases are fitted by least squares.
      var (ss, sc, cc, sy, cy) = (0.0, 0.0, 0.0, 0.0, 0.0)
      let s = sine(frequency, rate: rates.to, frames: output.count)
      let c = sine(frequency, rate: rates.to, frames: output.count, phase: 0.3 + .pi / 2)
      for k in range {
        ss += s[k] * s[k]
        sc += s[k] * c[k]
        cc += c[k] * c[k]
        sy += s[k] * output[k]
        cy += c[k] * output[k]
      }
      let determinant = ss * cc - sc * sc
      let phase = atan2((ss * cy - sc * sy) / determinant, (cc * sy - sc * cy) / determinant)
      let delayFrames = -phase / (2 * .pi * frequency) * Double(rates.to)
      // The wider the output's grid is of the lower rate's, the more of its frames a phase means.
      #expect(abs(delayFrames) <= 1e-6 * max(1, Double(rates.to) / Double(rates.from)), "\(share): \(delayFrames)")
    }
  }

  @Test("Frequencies above half the lower rate leave no aliases", arguments: Rates.all.filter { $0.to < $0.from })
  func aliases(rates: Rates) throws {
    for share in [1.001, 1.01, 1.1, 1.5] where share * rates.halfHz < 0.99 * Double(rates.from) / 2 {
      let output = try resample(
        [sine(share * rates.halfHz, rate: rates.from, frames: frames(for: rates))], from: rates.from, to: rates.to)[0]
      let worst = middle(output, rates).map { abs(output[$0]) }.max()!
      #expect(worst <= sineBound, "\(share): \(20 * log10(worst)) dB")
    }
  }

  @Test(
    "A sweep over 90 % of the band survives the way to the preset's rate and back",
    arguments: [
      Rates(44_100, 48_000), Rates(22_050, 48_000), Rates(8000, 48_000), Rates(44_101, 48_000),
    ])
  func roundTrip(rates: Rates) throws {
    let frames = 2 * rates.from
    // Exponential, 20 Hz to 0.9 of the half. The fades' slopes are Gaussian, so that their spectrum ends, too.
    let (low, high) = (20.0, 0.9 * rates.halfHz)
    let rise = log(high / low)
    let input = (0..<frames).map { frame -> Double in
      let place = Double(frame) / Double(frames)
      let turns = 2 * low / rise * (exp(rise * place) - 1)
      let fade = min(1, min(place, 1 - place) / 0.3)
      return sin(2 * .pi * turns) * erfc(6 - 12 * fade) / 2
    }
    let there = try resample([input], from: rates.from, to: rates.to)
    let back = try resample(there, from: rates.to, to: rates.from)[0]
    #expect(back.count == frames)
    let worst = zip(back, input).map { abs($0 - $1) }.max()!
    // Twice through the filters. Far below the −120 dB that nobody hears.
    #expect(worst <= 2 * sineBound, "\(20 * log10(worst)) dB")
  }

  @Test("Float output is double output, rounded once", arguments: Rates.all)
  func precision(rates: Rates) throws {
    let input = Signals.noise(channels: 2, frames: 3000)
    let single = try resample(input, from: rates.from, to: rates.to)
    let double = try resample(input.map { $0.map(Double.init) }, from: rates.from, to: rates.to)
    #expect(firstBitDifference(single, double.map { $0.map { Float($0) } }) == nil)
  }

  @Test("An impulse keeps its place, and its ringing is the same on both sides", arguments: Rates.all)
  func impulse(rates: Rates) throws {
    // Both rates have a frame at every second.
    let seconds = rates.from > 100_000 ? 1 : rates.from > 1000 ? 2 : 3000 / rates.from + 1
    var input = [Double](repeating: 0, count: 2 * seconds * rates.from)
    input[seconds * rates.from] = 1
    let output = try resample([input], from: rates.from, to: rates.to)[0]
    let centre = seconds * rates.to
    #expect(output.indices.max { output[$0] < output[$1] } == centre)
    for k in 1..<min(400, centre) {
      // An impulse of height 1 is all frequencies at level 1, and both sides are within the bound.
      #expect(abs(output[centre + k] - output[centre - k]) <= 2 * sineBound, "\(k) frames from the impulse")
    }
  }

  @Test("Nothing drifts: after ten million frames the phase is right")
  func drift() throws {
    let rates = Rates(44_101, 47_999)
    let frequency = 4400.0
    let converter = try SampleRateConverter<Double>(channels: 1, from: rates.from, to: rates.to)
    var written = 0
    var last: [Double] = []
    while written < 10_000_000 {
      let piece = sine(frequency, rate: rates.from, frames: 50_000, from: written)
      last = try converter.process([piece])[0]
      written += 50_000
    }
    let truth = sine(frequency, rate: rates.to, frames: last.count, from: Int(converter.framesRead) - last.count)
    let worst = zip(last, truth).map { abs($0 - $1) }.max()!
    // The step between output frames is a double, wrong by 2⁻⁵³ at most, and that adds up.
    let drift = 1e7 * 0x1p-53 * 2 * Double.pi * frequency / Double(rates.to)
    #expect(worst <= sineBound + drift, "\(20 * log10(worst)) dB")
  }
}
