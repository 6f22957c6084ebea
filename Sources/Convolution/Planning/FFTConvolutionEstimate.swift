/// The estimated time and memory of a convolution of any rank through transforms, before anything is allocated: the
/// planner's side of `FFTConvolutionPlan`. A pure function of shapes and a table of costs.
public struct FFTConvolutionEstimate: Hashable, Sendable {
  /// Bytes of a plan.
  public let memoryBytes: Int
  /// Nanoseconds of one execution, by the table.
  public let nanoseconds: Double
  /// Approximate nanoseconds to make the plan, which count when it runs only a few times.
  public let preparationNanoseconds: Double
  /// Nanoseconds of one execution by direct sums, by the table.
  public let directNanoseconds: Double
  let tiling: SpectralTiling
  private let costsName: String

  /// - Parameters:
  ///   - weights: `[outputChannels, inputChannels / groups, kernel…]`.
  ///   - input: `[batch, inputChannels, sizes…]`.
  /// - Throws: `GeometryError` where shapes do not fit, `.tooLarge` when the kernel is too long along the last axis or
  ///   memory would be more than 8 GiB.
  public init(
    _ geometry: ConvolutionGeometry, weights: Shape, input: Shape, costs: ConvolutionCosts = .standard
  ) throws(GeometryError) {
    let cost = try ConvolutionCost(geometry, weights: weights, hasBias: false, input: input)
    let output = cost.outputShape
    let last = geometry.rank - 1
    let longest = RightAngleTransform.counts.upperBound
    guard geometry.axes[last].reach <= longest else {
      throw .tooLarge(
        what: "the reach of a kernel through transforms", maximum: longest, actual: geometry.axes[last].reach)
    }
    let all = geometry.axes.indices.map { (output[$0 + 2] - 1) * geometry.axes[$0].stride + 1 }
    guard
      let tiling = SpectralTiling.cheapest(
        reaches: geometry.axes.map(\.reach), outputs: all.map { max(1, $0) }, groups: geometry.groups,
        groupInputs: weights[1], groupOutputs: output[1] / geometry.groups, costs: costs)
    else {
      throw .tooLarge(
        what: "the reach of a kernel through transforms", maximum: longest, actual: geometry.axes[last].reach)
    }
    let padded = geometry.axes.indices.map { axis in
      let counts = geometry.axes[axis].paddingCounts(size: input[axis + 2])
      return input[axis + 2] + counts.before + counts.after
    }
    let spectra = try Shape([output[1] * weights[1] + input[1] + 1, 2 * tiling.values]).count
    let copy = try Shape([input[1]] + padded).count
    let floats = try Shape([4 * tiling.count + copy + spectra]).count
    guard floats <= PaddedGrid.maximumFloats else {
      throw .tooLarge(
        what: "the memory of a convolution through transforms in floats", maximum: PaddedGrid.maximumFloats,
        actual: floats)
    }
    memoryBytes = 4 * floats
    self.tiling = tiling
    nanoseconds = Double(input[0]) * tiling.cost
    preparationNanoseconds = Double(output[1] * weights[1] * tiling.values) * 25
    directNanoseconds = Double(cost.multiplyAddsInside) * costs.gridMultiplyAdd
    costsName = costs.name
  }

  /// Whether transforms are cheaper than direct sums.
  ///
  /// - Parameter uses: How often the plan will run; the time to make it is spread over the runs.
  public func isCheaper(uses: Int = 1) -> Bool {
    nanoseconds + preparationNanoseconds / Double(max(1, uses)) < directNanoseconds
  }

  /// One sentence per line.
  public var explanation: [String] {
    let sizes = tiling.tile.map(String.init).joined(separator: " × ")
    let hops = tiling.hop.map(String.init).joined(separator: " × ")
    return [
      "transforms: \(tiling.tiles.reduce(1, *)) tiles of \(sizes) positions, each of which gives \(hops) outputs of stride 1",
      "by the table \(costsName) \(Int(nanoseconds / 1000)) µs, and \(Int(directNanoseconds / 1000)) µs for direct sums",
      "\(memoryBytes) bytes; \(Int(preparationNanoseconds / 1000)) µs to make the plan",
    ]
  }
}
