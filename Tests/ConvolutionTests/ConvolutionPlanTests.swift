import Convolution
import ReferenceConvolution
import TestSupport
import Testing

/// A convolution for both implementations.
struct ConvolutionCase: CustomStringConvertible, Sendable {
  var sizes: [Int]
  var kernel: [Int]
  var stride: [Int]
  var dilation: [Int]
  var padding: [PaddingCounts]
  var mode = PaddingMode.zeros
  var groups = 1
  var inputsPerGroup = 1
  var outputsPerGroup = 1
  var batch = 1
  var hasBias = true
  var isMirrored = false

  var description: String {
    "\(sizes) kernel \(kernel) stride \(stride) dilation \(dilation) padding \(padding.map { ($0.before, $0.after) }) "
      + "\(mode) \(groups) × (\(inputsPerGroup) to \(outputsPerGroup)) batch \(batch) mirrored \(isMirrored)"
  }

  var inputShape: [Int] { [batch, groups * inputsPerGroup] + sizes }
  var weightShape: [Int] { [groups * outputsPerGroup, inputsPerGroup] + kernel }

  var geometry: ConvolutionGeometry {
    get throws {
      try ConvolutionGeometry(
        axes: kernel.indices.map {
          try KernelAxis(
            kernel: kernel[$0], stride: stride[$0], dilation: dilation[$0],
            padding: .explicit(before: padding[$0].before, after: padding[$0].after))
        }, groups: groups, mode: mode, isMirrored: isMirrored)
    }
  }

  /// The result of the reference, with its bounds.
  func reference(_ x: [Float], _ w: [Float], _ bias: [Float]?) -> ReferenceSums {
    let mode: ReferencePadding =
      switch mode {
      case .zeros: .zeros
      case .constant(let value): .constant(value)
      case .reflect: .reflect
      case .replicate: .replicate
      case .circular: .circular
      }
    return ReferenceNDConvolution(
      weights: ReferenceGrid(weightShape, w), bias: bias,
      axes: kernel.indices.map {
        ReferenceAxis(
          kernel: kernel[$0], stride: stride[$0], dilation: dilation[$0], before: padding[$0].before,
          after: padding[$0].after)
      }, groups: groups, mode: mode, isMirrored: isMirrored
    ).apply(to: ReferenceGrid(inputShape, x))
  }

  /// Input, weights and bias of noise.
  func signals(seed: UInt64 = 1) -> (x: [Float], w: [Float], bias: [Float]?) {
    (
      Signals.noise(frames: inputShape.reduce(1, *), seed: seed),
      Signals.noise(frames: weightShape.reduce(1, *), seed: seed &+ 1),
      hasBias ? Signals.noise(frames: groups * outputsPerGroup, seed: seed &+ 2) : nil
    )
  }

  /// Where the plan's result exceeds the bound, or nil.
  func fault(seed: UInt64 = 1, threads: Int = 1, level: KernelLevel = .selected) throws -> String? {
    let (x, w, bias) = signals(seed: seed)
    let plan = try ConvolutionPlan(
      geometry, weights: Tensor(Shape(weightShape), values: w), bias: bias, input: Shape(inputShape), threads: threads,
      level: level)
    let y = try plan.execute(Tensor(Shape(inputShape), values: x))
    return faultOf(y, against: reference(x, w, bias))
  }

