import ReferenceConvolution
import TestSupport
import Testing

@Suite("Reference transposed convolution")
struct ReferenceTransposedTests {
  private func transpose(_ input: [Float], _ weights: [Float], _ axis: ReferenceTransposedAxis) -> ReferenceSums {
    ReferenceTransposedConvolution(
      weights: ReferenceGrid([1, 1, weights.count], weights), bias: [0.5], axes: [axis]
    ).apply(to: ReferenceGrid([1, 1, input.count], input))
  }

  @Test("every input lays down the kernel at its place")
  func byHand() {
    let plain = transpose([1, 2], [1, 10, 100], ReferenceTransposedAxis(kernel: 3, stride: 2))
    #expect(plain.output.values == [1.5, 10.5, 102.5, 20.5, 200.5])
    #expect(plain.taps == [2, 1, 2, 1, 2])
    #expect(plain.readTaps == [1, 1, 2, 1, 1])
    #expect(plain.magnitudes == [1.5, 10.5, 102.5, 20.5, 200.5])
    let dilated = transpose([1, 2], [1, 10], ReferenceTransposedAxis(kernel: 2, dilation: 2))
    #expect(dilated.output.values == [1.5, 2.5, 10.5, 20.5])
  }

  @Test("padding cuts off, output padding adds, and where no tap reaches there is the bias")
  func padding() {
    let cut = ReferenceTransposedAxis(kernel: 3, stride: 2, before: 1, after: 2, outputPadding: 1)
    #expect(transpose([1, 2], [1, 10, 100], cut).output.values == [10.5, 102.5, 20.5])
    let sparse = transpose([1, 2], [7], ReferenceTransposedAxis(kernel: 1, stride: 3, outputPadding: 2))
    #expect(sparse.output.values == [7.5, 0.5, 0.5, 14.5, 0.5, 0.5])
    #expect(sparse.taps == [1, 0, 0, 1, 0, 0])
    #expect(sparse.errorBounds[1] == 0)
  }

  @Test("weights are [inputs, outputs / groups]")
  func groups() {
    let t = ReferenceTransposedConvolution(
      weights: ReferenceGrid([2, 2, 1], [1, 10, 100, 1000] as [Float]), bias: [0, 0, 0, 0.5],
      axes: [ReferenceTransposedAxis(kernel: 1)], groups: 2)
    #expect(t.apply(to: ReferenceGrid([1, 2, 1], [2, 3] as [Float])).output.values == [2, 20, 300, 3000.5])
    let full = ReferenceTransposedConvolution(weights: t.weights, axes: t.axes)
    #expect(full.apply(to: ReferenceGrid([1, 2, 1], [2, 3] as [Float])).output.values == [302, 3020])
  }

  /// ⟨A x, y⟩ = ⟨x, Aᵀ y⟩ for a convolution A, over seeded geometries of rank 1 to 3.
  @Test("is the adjoint of the convolution with the same weights", arguments: 1...60)
  func adjoint(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    let rank = 1 + seed % 3
    let groups = 1 + random.nextInteger(upTo: 2)
    let inputs = groups * (1 + random.nextInteger(upTo: 1))
    let outputs = groups * (1 + random.nextInteger(upTo: 1))
    let isMirrored = random.nextInteger(upTo: 1) == 1
    let axes = (0..<rank).map { _ in
      ReferenceAxis(
        kernel: 1 + random.nextInteger(upTo: 3), stride: 1 + random.nextInteger(upTo: 2),
        dilation: 1 + random.nextInteger(upTo: 2), before: random.nextInteger(upTo: 3),
        after: random.nextInteger(upTo: 3))
    }
    let sizes = axes.map { max(1, $0.reach - $0.before - $0.after) + random.nextInteger(upTo: 4) }
    // The positions that the last window does not reach are what output padding gives back.
    let back = zip(axes, sizes).map { axis, size in
      ReferenceTransposedAxis(
        kernel: axis.kernel, stride: axis.stride, dilation: axis.dilation, before: axis.before, after: axis.after,
        outputPadding: (size + axis.before + axis.after - axis.reach) % axis.stride)
    }
    let kernel = axes.map(\.kernel)
    func grid(_ sizes: [Int]) -> ReferenceGrid {
      ReferenceGrid(sizes, (0..<sizes.reduce(1, *)).map { _ in random.nextSample() })
    }
    let weights = grid([outputs, inputs / groups] + kernel)
    let convolution = ReferenceNDConvolution(weights: weights, axes: axes, groups: groups, isMirrored: isMirrored)
    let x = grid([2, inputs] + sizes)
    let forward = convolution.apply(to: x)
    let y = grid(forward.output.sizes)
    let backward = ReferenceTransposedConvolution(
      weights: weights, axes: back, groups: groups, isMirrored: isMirrored
    ).apply(to: y)
    #expect(backward.output.sizes == x.sizes)
    #expect(backward.readTaps.reduce(0, +) == forward.readTaps.reduce(0, +))
    let left = zip(forward.output.values, y.values).reduce(0) { $0 + $1.0 * $1.1 }
    let right = zip(x.values, backward.output.values).reduce(0) { $0 + $1.0 * $1.1 }
    // Both are sums of the same products of three numbers below 1.
    let products = Double(forward.readTaps.reduce(0, +))
    #expect(abs(left - right) <= products * products * 0x1p-51, "seed \(seed)")
  }
}
