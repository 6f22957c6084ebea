import Convolution
import ReferenceConvolution
import TestSupport
import Testing

/// PyTorch's double-precision results, within the bound that the reference gives for the same inputs.
@Suite("Golden convolutions") struct ConvolutionGoldenTests {
  @Test("convolution is PyTorch's", arguments: ConvolutionGoldenCase.all(.convolution))
  func convolution(_ golden: ConvolutionGoldenCase) throws {
    let facts = golden.facts
    let axes = try #require(facts.axes)
    let geometry = try ConvolutionGeometry(
      axes: axes.map { axis in
        let padding: Padding =
          switch facts.padding {
          case .valid: .valid
          case .same: .same
          case .sameUpper: .sameUpper
          case .sameLower: .sameLower
          case .full: .full
          case .causal: .causal
          case .explicit, nil: .explicit(before: axis.before, after: axis.after)
          }
        return try KernelAxis(kernel: axis.kernel, stride: axis.stride, dilation: axis.dilation, padding: padding)
      }, groups: facts.groups ?? 1, mode: mode(facts), isMirrored: facts.isMirrored ?? false)
    let (input, weights) = (golden["input"], golden["weights"])
    // The script computed these numbers by the formulas of PyTorch and ONNX.
    for (axis, size) in zip(axes.indices, input.shape.dropFirst(2)) {
      let counts = geometry.axes[axis].paddingCounts(size: size)
      #expect((counts.before, counts.after) == (axes[axis].before, axes[axis].after), "axis \(axis)")
    }
    let bias = golden.tensors["bias"]?.values
    let y = try convolve(
      Tensor(Shape(input.shape), values: input.values), with: Tensor(Shape(weights.shape), values: weights.values),
      bias: bias, geometry)
    let bounds = ReferenceNDConvolution(
      weights: ReferenceGrid(weights.shape, weights.values), bias: bias,
      axes: axes.map {
        ReferenceAxis(kernel: $0.kernel, stride: $0.stride, dilation: $0.dilation, before: $0.before, after: $0.after)
      }, groups: facts.groups ?? 1, mode: referenceMode(facts), isMirrored: facts.isMirrored ?? false
    ).apply(to: ReferenceGrid(input.shape, input.values)).errorBounds
    check(y, golden, bounds)
  }

  @Test("transposed convolution is PyTorch's", arguments: ConvolutionGoldenCase.all(.transposedConvolution))
  func transposed(_ golden: ConvolutionGoldenCase) throws {
    let facts = golden.facts
    let axes = try #require(facts.axes)
    let (input, weights) = (golden["input"], golden["weights"])
    let bias = golden.tensors["bias"]?.values
    let y = try convolveTransposed(
      Tensor(Shape(input.shape), values: input.values), with: Tensor(Shape(weights.shape), values: weights.values),
      bias: bias,
      TransposedConvolutionGeometry(
        axes: axes.map {
          try TransposedKernelAxis(
            kernel: $0.kernel, stride: $0.stride, dilation: $0.dilation,
            padding: PaddingCounts(before: $0.before, after: $0.after), outputPadding: $0.outputPadding ?? 0)
        }, groups: facts.groups ?? 1))
    let bounds = ReferenceTransposedConvolution(
      weights: ReferenceGrid(weights.shape, weights.values), bias: bias,
      axes: axes.map {
        ReferenceTransposedAxis(
          kernel: $0.kernel, stride: $0.stride, dilation: $0.dilation, before: $0.before, after: $0.after,
          outputPadding: $0.outputPadding ?? 0)
      }, groups: facts.groups ?? 1
    ).apply(to: ReferenceGrid(input.shape, input.values)).errorBounds
    check(y, golden, bounds)
  }

  private func check(_ y: Tensor, _ golden: ConvolutionGoldenCase, _ bounds: [Double]) {
    #expect(y.shape.sizes == golden.truth.shape)
    guard y.count == golden.truth.values.count else { return }
    // The expected values are themselves sums in double precision, with an error of 2⁻²⁹ of the bound.
    let faults = zip(y.values, zip(golden.truth.values, bounds)).filter { value, truth in
      !(abs(Double(value) - truth.0) <= truth.1 * (1 + 0x1p-20))
    }
    #expect(faults.isEmpty, "\(golden): \(faults.count) of \(y.count)")
  }

