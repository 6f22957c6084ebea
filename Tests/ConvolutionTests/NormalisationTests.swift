import ReferenceConvolution
import TestSupport
import Testing

@testable import Convolution

@Suite("Normalisation")
struct NormalisationTests {
  private static let shapes = [
    [2, 6, 17], [1, 6, 5, 9], [3, 6, 3, 4, 2], [2, 6], [0, 6, 4], [2, 6, 0], [1, 6, 1],
  ]

  /// u(|gain · x| + |offset| + |y|), where the offset is shift − gain · mean.
  private static func bound(_ x: Float, _ y: Double, gain: Double, offset: Double) -> Double {
    withSlack(unit * (abs(gain * Double(x)) + abs(offset) + abs(y)))
  }

  @Test("batch normalisation within its bound of the definition", arguments: shapes)
  func batch(sizes: [Int]) throws {
    var random = SplitMix64(seed: 600)
    let mean = randoms(6, &random, from: -3, to: 3)
    let variance = randoms(6, &random, from: 0.01, to: 2)
    let scale = randoms(6, &random, from: -2, to: 2)
    let shift = randoms(6, &random, from: -1, to: 1)
    for plain in [false, true] {
      let layer = try BatchNormalisation(
        mean: mean, variance: variance, scale: plain ? nil : scale, shift: plain ? nil : shift, epsilon: 1e-3)
      let x = try Tensor(sizes, random: &random, amplitude: 2, around: 1)
      let y = try layer.apply(to: x)
      let truth = ReferenceNormalisation.batch(
        x.grid, mean: mean, variance: variance, scale: plain ? nil : scale, shift: plain ? nil : shift, epsilon: 1e-3)
      #expect(y.shape == x.shape)
      let bounds = truth.values.indices.map { index in
        let c = index / sizes[2...].reduce(1, *) % 6
        let gain = Double(plain ? 1 : scale[c]) / (Double(variance[c]) + 1e-3).squareRoot()
        let offset = Double(plain ? 0 : shift[c]) - gain * Double(mean[c])
        return Self.bound(x.values[index], truth.values[index], gain: gain, offset: offset)
      }
      #expect(firstOutsideBound(y.values, truth.values, bounds: bounds) == nil)
    }
  }

  @Test("group and instance normalisation within their bound of the definition", arguments: shapes, [1, 2, 6])
  func group(sizes: [Int], groups: Int) throws {
    var random = SplitMix64(seed: 610)
    let scale = randoms(6, &random, from: -2, to: 2)
    let shift = randoms(6, &random, from: -1, to: 1)
    let layer =
      groups == 6
      ? try GroupNormalisation.instance(channels: 6, scale: scale, shift: shift)
      : try GroupNormalisation(groups: groups, channels: 6, scale: scale, shift: shift)
    let x = try Tensor(sizes, random: &random, amplitude: 2, around: 5)
    let y = try layer.apply(to: x)
    let truth = ReferenceNormalisation.group(x.grid, groups: groups, scale: scale, shift: shift, epsilon: 1e-5)
    #expect(y.shape == x.shape)
    let plane = sizes[2...].reduce(1, *)
    let run = 6 / groups * plane
    let bounds = truth.values.indices.map { index in
      let c = index / plane % 6
      let (mean, gain) = Self.statistics(x.values[index / run * run..<(index / run + 1) * run], epsilon: 1e-5)
      let channelGain = gain * Double(scale[c])
      return Self.bound(
        x.values[index], truth.values[index], gain: channelGain, offset: Double(shift[c]) - channelGain * mean)
    }
    #expect(firstOutsideBound(y.values, truth.values, bounds: bounds) == nil)
    if let first = y.values.first, groups == 6 {
      // The bound is smaller than the smallest fault worth finding.
      var wrong = y.values
      wrong[0] = first + 1e-3
      #expect(firstOutsideBound(wrong, truth.values, bounds: bounds) == 0 || plane == 1)
    }
  }

  private static func statistics(_ run: ArraySlice<Float>, epsilon: Double) -> (mean: Double, gain: Double) {
    let mean = run.reduce(0) { $0 + Double($1) } / Double(run.count)
    let variance = run.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(run.count)
    return (mean, 1 / (variance + epsilon).squareRoot())
  }

