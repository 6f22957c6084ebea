import CFFTW
import Synchronization

/// The lock around FFTW's planner, which is shared by the whole process and not thread-safe. A program that plans with
/// FFTW itself must take this lock, too, and must not plan by the clock: FFTW reuses what it measured, which changes bits.
package enum FourierPlanner {
  private static let lock = Mutex<Void>(())

  /// Calls `body` while no other thread plans.
  package static func withLock<Result: Sendable>(_ body: () -> Result) -> Result { lock.withLock { _ in body() } }
}

/// FFTW's plans for complex transforms of one length, made once and shared by all threads.
///
/// Plans are made with `FFTW_ESTIMATE`, which does not use the clock: the same plan, and so the same bits, in every
/// process on processors of one kind. FFTW's planner is not thread-safe and is called under one lock; execution does not
/// need one.
struct FourierPlan: @unchecked Sendable {
  // Sendable because FFTW's new-array execution only reads a plan; plans are never destroyed.
  private let single: (forward: fftwf_plan, backward: fftwf_plan)
  private let double: fftw_plan
  /// Complex numbers.
  let count: Int

  /// The plan for `count` complex numbers.
  /// - Precondition: `count` is positive.
  static func shared(count: Int) -> FourierPlan {
    cache.withLock { plans in
      if let plan = plans[count] { return plan }
      let plan = FourierPlanner.withLock { FourierPlan(count: count) }
      plans[count] = plan
      return plan
    }
  }

  private static let cache = Mutex<[Int: FourierPlan]>([:])

  private init(count: Int) {
    precondition(count > 0, "a transform has a length")
    // The planner looks at the alignment of these arrays; all memory used later has the same.
    let (from, to) = (AlignedMemory(count: 4 * count), AlignedMemory(count: 4 * count))
    let (a, b) = (UnsafeMutableRawPointer(from.base), UnsafeMutableRawPointer(to.base))
    let (length, estimate) = (Int32(count), UInt32(FFTW_ESTIMATE))
    let (x, y) = (a.assumingMemoryBound(to: fftwf_complex.self), b.assumingMemoryBound(to: fftwf_complex.self))
    single = (
      fftwf_plan_dft_1d(length, x, y, FFTW_FORWARD, estimate), fftwf_plan_dft_1d(length, x, y, FFTW_BACKWARD, estimate)
    )
    double = fftw_plan_dft_1d(
      length, a.assumingMemoryBound(to: fftw_complex.self), b.assumingMemoryBound(to: fftw_complex.self), FFTW_FORWARD,
      estimate)
    self.count = count
    withExtendedLifetime((from, to)) {}
  }

  /// `to[k] = Σ_n from[n] · exp(−2πi·n·k / count)`, interleaved; `from` is kept.
  /// - Precondition: Both are 16-byte aligned and apart.
  func forward(_ from: UnsafeMutablePointer<Float>, to: UnsafeMutablePointer<Float>) {
    fftwf_execute_dft(single.forward, Self.complex(from), Self.complex(to))
  }

  /// `to[n] = Σ_k from[k] · exp(+2πi·n·k / count)`, interleaved; `from` is kept.
  /// - Precondition: Both are 16-byte aligned and apart.
  func backward(_ from: UnsafeMutablePointer<Float>, to: UnsafeMutablePointer<Float>) {
    fftwf_execute_dft(single.backward, Self.complex(from), Self.complex(to))
  }

  /// `forward` in double precision.
  func forward(_ from: UnsafeMutablePointer<Double>, to: UnsafeMutablePointer<Double>) {
    let x = UnsafeMutableRawPointer(from).assumingMemoryBound(to: fftw_complex.self)
    fftw_execute_dft(double, x, UnsafeMutableRawPointer(to).assumingMemoryBound(to: fftw_complex.self))
  }

  private static func complex(_ floats: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<fftwf_complex> {
    UnsafeMutableRawPointer(floats).assumingMemoryBound(to: fftwf_complex.self)
  }
}

/// FFTW's plans for transforms of `count` along an outer axis of a grid of complex numbers, in place: number k of
/// transform j is at `k · pitch + j`, for all j below `pitch`.
struct FourierAxisPlan: @unchecked Sendable {
  // Sendable as `FourierPlan`.
  private let single: (forward: fftwf_plan, backward: fftwf_plan)
  private let double: fftw_plan

  /// The plan for these sizes.
  static func shared(count: Int, pitch: Int) -> FourierAxisPlan {
    cache.withLock { plans in
      if let plan = plans[[count, pitch]] { return plan }
      let plan = FourierPlanner.withLock { FourierAxisPlan(count: count, pitch: pitch) }
      plans[[count, pitch]] = plan
      return plan
    }
  }

  private static let cache = Mutex<[[Int]: FourierAxisPlan]>([:])

  private init(count: Int, pitch: Int) {
    let memory = AlignedMemory(count: 4 * count * pitch)
    let raw = UnsafeMutableRawPointer(memory.base)
    let (x, y) = (raw.assumingMemoryBound(to: fftwf_complex.self), raw.assumingMemoryBound(to: fftw_complex.self))
    let (length, step, estimate) = ([Int32(count)], Int32(pitch), UInt32(FFTW_ESTIMATE))
    func plan(_ sign: Int32) -> fftwf_plan {
      fftwf_plan_many_dft(1, length, step, x, nil, step, 1, x, nil, step, 1, sign, estimate)
    }
    single = (plan(FFTW_FORWARD), plan(FFTW_BACKWARD))
    double = fftw_plan_many_dft(1, length, step, y, nil, step, 1, y, nil, step, 1, FFTW_FORWARD, estimate)
    withExtendedLifetime(memory) {}
  }

  func forward(_ grid: UnsafeMutablePointer<Float>) {
    let x = UnsafeMutableRawPointer(grid).assumingMemoryBound(to: fftwf_complex.self)
    fftwf_execute_dft(single.forward, x, x)
  }

  func backward(_ grid: UnsafeMutablePointer<Float>) {
    let x = UnsafeMutableRawPointer(grid).assumingMemoryBound(to: fftwf_complex.self)
    fftwf_execute_dft(single.backward, x, x)
  }

  func forward(_ grid: UnsafeMutablePointer<Double>) {
    let x = UnsafeMutableRawPointer(grid).assumingMemoryBound(to: fftw_complex.self)
    fftw_execute_dft(double, x, x)
  }
}
