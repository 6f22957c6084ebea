import Foundation
import ReferenceConvolution
import TestSupport
import Testing

@testable import Convolution

@Suite("Pointwise operations")
struct PointwiseTests {
  @Test("sums element by element")
  func adding() throws {
    var random = SplitMix64(seed: 700)
    for sizes in [[2, 3, 17], [5], [], [0, 3]] {
      let (a, b) = (try Tensor(sizes, random: &random), try Tensor(sizes, random: &random))
      #expect(try a.adding(b).values == zip(a.values, b.values).map { $0 + $1 })
    }
    #expect(throws: GeometryError.rank(of: "summand", expected: 1, actual: 2)) {
      try Tensor([2]).adding(Tensor([2, 1]))
    }
    #expect(throws: GeometryError.axis(1, of: "summand", expected: 3, actual: 4)) {
      try Tensor([2, 3]).adding(Tensor([2, 4]))
    }
  }

  @Test("concatenation along every axis", arguments: 0..<4)
  func concatenating(axis: Int) throws {
    var random = SplitMix64(seed: 710)
    var parts: [Tensor] = []
    for size in [3, 0, 1, 5] {
      var sizes = [2, 3, 4, 3]
      sizes[axis] = size
      parts.append(try Tensor(sizes, random: &random))
    }
    let whole = try Tensor.concatenating(parts, axis: axis)
    #expect(whole.shape[axis] == 9)
    for a in 0..<whole.shape[0] {
      for b in 0..<whole.shape[1] {
        for c in 0..<whole.shape[2] {
          for d in 0..<whole.shape[3] {
            var place = [a, b, c, d]
            var part = 0
            while place[axis] >= parts[part].shape[axis] {
              place[axis] -= parts[part].shape[axis]
              part += 1
            }
            #expect(whole[a, b, c, d] == parts[part][place[0], place[1], place[2], place[3]])
          }
        }
      }
    }
  }

  @Test("what cannot be concatenated is refused")
  func concatenationErrors() throws {
    #expect(throws: GeometryError.tooSmall(what: "the number of tensors", minimum: 1, actual: 0)) {
      try Tensor.concatenating([], axis: 0)
    }
    #expect(throws: GeometryError.tooLarge(what: "the axis", maximum: 1, actual: 2)) {
      try Tensor.concatenating([Tensor([1, 2])], axis: 2)
    }
    #expect(throws: GeometryError.tooSmall(what: "the axis", minimum: 0, actual: -1)) {
      try Tensor.concatenating([Tensor([1, 2])], axis: -1)
    }
    #expect(throws: GeometryError.axis(0, of: "concatenated tensor", expected: 1, actual: 3)) {
      try Tensor.concatenating([Tensor([1, 2]), Tensor([3, 2])], axis: 1)
    }
    #expect(throws: GeometryError.rank(of: "concatenated tensor", expected: 2, actual: 3)) {
      try Tensor.concatenating([Tensor([1, 2]), Tensor([1, 2, 3])], axis: 1)
    }
    #expect(try Tensor.concatenating([Tensor([0, 2]), Tensor([0, 1])], axis: 1).shape == [0, 3])
    let half = Tensor([0, 1 << 56])
    #expect(throws: GeometryError.overflow(what: "the number of elements")) {
      try Tensor.concatenating(Array(repeating: half, count: 20), axis: 1)
    }
  }

  @Test(
    "a linear layer within its bound of the definition", arguments: [(1, 1), (3, 5), (16, 16), (33, 200), (200, 7)])
  func linear(outputs: Int, inputs: Int) throws {
    var random = SplitMix64(seed: 720)
    let weights = try Tensor([outputs, inputs], random: &random)
    let bias = randoms(outputs, &random, from: -1, to: 1)
    for rows in [1, 2, 7, 16, 65, 130] {
      let x = try Tensor([rows, inputs], random: &random)
      let y = try LinearLayer(weights: weights, bias: bias).apply(to: x)
      #expect(y.shape.sizes == [rows, outputs])
      var truth: [Double] = []
      var bounds: [Double] = []
      for row in 0..<rows {
        for output in 0..<outputs {
          let terms = (0..<inputs).map { Double(weights[output, $0]) * Double(x[row, $0]) }
          truth.append(terms.reduce(Double(bias[output]), +))
          let size = terms.reduce(abs(Double(bias[output]))) { $0 + abs($1) }
          bounds.append(Double(inputs) * (unit * size + 0x1p-126))
        }
      }
      #expect(firstOutsideBound(y.values, truth, bounds: bounds) == nil)
    }
  }

  @Test("a linear layer sums from the bias on, with one fused multiply-add an input")
  func linearOrder() throws {
    var random = SplitMix64(seed: 730)
    let weights = try Tensor([19, 40], random: &random)
    let bias = randoms(19, &random, from: -1, to: 1)
    let x = try Tensor([2, 35, 40], random: &random)
    let y = try LinearLayer(weights: weights, bias: bias).apply(to: x)
    #expect(y.shape == [2, 35, 19])
    let expected = (0..<70).flatMap { row in
      (0..<19).map { output in
        (0..<40).reduce(bias[output]) { $0.addingProduct(weights[output, $1], x.values[row * 40 + $1]) }
      }
    }
    #expect(firstBitDifference(y.values, expected) == nil)
  }

  @Test("a linear layer of unusual sizes")
  func linearEdges() throws {
    let layer = try LinearLayer(weights: Tensor([2, 3], values: [1, 2, 3, 4, 5, 6]))
    #expect(try layer.apply(to: Tensor([3], values: [1, 1, 1])).values == [6, 15])
    #expect(try layer.apply(to: Tensor([0, 3])).shape == [0, 2])
    #expect(try LinearLayer(weights: Tensor([2, 0]), bias: [7, 8]).apply(to: Tensor([2, 0])).values == [7, 8, 7, 8])
    #expect(try LinearLayer(weights: Tensor([0, 3])).apply(to: Tensor([2, 3])).shape == [2, 0])
    #expect(throws: GeometryError.axis(1, of: "input", expected: 3, actual: 4)) {
      try layer.apply(to: Tensor([2, 4]))
    }
    #expect(throws: GeometryError.tooSmall(what: "the rank", minimum: 1, actual: 0)) {
      try layer.apply(to: Tensor([]))
    }
    #expect(throws: GeometryError.rank(of: "weights", expected: 2, actual: 3)) {
      try LinearLayer(weights: Tensor([1, 2, 3]))
    }
    #expect(throws: GeometryError.count(of: "biases", expected: 2, actual: 1)) {
      try LinearLayer(weights: Tensor([2, 3]), bias: [1])
    }
  }

  @Test("softmax within its bound of the definition, along every axis", arguments: 0..<3)
  func softmax(axis: Int) throws {
    var random = SplitMix64(seed: 740)
    for sizes in [[3, 4, 5], [1, 1, 1], [2, 130, 70], [7, 3, 65], [2, 0, 3]] {
      for amplitude: Float in [1, 60, 3e38] {
        let x = try Tensor(sizes, random: &random, amplitude: amplitude)
        let y = try x.softmax(axis: axis)
        let truth = ReferenceNormalisation.softmax(x.grid, axis: axis)
        let bounds = truth.values.map { (1 + 0x1p-20) * unit * $0 + 0x1p-149 }
        #expect(firstOutsideBound(y.values, truth.values, bounds: bounds) == nil)
      }
    }
    #expect(throws: GeometryError.tooLarge(what: "the axis", maximum: 0, actual: 1)) {
      try Tensor([2]).softmax(axis: 1)
    }
  }

  @Test("softmax of what is not finite")
  func softmaxNonFinite() throws {
    func values(_ x: [Float]) throws -> [Float] { try Tensor(Shape([x.count]), values: x).softmax(axis: 0).values }
    #expect(try values([.nan, 1, 2]).allSatisfy(\.isNaN))
    #expect(try values([1, .nan]).allSatisfy(\.isNaN))
    #expect(try values([1, .infinity]).allSatisfy(\.isNaN))
    #expect(try values([-.infinity, -.infinity]).allSatisfy(\.isNaN))
    #expect(try values([-.infinity, 3, 3]) == [0, 0.5, 0.5])
  }

  @Test("the exponential of softmax is the system's, but for its last digits")
  func exponentials() {
    var random = SplitMix64(seed: 750)
    for _ in 0..<100_000 {
      let x = -110 * Double(random.nextUnit())
      let truth = exp(x)
      #expect(abs(exponential(x) - truth) <= 0x1p-50 * truth)
    }
    #expect(exponential(0) == 1 && exponential(-110.1) == 0 && exponential(-.infinity) == 0 && exponential(.nan).isNaN)
  }

  @Test("activations of whole tensors")
  func activations() throws {
    var random = SplitMix64(seed: 760)
    let x = try Tensor([2, 3, 37], random: &random, amplitude: 5)
    let slopes: [Float] = [0.5, -1, 0.25]
    #expect(try x.applying(.relu).values == x.values.map { max($0, 0) })
    #expect(try x.applying(.identity) == x)
    let leaky = try x.applying(.prelu(slopes: slopes)).values
    for (index, x) in x.values.enumerated() {
      #expect(leaky[index] == (x > 0 ? x : slopes[index / 37 % 3] * x))
    }
    for kind in Activation.all {
      let y = try x.applying(kind)
      #expect(y.shape == x.shape)
      let reference = ReferenceActivation(
        try #require(ReferenceActivation.Kind(rawValue: kind.name)), slopes: [kind.slope(channel: 0)])
      for (x, y) in zip(x.values, y.values) {
        let truth = reference(Double(x))
        #expect(abs(Double(y) - truth) <= 8 * unit * abs(truth) + 0x1p-30, "\(kind.name)")
      }
    }
    #expect(throws: GeometryError.count(of: "slopes", expected: 3, actual: 2)) {
      try x.applying(.prelu(slopes: [1, 2]))
    }
    #expect(throws: GeometryError.tooSmall(what: "the rank", minimum: 2, actual: 1)) {
      try Tensor([3]).applying(.prelu(slopes: [1, 2, 3]))
    }
    #expect(try Tensor([0, 3]).applying(.prelu(slopes: slopes)).shape == [0, 3])
    #expect(try Tensor([2, 3, 0]).applying(.tanh).count == 0)
  }
}