  @Test("layer normalisation within its bound of the definition", arguments: [1, 2, 3])
  func layer(axes: Int) throws {
    var random = SplitMix64(seed: 620)
    for sizes in [[3, 4, 5, 6], [7, 1, 2, 33], [2, 3, 1, 1], [0, 2, 3, 4], [2, 3, 4, 0]] {
      let shape = try Shape(Array(sizes.suffix(axes)))
      let scale = randoms(shape.count, &random, from: -2, to: 2)
      let shift = randoms(shape.count, &random, from: -1, to: 1)
      let layer = try LayerNormalisation(shape: shape, scale: scale, shift: shift, epsilon: 1e-6)
      let x = try Tensor(sizes, random: &random, amplitude: 2, around: -1)
      let y = try layer.apply(to: x)
      let truth = ReferenceNormalisation.layer(x.grid, axes: axes, scale: scale, shift: shift, epsilon: 1e-6)
      #expect(y.shape == x.shape)
      let run = shape.count
      let bounds = truth.values.indices.map { index in
        let (mean, gain) = Self.statistics(x.values[index / run * run..<(index / run + 1) * run], epsilon: 1e-6)
        let normal = gain * (Double(x.values[index]) - mean)
        let parts = abs(gain * Double(x.values[index])) + abs(gain * mean) + 2 * abs(normal)
        return withSlack(unit * (abs(Double(scale[index % run])) * parts + abs(truth.values[index])))
      }
      #expect(firstOutsideBound(y.values, truth.values, bounds: bounds) == nil)
    }
  }

  @Test("a large mean leaves the variance its digits")
  func largeMean() throws {
    var random = SplitMix64(seed: 630)
    let x = try Tensor([1, 1, 1000], random: &random, amplitude: 1, around: 4096)
    let (mean, gain) = x.withUnsafeValues { RunSums.standardising($0, epsilon: 0) }
    let (trueMean, trueGain) = Self.statistics(x.values[...], epsilon: 0)
    #expect(abs(mean - trueMean) < 1e-9 && abs(gain / trueGain - 1) < 1e-9)
  }

  @Test("a run of every length is summed whole")
  func runSums() {
    for count in 0...17 {
      let values = (0..<count).map { Float(1 << $0) }
      let sum = values.withUnsafeBufferPointer { RunSums.sum($0) }
      #expect(sum == Double((1 << count) - 1))
      let squares = values.withUnsafeBufferPointer { RunSums.squaredDeviations($0, from: 1) }
      let expected: Double = values.map { (Double($0) - 1) * (Double($0) - 1) }.reduce(0, +)
      #expect(squares == expected)
    }
  }

  @Test("folded weights and biases are the formula, rounded once")
  func folding() throws {
    var random = SplitMix64(seed: 640)
    let mean = randoms(6, &random, from: -3, to: 3)
    let variance = randoms(6, &random, from: 0.01, to: 2)
    let scale = randoms(6, &random, from: -2, to: 2)
    let shift = randoms(6, &random, from: -1, to: 1)
    let layer = try BatchNormalisation(mean: mean, variance: variance, scale: scale, shift: shift)
    let gains = (0..<6).map { Double(scale[$0]) / (Double(variance[$0]) + 1e-5).squareRoot() }
    let bias = randoms(6, &random, from: -1, to: 1)

    let weights = try Tensor([6, 3, 5], random: &random)
    let folded = try layer.folded(into: weights, bias: bias)
    #expect(folded.weights.shape == weights.shape)
    for (index, weight) in weights.values.enumerated() {
      #expect(folded.weights.values[index] == Float(Double(weight) * gains[index / 15]))
    }
    let unbiased = try layer.folded(into: weights).bias
    for channel in 0..<6 {
      func expected(_ bias: Float) -> Float {
        let deviation = Double(bias) - Double(mean[channel])
        return Float(deviation * gains[channel] + Double(shift[channel]))
      }
      #expect(folded.bias[channel] == expected(bias[channel]) && unbiased[channel] == expected(0))
    }

    // Transposed, two groups: input channels 0 and 1 give outputs 0 to 2, input channels 2 and 3 outputs 3 to 5.
    let transposed = try Tensor([4, 3, 2], random: &random)
    let other = try layer.folded(intoTransposed: transposed, bias: bias, groups: 2)
    for (index, weight) in transposed.values.enumerated() {
      #expect(other.weights.values[index] == Float(Double(weight) * gains[index / 12 * 3 + index / 2 % 3]))
    }
    #expect(other.bias == folded.bias)
  }

