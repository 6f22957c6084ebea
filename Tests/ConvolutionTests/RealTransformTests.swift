import Foundation
import TestSupport
import Testing

@testable import Convolution

@Suite("Transforms of real samples")
struct RealTransformTests {
  /// The definition, in double precision.
  private func spectrum(_ x: [Float]) -> [(Double, Double)] {
    (0...x.count / 2).map { k in
      var (re, im) = (0.0, 0.0)
      for (n, value) in x.enumerated() {
        let angle = -2 * Double.pi * Double(n * k % x.count) / Double(x.count)
        re += Double(value) * cos(angle)
        im += Double(value) * sin(angle)
      }
      return (re, im)
    }
  }

  @Test(
    "any length gives the spectrum of the definition, and its power",
    arguments: [1, 2, 3, 4, 6, 16, 30, 34, 62, 64, 66, 127, 400, 501, 512, 2048])
  func definition(_ count: Int) throws {
    let x = Signals.noise(frames: count, seed: UInt64(count))
    let norm = x.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    // Transform and pass: a few roundings for each of log2(N) stages.
    let bound = (13 * log2(Double(count)) + 8) * norm * 0x1p-24
    for level in KernelLevel.available {
      let transform = RealTransform(count: count, level: level)
      #expect(transform.bins == count / 2 + 1)
      let out = AlignedMemory(count: 2 * transform.bins + RealTransform.slack)
      let power = AlignedMemory(count: transform.bins + RealTransform.slack)
      transform.samples.update(from: x, count: count)
      transform.forward(to: out.base)
      transform.samples.update(from: x, count: count)
      transform.power(to: power.base)
      for (k, truth) in spectrum(x).enumerated() {
        let (re, im) = (Double(out.base[2 * k]), Double(out.base[2 * k + 1]))
        let error = ((re - truth.0) * (re - truth.0) + (im - truth.1) * (im - truth.1)).squareRoot()
        #expect(error <= bound, "bin \(k) of \(count), \(level)")
        let expected = re * re + im * im
        #expect(abs(Double(power.base[k]) - expected) <= 4e-7 * expected + 1e-30)
      }
      // The floats after the result do not change.
      #expect(out.base[2 * transform.bins] == 0 && power.base[transform.bins] == 0)
    }
  }

  @Test("eight rows hold the spectrum, and give the magnitudes back", arguments: [16, 32, 48, 128, 272, 1024, 4096])
  func eightRows(_ count: Int) throws {
    let x = Signals.noise(frames: count, seed: UInt64(count))
    let norm = x.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    let bound = (13 * log2(Double(count)) + 8) * norm * 0x1p-24
    let slack = RealTransform.slack
    for level in KernelLevel.available {
      let transform = EightRowTransform(count: count, level: level)
      let samples = AlignedMemory(count: count + slack)
      samples.base.update(from: x, count: count)
      let spectrum = AlignedMemory(count: 2 * count + 2 * slack)
      transform.forward(samples.base, to: spectrum.base + slack)
      let truth = self.spectrum(x)
      for k in 0..<count {
        let place = slack + 2 * (k % 8 * (count / 8) + k / 8)
        let (re, im) = k <= count / 2 ? truth[k] : (truth[count - k].0, -truth[count - k].1)
        let (a, b) = (Double(spectrum.base[place]) - re, Double(spectrum.base[place + 1]) - im)
        #expect((a * a + b * b).squareRoot() <= bound, "value \(k) of \(count), \(level)")
      }
      let back = AlignedMemory(count: count + slack)
      transform.backwardMagnitudes(spectrum.base + slack, to: back.base)
      for n in 0..<count {
        #expect(abs(Double(back.base[n]) / Double(count) - abs(Double(x[n]))) <= 2 * bound / Double(count).squareRoot())
      }
    }
  }

  @Test("the complex transform is FFTW's, there and back")
  func complex() {
    let values = (0..<12).map { (Double($0 * $0 % 7), Double($0 % 5)) }
    let transform = ComplexTransform(count: 12)
    let forward = transform.forward(values)
    let (a, b) = (AlignedMemory(count: 24), AlignedMemory(count: 24))
    for (index, value) in values.enumerated() {
      (a.base[2 * index], a.base[2 * index + 1]) = (Float(value.0), Float(value.1))
    }
    transform.forward(a.base, to: b.base)
    for k in 0..<12 {
      #expect(abs(Double(b.base[2 * k]) - forward[k].0) < 1e-4 && abs(Double(b.base[2 * k + 1]) - forward[k].1) < 1e-4)
    }
    transform.backward(b.base, to: a.base)
    for (index, value) in values.enumerated() { #expect(abs(Double(a.base[2 * index]) / 12 - value.0) < 1e-5) }
  }
}
