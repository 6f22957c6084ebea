import ReferenceConvolution
import TestSupport
import Testing

@Suite("Reference N-D convolution, by hand")
struct ReferenceNDConvolutionTests {
  /// One channel, one axis.
  private func line(_ values: [Float]) -> ReferenceGrid { ReferenceGrid([1, 1, values.count], values) }

  private func convolve(
    _ input: [Float], _ weights: [Float], stride: Int = 1, dilation: Int = 1, before: Int = 0, after: Int = 0,
    mode: ReferencePadding = .zeros, isMirrored: Bool = false
  ) -> ReferenceSums {
    let axis = ReferenceAxis(
      kernel: weights.count, stride: stride, dilation: dilation, before: before, after: after)
    return ReferenceNDConvolution(weights: line(weights), axes: [axis], mode: mode, isMirrored: isMirrored)
      .apply(to: line(input))
  }

  @Test("the first weight meets the first input; mirrored, the last")
  func tapOrder() {
    #expect(convolve([1, 2, 3, 4], [1, 10, 100]).output == line([321, 432]))
    #expect(convolve([1, 2, 3, 4], [1, 10, 100], isMirrored: true).output == line([123, 234]))
  }

  @Test("stride, dilation and padding on either side")
  func strideDilationPadding() {
    #expect(convolve([1, 2, 3, 4, 5], [1, 10], stride: 2).output == line([21, 43]))
    #expect(convolve([1, 2, 3, 4], [1, 10], dilation: 3).output == line([41]))
    #expect(convolve([1, 2], [1, 10], before: 2).output == line([0, 10, 21]))
    #expect(convolve([1, 2], [1, 10], after: 1).output == line([21, 2]))
    #expect(convolve([1, 2, 3], [1, 10], stride: 3, before: 1, after: 2).output == line([10, 3]))
  }

  @Test(
    "every padding mode reads what its picture says",
    arguments: [
      (.zeros, [0, 0, 1, 2, 3, 0, 0]), (.constant(7), [7, 7, 1, 2, 3, 7, 7]),
      (.reflect, [3, 2, 1, 2, 3, 2, 1]), (.replicate, [1, 1, 1, 2, 3, 3, 3]), (.circular, [2, 3, 1, 2, 3, 1, 2]),
    ] as [(ReferencePadding, [Float])])
  func modes(_ mode: ReferencePadding, _ expected: [Float]) {
    #expect(convolve([1, 2, 3], [1], before: 2, after: 2, mode: mode).output == line(expected))
  }

  @Test("two axes, the first outermost")
  func twoAxes() {
    let c = ReferenceNDConvolution(
      weights: ReferenceGrid([1, 1, 2, 2], [1, 10, 100, 1000] as [Float]), bias: [0.5],
      axes: [ReferenceAxis(kernel: 2), ReferenceAxis(kernel: 2, dilation: 2)])
    let x = ReferenceGrid([1, 1, 2, 3], [1, 2, 3, 4, 5, 6] as [Float])
    #expect(c.apply(to: x).output == ReferenceGrid([1, 1, 1, 1], [6431.5]))
  }

  @Test("a corner of two padded axes is padding, or what both axes say")
  func corners() {
    func corner(_ mode: ReferencePadding) -> Double {
      let c = ReferenceNDConvolution(
        weights: ReferenceGrid([1, 1, 1, 1], [1] as [Float]),
        axes: [ReferenceAxis(kernel: 1, before: 1), ReferenceAxis(kernel: 1, before: 1)], mode: mode)
      return c.apply(to: ReferenceGrid([1, 1, 2, 3], [1, 2, 3, 4, 5, 6] as [Float])).output[0, 0, 0, 0]
    }
    #expect(corner(.constant(9)) == 9)
    #expect(corner(.reflect) == 5)
    #expect(corner(.replicate) == 1)
    #expect(corner(.circular) == 6)
  }

  @Test("groups keep channels apart, and every item of a batch is on its own")
  func groupsAndBatch() {
    let c = ReferenceNDConvolution(
      weights: ReferenceGrid([2, 2, 1], [1, 10, 100, 1000] as [Float]), bias: [0.5, 0.25],
      axes: [ReferenceAxis(kernel: 1)], groups: 2)
    let x = ReferenceGrid([2, 4, 1], [1, 2, 3, 4, 5, 6, 7, 8] as [Float])
    #expect(c.apply(to: x).output == ReferenceGrid([2, 2, 1], [21.5, 4300.25, 65.5, 8700.25]))
    #expect(c.apply(to: ReferenceGrid([0, 4, 1], [] as [Float])).output.sizes == [0, 2, 1])
  }

  @Test("magnitudes, taps and the taps that padding leaves")
  func sumsForTheBound() {
    let c = ReferenceNDConvolution(
      weights: ReferenceGrid([1, 2, 2], [1, -2, 3, -4] as [Float]), bias: [-0.5],
      axes: [ReferenceAxis(kernel: 2, before: 1)])
    let sums = c.apply(to: ReferenceGrid([1, 2, 2], [1, -1, 2, 2] as [Float]))
    #expect(sums.output.values == [-10.5, 0.5])
    #expect(sums.magnitudes == [10.5, 17.5])
    #expect(sums.taps == [4, 4])
    #expect(sums.readTaps == [2, 4])
    #expect(sums.errorBounds == [4 * 0x1p-24 * 10.5 + 0x1p-124, 4 * 0x1p-24 * 17.5 + 0x1p-124])
  }