  private func mode(_ facts: ConvolutionGoldenCase.Facts) -> PaddingMode {
    switch facts.mode {
    case .constant: .constant(facts.constant ?? 0)
    case .reflect: .reflect
    case .replicate: .replicate
    case .circular: .circular
    case .zeros, nil: .zeros
    }
  }

  private func referenceMode(_ facts: ConvolutionGoldenCase.Facts) -> ReferencePadding {
    switch facts.mode {
    case .constant: .constant(facts.constant ?? 0)
    case .reflect: .reflect
    case .replicate: .replicate
    case .circular: .circular
    case .zeros, nil: .zeros
    }
  }
}

@Suite("Laws of convolution") struct ConvolutionLawTests {
  private func plan(_ axes: [KernelAxis], _ w: Tensor, _ input: Shape) throws -> ConvolutionPlan {
    try ConvolutionPlan(ConvolutionGeometry(axes: axes), weights: w, input: input)
  }

  @Test("⟨conv x, y⟩ = ⟨x, convᵀ y⟩")
  func adjoint() throws {
    let axes = try [
      KernelAxis(kernel: 3, stride: 2, padding: .both(1)), KernelAxis(kernel: 4, dilation: 2, padding: .both(3)),
    ]
    let w = try Tensor([5, 3, 3, 4], values: Signals.noise(frames: 180, seed: 1))
    let x = try Tensor([2, 3, 9, 11], values: Signals.noise(frames: 594, seed: 2))
    let y = try plan(axes, w, x.shape).execute(x)
    let z = try Tensor(y.shape, values: Signals.noise(frames: y.count, seed: 3))
    let back = try convolveTransposed(
      z, with: w,
      TransposedConvolutionGeometry(axes: [
        TransposedKernelAxis(kernel: 3, stride: 2, padding: PaddingCounts(before: 1, after: 1)),
        TransposedKernelAxis(kernel: 4, dilation: 2, padding: PaddingCounts(before: 3, after: 3)),
      ]))
    #expect(back.shape == x.shape)
    func dot(_ a: Tensor, _ b: Tensor) -> (sum: Double, size: Double) {
      zip(a.values, b.values).reduce((0, 0)) {
        ($0.0 + Double($1.0) * Double($1.1), $0.1 + abs(Double($1.0) * Double($1.1)))
      }
    }
    let (left, right) = (dot(y, z), dot(x, back))
    // Both are sums of the same products; each output has at most 37 roundings.
    #expect(abs(left.sum - right.sum) <= 37 * 0x1p-24 * (left.size + right.size) * 12)
    #expect(abs(left.sum) > 0.01)
  }

  @Test("a shifted input gives a shifted output, and a sum the sum of the outputs")
  func shiftAndLinearity() throws {
    let axis = try KernelAxis(kernel: 5, dilation: 2)
    let w = try Tensor([3, 2, 5], values: Signals.noise(frames: 30, seed: 4))
    let samples = Signals.noise(channels: 2, frames: 101, seed: 5)
    let x = try Tensor([1, 2, 100], values: samples.flatMap { $0.prefix(100) })
    let later = try Tensor([1, 2, 100], values: samples.flatMap { $0.suffix(100) })
    let p = try plan([axis], w, x.shape)
    let (a, b) = (try p.execute(x).values, try p.execute(later).values)
    for channel in 0..<3 {
      #expect(Array(a[channel * 92 + 1..<channel * 92 + 92]) == Array(b[channel * 92..<channel * 92 + 91]))
    }
    // Powers of two are exact, so doubling is exact, too.
    #expect(try p.execute(Tensor(x.shape, values: x.values.map { 2 * $0 })).values == a.map { 2 * $0 })
  }

  @Test("a mirrored kernel is the textbook's convolution: commutative, and full of the product's coefficients")
  func mirrored() throws {
    let full = try ConvolutionGeometry(axes: [KernelAxis(kernel: 3, padding: .full)], isMirrored: true)
    let y = try convolve(Tensor([1, 1, 4], values: [1, 2, 0, 3]), with: Tensor([1, 1, 3], values: [4, 5, 6]), full)
    #expect(y.values == [4, 13, 16, 24, 15, 18])
  }
}
