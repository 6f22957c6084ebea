import CFFTW

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The highest gain that a filter with this impulse response has at any frequency, as a factor:
///
/// ```
/// max over f of |Σ_n h[n]·e^(−2πi·f·n)|
/// ```
/// Searches N = 2²⁰ points of the circle, or fewer if that is still four times the samples of the response, and then by
/// golden section between the highest point and its neighbours. If several peaks are nearly as high, it may find one that
/// is at most 0.3 dB lower. A response of more than N samples is folded to N, which keeps its spectrum exactly at multiples
/// of 1/N of the rate; higher values between them are missed.
/// - Complexity: O(n + N log N); 8 MB at most.
package func peakGain(of response: [Float]) -> Double {
  guard !response.isEmpty else { return 0 }
  var count = 64
  while count < 4 * response.count, count < 1 << 20 { count *= 2 }
  let (place, sampled) = highestBin(of: response, count: count)
  guard response.count <= count, sampled > 0 else { return sampled }

  // Between the neighbours |H|² is nearly a parabola. Each step keeps 0.618 of the interval: 14 leave 2/1000 of a bin.
  let golden = (5.0.squareRoot() - 1) / 2
  var (low, high) = ((Double(place) - 1) / Double(count), (Double(place) + 1) / Double(count))
  var (left, right) = (high - golden * (high - low), low + golden * (high - low))
  var (leftGain, rightGain) = (gain(of: response, frequency: left), gain(of: response, frequency: right))
  for _ in 0..<14 {
    if leftGain > rightGain {
      (high, right, rightGain) = (right, left, leftGain)
      left = high - golden * (high - low)
      leftGain = gain(of: response, frequency: left)
    } else {
      (low, left, leftGain) = (left, right, rightGain)
      right = low + golden * (high - low)
      rightGain = gain(of: response, frequency: right)
    }
  }
  return max(sampled, leftGain, rightGain)
}

/// The gain at a frequency in units of the sample rate, by the definition.
private func gain(of response: [Float], frequency: Double) -> Double {
  let (stepRe, stepIm) = (cos(2 * .pi * frequency), -sin(2 * .pi * frequency))
  var (re, im, sumRe, sumIm) = (1.0, 0.0, 0.0, 0.0)
  for sample in response {
    sumRe += Double(sample) * re
    sumIm += Double(sample) * im
    (re, im) = (re * stepRe - im * stepIm, re * stepIm + im * stepRe)
  }
  return (sumRe * sumRe + sumIm * sumIm).squareRoot()
}

/// The place and the value of the maximum of a transform of `count` points.
private func highestBin(of response: [Float], count: Int) -> (place: Int, gain: Double) {
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
    var highest = (place: 0, energy: 0.0)
    for k in 0...count / 2 {
      let energy = samples[2 * k] * samples[2 * k] + samples[2 * k + 1] * samples[2 * k + 1]
      if energy > highest.energy { highest = (k, energy) }
    }
    return (highest.place, highest.energy.squareRoot())
  }
}

// Sendable because it is made, used and destroyed by one thread.
private struct PlanBox: @unchecked Sendable {
  let plan: fftw_plan?
}
