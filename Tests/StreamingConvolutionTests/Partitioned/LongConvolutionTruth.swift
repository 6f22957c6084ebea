import CFFTW
import Convolution
import Foundation
import StreamingConvolution
import TestSupport

/// What long convolutions are compared with, in double precision.
enum LongConvolutionTruth {
  /// White noise whose squares sum to 1.
  static func unitEnergyKernel(taps: Int, seed: UInt64 = 7) -> [Float] {
    let noise = Signals.noise(frames: taps, amplitude: 1, seed: seed)
    let energy = noise.reduce(0.0) { $0 + Double($1) * Double($1) }
    return noise.map { Float(Double($0) / energy.squareRoot()) }
  }

  /// Output `t` by the definition.
  static func direct(_ x: [Float], _ w: [Float], at t: Int) -> Double {
    var sum = 0.0
    for k in 0..<w.count where t - k >= 0 && t - k < x.count { sum += Double(w[k]) * Double(x[t - k]) }
    return sum
  }

  /// The first `x.count` outputs: by the definition where that is quick, otherwise through one double-precision
  /// transform, whose own error lies 150 dB below what is tested and which `direct` spot-checks.
  static func convolution(_ x: [Float], _ w: [Float]) -> [Double] {
    if x.count * w.count < 10_000_000 { return x.indices.map { direct(x, w, at: $0) } }
    var size = 1
    while size < x.count + w.count { size *= 2 }
    let a = fftw_alloc_real(size + 2)!
    let b = fftw_alloc_real(size + 2)!
    defer {
      fftw_free(a)
      fftw_free(b)
    }
    func complex(_ p: UnsafeMutablePointer<Double>) -> UnsafeMutablePointer<fftw_complex> {
      UnsafeMutableRawPointer(p).assumingMemoryBound(to: fftw_complex.self)
    }
    nonisolated(unsafe) var there: fftw_plan?
    nonisolated(unsafe) var back: fftw_plan?
    FourierPlanner.withLock {
      there = fftw_plan_dft_r2c_1d(Int32(size), a, complex(a), UInt32(FFTW_ESTIMATE))
      back = fftw_plan_dft_c2r_1d(Int32(size), complex(a), a, UInt32(FFTW_ESTIMATE))
    }
    defer {
      FourierPlanner.withLock {
        fftw_destroy_plan(there)
        fftw_destroy_plan(back)
      }
    }
    for (memory, values) in [(a, x), (b, w)] {
      for i in 0..<size { memory[i] = i < values.count ? Double(values[i]) : 0 }
      fftw_execute_dft_r2c(there, memory, complex(memory))
    }
    for k in 0...size / 2 {
      let (re, im) = (
        a[2 * k] * b[2 * k] - a[2 * k + 1] * b[2 * k + 1], a[2 * k] * b[2 * k + 1] + a[2 * k + 1] * b[2 * k]
      )
      (a[2 * k], a[2 * k + 1]) = (re / Double(size), im / Double(size))
    }
    fftw_execute_dft_c2r(back, complex(a), a)
    return (0..<x.count).map { a[$0] }
  }

  /// The error in decibels of the truth's RMS.
  static func decibels(_ y: [Float], _ truth: [Double]) -> Double { errorToSignalDecibels(y, truth) }
}

/// What the tests make convolvers from.
enum ConvolverSetting: CaseIterable, CustomStringConvertible {
  case live, grain64, grain1024, latency512, offline

  var description: String {
    switch self {
    case .live: "latency 0, grain 1"
    case .grain64: "grain 64"
    case .grain1024: "grain 1024"
    case .latency512: "latency 512"
    case .offline: "offline"
    }
  }

  func plan(_ matrix: ResponseMatrix) throws -> PartitionPlan {
    switch self {
    case .live: try PartitionPlanner.plan(for: matrix)
    case .grain64: try PartitionPlanner.plan(for: matrix, grainFrames: 64)
    case .grain1024: try PartitionPlanner.plan(for: matrix, grainFrames: 1024)
    case .latency512: try PartitionPlanner.plan(for: matrix, latencyFrames: 512)
    case .offline: try PartitionPlanner.offlinePlan(for: matrix)
    }
  }

  func convolver(_ matrix: ResponseMatrix, maximumBlockFrames: Int = 2048) throws -> PartitionedConvolver {
    try PartitionedConvolver(matrix, plan: plan(matrix), maximumBlockFrames: maximumBlockFrames)
  }
}

extension PartitionedConvolver {
  /// The output for `x`, latency taken away, as long as `x`.
  func aligned(_ x: [[Float]], in schedule: BlockSchedule = .whole) -> [[Float]] {
    let late = x.map { $0 + [Float](repeating: 0, count: latencyFrames) }
    return BlockRun.of(self, on: late, in: schedule).output.map { Array($0.dropFirst(latencyFrames)) }
  }
}
