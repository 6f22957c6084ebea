import ReferenceConvolution
import TestSupport
import Testing

@Suite("Reference normalisation and softmax, by hand")
struct ReferenceNormalisationTests {
  @Test("batch normalisation takes each channel's own numbers")
  func batch() {
    let x = ReferenceGrid([1, 2, 2], [1, 3, 10, 20] as [Float])
    let y = ReferenceNormalisation.batch(
      x, mean: [1, 10], variance: [3, 24], scale: [2, 1], shift: [0.5, 0], epsilon: 1)
    #expect(y == ReferenceGrid([1, 2, 2], [0.5, 2.5, 0, 2]))
    #expect(ReferenceNormalisation.batch(x, mean: [1, 10], variance: [3, 24], epsilon: 1).values == [0, 1, 0, 2])
  }

  @Test("layer normalisation goes over the last axes")
  func layer() {
    let x = ReferenceGrid([1, 2, 2], [1, 3, 10, 20] as [Float])
    // Means 2 and 15, variances 1 and 25.
    let y = ReferenceNormalisation.layer(x, axes: 1, scale: [1, 10], shift: [0, 1], epsilon: 0)
    #expect(y.values == [-1, 11, -1, 11])
    let all = ReferenceNormalisation.layer(x, axes: 2, epsilon: 0).values
    #expect(abs(all.reduce(0, +)) < 1e-14)
    #expect(abs(all.reduce(0) { $0 + $1 * $1 } - 4) < 1e-14)
  }

  @Test("groups of one channel are instances; one group is everything but the batch")
  func group() {
    let x = ReferenceGrid([2, 4, 3, 2], Signals.noise(frames: 48, seed: 7))
    let scale = Signals.noise(frames: 4, seed: 8)
    #expect(
      ReferenceNormalisation.group(x, groups: 4, scale: scale, epsilon: 1e-5)
        == ReferenceNormalisation.instance(x, scale: scale, epsilon: 1e-5))
    #expect(
      ReferenceNormalisation.group(x, groups: 1, epsilon: 1e-5)
        == ReferenceNormalisation.layer(x, axes: 3, epsilon: 1e-5))
    let pairs = ReferenceNormalisation.group(
      ReferenceGrid([1, 4, 1], [1, 3, 10, 20] as [Float]), groups: 2, shift: [0, 1, 2, 3], epsilon: 0)
    #expect(pairs.values == [-1, 2, 1, 4])
  }

  @Test("softmax sums to 1 along its axis, knows differences only, and does not overflow")
  func softmax() {
    let x = ReferenceGrid([2, 2], [0, 0, 1000, 1000] as [Float])
    #expect(ReferenceNormalisation.softmax(x, axis: 1).values == [0.5, 0.5, 0.5, 0.5])
    #expect(ReferenceNormalisation.softmax(x, axis: 0).values == [0, 0, 1, 1])
    let noise = ReferenceGrid([3, 4, 5], Signals.noise(frames: 60, seed: 9))
    let y = ReferenceNormalisation.softmax(noise, axis: 1).values
    for row in 0..<15 {
      let sum = (0..<4).reduce(0) { $0 + y[row / 5 * 20 + $1 * 5 + row % 5] }
      #expect(abs(sum - 1) < 1e-15)
    }
  }
}
