import CConvolutionKernels
import Foundation
import TestSupport
import Testing

@testable import Convolution

@Suite("Right-angle transforms")
struct RightAngleTransformTests {
  private static let counts = [32, 64, 256, 512, 2048, 4096, 8192, 16_384, 65_536]

  /// Forward by the kernels of a level.
  private func spectrum(_ samples: [Float], _ transform: RightAngleTransform, _ level: KernelLevel) -> [Float] {
    let n = transform.count
    let (x, rows, z) = (AlignedMemory(count: 2 * n), AlignedMemory(count: 2 * n), AlignedMemory(count: 2 * n))
    for i in 0..<2 * n { x.base[i] = samples[i] }
    // In two ranges of columns, which must not matter.
    let middle = transform.columns / 32 * 16
    for range in [0..<middle, middle..<transform.columns] where !range.isEmpty {
      transform.split(level.kernels, first: x.base, second: x.base + n, into: rows.base, columns: range)
    }
    for row in 0..<transform.rowCount {
      transform.forward(row: row, of: rows.base, to: z.base + 2 * row * transform.columns)
    }
    return (0..<2 * n).map { z.base[$0] }
  }

  private func samples(_ spectrum: [Float], _ transform: RightAngleTransform, _ level: KernelLevel) -> [Float] {
    let n = transform.count
    let (z, rows, x) = (AlignedMemory(count: 2 * n), AlignedMemory(count: 2 * n), AlignedMemory(count: 2 * n))
    for i in 0..<2 * n { z.base[i] = spectrum[i] }
    for row in 0..<transform.rowCount {
      transform.backward(row: row, from: z.base + 2 * row * transform.columns, to: rows.base)
    }
    transform.join(
      level.kernels, rows: rows.base, first: x.base, second: x.base + n, columns: 0..<transform.columns)
    return (0..<2 * n).map { x.base[$0] }
  }

  @Test("there and back is N times the samples", arguments: counts)
  func roundTrip(_ count: Int) {
    let transform = RightAngleTransform.shared(count: count)
    let x = Signals.noise(frames: 2 * count)
    let y = samples(spectrum(x, transform, .selected), transform, .selected)
    let error = errorToSignalDecibels(y.map { $0 / Float(count) }, x.map(Double.init))
    #expect(error < -130, "\(error) dB")
  }

  @Test("products are convolutions modulo x^2N + 1", arguments: [32, 128, 512, 4096])
  func convolution(_ count: Int) {
    let transform = RightAngleTransform.shared(count: count)
    let (x, w) = (Signals.noise(frames: 2 * count), Signals.noise(frames: 2 * count, seed: 5))
    let (a, b) = (spectrum(x, transform, .selected), spectrum(w, transform, .selected))
    var product = a
    for k in 0..<count {
      product[2 * k] = a[2 * k] * b[2 * k] - a[2 * k + 1] * b[2 * k + 1]
      product[2 * k + 1] = a[2 * k] * b[2 * k + 1] + a[2 * k + 1] * b[2 * k]
    }
    let y = samples(product, transform, .selected).map { $0 / Float(count) }
    let places = [0, 1, count - 1, count, 2 * count - 1]
    let norms = [x, w].map { $0.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() }
    for t in places {
      var truth = 0.0
      for k in 0..<2 * count {
        truth += Double(w[k]) * (t >= k ? Double(x[t - k]) : -Double(x[t - k + 2 * count]))
      }
      #expect(abs(Double(y[t]) - truth) < 13 * log2(2 * Double(count)) * unit * norms[0] * norms[1])
    }
  }

  @Test("spectra of responses are those of the samples, rounded once", arguments: counts)
  func kernelSpectra(_ count: Int) {
    let transform = RightAngleTransform.shared(count: count)
    let w = Signals.noise(frames: count - 7, seed: 9)
    let target = AlignedMemory(count: 2 * count)
    KernelSpectrumMaker(transform).make(taps: w[...], offset: 7, gain: Double(count), into: target.base, stride: 64)
    let z = spectrum([Float](repeating: 0, count: 7) + w + [Float](repeating: 0, count: count), transform, .selected)
    let made = (0..<2 * count).map { Double(target.base[$0]) }
    #expect(errorToSignalDecibels(z, made) < -130)
  }