  /// A random case of this rank, small enough for the reference.
  static func random(_ random: inout SplitMix64, rank: Int) -> ConvolutionCase {
    func pick(_ range: ClosedRange<Int>) -> Int { range.lowerBound + random.nextInteger(upTo: range.count - 1) }
    var c = ConvolutionCase(sizes: [], kernel: [], stride: [], dilation: [], padding: [])
    for _ in 0..<rank {
      c.sizes.append(pick(rank == 1 ? 1...70 : rank == 2 ? 1...20 : 1...8))
      c.kernel.append(pick(1...(rank == 1 ? 7 : rank == 2 ? 5 : 3)))
      c.stride.append(pick(1...3))
      c.dilation.append(pick(1...3))
    }
    switch pick(0...4) {
    case 1: c.mode = .constant(0.75)
    case 2: c.mode = .reflect
    case 3: c.mode = .replicate
    case 4: c.mode = .circular
    default: break
    }
    for axis in 0..<rank {
      let reach = c.dilation[axis] * (c.kernel[axis] - 1) + 1
      let most =
        switch c.mode {
        case .reflect: c.sizes[axis] - 1
        case .circular: c.sizes[axis]
        case .zeros, .constant, .replicate: reach + 2
        }
      var counts = PaddingCounts(before: pick(0...min(most, reach + 2)), after: pick(0...min(most, reach + 2)))
      // At least one output.
      let missing = reach - c.sizes[axis] - counts.before - counts.after
      if missing > 0 {
        if case .zeros = c.mode { counts.after += missing } else { c.kernel[axis] = 1 }
      }
      c.padding.append(counts)
    }
    c.groups = [1, 1, 2, 3][pick(0...3)]
    c.inputsPerGroup = pick(1...4)
    c.outputsPerGroup = [1, 2, 5, 17][pick(0...3)]
    c.batch = pick(0...2)
    c.hasBias = pick(0...1) == 1
    c.isMirrored = pick(0...3) == 0
    return c
  }
}

/// Where a result differs from the reference's shape or exceeds its bound, or nil.
func faultOf(_ y: Tensor, against truth: ReferenceSums) -> String? {
  guard y.shape.sizes == truth.output.sizes else { return "shape \(y.shape), expected \(truth.output.sizes)" }
  let bounds = truth.errorBounds
  return y.withUnsafeValues { y in
    for index in y.indices where !(abs(Double(y[index]) - truth.output.values[index]) <= bounds[index]) {
      return "element \(index) is \(y[index]), expected \(truth.output.values[index]) within \(bounds[index])"
    }
    return nil
  }
}

@Suite("Convolution plan") struct ConvolutionPlanTests {
  @Test("thousands of random geometries lie within the bound of the definition", arguments: 1...4, 0..<8)
  func random(rank: Int, part: Int) throws {
    var random = SplitMix64(seed: UInt64(100 * rank + part))
    let count = rank == 1 ? 250 : rank == 2 ? 120 : 40
    for index in 0..<Thoroughness.cases(full: count, quick: count / 10) {
      let c = ConvolutionCase.random(&random, rank: rank)
      let fault = try c.fault(seed: UInt64(index), threads: 1 + index % 3)
      #expect(fault == nil, "\(c): \(fault ?? "")")
    }
  }

  @Test("every small geometry in one dimension", arguments: [PaddingMode.zeros, .reflect, .replicate, .circular])
  func everySmall(mode: PaddingMode) throws {
    for size in 1...6 {
      for kernel in 1...4 {
        for stride in 1...3 {
          for dilation in 1...2 {
            for before in 0...4 {
              for after in 0...4 {
                let most = max(before, after)
                if mode == .reflect && most >= size || mode == .circular && most > size { continue }
                if size + before + after < dilation * (kernel - 1) + 1 { continue }
                let c = ConvolutionCase(
                  sizes: [size], kernel: [kernel], stride: [stride], dilation: [dilation],
                  padding: [PaddingCounts(before: before, after: after)], mode: mode, inputsPerGroup: 2)
                let fault = try c.fault()
                #expect(fault == nil, "\(c): \(fault ?? "")")
              }
            }
          }
        }
      }
    }
  }

