import CConvolutionKernels

/// The Fourier transform of real samples of any length, with its own memory.
///
/// ```
/// X[k] = Σ_{n<count} x[n] · exp(−2πi·n·k / count),   0 ≤ k ≤ count / 2
/// ```
/// For an even length, FFTW does a complex transform of half the length over pairs of neighbouring samples, and our own
/// pass separates even and odd samples; with Debian's FFTW that takes half of the time of its real transform. An odd
/// length is a complex transform with imaginary parts of zero.
///
/// - Numerics: Float32; the pass gives the same bits on every instruction set, FFTW's part on processors of one kind.
/// - Real time: nothing allocates after `init`.
/// - One thread at a time.
package final class RealTransform {
  /// Samples.
  package let count: Int
  /// Bins: `count / 2 + 1`.
  package var bins: Int { count / 2 + 1 }
  /// The samples to transform: `count` floats, 64-byte aligned, followed by room for whole vectors.
  package let samples: UnsafeMutablePointer<Float>

  private let kernels: UnsafePointer<cck_spectral_kernels>
  private let plan: FourierPlan
  private let memory: AlignedMemory
  private let spectrum: UnsafeMutablePointer<Float>
  private let twiddles: AlignedMemory

  /// Floats that may be read after what a transform writes.
  package static let slack = Int(CCK_SPECTRAL_SLACK)

  /// - Parameter level: The instruction set of the pass.
  /// - Precondition: `count` is positive.
  package init(count: Int, level: KernelLevel = .selected) {
    precondition(count > 0, "a transform has a length")
    self.count = count
    kernels = level.spectralKernels
    let isEven = count.isMultiple(of: 2)
    let complex = isEven ? count / 2 : count
    plan = .shared(count: complex)
    // Samples, then the transform, with slack around it.
    let pitch = (2 * complex + Self.slack + 15) / 16 * 16
    memory = AlignedMemory(count: 2 * pitch + Self.slack)
    samples = memory.base
    spectrum = memory.base + pitch + Self.slack
    twiddles = AlignedMemory(count: 2 * complex + Self.slack)
    guard isEven else { return }
    for k in 0..<complex {
      let angle = Double.pi * Double(k) / Double(complex)
      twiddles.base[2 * k] = Float(-sine(angle) / 2)
      twiddles.base[2 * k + 1] = Float(-cosine(angle) / 2)
    }
  }

  /// The spectrum of `samples`.
  /// - Parameter output: Room for `bins` interleaved complex numbers.
  package func forward(to output: UnsafeMutablePointer<Float>) {
    if count.isMultiple(of: 2) {
      plan.forward(samples, to: spectrum)
      kernels.pointee.real_spectrum(spectrum, twiddles.base, count / 2, output)
    } else {
      transformOdd()
      output.update(from: spectrum, count: 2 * bins)
    }
  }

  /// The squared magnitudes of the spectrum of `samples`.
  /// - Parameter output: Room for `bins` numbers.
  package func power(to output: UnsafeMutablePointer<Float>) {
    if count.isMultiple(of: 2) {
      plan.forward(samples, to: spectrum)
      kernels.pointee.real_power(spectrum, twiddles.base, count / 2, output)
    } else {
      transformOdd()
      kernels.pointee.powers(spectrum, bins, output)
    }
  }

  private func transformOdd() {
    // Backwards, so that nothing is overwritten before it is read.
    for n in (0..<count).reversed() { (samples[2 * n], samples[2 * n + 1]) = (samples[n], 0) }
    plan.forward(samples, to: spectrum)
  }
}

extension KernelLevel {
  /// The loops around Fourier transforms.
  /// - Precondition: The level is available.
  public var spectralKernels: UnsafePointer<cck_spectral_kernels> {
    guard let table = cck_spectral_kernels_of(Int32(rawValue)) else {
      preconditionFailure("kernel level \(self) is not available on this processor")
    }
    return table
  }
}

/// The Fourier transform of complex numbers, and back, by FFTW.
///
/// A plain value; made once for every length and kept for the life of the process.
package struct ComplexTransform: Sendable {
  /// Complex numbers.
  package var count: Int { plan.count }
  private let plan: FourierPlan

  /// - Precondition: `count` is positive.
  package init(count: Int) { plan = .shared(count: count) }

  /// `to[k] = Σ_n from[n] · exp(−2πi·n·k / count)`, interleaved; `from` is kept.
  /// - Precondition: Both are 64-byte aligned and apart.
  @inline(__always)
  package func forward(_ from: UnsafeMutablePointer<Float>, to: UnsafeMutablePointer<Float>) {
    plan.forward(from, to: to)
  }

  /// `to[n] = Σ_k from[k] · exp(+2πi·n·k / count)`, interleaved; `from` is kept.
  /// - Precondition: Both are 64-byte aligned and apart.
  @inline(__always)
  package func backward(_ from: UnsafeMutablePointer<Float>, to: UnsafeMutablePointer<Float>) {
    plan.backward(from, to: to)
  }

  /// `forward` in double precision.
  package func forward(_ values: [(Double, Double)]) -> [(Double, Double)] {
    precondition(values.count == count, "one value a bin")
    let from = UnsafeMutablePointer<Double>.aligned(2 * count)
    let to = UnsafeMutablePointer<Double>.aligned(2 * count)
    defer {
      from.deallocate()
      to.deallocate()
    }
    for (index, value) in values.enumerated() { (from[2 * index], from[2 * index + 1]) = value }
    plan.forward(from, to: to)
    return (0..<count).map { (to[2 * $0], to[2 * $0 + 1]) }
  }
}
