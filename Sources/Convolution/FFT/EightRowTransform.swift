import CConvolutionKernels

/// Long Fourier transforms whose spectra have eight rows: value 8m + r is in row r at place m.
///
/// The order does not matter for products with a transfer function, nor for folding to a lower rate, which adds places of
/// one row. FFTW only does transforms of an eighth of the length, which stay in the first caches: with Debian's FFTW one
/// of 32,768 takes twice as long as eight of 4096 and our own pass that joins them. (The
/// decimation of J. Cooley, J. Tukey, Mathematics of Computation 19, 1965, stopped after its first step.)
///
/// - Real time: nothing allocates after `init`.
/// - One thread at a time.
package final class EightRowTransform {
  /// Values of the transform.
  package let count: Int
  /// Values of a row.
  package let row: Int

  private let kernels: UnsafePointer<cck_spectral_kernels>
  private let plan: FourierPlan
  private let turns: AlignedMemory
  private let scratch: AlignedMemory

  /// - Precondition: `count` is a multiple of 16.
  package init(count: Int, level: KernelLevel = .selected) {
    precondition(count > 0 && count.isMultiple(of: 16), "eight rows whose beginnings are aligned")
    self.count = count
    row = count / 8
    kernels = level.spectralKernels
    plan = .shared(count: row)
    turns = AlignedMemory(count: 6 * row + RealTransform.slack)
    scratch = AlignedMemory(count: 2 * count + RealTransform.slack)
    for n in 0..<row {
      for power in 0..<3 {
        let angle = 2 * Double.pi * Double(n << power) / Double(count)
        turns.base[2 * power * row + n] = Float(cosine(angle))
        turns.base[(2 * power + 1) * row + n] = Float(sine(angle))
      }
    }
  }

  /// The spectrum of real samples, all `count` values of it.
  ///
  /// - Parameters:
  ///   - samples: `count` of them, and room for whole vectors after them.
  ///   - spectrum: Eight rows; room for whole vectors before and after them.
  package func forward(_ samples: UnsafePointer<Float>, to spectrum: UnsafeMutablePointer<Float>) {
    kernels.pointee.split_eight(samples, turns.base, row, scratch.base)
    for r in 0..<5 { plan.forward(scratch.base + 2 * r * row, to: spectrum + 2 * r * row) }
    for r in 1..<4 {
      kernels.pointee.conjugate_reversed(spectrum + 2 * r * row, row, spectrum + 2 * (8 - r) * row)
    }
  }

  /// The magnitudes of what a spectrum belongs to, `count` times as large.
  package func backwardMagnitudes(_ spectrum: UnsafeMutablePointer<Float>, to output: UnsafeMutablePointer<Float>) {
    for r in 0..<8 { plan.backward(spectrum + 2 * r * row, to: scratch.base + 2 * r * row) }
    kernels.pointee.join_eight(scratch.base, turns.base, row, output)
  }
}
