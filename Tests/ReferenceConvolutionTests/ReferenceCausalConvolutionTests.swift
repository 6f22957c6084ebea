import ReferenceConvolution
import TestSupport
import Testing

@Suite("Reference causal convolution, by hand")
struct ReferenceCausalConvolutionTests {
  @Test("the oldest tap comes first")
  func tapOrder() {
    let c = ReferenceCausalConvolution(
      inputChannels: 1, outputChannels: 1, kernelSize: 3, weights: [1, 10, 100], bias: [0.5])
    #expect(c.apply(to: [[1, 2, 3, 4]], past: [0]) == [[100.5, 210.5, 321.5, 432.5]])
    #expect(c.historyFrames == 2 && c.tapsPerOutput == 3)
  }

  @Test("dilation spreads the taps, and the past is what the caller says")
  func dilationAndPast() {
    let c = ReferenceCausalConvolution(
      inputChannels: 1, outputChannels: 1, kernelSize: 2, dilation: 2, weights: [1, 10])
    #expect(c.apply(to: [[1, 2, 3, 4]], past: [7]) == [[17, 27, 31, 42]])
    #expect(c.historyFrames == 2)
    #expect(c.settled(on: [7]) == [77])
  }

  @Test("channels are summed, each output with its own row of weights")
  func channels() {
    let c = ReferenceCausalConvolution(
      inputChannels: 2, outputChannels: 3, weights: [1, 2, 3, 4, 5, 6], bias: [0, 0, 100])
    #expect(c.apply(to: [[1, 0], [0, 1]], past: [0, 0]) == [[1, 2], [3, 4], [105, 106]])
  }

  @Test("groups keep channels apart")
  func groups() {
    let c = ReferenceCausalConvolution(
      inputChannels: 4, outputChannels: 2, kernelSize: 2, groups: 2,
      weights: [1, 2, 3, 4, 5, 6, 7, 8])
    // o 0: taps of channels 0 and 1; o 1: of channels 2 and 3.
    let x: [[Double]] = [[1, 0], [0, 1], [1, 0], [0, 1]]
    #expect(c.apply(to: x, past: [0, 0, 0, 0]) == [[2, 5], [6, 13]])
    #expect(c.apply(to: x, past: [1, 0, 0, 0]) == [[3, 5], [6, 13]])
  }

  @Test("no frames in, none out")
  func empty() {
    let c = ReferenceCausalConvolution(inputChannels: 1, outputChannels: 2, weights: [1, 2])
    #expect(c.apply(to: [[]], past: [0]) == [[], []])
  }

  @Test("the bound is n·u·(|bias| + Σ|w||x|) + n·2⁻¹²⁶")
  func bound() {
    let c = ReferenceCausalConvolution(
      inputChannels: 1, outputChannels: 1, kernelSize: 2, weights: [-1, 2], bias: [-3])
    // |bias| + Σ|w||x| = 3 + 2·4, then 3 + 1·4 + 2·5; two taps.
    let expected: [Double] = [11, 17].map { (sum: Double) in 2 * sum * 0x1p-24 + 0x1p-125 }
    let bound = c.errorBound(on: [[4, -5]], past: [0])[0]
    #expect(bound == expected)
  }

  @Test("a Float32 run stays within the bound; a dropped tap, a shift and a swapped channel do not")
  func boundIsMetAndBites() {
    let taps = 3
    let weights = Signals.noise(frames: 4 * 4 * taps, seed: 3)
    let bias = Signals.noise(frames: 4, seed: 4)
    let x = Signals.noise(channels: 4, frames: 200, seed: 5)
    let c = ReferenceCausalConvolution(
      inputChannels: 4, outputChannels: 4, kernelSize: taps, dilation: 5, weights: weights, bias: bias)
    let wide = x.map { $0.map(Double.init) }
    let zeros = [Double](repeating: 0, count: 4)
    let truth = c.apply(to: wide, past: zeros)
    let bounds = c.errorBound(on: wide, past: zeros)

    func run(droppingTap dropped: Int? = nil) -> [[Float]] {
      (0..<4).map { o in
        (0..<200).map { t in
          var sum = bias[o]
          for i in 0..<4 {
            for k in 0..<taps where i * taps + k != dropped {
              let place = t - (taps - 1 - k) * 5
              sum.addProduct(weights[(o * 4 + i) * taps + k], place >= 0 ? x[i][place] : 0)
            }
          }
          return sum
        }
      }
    }
    func isWithin(_ y: [[Float]]) -> Bool {
      (0..<4).allSatisfy { firstOutsideBound(y[$0], truth[$0], bounds: bounds[$0]) == nil }
    }
    let good = run()
    #expect(isWithin(good))
    #expect(!isWithin(run(droppingTap: 7)))
    #expect(!isWithin(good.map { [0] + $0.dropLast() }))
    #expect(!isWithin([good[1], good[0], good[2], good[3]]))
  }

  @Test("add, multiply, scale, affine, concatenate, slice")
  func operations() {
    let a: [[Double]] = [[1, 2], [3, 4]]
    let b: [[Double]] = [[10, 20], [30, 40]]
    #expect(ReferenceOperations.add(a, b) == [[11, 22], [33, 44]])
    #expect(ReferenceOperations.multiply(a, b) == [[10, 40], [90, 160]])
    #expect(ReferenceOperations.scale(a, by: -2) == [[-2, -4], [-6, -8]])
    #expect(ReferenceOperations.affine(a, scale: [2, 3], shift: [1, -1]) == [[3, 5], [8, 11]])
    #expect(ReferenceOperations.concatenate([a, b]) == [[1, 2], [3, 4], [10, 20], [30, 40]])
    #expect(
      ReferenceOperations.slice(ReferenceOperations.concatenate([a, b]), channels: 1..<3) == [[3, 4], [10, 20]])
  }
}