  @Test("long kernels are summed in chains, and wide ones of many channels in blocks of rows")
  func large() throws {
    let none = PaddingCounts(before: 0, after: 0)
    let cases = [
      ConvolutionCase(
        sizes: [600], kernel: [257], stride: [1], dilation: [1], padding: [none], inputsPerGroup: 2,
        outputsPerGroup: 3),
      ConvolutionCase(
        sizes: [30, 30], kernel: [13, 13], stride: [1, 1], dilation: [1, 1],
        padding: [PaddingCounts(before: 6, after: 6), PaddingCounts(before: 6, after: 6)], inputsPerGroup: 2,
        outputsPerGroup: 4),
      ConvolutionCase(
        sizes: [7, 7], kernel: [3, 3], stride: [1, 1], dilation: [1, 1],
        padding: [PaddingCounts(before: 1, after: 1), PaddingCounts(before: 1, after: 1)], inputsPerGroup: 64,
        outputsPerGroup: 70),
      ConvolutionCase(
        sizes: [28, 28], kernel: [3, 3], stride: [1, 1], dilation: [12, 12],
        padding: [PaddingCounts(before: 12, after: 12), PaddingCounts(before: 12, after: 12)], inputsPerGroup: 16,
        outputsPerGroup: 32),
    ]
    for c in cases {
      let fault = try c.fault()
      #expect(fault == nil, "\(c): \(fault ?? "")")
    }
  }

  @Test("threads and instruction sets do not change a bit")
  func sameBits() throws {
    var random = SplitMix64(seed: 9)
    for index in 0..<30 {
      var c = ConvolutionCase.random(&random, rank: 1 + index % 3)
      c.batch = 1
      let (x, w, bias) = c.signals()
      let answers =
        [(1, KernelLevel.selected), (2, .selected), (5, .selected)].map { ($0.0, $0.1) }
        + KernelLevel.available.filter { $0 != .baseline || index < 6 }.map { (1, $0) }
      let outputs = try answers.map { threads, level in
        try ConvolutionPlan(
          c.geometry, weights: Tensor(Shape(c.weightShape), values: w), bias: bias, input: Shape(c.inputShape),
          threads: threads, level: level
        ).execute(Tensor(Shape(c.inputShape), values: x)).values
      }
      for output in outputs.dropFirst() { #expect(firstBitDifference(output, outputs[0]) == nil, "\(c)") }
    }
  }

  @Test("the checks see a shifted frame, a swapped channel and a dropped tap")
  func checksBite() throws {
    let c = ConvolutionCase(
      sizes: [20, 20], kernel: [3, 3], stride: [1, 1], dilation: [1, 1],
      padding: [PaddingCounts(before: 1, after: 1), PaddingCounts(before: 1, after: 1)], inputsPerGroup: 3,
      outputsPerGroup: 4)
    let (x, w, bias) = c.signals()
    let truth = c.reference(x, w, bias)
    let shape = try Shape(truth.output.sizes)
    let y = truth.output.values.map { Float($0) }
    #expect(faultOf(try Tensor(shape, values: y), against: truth) == nil)
    #expect(faultOf(try Tensor(shape, values: [y[1]] + y.dropLast()), against: truth) != nil)
    #expect(faultOf(try Tensor(shape, values: Array(y[400..<800] + y[..<400] + y[800...])), against: truth) != nil)
    var dropped = w
    dropped[5] = 0
    #expect(
      faultOf(try Tensor(shape, values: c.reference(x, dropped, bias).output.values.map { Float($0) }), against: truth)
        != nil)
  }

