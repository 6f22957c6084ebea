import ReferenceConvolution
import TestSupport
import Testing

@Suite("Reference pooling, by hand")
struct ReferencePoolingTests {
  private func pool(
    _ pooling: ReferencePooling, _ input: [Float], _ axis: ReferenceAxis, ceilMode: Bool = false
  ) -> [Double] {
    pooling.apply(to: ReferenceGrid([1, 1, input.count], input), axes: [axis], ceilMode: ceilMode).values
  }

  @Test("the largest; padding is less than everything, and NaN is kept")
  func maximum() {
    let axis = ReferenceAxis(kernel: 2, stride: 2, before: 1, after: 1)
    #expect(pool(.maximum, [-1, -2, -3, -4], axis) == [-1, -2, -4])
    #expect(pool(.maximum, [3, 1, 2], ReferenceAxis(kernel: 2, dilation: 2)) == [3])
    #expect(pool(.maximum, [3, .nan], ReferenceAxis(kernel: 2))[0].isNaN)
    #expect(pool(.maximum, [3], ReferenceAxis(kernel: 2, dilation: 2, before: 1, after: 1)) == [-.infinity])
  }

  @Test("the mean of the inputs, or with the padding's positions")
  func average() {
    let axis = ReferenceAxis(kernel: 2, stride: 2, before: 1, after: 1)
    #expect(pool(.average(countsPadding: false), [1, 2, 4, 8], axis) == [1, 3, 8])
    #expect(pool(.average(countsPadding: true), [1, 2, 4, 8], axis) == [0.5, 3, 4])
  }

  @Test("rounded up, the last window counts only positions in input and padding")
  func ceilMode() {
    let axis = ReferenceAxis(kernel: 3, stride: 2, after: 1)
    let input: [Float] = [1, 2, 4, 8]
    #expect(pool(.average(countsPadding: true), input, axis) == [7 / 3.0, 4])
    let shifted = ReferenceAxis(kernel: 3, stride: 2, before: 1, after: 1)
    #expect(pool(.average(countsPadding: true), input, shifted) == [1, 14 / 3.0])
    #expect(pool(.average(countsPadding: true), input, shifted, ceilMode: true) == [1, 14 / 3.0, 4])
    #expect(pool(.average(countsPadding: false), input, shifted, ceilMode: true) == [1.5, 14 / 3.0, 8])
    #expect(pool(.maximum, input, shifted, ceilMode: true) == [2, 8, 8])
  }

  @Test("a window that would start after the input is left out")
  func lastWindow() {
    let axis = ReferenceAxis(kernel: 2, stride: 3, before: 1, after: 1)
    // Rounded up there would be three windows for 5; the third would start at 5, in the padding.
    #expect(axis.outputSize(5) == 2 && axis.outputSize(5, ceilMode: true) == 2)
    #expect(axis.outputSize(6) == 3 && axis.outputSize(7, ceilMode: true) == 3)
  }

  @Test("the root of the sum of squares")
  func l2() {
    #expect(pool(.l2, [3, 4, 0, 5, 12], ReferenceAxis(kernel: 2, stride: 3, after: 0)) == [5, 13])
  }

  @Test("two axes and several channels")
  func twoAxes() {
    let x = ReferenceGrid([1, 2, 2, 4], (1...16).map(Float.init))
    let axes = [ReferenceAxis(kernel: 2), ReferenceAxis(kernel: 2, stride: 2)]
    #expect(ReferencePooling.maximum.apply(to: x, axes: axes) == ReferenceGrid([1, 2, 1, 2], [6.0, 8, 14, 16]))
    #expect(
      ReferencePooling.average(countsPadding: true).apply(to: x, axes: axes).values == [3.5, 5.5, 11.5, 13.5])
  }

  @Test("the global average is the average of a window over everything", arguments: 1...3)
  func global(rank: Int) {
    let sizes = Array([4, 2, 8].prefix(rank))
    let x = ReferenceGrid([2, 3] + sizes, Signals.noise(frames: 6 * sizes.reduce(1, *), seed: 5))
    let axes = sizes.map { ReferenceAxis(kernel: $0) }
    #expect(
      ReferencePooling.globalAverage(of: x) == ReferencePooling.average(countsPadding: false).apply(to: x, axes: axes))
  }

  @Test("the average is a convolution with equal weights")
  func averageIsConvolution() {
    let axis = ReferenceAxis(kernel: 4, stride: 3, dilation: 2, before: 2, after: 3)
    let x = ReferenceGrid([2, 1, 30], Signals.noise(frames: 60, seed: 6))
    let weights = ReferenceGrid([1, 1, 4], repeating: 0.25)
    let convolution = ReferenceNDConvolution(weights: weights, axes: [axis]).apply(to: x).output
    let average = ReferencePooling.average(countsPadding: true).apply(to: x, axes: [axis])
    #expect(average.sizes == convolution.sizes)
    // A factor of a quarter is exact, so it does not matter when it is multiplied.
    #expect(average == convolution)
  }
}
