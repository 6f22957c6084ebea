/// A convolution that is ready to run on inputs of one shape: weights packed, memory laid out, algorithm chosen.
///
/// ```swift
/// let plan = try ConvolutionPlan(geometry, weights: weights, bias: bias, input: [1, 3, 224, 224])
/// let output = try plan.execute(image)
/// ```
/// - Numerics: through transforms (`Algorithm`) those of `FFTConvolutionPlan`. By direct sums
///   per output |error| ≤ n·u·(|bias| + Σ|w||x|) + n·2⁻¹²⁶ for n taps, u = 2⁻²⁴ (before the activation). The
///   order of sums is fixed: bias, input channels, kernel positions in their order, one fused multiply-add each; more
///   than 128 kernel positions in chains of 64. The bits depend neither on the instruction set nor on the threads.
///   Taps that fall into zero padding may be left out, so that NaN and infinite weights do not reach outputs through
///   zeros there.
/// - Memory: the packed weights, 16 bytes for each tap of one output channel and pass, and, unless the input can be read
///   in place, a padded copy of one element of the batch; with groups, of one group for each thread.
/// - Threads: one caller at a time; the plan splits the outputs over `threads` threads of its own.
public final class ConvolutionPlan {
  /// The convolution.
  public let geometry: ConvolutionGeometry
  /// `[batch, inputChannels, sizes…]`.
  public let inputShape: Shape
  /// `[batch, outputChannels, sizes…]`.
  public let outputShape: Shape
  /// The cost of one execution.
  public let cost: ConvolutionCost

  private let engine: Engine

  private enum Engine {
    case direct(TapEngine)
    case transforms(FFTConvolutionPlan)
  }

  /// The algorithm that computes a convolution.
  public enum Algorithm: String, Sendable, CaseIterable {
    /// Direct sums, or transforms where the kernel has more than 128 positions and they are cheaper by the table of costs
    /// that ships with the library.
    case automatic
    /// Direct sums.
    case direct
    /// Transforms: an error bound by norms instead of by each output's own terms, and NaN that spreads over a tile.
    case transforms
  }

  /// How many runs the cost of making a plan is spread over when algorithms are compared.
  private static let expectedUses = 8

  /// - Parameters:
  ///   - weights: `[outputChannels, inputChannels / groups, kernel…]`.
  ///   - bias: One per output channel. Default: none.
  ///   - input: The shape of every input.
  ///   - activation: The function applied to every output. Default: none.
  ///   - threads: The largest number of threads that compute the outputs; fewer when there are fewer processors or parts.
  ///     Default: only the caller's.
  ///   - algorithm: Default: the cheaper one, a pure function of geometry and shapes.
  ///   - level: The instruction set. Default: the best one of this processor.
  /// - Throws: `GeometryError` where shapes do not fit, an axis gives no output, or the padded input or the output would
  ///   take more than 8 GiB.
  public convenience init(
    _ geometry: ConvolutionGeometry, weights: Tensor, bias: [Float]? = nil, input: Shape,
    activation: Activation = .identity, threads: Int = 1, algorithm: Algorithm = .automatic,
    level: KernelLevel = .selected
  ) throws(GeometryError) {
    try self.init(
      geometry, weights: weights, bias: bias, input: input, activation: activation, threads: threads,
      algorithm: algorithm, level: level, method: nil)
  }

  /// - Parameter method: The only method to use, where it is possible. For tests: all give the same bits.
  init(
    _ geometry: ConvolutionGeometry, weights: Tensor, bias: [Float]?, input: Shape, activation: Activation,
    threads: Int, algorithm: Algorithm = .direct, level: KernelLevel, method: Method?
  ) throws(GeometryError) {
    let output = try geometry.outputShape(input: input, weights: weights.shape)
    try checkBias(bias, channels: output[1])
    guard output.count <= PaddedGrid.maximumFloats else {
      throw .tooLarge(what: "the output in floats", maximum: PaddedGrid.maximumFloats, actual: output.count)
    }
    self.geometry = geometry
    inputShape = input
    outputShape = output
    cost = try ConvolutionCost(geometry, weights: weights.shape, hasBias: bias != nil, input: input)
    if algorithm == .transforms || algorithm == .automatic && Self.wantsTransforms(geometry, weights.shape, input) {
      engine = .transforms(
        try FFTConvolutionPlan(
          geometry, weights: weights, bias: bias, input: input, activation: activation, level: level))
      return
    }
    let inputSizes = Array(input.sizes[2...])
    let padding = zip(geometry.axes, inputSizes).map { $0.paddingCounts(size: $1) }
    let (inputs, outputs) = (weights.shape[1], output[1] / geometry.groups)
    let outputSizes = Array(output.sizes[2...])
    let way = try Self.cheapestWay(
      geometry.withoutIdleStrides(padding: padding, outputSizes: outputSizes), inputSizes: inputSizes, padding: padding,
      outputSizes: outputSizes, inputs: inputs, outputs: outputs, method: method)
    let positions = geometry.kernelPositions
    // Mirroring every axis mirrors the kernel as a whole.
    let places = WeightPlaces(
      first: geometry.isMirrored ? positions - 1 : 0, group: outputs * inputs * positions, output: inputs * positions,
      input: positions, position: geometry.isMirrored ? -1 : 1)
    engine = .direct(
      try TapEngine(
        grid: way.grid, mode: geometry.mode, passes: way.passes, layouts: way.layouts, groups: geometry.groups,
        inputs: inputs, outputs: outputs, outputSizes: outputSizes, kernelPositions: positions, sliding: way.sliding,
        weights: weights, places: places, bias: bias, activation: activation, threads: threads, level: level))
  }

