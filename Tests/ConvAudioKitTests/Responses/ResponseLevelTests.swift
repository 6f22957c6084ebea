import Convolution
import Foundation
import ModelFormats
import Resampling
import TestSupport
import Testing

@testable import ConvAudioKit

/// How loud an impulse response makes a signal.
@Suite struct ResponseLevelTests {
  /// A resonance at 1 kHz that rises and falls within some milliseconds, as a file of rate `rateHz` would hold it: its
  /// samples are those of the continuous response over the rate. What it has above 4 kHz is below the rounding of floats.
  private func resonance(rateHz: Int) -> [Float] {
    (0..<rateHz / 50).map { frame in
      let t = Double(frame) / Double(rateHz) - 0.01
      return Float(2000 / Double(rateHz) * exp(-t * t / 2e-6) * cos(2 * .pi * 1000 * t))
    }
  }

  /// The level of 1 kHz after a chain, for a sine of level 1 at `rate`.
  private func level(_ preset: Chain, rate: Int) throws -> Double {
    let count = rate / 5
    let sine = Signals.sine(frames: count, frequencyHz: 1000, sampleRateHz: Double(rate), amplitude: 1)
    let output = try preset.wholeOutput(for: [sine], rate: rate)[0]
    // Over whole periods in the middle, where the response has long been over its beginning.
    let (first, length) = (rate / 10, rate / 20)
    var (re, im) = (0.0, 0.0)
    for frame in first..<first + length {
      let phase = 2 * .pi * 1000 * Double(frame) / Double(rate)
      re += Double(output[frame]) * cos(phase)
      im += Double(output[frame]) * sin(phase)
    }
    return 2 * (re * re + im * im).squareRoot() / Double(length)
  }

  @Test(
    "The level of a sine does not depend on the rate of the file", arguments: ResponseNormalization.allCases,
    [22_050, 44_100, 96_000])
  func rateOfTheFile(_ normalization: ResponseNormalization, fileRate: Int) throws {
    func level(_ rate: Int) throws -> Double {
      try self.level(chain([resonance(rateHz: rate)], rate: rate) { $0.normalization = normalization }, rate: 48_000)
    }
    let (same, other) = (try level(48_000), try level(fileRate))
    // The resampler keeps a sine within −162 dB; the rest is what floats round: 960 taps of at most u/2 each.
    #expect(abs(other / same - 1) < 1e-5, "\(20 * log10(other / same)) dB")
    if normalization == .peak { #expect(abs(same - 1) < 1e-5) }
  }

  @Test("With none and peak it does not depend on the rate of the signal either", arguments: [44_100, 96_000])
  func rateOfTheSignal(_ rate: Int) throws {
    for normalization in [ResponseNormalization.none, .peak] {
      let preset = chain([resonance(rateHz: 48_000)]) { $0.normalization = normalization }
      #expect(abs(try level(preset, rate: rate) / level(preset, rate: 48_000) - 1) < 1e-5)
    }
  }

  @Test("none keeps the samples, decibels are a factor, energy makes the loudest channel's 1, peak the highest gain")
  func normalisation() throws {
    var ir = responses(2)
    ir[1] = ir[1].map { $0 * 0.25 }
    let impulse = [Signals.impulse(frames: 1)]
    func output(_ change: (inout ConvolutionDescription) -> Void) throws -> [[Float]] {
      try chain(ir, change).wholeOutput(for: impulse)
    }
    func isScaled(_ output: [[Float]], by factor: Double) -> Bool {
      zip(output, ir).allSatisfy { samples, taps in
        zip(samples, taps).allSatisfy { abs(Double($0) - factor * Double($1)) <= 250 * 0x1p-24 * factor * norm(taps) }
      }
    }
    #expect(isScaled(try output { _ in }, by: 1))
    #expect(isScaled(try output { $0.gainDecibels = -20 }, by: 0.1))
    #expect(isScaled(try output { $0.normalization = .energy }, by: 1 / norm(ir[0])))
    let peak = peakGain(of: ir[0])
    #expect(peak > norm(ir[0]))
    #expect(isScaled(try output { $0.normalization = .peak }, by: 1 / peak))
    #expect(
      isScaled(
        try output {
          $0.normalization = .peak
          $0.gainDecibels = 20
        }, by: 10 / peak))
    #expect(!isScaled(try output { $0.gainDecibels = -20 }, by: 0.1001))
  }

  @Test("Energy is that at the rate of the signal: white noise keeps its level, whatever the rate of the file")
  func noise() throws {
    for rate in [48_000, 96_000] {
      let preset = chain([resonance(rateHz: rate)], rate: rate) { $0.normalization = .energy }
      let output = try preset.wholeOutput(for: [Signals.impulse(frames: 1)])[0]
      #expect(abs(norm(output) - 1) < 1e-5)
    }
  }

  @Test("The notes tell peak gain as it is used, silence, another rate, and other channels")
  func notes() throws {
    func notes(_ chain: Chain, rate: Int? = 48_000) throws -> [String] {
      try chain.prepare(channels: 1, sampleRateHz: rate).notes
    }
    #expect(try notes(chain([[1, 1]])) == ["ir.wav: peak gain 6.0 dB"])
    #expect(try notes(chain([[1, 1]]) { $0.gainDecibels = -10 }) == ["ir.wav: peak gain -4.0 dB"])
    #expect(try notes(chain([[1, 1]]) { $0.normalization = .peak }) == ["ir.wav: peak gain 0.0 dB"])
    #expect(
      try notes(chain([[0, 0, 1], [0, 0, 0]])) == [
        "ir.wav: peak gain 0.0 dB", "ir.wav: the impulse response begins with 2 frames of silence, kept as they are",
        "ir.wav: the output is stereo (mono input, stereo response)",
      ])
    #expect(try notes(chain([[0, 0]])) == ["ir.wav: the impulse response is silent"])
    let lead = try resampleImpulseResponse([[1]], from: 44_100, to: 48_000).leadFrames
    #expect(
      try notes(chain([[1]], rate: 44_100)).dropFirst() == [
        "ir.wav: impulse response resampled 44100 → 48000 Hz, which adds a latency of \(lead) frames"
      ])
    #expect(
      try notes(chain([[1]], rate: 44_100), rate: nil) == [
        "ir.wav: peak gain 0.0 dB",
        "the signal has no sample rate; the impulse response runs at its own, 44100 Hz, unless another is given",
      ])
  }
}
