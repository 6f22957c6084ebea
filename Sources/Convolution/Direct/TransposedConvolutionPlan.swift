/// A transposed convolution: the gradient of a convolution with respect to its input.
///
/// ```
/// y[b, o, m…] = bias[o] + Σ_i Σ_n… Σ_k…  w[i, o, k…] · x[b, i, n…]   over all n·stride − before + k·dilation = m
/// ```
/// - Shapes: input `[batch, inputChannels, sizes…]`, weights `[inputChannels, outputChannels / groups, kernel…]` as in
///   PyTorch and ONNX, output `[batch, outputChannels, sizes…]`.
public struct TransposedConvolutionGeometry: Hashable, Sendable {
  /// One per axis after batch and channels, outermost first.
  public let axes: [TransposedKernelAxis]
  /// The number of independent groups of channels, all of one size.
  public let groups: Int

  /// - Throws: `GeometryError.tooSmall` without axes or groups; `.tooLarge` for too many axes.
  public init(axes: [TransposedKernelAxis], groups: Int = 1) throws(GeometryError) {
    guard !axes.isEmpty else { throw .tooSmall(what: "the rank", minimum: 1, actual: 0) }
    guard axes.count <= ConvolutionGeometry.maximumRank else {
      throw .tooLarge(what: "the rank", maximum: ConvolutionGeometry.maximumRank, actual: axes.count)
    }
    guard groups >= 1 else { throw .tooSmall(what: "groups", minimum: 1, actual: groups) }
    self.axes = axes
    self.groups = groups
  }

  /// The output's shape.
  /// - Throws: `GeometryError` when shapes do not fit, or an axis gives no output.
  public func outputShape(input: Shape, weights: Shape) throws(GeometryError) -> Shape {
    let rank = axes.count + 2
    guard weights.rank == rank else { throw .rank(of: "weights", expected: rank, actual: weights.rank) }
    guard input.rank == rank else { throw .rank(of: "input", expected: rank, actual: input.rank) }
    guard weights[0] > 0 else { throw .tooSmall(what: "input channels", minimum: 1, actual: weights[0]) }
    guard weights[1] > 0 else { throw .tooSmall(what: "output channels", minimum: 1, actual: weights[1]) }
    guard weights[0] % groups == 0 else {
      throw .indivisible(what: "input channels", channels: weights[0], groups: groups)
    }
    guard input[1] == weights[0] else { throw .axis(1, of: "input", expected: weights[0], actual: input[1]) }
    let (channels, overflow) = weights[1].multipliedReportingOverflow(by: groups)
    guard !overflow else { throw .overflow(what: "the number of output channels") }
    var sizes = [input[0], channels]
    for (index, axis) in axes.enumerated() {
      guard weights[index + 2] == axis.kernel else {
        throw .axis(index + 2, of: "weights", expected: axis.kernel, actual: weights[index + 2])
      }
      sizes.append(try axis.outputSize(size: input[index + 2], axis: index + 2))
    }
    return try Shape(sizes)
  }
}

/// A transposed convolution that is ready to run on inputs of one shape.
///
/// Stride s makes s sums along an axis: output phase r takes the kernel positions k with (r + before − dilation·k)
/// divisible by s, at offset (r + before − dilation·k) / s, and the results interleave. A phase without positions is the
/// bias alone, without a pass.
///
/// - Numerics, memory and threads: as in `ConvolutionPlan`; chains count the positions of a phase.
public final class TransposedConvolutionPlan {
  /// The transposed convolution.
  public let geometry: TransposedConvolutionGeometry
  /// `[batch, inputChannels, sizes…]`.
  public let inputShape: Shape
  /// `[batch, outputChannels, sizes…]`.
  public let outputShape: Shape

  private let engine: TapEngine

