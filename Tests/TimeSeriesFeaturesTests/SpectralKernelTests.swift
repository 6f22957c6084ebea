import CConvolutionKernels
import Convolution
import Foundation
import TestSupport
import Testing

@testable import TimeSeriesFeatures

@Suite("Spectral kernels")
struct SpectralKernelTests {
  private func memory(_ count: Int, seed: UInt64) -> AlignedMemory {
    let memory = AlignedMemory(count: count + 2 * RealTransform.slack)
    for (index, value) in Signals.noise(frames: count + 2 * RealTransform.slack, seed: seed).enumerated() {
      memory.base[index] = value
    }
    return memory
  }

  private func run(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
    let memory = AlignedMemory(count: count + RealTransform.slack)
    for index in 0..<count + RealTransform.slack { memory.base[index] = 0.25 }
    body(memory.base)
    return (0..<count + RealTransform.slack).map { memory.base[$0] }
  }

  @Test(
    "every instruction set equals the plain loops bit for bit, and writes nowhere else",
    arguments: KernelLevel.available)
  func levels(_ level: KernelLevel) {
    withUnsafePointer(to: cck_spectral_kernels_plain) { plain in
      let own = level.spectralKernels
      for count in [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100, 513] {
        let z = memory(2 * count, seed: 1)
        let w = memory(2 * count, seed: 2)
        let (z8, w8) = (memory(16 * count, seed: 3), memory(6 * count, seed: 4))
        let from = z.base + RealTransform.slack
        let results = [plain, own].map { table -> [[Float]] in
          let kernels = table.pointee
          return [
            run(2 * count + 2) { kernels.real_spectrum(from, w.base, count, $0) },
            run(count + 1) { kernels.real_power(from, w.base, count, $0) },
            run(count) { kernels.powers(from, count, $0) }, run(count) { kernels.magnitudes(from, count, $0) },
            run(count) { kernels.multiply_add(from, w.base, $0, count) },
            run(count) { kernels.logarithm(from, 1e-3, 3, -1, $0, count) },
            run(10 * count) { kernels.split_eight(z8.base, w8.base, count, $0) },
            run(2 * count) { kernels.conjugate_reversed(from, count, $0) },
            run(8 * count) { kernels.join_eight(z8.base, w8.base, count, $0) },
            run(3) {
              let bands = (0..<3).map { band in
                cck_band(first: 3 * band, count: (count + 15) / 16 * 16, weights: UnsafePointer(w.base + 16 * band))
              }
              kernels.band_sums(z.base, bands, 3, $0)
            },
          ]
        }
        for (index, pair) in zip(results[0], results[1]).enumerated() {
          #expect(firstBitDifference(pair.0, pair.1) == nil, "loop \(index), \(count) values, \(level)")
        }
      }
    }
  }

  @Test("the logarithm is within 2e-7 (relative, or absolute below 1) over all exponents")
  func logarithm() {
    let kernels = KernelLevel.selected.spectralKernels
    var values: [Float] = [.leastNormalMagnitude, 1, 0.5, 2, 1.4142135, 1.4142137, .greatestFiniteMagnitude, 1e-10]
    for exponent in -126...127 {
      for step in 0..<64 { values.append(Float(sign: .plus, exponent: exponent, significand: 1 + Float(step) / 64)) }
    }
    let out = AlignedMemory(count: values.count + RealTransform.slack)
    let input = AlignedMemory(count: values.count + RealTransform.slack)
    input.base.update(from: values, count: values.count)
    kernels.pointee.logarithm(input.base, .leastNormalMagnitude, 1, 0, out.base, values.count)
    for (index, value) in values.enumerated() {
      let truth = log2(Double(value))
      #expect(abs(Double(out.base[index]) - truth) <= 2e-7 * max(1, abs(truth)), "log2(\(value))")
    }
    let special: [Float] = [.nan, .infinity, -.infinity, -1, 0]
    input.base.update(from: special, count: 5)
    kernels.pointee.logarithm(input.base, 0.5, 1, 0, out.base, 5)
    #expect(out.base[0].isNaN && out.base[1] == .infinity)
    #expect(out.base[2] == -1 && out.base[3] == -1 && out.base[4] == -1)
  }
}
