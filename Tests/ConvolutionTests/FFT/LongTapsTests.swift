import CConvolutionKernels
import TestSupport
import Testing

@testable import Convolution

@Suite("Long direct sums of one channel")
struct LongTapsTests {
  private static let taps = [1, 2, 15, 63, 64, 65, 127, 128, 191, 256, 300, 640, 1000]
  private static let frames = [1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 100, 127, 128, 129, 300]

  @Test("every level gives the bits of the plain twin, and writes nothing else", arguments: KernelLevel.available)
  func plainTwin(_ level: KernelLevel) {
    var random = SplitMix64(seed: 4)
    for taps in Self.taps {
      let weights = randoms(taps, &random, from: -1, to: 1)
      var packed = [Float](repeating: .nan, count: taps)
      for tap in 0..<taps { packed[cck_packed_long_tap(taps, tap)] = weights[tap] }
      #expect(packed.allSatisfy { !$0.isNaN }, "the packing is a permutation")
      for frames in level == .baseline ? [3, 17, 64] : Self.frames {
        let x = randoms(taps + frames + 16, &random, from: -1, to: 1)
        for adds in [false, true] {
          let before = randoms(frames + 16, &random, from: -1, to: 1)
          var (fast, plain) = (before, before)
          packed.withUnsafeBufferPointer { w in
            x.withUnsafeBufferPointer { x in
              func run(_ y: inout [Float], _ body: (UnsafePointer<cck_long_taps>) -> Void) {
                y.withUnsafeMutableBufferPointer {
                  var call = cck_long_taps(
                    weights: w.baseAddress, taps: taps, x: x.baseAddress, y: $0.baseAddress, frames: frames,
                    adds: adds ? 1 : 0)
                  body(&call)
                }
              }
              run(&fast) { level.kernels.pointee.convolve_long($0) }
              run(&plain) { cck_convolve_long_plain($0) }
            }
          }
          #expect(firstBitDifference(fast, plain) == nil, "\(taps) taps, \(frames) frames, adds \(adds)")
          for t in 0..<frames {
            let truth = (0..<taps).reduce(adds ? Double(before[t]) : 0) { $0 + Double(weights[$1]) * Double(x[t + $1]) }
            let sum = (0..<taps).reduce(abs(Double(before[t]))) { $0 + abs(Double(weights[$1]) * Double(x[t + $1])) }
            #expect(abs(Double(plain[t]) - truth) <= withSlack(Double(min(taps, 64) + taps / 64 + 2) * unit * sum))
          }
        }
      }
    }
  }
}