  /// - Parameters:
  ///   - weights: `[inputChannels, outputChannels / groups, kernel…]`.
  ///   - bias: One per output channel. Default: none.
  ///   - input: The shape of every input.
  ///   - activation, threads, level: As in `ConvolutionPlan`.
  /// - Throws: `GeometryError` where shapes do not fit, an axis gives no output, the padded input or the output would
  ///   take more than 8 GiB, or stride and kernel make more than 2²⁰ phases.
  public init(
    _ geometry: TransposedConvolutionGeometry, weights: Tensor, bias: [Float]? = nil, input: Shape,
    activation: Activation = .identity, threads: Int = 1, level: KernelLevel = .selected
  ) throws(GeometryError) {
    let output = try geometry.outputShape(input: input, weights: weights.shape)
    try checkBias(bias, channels: output[1])
    guard output.count <= PaddedGrid.maximumFloats else {
      throw .tooLarge(what: "the output in floats", maximum: PaddedGrid.maximumFloats, actual: output.count)
    }
    let inputSizes = Array(input.sizes[2...])
    let outputSizes = Array(output.sizes[2...])
    let phases = geometry.axes.indices.map { OutputPhase.reached(geometry.axes[$0], outputs: outputSizes[$0]) }
    var passCount = 1
    for phase in phases {
      let (product, overflow) = passCount.multipliedReportingOverflow(by: phase.count)
      passCount = overflow ? .max : product
    }
    guard passCount <= Self.mostPasses else {
      throw .tooLarge(
        what: "the number of output phases that the stride makes", maximum: Self.mostPasses, actual: passCount)
    }
    // Zeros on both sides, as far as any phase reaches beyond the input.
    let padding = phases.indices.map { axis in
      PaddingCounts(
        before: phases[axis].flatMap(\.offsets).map { max(0, -$0) }.max() ?? 0,
        after: phases[axis].flatMap { phase in
          phase.offsets.map { max(0, $0 + phase.count - inputSizes[axis]) }
        }.max() ?? 0)
    }
    let grid = try PaddedGrid(
      inputSizes: inputSizes, padding: padding, strides: inputSizes.map { _ in 1 }, channels: input[1])
    let kernels = geometry.axes.map(\.kernel)
    let kernelPitches = rowMajorPitches(kernels)
    let passes = product(phases).map { phases in
      TapPass(
        positions: sums(phases.indices.map { axis in phases[axis].kernel.map { $0 * kernelPitches[axis] } }),
        shifts: sums(
          phases.indices.map { axis in
            phases[axis].offsets.map { grid.offset(ofShift: $0 + padding[axis].before, axis: axis) }
          }),
        base: 0, start: phases.map(\.phase), step: geometry.axes.map(\.stride), sizes: phases.map(\.count))
    }
    let (inputs, outputs) = (input[1] / geometry.groups, weights.shape[1])
    let positions = kernels.reduce(1, *)
    let phaseCount = geometry.axes.indices.reduce(1) { $0 * min(geometry.axes[$1].stride, outputSizes[$1]) }
    engine = try TapEngine(
      grid: grid, mode: .zeros, passes: passes,
      layouts: passes.map {
        $0.layout(pitches: grid.pitches, outputSizes: outputSizes, inputs: inputs, outputs: outputs)
      }, groups: geometry.groups, inputs: inputs, outputs: outputs,
      outputSizes: outputSizes, kernelPositions: positions, haveOwnKernels: true,
      coversAll: passCount == phaseCount, weights: weights,
      places: WeightPlaces(group: inputs * outputs * positions, output: positions, input: outputs * positions),
      bias: bias, activation: activation, threads: threads, level: level)
    self.geometry = geometry
    inputShape = input
    outputShape = output
  }

  /// Computes the transposed convolution of one input.
  /// - Throws: `GeometryError.shape` when the input does not have the plan's shape.
  public func execute(_ input: Tensor) throws(GeometryError) -> Tensor {
    var output = Tensor(outputShape)
    try execute(input, into: &output)
    return output
  }

  /// The same into an existing tensor.
  /// - Throws: `GeometryError.shape` when input or output does not have the plan's shape.
  public func execute(_ input: Tensor, into output: inout Tensor) throws(GeometryError) {
    try engine.execute(input, of: inputShape, into: &output, of: outputShape)
  }

  /// The most output phases: each takes a list.
  private static let mostPasses = 1 << 20

  /// How it is computed and why, one sentence per line.
  public var explanation: [String] { engine.explanation(of: nil) }
}

/// Every stride-th output along an axis, and the kernel positions that contribute to them.
private struct OutputPhase {
  let phase: Int
  /// Outputs of the phase.
  let count: Int
  let kernel: [Int]
  /// For each kernel position, the input position minus the number of the output within the phase.
  let offsets: [Int]

  /// The phases that a kernel position contributes to.
  static func reached(_ axis: TransposedKernelAxis, outputs: Int) -> [OutputPhase] {
    let kernel = Dictionary(grouping: 0..<axis.kernel) { position in
      let place = (axis.dilation * position - axis.padding.before) % axis.stride
      return place < 0 ? place + axis.stride : place
    }
    return kernel.keys.filter { $0 < outputs }.sorted().map { phase in
      OutputPhase(
        phase: phase, count: (outputs - 1 - phase) / axis.stride + 1, kernel: kernel[phase]!,
        offsets: kernel[phase]!.map { (phase + axis.padding.before - axis.dilation * $0) / axis.stride })
    }
  }
}

/// The transposed convolution of one input: a plan that is used once.
public func convolveTransposed(
  _ input: Tensor, with weights: Tensor, bias: [Float]? = nil, _ geometry: TransposedConvolutionGeometry,
  threads: Int = 1
) throws(GeometryError) -> Tensor {
  try TransposedConvolutionPlan(geometry, weights: weights, bias: bias, input: input.shape, threads: threads)
    .execute(input)
}