  @Test("a plan runs again and again, and refuses other shapes")
  func again() throws {
    let geometry = try ConvolutionGeometry(axes: [KernelAxis(kernel: 3, padding: .same)])
    let plan = try ConvolutionPlan(
      geometry, weights: Tensor([2, 1, 3], values: [1, 2, 3, 4, 5, 6]), input: [1, 1, 5], activation: .relu)
    let x = try Tensor([1, 1, 5], values: [1, -2, 3, -4, 5])
    let expected: [Float] = [0, 6, 0, 10, 6, 0, 12, 0, 22, 9]
    #expect(try plan.execute(x).values == expected)
    #expect(try plan.execute(x).values == expected)
    #expect(throws: GeometryError.shape(of: "input", expected: [1, 1, 5], actual: [1, 1, 6])) {
      try plan.execute(Tensor([1, 1, 6]))
    }
    var wrong = Tensor([1, 2, 4])
    #expect(throws: GeometryError.shape(of: "output", expected: [1, 2, 5], actual: [1, 2, 4])) {
      try plan.execute(x, into: &wrong)
    }
  }

  @Test("what does not fit is refused with the axis and the sizes")
  func errors() throws {
    let geometry = try ConvolutionGeometry(axes: [KernelAxis(kernel: 3), KernelAxis(kernel: 3)], groups: 2)
    func error(_ weights: Shape, _ input: Shape, bias: [Float]? = nil) -> GeometryError? {
      #expect(throws: GeometryError.self) {
        try ConvolutionPlan(geometry, weights: Tensor(weights), bias: bias, input: input)
      }
    }
    #expect(error([4, 2, 3], [1, 4, 8, 8]) == .rank(of: "weights", expected: 4, actual: 3))
    #expect(error([4, 2, 3, 2], [1, 4, 8, 8]) == .axis(3, of: "weights", expected: 3, actual: 2))
    #expect(error([4, 2, 3, 3], [1, 4, 8]) == .rank(of: "input", expected: 4, actual: 3))
    #expect(error([4, 2, 3, 3], [1, 2, 8, 8]) == .axis(1, of: "input", expected: 4, actual: 2))
    #expect(error([3, 2, 3, 3], [1, 4, 8, 8]) == .indivisible(what: "output channels", channels: 3, groups: 2))
    #expect(error([4, 2, 3, 3], [1, 4, 8, 2]) == .emptyOutput(axis: 3, expected: 3, actual: 2))
    #expect(error([4, 2, 3, 3], [1, 4, 8, 8], bias: [1]) == .count(of: "biases", expected: 4, actual: 1))
    let wide = try ConvolutionGeometry(axes: [KernelAxis(kernel: 3, dilation: 1 << 40, padding: .full)])
    #expect(throws: GeometryError.self) { try ConvolutionPlan(wide, weights: Tensor([1, 1, 3]), input: [1, 1, 8]) }
    #expect(throws: GeometryError.strideOfSame(actual: 2)) { try KernelAxis(kernel: 3, stride: 2, padding: .same) }
    let reflect = try ConvolutionGeometry(axes: [KernelAxis(kernel: 9, padding: .both(4))], mode: .reflect)
    #expect(throws: GeometryError.paddingMode(.reflect, axis: 2, maximum: 3, actual: 4)) {
      try ConvolutionPlan(reflect, weights: Tensor([1, 1, 9]), input: [1, 1, 4])
    }
  }
}

@Suite("Transposed convolution plan") struct TransposedConvolutionPlanTests {
  @Test("thousands of random geometries lie within the bound of the definition", arguments: 1...3, 0..<8)
  func random(rank: Int, part: Int) throws {
    var random = SplitMix64(seed: UInt64(7000 + 100 * rank + part))
    func pick(_ range: ClosedRange<Int>) -> Int { range.lowerBound + random.nextInteger(upTo: range.count - 1) }
    let count = rank == 1 ? 150 : rank == 2 ? 60 : 20
    for index in 0..<Thoroughness.cases(full: count, quick: count / 10) {
      let groups = [1, 1, 2, 3][pick(0...3)]
      let (inputs, outputs) = (pick(1...4), [1, 2, 5][pick(0...2)])
      var sizes: [Int] = []
      var axes: [TransposedKernelAxis] = []
      while axes.count < rank {
        let (size, kernel, stride, dilation) = (pick(1...(rank == 1 ? 40 : 7)), pick(1...5), pick(1...3), pick(1...3))
        let axis = try TransposedKernelAxis(
          kernel: kernel, stride: stride, dilation: dilation,
          padding: PaddingCounts(before: pick(0...4), after: pick(0...4)),
          outputPadding: pick(0...(max(stride, dilation) - 1)))
        guard (try? axis.outputSize(size: size)) != nil else { continue }
        axes.append(axis)
        sizes.append(size)
      }
      let inputShape = try Shape([pick(0...2), groups * inputs] + sizes)
      let weightShape = try Shape([groups * inputs, outputs] + axes.map(\.kernel))
      let x = Signals.noise(frames: inputShape.count, seed: UInt64(index))
      let w = Signals.noise(frames: weightShape.count, seed: UInt64(index + 1))
      let bias = pick(0...1) == 1 ? Signals.noise(frames: groups * outputs, seed: 3) : nil
      let y = try convolveTransposed(
        Tensor(inputShape, values: x), with: Tensor(weightShape, values: w), bias: bias,
        TransposedConvolutionGeometry(axes: axes, groups: groups), threads: 1 + index % 2)
      let truth = ReferenceTransposedConvolution(
        weights: ReferenceGrid(weightShape.sizes, w), bias: bias,
        axes: axes.map {
          ReferenceTransposedAxis(
            kernel: $0.kernel, stride: $0.stride, dilation: $0.dilation, before: $0.padding.before,
            after: $0.padding.after, outputPadding: $0.outputPadding)
        }, groups: groups
      ).apply(to: ReferenceGrid(inputShape.sizes, x))
      let fault = faultOf(y, against: truth)
      #expect(fault == nil, "\(inputShape) \(weightShape) \(axes): \(fault ?? "")")
    }
  }
}