  @Test("every level gives the same bits", arguments: [32, 64, 512, 4096, 16_384])
  func levels(_ count: Int) {
    let transform = RightAngleTransform.shared(count: count)
    let x = Signals.noise(frames: 2 * count)
    let expected = spectrum(x, transform, .selected)
    let back = samples(expected, transform, .selected)
    for level in KernelLevel.available {
      #expect(firstBitDifference(spectrum(x, transform, level), expected) == nil, "\(level)")
      #expect(firstBitDifference(samples(expected, transform, level), back) == nil, "\(level)")
    }
  }

  @Test("concurrent first uses make one plan that all can use")
  func concurrent() async {
    let x = Signals.noise(frames: 2 * 1024)
    let expected = spectrum(x, .shared(count: 1024), .selected)
    await withTaskGroup(of: Bool.self) { group in
      for index in 0..<16 {
        group.addTask {
          _ = RightAngleTransform.shared(count: 32 << (index % 8))
          return firstBitDifference(self.spectrum(x, .shared(count: 1024), .selected), expected) == nil
        }
      }
      for await isSame in group { #expect(isSame) }
    }
  }
}

@Suite("Products of spectra")
struct SpectralProductTests {
  @Test("every level gives the bits of the plain twin", arguments: KernelLevel.available)
  func plainTwin(_ level: KernelLevel) {
    for (slots, partitions, first) in [(1, 1, 0), (5, 5, 3), (16, 16, 9), (17, 17, 0), (40, 33, 20), (7, 2, 6)] {
      let chunks = 3
      let x = Signals.noise(frames: chunks * slots * 64, seed: 1)
      let h = Signals.noise(frames: chunks * partitions * 64, seed: 2)
      let other = Signals.noise(frames: chunks * 2 * 64, seed: 3)
      x.withUnsafeBufferPointer { x in
        h.withUnsafeBufferPointer { h in
          other.withUnsafeBufferPointer { other in
            let terms = [
              cck_spectral_term(
                x: x.baseAddress, x_slots: slots, x_first: first, h: h.baseAddress, partitions: partitions),
              cck_spectral_term(x: other.baseAddress, x_slots: 2, x_first: 1, h: h.baseAddress, partitions: 1),
            ]
            var (fast, plain) = ([Float](repeating: 7, count: chunks * 64), [Float](repeating: 7, count: chunks * 64))
            level.kernels.pointee.multiply_add_spectra(terms, 2, 1, 3, &fast)
            cck_multiply_add_spectra_plain(terms, 2, 1, 3, &plain)
            #expect(firstBitDifference(fast, plain) == nil)
            #expect(plain.prefix(64).allSatisfy { $0 == 7 }, "only the chunks that were asked for")
          }
        }
      }
    }
  }

  @Test("rows are summed from the first to the last", arguments: KernelLevel.available)
  func rows(_ level: KernelLevel) {
    let rows = (0..<3).map { Signals.noise(frames: 100, seed: $0 + 1) }
    for (count, adds) in [(0, 0), (1, 0), (3, 0), (3, 1), (2, 1)] {
      for frames in [0, 1, 15, 16, 17, 64, 99] {
        var y = Signals.noise(frames: 100, seed: 8)
        let expected = y.indices.map { t in
          t >= frames ? y[t] : (0..<count).reduce(adds == 1 ? y[t] : 0) { $0 + rows[$1][t] }
        }
        rows[0].withUnsafeBufferPointer { a in
          rows[1].withUnsafeBufferPointer { b in
            rows[2].withUnsafeBufferPointer { c in
              var pointers: [UnsafePointer<Float>?] = [a.baseAddress, b.baseAddress, c.baseAddress]
              level.kernels.pointee.sum_rows(&pointers, count, Int32(adds), &y, frames)
            }
          }
        }
        #expect(firstBitDifference(y, expected) == nil)
      }
    }
  }
}