  private static func wantsTransforms(_ geometry: ConvolutionGeometry, _ weights: Shape, _ input: Shape) -> Bool {
    guard geometry.kernelPositions > TapList.longestChain else { return false }
    return (try? FFTConvolutionEstimate(geometry, weights: weights, input: input))?.isCheaper(uses: expectedUses)
      ?? false
  }

  /// Computes the convolution of one input.
  /// - Throws: `GeometryError.shape` when the input does not have the plan's shape.
  public func execute(_ input: Tensor) throws(GeometryError) -> Tensor {
    var output = Tensor(outputShape)
    try execute(input, into: &output)
    return output
  }

  /// The same into an existing tensor. Allocates nothing with one thread, unless `output` shares its memory.
  /// - Throws: `GeometryError.shape` when input or output does not have the plan's shape.
  public func execute(_ input: Tensor, into output: inout Tensor) throws(GeometryError) {
    switch engine {
    case .direct(let engine): try engine.execute(input, of: inputShape, into: &output, of: outputShape)
    case .transforms(let plan): try plan.execute(input, into: &output)
    }
  }

  /// How it is computed and why, one sentence per line.
  public var explanation: [String] {
    switch engine {
    case .direct(let engine): engine.explanation(of: cost)
    case .transforms(let plan): plan.explanation
    }
  }

  /// How the outputs are computed.
  enum Method: Equatable {
    case runs(RunLayout.Kind)
    case sliding
  }

  /// A grid and the passes over it.
  private struct Way {
    let grid: PaddedGrid
    var passes: [TapPass] = []
    var layouts: [RunLayout] = []
    var sliding: SlidingKernel?
    /// Of one group.
    let cost: Int
  }

  /// All outputs in one pass over a padded copy, or those whose windows hang over the border in the same way in passes
  /// of their own, without the taps that fall into zeros: along all axes but the last, which only makes fewer runs, or
  /// along all, which makes them shorter, and needs no copy where there is no stride. Or, for single channels, a kernel
  /// that slides. The cheapest wins.
  private static func cheapestWay(
    _ geometry: ConvolutionGeometry, inputSizes: [Int], padding: [PaddingCounts], outputSizes: [Int], inputs: Int,
    outputs: Int, method: Method?
  ) throws(GeometryError) -> Way {
    var kind: RunLayout.Kind?
    if case .runs(let wanted) = method { kind = wanted }
    let strides = geometry.axes.map(\.stride)
    let whole = outputSizes.indices.map { axis in
      [BorderRange(outputs: 0..<outputSizes[axis], kernel: Array(0..<geometry.axes[axis].kernel))]
    }
    let none = padding.map { _ in PaddingCounts(before: 0, after: 0) }
    let grid = try PaddedGrid(inputSizes: inputSizes, padding: padding, strides: strides, channels: inputs)
    func way(_ ranges: [[BorderRange]], on grid: PaddedGrid, before: [PaddingCounts]) -> Way {
      let passes = makePasses(ranges, geometry: geometry, grid: grid, before: before.map(\.before))
      let layouts = passes.map {
        $0.layout(pitches: grid.pitches, outputSizes: outputSizes, inputs: inputs, outputs: outputs, kind: kind)
      }
      let cost = layouts.reduce(0) { $0 + $1.cost }
      let misses = grid.isAliasing && inputs > 8 ? cost / 4 : 0
      return Way(grid: grid, passes: passes, layouts: layouts, cost: cost + misses + inputs * grid.copyCost)
    }
    var ways = [way(whole, on: grid, before: none)]
    if geometry.mode == .zeros {
      let split = outputSizes.indices.map { axis in
        BorderRange.all(
          geometry.axes[axis], before: padding[axis].before, size: inputSizes[axis], outputs: outputSizes[axis],
          limit: passLimit)
      }
      func all(_ ranges: [[BorderRange]?]) -> [[BorderRange]]? {
        let there = ranges.compactMap(\.self)
        return there.count == ranges.count && there.reduce(1) { $0 * $1.count } <= passLimit ? there : nil
      }
      let undivided: [[BorderRange]?] = whole
      if split.dropLast() != undivided.dropLast(), let rows = all(split.dropLast() + undivided.suffix(1)) {
        ways.append(way(rows, on: grid, before: none))
      }
      if let split = all(split) {
        if split.last != whole.last { ways.append(way(split, on: grid, before: none)) }
        // The input in place, when none of the remaining taps reads outside it.
        if strides.allSatisfy({ $0 == 1 }), !grid.isInput {
          let input = try PaddedGrid(inputSizes: inputSizes, padding: none, strides: strides, channels: inputs)
          ways.append(way(split, on: input, before: padding))
        }
      }
    }
    if inputs == 1, outputs == 1, geometry.kernelPositions <= TapList.longestChain,
      let sliding = try SlidingKernel(geometry, inputSizes: inputSizes, padding: padding, outputSizes: outputSizes)
    {
      if method == .sliding { ways = [] }
      if kind == nil { ways.append(Way(grid: sliding.grid, sliding: sliding, cost: sliding.cost)) }
    }
    return ways.min { $0.cost < $1.cost }!
  }