@Suite("Cost of a convolution") struct ConvolutionCostTests {
  @Test("the numbers of the usual textbook examples come out")
  func textbook() throws {
    let three = try KernelAxis(kernel: 3, padding: .both(1))
    let first = try ConvolutionCost(
      ConvolutionGeometry(axes: [three, three]), weights: [64, 3, 3, 3], hasBias: true, input: [1, 3, 224, 224])
    #expect(first.parameters == 1792)
    #expect(first.outputShape == [1, 64, 224, 224])
    #expect(first.multiplyAdds == 86_704_128)
    // Depthwise and then pointwise, compared with 9 · 64 · 128 weights in one layer.
    let depthwise = try ConvolutionCost(
      ConvolutionGeometry(axes: [three, three], groups: 64), weights: [64, 1, 3, 3], hasBias: false,
      input: [1, 64, 56, 56])
    #expect(depthwise.parameters == 576 && depthwise.multiplyAdds == 576 * 56 * 56)
    let wide = try KernelAxis(kernel: 3, dilation: 12, padding: .both(12))
    let atrous = try ConvolutionCost(
      ConvolutionGeometry(axes: [wide, wide]), weights: [1, 1, 3, 3], hasBias: false, input: [1, 1, 28, 28])
    #expect(abs(atrous.shareInside - 0.5102) < 0.0001)
  }

  @Test("two layers of three by three see five by five; a stride makes later layers see further")
  func receptiveField() throws {
    let three = try KernelAxis(kernel: 3)
    #expect(try ReceptiveField().behind(three).behind(three).size == 5)
    let strided = try ReceptiveField().behind(KernelAxis(kernel: 7, stride: 2)).behind(KernelAxis(kernel: 3, stride: 2))
    #expect((strided.size, strided.step) == (11, 4))
    var stack = ReceptiveField()
    for layer in 0..<10 { stack = try stack.behind(KernelAxis(kernel: 3, dilation: 1 << layer)) }
    #expect(stack.size == 2047)
  }

  @Test("the share inside is counted as the definition counts it")
  func inside() throws {
    var random = SplitMix64(seed: 77)
    for _ in 0..<200 {
      var c = ConvolutionCase.random(&random, rank: 2)
      (c.mode, c.batch) = (.zeros, 1)
      let cost = try ConvolutionCost(
        c.geometry, weights: Shape(c.weightShape), hasBias: false, input: Shape(c.inputShape))
      let (x, w, _) = c.signals()
      let truth = c.reference(x, w, nil)
      #expect(cost.multiplyAddsInside == truth.readTaps.reduce(0, +), "\(c)")
      #expect(cost.multiplyAdds == truth.taps.reduce(0, +), "\(c)")
    }
  }
}
