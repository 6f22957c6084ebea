import CFFTW

/// The highest gain that a filter with this impulse response has at any frequency, as a factor.
///
/// Sampled at 2¹⁹ frequencies or twice as many as the response has samples, whichever are fewer: a response folded to N
/// samples has, at multiples of 1/N of the rate, exactly the spectrum of the whole.
/// - Complexity: O(n + N log N); 8 MB at most.
public func peakGain(of response: [Float]) -> Double {
  guard !response.isEmpty else { return 0 }
  var count = 64
  while count < 2 * response.count, count < 1 << 20 { count *= 2 }
  // In place: N real numbers become N/2 + 1 complex ones.
  let memory = AlignedMemory(count: 2 * (count + 2))
  return UnsafeMutableRawPointer(memory.base).withMemoryRebound(to: Double.self, capacity: count + 2) { samples in
    for (index, sample) in response.enumerated() { samples[index % count] += Double(sample) }
    nonisolated(unsafe) let place = samples
    let length = Int32(count)
    let plan = FourierPlanner.withLock {
      nonisolated(unsafe) let plan = fftw_plan_dft_r2c_1d(
        length, place, UnsafeMutableRawPointer(place).assumingMemoryBound(to: fftw_complex.self), UInt32(FFTW_ESTIMATE))
      return PlanBox(plan: plan)
    }
    fftw_execute(plan.plan)
    FourierPlanner.withLock { fftw_destroy_plan(plan.plan) }
    var highest = 0.0
    for k in 0...count / 2 { highest = max(highest, samples[2 * k] * samples[2 * k] + samples[2 * k + 1] * samples[2 * k + 1]) }
    return highest.squareRoot()
  }
}

// Sendable because it is made, used and destroyed by one thread.
private struct PlanBox: @unchecked Sendable {
  let plan: fftw_plan?
}