  /// More passes than this cost more in lists than they save.
  private static let passLimit = 64

  /// - Parameter before: Padding that the grid does not hold, because no tap of the ranges reads it.
  private static func makePasses(
    _ ranges: [[BorderRange]], geometry: ConvolutionGeometry, grid: PaddedGrid, before: [Int]
  ) -> [TapPass] {
    product(ranges).map { ranges in
      let kernelPitches = rowMajorPitches(geometry.axes.map(\.kernel))
      return TapPass(
        positions: sums(ranges.indices.map { axis in ranges[axis].kernel.map { $0 * kernelPitches[axis] } }),
        shifts: sums(
          ranges.indices.map { axis in
            let missing = before[axis] * grid.pitches[axis]
            return ranges[axis].kernel.map {
              grid.offset(ofShift: $0 * geometry.axes[axis].dilation, axis: axis) - missing
            }
          }),
        base: ranges.indices.reduce(0) { $0 + ranges[$1].outputs.lowerBound * grid.pitches[$1] },
        start: ranges.map(\.outputs.lowerBound), step: ranges.map { _ in 1 }, sizes: ranges.map(\.outputs.count))
    }
  }
}

/// Neighbouring outputs along an axis whose windows hold the same kernel positions within the input.
private struct BorderRange: Equatable {
  let outputs: Range<Int>
  let kernel: [Int]

  /// - Returns: nil when there are more than `limit`.
  static func all(_ axis: KernelAxis, before: Int, size: Int, outputs: Int, limit: Int) -> [BorderRange]? {
    // Kernel position k is inside the input from its first output to its last.
    let bounds = (0..<axis.kernel).map { k in
      let first = max(0, (before - axis.dilation * k + axis.stride - 1).floorDivided(by: axis.stride))
      let end = (size - 1 + before - axis.dilation * k).floorDivided(by: axis.stride) + 1
      return (first: min(first, outputs), end: max(min(first, outputs), min(end, outputs)))
    }
    let cuts = Set(bounds.flatMap { [$0.first, $0.end] } + [0, outputs]).sorted()
    guard cuts.count <= limit + 1 else { return nil }
    return zip(cuts, cuts.dropFirst()).map { first, end in
      BorderRange(
        outputs: first..<end, kernel: bounds.indices.filter { bounds[$0].first <= first && end <= bounds[$0].end })
    }
  }
}

extension ConvolutionGeometry {
  /// The same with stride 1 where there is only one output, so that no grid is laid out for a stride that is not used.
  fileprivate func withoutIdleStrides(
    padding: [PaddingCounts], outputSizes: [Int]
  ) throws(GeometryError) -> ConvolutionGeometry {
    var axes: [KernelAxis] = []
    for (index, axis) in self.axes.enumerated() {
      axes.append(
        try KernelAxis(
          kernel: axis.kernel, stride: outputSizes[index] == 1 ? 1 : axis.stride, dilation: axis.dilation,
          padding: .explicit(before: padding[index].before, after: padding[index].after)))
    }
    return try ConvolutionGeometry(axes: axes, groups: groups, mode: mode, isMirrored: isMirrored)
  }
}

extension Int {
  /// Rounded towards −∞.
  fileprivate func floorDivided(by divisor: Int) -> Int {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

/// All combinations of one element from each, the last varying fastest.
func product<Element>(_ choices: [[Element]]) -> [[Element]] {
  choices.reduce([[]]) { taken, next in taken.flatMap { taken in next.map { taken + [$0] } } }
}

/// Throws for a bias of the wrong length.
func checkBias(_ bias: [Float]?, channels: Int) throws(GeometryError) {
  guard let bias, bias.count != channels else { return }
  throw .count(of: "biases", expected: channels, actual: bias.count)
}

/// The convolution of one input: a plan that is used once.
///
/// - Parameters and errors: as `ConvolutionPlan`'s.
/// - Complexity: O(outputs · inputChannels / groups · kernel positions).
public func convolve(
  _ input: Tensor, with weights: Tensor, bias: [Float]? = nil, _ geometry: ConvolutionGeometry, threads: Int = 1
) throws(GeometryError) -> Tensor {
  try ConvolutionPlan(geometry, weights: weights, bias: bias, input: input.shape, threads: threads).execute(input)
}
