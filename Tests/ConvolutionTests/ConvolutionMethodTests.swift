import TestSupport
import Testing

@testable import Convolution

/// The definition in Float, in the documented order of sums: the plain twin of every kernel.
private func definition(
  _ c: ConvolutionCase, _ x: [Float], _ w: [Float], _ bias: [Float], activation: Activation
) throws -> [Float] {
  let shape = try c.geometry.outputShape(input: Shape(c.inputShape), weights: Shape(c.weightShape))
  let outputs = Array(shape.sizes[2...])
  let positions = product(c.kernel.map { Array(0..<$0) })
  var answer: [Float] = []
  for channel in 0..<c.groups * c.outputsPerGroup {
    let firstInput = channel / c.outputsPerGroup * c.inputsPerGroup
    var row: [Float] = []
    for place in product(outputs.map { Array(0..<$0) }) {
      var total = bias[channel]
      for input in 0..<c.inputsPerGroup {
        var chain: Float = 0
        for (number, position) in positions.enumerated() {
          let isLong = positions.count > TapList.longestChain
          if isLong, number % TapList.chainTaps == 0 { chain = 0 }
          var index = firstInput + input
          var isInside = true
          for axis in place.indices {
            let from = place[axis] * c.stride[axis] + position[axis] * c.dilation[axis] - c.padding[axis].before
            isInside = isInside && from >= 0 && from < c.sizes[axis]
            index = index * c.sizes[axis] + from
          }
          let weight = w[(channel * c.inputsPerGroup + input) * positions.count + number]
          if isLong {
            if isInside { chain = chain.addingProduct(x[index], weight) }
            if number % TapList.chainTaps == TapList.chainTaps - 1 || number == positions.count - 1 { total += chain }
          } else if isInside {
            total = total.addingProduct(x[index], weight)
          }
        }
      }
      row.append(total)
    }
    answer += row.map { max($0, 0) + activation.slope(channel: channel) * min($0, 0) }
  }
  return answer
}

@Suite("Methods of convolution") struct ConvolutionMethodTests {
  static let methods: [ConvolutionPlan.Method?] =
    [nil, .sliding] + RunLayout.Kind.allCases.map { .runs($0) }

  /// Runs along and across, whole blocks of rows and rests of them, planes that are flattened, segments of taps, borders
  /// of their own, phases, chains.
  static let cases: [ConvolutionCase] = {
    func make(
      _ sizes: [Int], _ kernel: [Int], stride: Int = 1, dilation: Int = 1, padding: Int = 0, groups: Int = 1,
      _ inputs: Int,
      _ outputs: Int
    ) -> ConvolutionCase {
      ConvolutionCase(
        sizes: sizes, kernel: kernel, stride: kernel.map { _ in stride }, dilation: kernel.map { _ in dilation },
        padding: kernel.map { _ in PaddingCounts(before: padding, after: padding) }, groups: groups,
        inputsPerGroup: inputs, outputsPerGroup: outputs)
    }
    return [
      make([7, 7], [3, 3], padding: 1, 60, 130), make([14, 15], [3, 3], padding: 1, 20, 48),
      make([1, 1], [1, 1], 300, 20), make([28, 9], [3, 3], dilation: 4, padding: 4, 5, 17),
      make([33, 31], [5, 4], stride: 2, padding: 2, 3, 7), make([2, 3], [2, 2], padding: 1, 3, 200),
      make([700], [3], dilation: 5, padding: 5, 90, 33), make([70], [1], 700, 3), make([65], [9], stride: 3, 2, 5),
      make([300], [200], padding: 30, 2, 3), make([40, 30], [12, 12], padding: 3, 1, 20),
      make([20, 20], [3, 3], padding: 1, groups: 3, 5, 18),
      make([100], [31], padding: 15, groups: 3, 1, 1), make([259], [4], groups: 2, 1, 1), make([64], [5], 1, 1),
      make([56, 57], [7, 7], padding: 3, groups: 2, 1, 1),
      make([30, 41], [3, 3], stride: 2, padding: 1, groups: 3, 1, 1),
      make([30, 21], [5, 3], stride: 2, padding: 2, groups: 2, 1, 1), make([17, 16], [2, 6], stride: 3, 1, 1),
      make([9, 11], [3, 3], dilation: 2, padding: 2, groups: 2, 1, 1), make([6, 7, 20], [3, 4, 5], padding: 2, 1, 1),
      make([5, 6, 7], [3, 3, 3], padding: 1, 4, 40), make([3, 4, 5, 6], [2, 2, 2, 2], padding: 1, 2, 19),
    ]
  }()