  @Test("a convolution with folded weights is the convolution followed by the normalisation")
  func foldedConvolution() throws {
    var random = SplitMix64(seed: 650)
    let layer = try BatchNormalisation(
      mean: randoms(4, &random, from: -1, to: 1), variance: randoms(4, &random, from: 0.1, to: 2),
      scale: randoms(4, &random, from: -2, to: 2), shift: randoms(4, &random, from: -1, to: 1))
    let linear = try Tensor([4, 8], random: &random)
    let bias = randoms(4, &random, from: -1, to: 1)
    let folded = try layer.folded(into: linear, bias: bias)
    let x = try Tensor([5, 8], random: &random)
    let one = try layer.apply(to: LinearLayer(weights: linear, bias: bias).apply(to: x)).values
    let two = try LinearLayer(weights: folded.weights, bias: folded.bias).apply(to: x).values
    // In units of u, with the gain g < 2/√0.1 < 6.4, sums of at most 9 and 8 inputs. Apart: 8·9·g of the sum,
    // 9g + (1 + g) + (9g + 1 + g) of gain, offset and result. Folded: 8·(8g + 2g + 1) of the sum, 10g + 1 of weights
    // and bias.
    let bound: Float = (72 + 9 + 1 + 10 + 80 + 10) * 6.4 + 11  // 1 + 1 + 8 + 1
    for (one, two) in zip(one, two) {
      let error = abs(one - two) * 0x1p24
      #expect(error <= bound)
    }
  }

  @Test("what does not fit is refused")
  func errors() throws {
    let batch = try BatchNormalisation(mean: [1, 2], variance: [1, 1])
    #expect(throws: GeometryError.count(of: "variances", expected: 2, actual: 1)) {
      try BatchNormalisation(mean: [1, 2], variance: [1])
    }
    #expect(throws: GeometryError.count(of: "shifts", expected: 1, actual: 2)) {
      try BatchNormalisation(mean: [1], variance: [1], shift: [1, 2])
    }
    #expect(throws: GeometryError.axis(1, of: "input", expected: 2, actual: 3)) {
      try batch.apply(to: Tensor([1, 3, 4]))
    }
    #expect(throws: GeometryError.tooSmall(what: "the rank", minimum: 2, actual: 1)) {
      try batch.apply(to: Tensor([2]))
    }
    #expect(throws: GeometryError.axis(0, of: "weights", expected: 2, actual: 3)) {
      try batch.folded(into: Tensor([3, 2]))
    }
    #expect(throws: GeometryError.count(of: "biases", expected: 2, actual: 3)) {
      try batch.folded(into: Tensor([2, 2]), bias: [1, 2, 3])
    }
    #expect(throws: GeometryError.indivisible(what: "input channels", channels: 3, groups: 2)) {
      try batch.folded(intoTransposed: Tensor([3, 1, 1]), groups: 2)
    }
    #expect(throws: GeometryError.axis(1, of: "weights", expected: 1, actual: 2)) {
      try batch.folded(intoTransposed: Tensor([4, 2, 1]), groups: 2)
    }
    #expect(throws: GeometryError.indivisible(what: "channels", channels: 5, groups: 2)) {
      try GroupNormalisation(groups: 2, channels: 5)
    }
    #expect(throws: GeometryError.count(of: "scales", expected: 4, actual: 1)) {
      try GroupNormalisation(groups: 2, channels: 4, scale: [1])
    }
    let layer = try LayerNormalisation(shape: [3, 4])
    #expect(throws: GeometryError.axis(1, of: "input", expected: 3, actual: 2)) {
      try layer.apply(to: Tensor([5, 2, 4]))
    }
    #expect(throws: GeometryError.tooSmall(what: "the rank", minimum: 2, actual: 1)) {
      try layer.apply(to: Tensor([4]))
    }
    #expect(throws: GeometryError.count(of: "values", expected: 12, actual: 1)) {
      try LayerNormalisation(shape: [3, 4], scale: [1])
    }
    #expect(try batch.folded(into: Tensor([2, 0, 3])).weights.shape == [2, 0, 3])
    let none = try BatchNormalisation(mean: [], variance: [])
    #expect(try none.apply(to: Tensor([2, 0, 3])).shape == [2, 0, 3])
    #expect(try none.folded(intoTransposed: Tensor([2, 0, 3])).bias == [])
  }
}