  @Test("a dilation and padding of 12 on 28 by 28 leaves 51 % of the taps of a 3 by 3")
  func shareOfTaps() {
    let axis = ReferenceAxis(kernel: 3, dilation: 12, before: 12, after: 12)
    let c = ReferenceNDConvolution(weights: ReferenceGrid([1, 1, 3, 3], repeating: 1), axes: [axis, axis])
    let sums = c.apply(to: ReferenceGrid([1, 1, 28, 28], repeating: 1))
    // Along one axis 28 + 16 + 16 of the 84 pairs of output and tap lie within the input.
    #expect(sums.readTaps.reduce(0, +) == 60 * 60)
    #expect(sums.taps.reduce(0, +) == 84 * 84)
  }

  @Test("a mirrored kernel, mirrored by hand, is the kernel", arguments: 1...4)
  func mirroredTwice(rank: Int) {
    let kernel = Array([2, 3, 1, 2].prefix(rank))
    let weights = Signals.noise(frames: 3 * 2 * kernel.reduce(1, *), seed: 1)
    let input = ReferenceGrid(
      [2, 2] + [3, 4, 3, 2].prefix(rank),
      Signals.noise(
        frames: 4 * [3, 4, 3, 2].prefix(rank).reduce(1, *), seed: 2))
    let axes = kernel.map { ReferenceAxis(kernel: $0, before: 1) }
    let count = kernel.reduce(1, *)
    let mirrored = stride(from: 0, to: weights.count, by: count).flatMap { weights[$0..<$0 + count].reversed() }
    let plain = ReferenceNDConvolution(weights: ReferenceGrid([3, 2] + kernel, weights), axes: axes)
    let twice = ReferenceNDConvolution(
      weights: ReferenceGrid([3, 2] + kernel, mirrored), axes: axes, isMirrored: true)
    #expect(plain.apply(to: input).output == twice.apply(to: input).output)
  }

  @Test("an axis of one position changes nothing")
  func singleAxis() {
    let weights = Signals.noise(frames: 2 * 3 * 4, seed: 3)
    let x = Signals.noise(frames: 3 * 9, seed: 4)
    let axis = ReferenceAxis(kernel: 4, stride: 2, dilation: 2, before: 3, after: 1)
    let one = ReferenceAxis(kernel: 1)
    let line = ReferenceNDConvolution(weights: ReferenceGrid([2, 3, 4], weights), axes: [axis])
      .apply(to: ReferenceGrid([1, 3, 9], x)).output
    let column = ReferenceNDConvolution(weights: ReferenceGrid([2, 3, 4, 1], weights), axes: [axis, one])
      .apply(to: ReferenceGrid([1, 3, 9, 1], x)).output
    let row = ReferenceNDConvolution(weights: ReferenceGrid([2, 3, 1, 4], weights), axes: [one, axis])
      .apply(to: ReferenceGrid([1, 3, 1, 9], x)).output
    #expect(line.values == column.values && line.values == row.values)
    #expect(row.sizes == [1, 2, 1, 4])
  }

  @Test("the causal convolution is the one-axis convolution after zeros, and the plain loop", arguments: 1...6)
  func causal(seed: Int) {
    let (kernel, dilation, groups, frames) = (seed, 7 - seed, 1 + seed % 2, 20)
    let weights = Signals.noise(frames: 6 * (4 / groups) * kernel, seed: UInt64(seed))
    let bias = Signals.noise(frames: 6, seed: UInt64(seed) + 10)
    let x = Signals.noise(channels: 4, frames: frames, seed: UInt64(seed) + 20)
    let causal = ReferenceCausalConvolution(
      inputChannels: 4, outputChannels: 6, kernelSize: kernel, dilation: dilation, groups: groups, weights: weights,
      bias: bias
    ).apply(to: x.map { $0.map(Double.init) }, past: [0, 0, 0, 0])
    let axis = ReferenceAxis(kernel: kernel, dilation: dilation, before: (kernel - 1) * dilation)
    let grid = ReferenceNDConvolution(
      weights: ReferenceGrid([6, 4 / groups, kernel], weights), bias: bias, axes: [axis], groups: groups
    ).apply(to: ReferenceGrid([1, 4, frames], x.flatMap { $0 })).output
    #expect(causal.flatMap { $0 } == grid.values)

    let loop = (0..<6).flatMap { o in
      (0..<frames).map { t in
        var sum = Double(bias[o])
        for i in 0..<4 / groups {
          for k in 0..<kernel where t >= (kernel - 1 - k) * dilation {
            sum +=
              Double(weights[(o * (4 / groups) + i) * kernel + k])
              * Double(x[o / (6 / groups) * (4 / groups) + i][t - (kernel - 1 - k) * dilation])
          }
        }
        return sum
      }
    }
    #expect(loop == grid.values)
  }

  @Test("a linear layer is rows times columns")
  func linear() {
    let sums = ReferenceLinear.apply(
      to: ReferenceGrid([2, 3], [1, 2, 3, 4, 5, 6] as [Float]),
      weights: ReferenceGrid([2, 3], [1, 10, 100, -1, 0, 1] as [Float]), bias: [0.5, 0])
    #expect(sums.output == ReferenceGrid([2, 2], [321.5, 2, 654.5, 2]))
    #expect(sums.taps == [3, 3, 3, 3])
    #expect(sums.magnitudes == [321.5, 4, 654.5, 10])
  }
}