  @Test("all methods, levels and threads give the bits of the definition", arguments: Thoroughness.cases(of: cases, quick: 4))
  func bits(c: ConvolutionCase) throws {
    let (x, w, _) = c.signals()
    let bias = Signals.noise(frames: c.groups * c.outputsPerGroup, seed: 5)
    for activation in [Activation.identity, .prelu(slopes: bias)] {
      let expected =
        activation == .identity
        ? try definition(c, x, w, bias, activation: .leakyReLU(slope: 1))
        : try definition(c, x, w, bias, activation: activation)
      for method in Self.methods {
        for level in KernelLevel.available where level != .baseline || (method != nil && x.count * w.count < 1 << 20) {
          for threads in level == .selected ? [1, 3] : [1] {
            let plan = try ConvolutionPlan(
              c.geometry, weights: Tensor(Shape(c.weightShape), values: w), bias: bias, input: Shape(c.inputShape),
              activation: activation, threads: threads, level: level, method: method)
            let y = try plan.execute(Tensor(Shape(c.inputShape), values: x)).values
            let difference = firstBitDifference(y, expected)
            #expect(
              difference == nil, "\(c) \(String(describing: method)) \(level) \(threads): \(plan.explanation)")
            // A second time, into the output of the first run.
            #expect(firstBitDifference(try plan.execute(Tensor(Shape(c.inputShape), values: x)).values, y) == nil)
          }
        }
      }
    }
  }

  @Test("large kernels go through transforms unless told otherwise, and both lie within their bounds")
  func transforms() throws {
    let axis = try KernelAxis(kernel: 40, padding: .both(20))
    let geometry = try ConvolutionGeometry(axes: [axis, axis])
    let x = try Tensor([1, 1, 120, 130], values: Signals.noise(frames: 120 * 130, seed: 1))
    let w = try Tensor([1, 1, 40, 40], values: Signals.noise(frames: 1600, seed: 2))
    let plan = try ConvolutionPlan(geometry, weights: w, input: x.shape)
    #expect(plan.explanation[0].hasPrefix("transforms"))
    let direct = try ConvolutionPlan(geometry, weights: w, input: x.shape, algorithm: .direct)
    #expect(direct.explanation[0].hasPrefix("direct"))
    let (a, b) = (try plan.execute(x).values, try direct.execute(x).values)
    // ‖w‖ and ‖x‖ over the whole input, which every tile's lie below.
    func norm(_ values: [Float]) -> Double { values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() }
    let sums = 1600.0 * zip(w.values, repeatElement(Float(1), count: 1600)).reduce(0) { $0 + Double(abs($1.0 * $1.1)) }
    let bound = (13 * 17 + 1) * 0x1p-24 * norm(w.values) * norm(x.values) + sums * 0x1p-24
    #expect(zip(a, b).allSatisfy { abs(Double($0) - Double($1)) <= bound })
    #expect(zip(a, b).contains { $0 != $1 }, "the same bits: was it another algorithm?")
    // Below 128 positions never.
    let small = try KernelAxis(kernel: 11, padding: .both(5))
    let few = try ConvolutionPlan(
      ConvolutionGeometry(axes: [small, small]), weights: Tensor([1, 1, 11, 11]), input: [1, 1, 2000, 2000])
    #expect(few.explanation[0].hasPrefix("direct"))
  }

  @Test("the cost model takes every method somewhere")
  func choices() throws {
    func explanation(_ sizes: Shape, _ weights: Shape, padding: Int, groups: Int = 1) throws -> String {
      let axis = { try KernelAxis(kernel: $0, padding: .both(padding)) }
      let geometry = try ConvolutionGeometry(axes: weights.sizes[2...].map { try axis($0) }, groups: groups)
      return try ConvolutionPlan(geometry, weights: Tensor(weights), input: sizes).explanation.joined(separator: "; ")
    }
    #expect(try explanation([1, 16, 48_000], [16, 16, 3], padding: 0).contains("vectors along runs of 47998"))
    #expect(try explanation([1, 64, 7, 7], [64, 64, 3, 3], padding: 1).contains("vectors across the output channels"))
    #expect(try explanation([1, 3, 28, 28], [6, 3, 5, 5], padding: 2).contains("rows flattened"))
    #expect(try explanation([1, 8, 56, 56], [8, 1, 7, 7], padding: 3, groups: 8).contains("slide over rows"))
    #expect(try explanation([1, 8, 4000], [8, 1, 31], padding: 15, groups: 8).contains("slide over four phases"))
  }
}
