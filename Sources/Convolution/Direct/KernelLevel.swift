import CConvolutionKernels

/// An instruction set that the kernels are compiled for. All levels give the same bits.
public enum KernelLevel: Int, Sendable, CaseIterable {
  /// The instructions of every processor of the architecture: SSE2, where fused multiply-adds are slow library calls, or
  /// NEON on arm64, at full speed.
  case baseline = 0
  /// 8 floats per vector, with fused multiply-add.
  case avx2 = 1
  /// 16 floats per vector.
  case avx512 = 2

  /// Whether this processor has it.
  public var isAvailable: Bool { cck_level_available(Int32(rawValue)) != 0 }

  /// The level chosen when the process started: the highest that the processor has, or the one that the environment
  /// variable `CONVAUDIO_KERNELS` (`baseline`, `avx2`, `avx512`) asks for.
  public static var selected: KernelLevel { KernelLevel(rawValue: Int(cck_selected_level()))! }

  /// False when `CONVAUDIO_KERNELS` names an unknown level, or one that this processor does not have.
  public static var requestWasMet: Bool { cck_request_was_met() != 0 }

  /// The levels of this processor, slowest first.
  public static var available: [KernelLevel] { allCases.filter(\.isAvailable) }

  /// The name to print, such as `AVX-512`.
  public var name: String { isAvailable ? String(cString: kernels.pointee.name) : "unavailable" }

  /// The table of loops.
  /// - Precondition: The level is available.
  public var kernels: UnsafePointer<cck_kernels> {
    guard let table = cck_kernels_of(Int32(rawValue)) else {
      preconditionFailure("kernel level \(self) is not available on this processor")
    }
    return table
  }

  /// The peak of one core in floating-point operations per second, measured with fused multiply-adds in registers (two
  /// operations each): the limit that benchmarks compare with.
  /// - Parameter seconds: How long to measure.
  public func multiplyAddPeak(seconds: Double = 0.05) -> Double {
    var sink: Float = 0.001
    let clock = ContinuousClock()
    var best = 0.0
    let end = clock.now + .seconds(seconds)
    repeat {
      var operations = 0.0
      let time = clock.measure { operations = cck_fma_peak(Int32(rawValue), 20_000, &sink) }
      best = max(best, operations / (Double(time.components.attoseconds) * 1e-18 + Double(time.components.seconds)))
    } while clock.now < end
    return best
  }
}
