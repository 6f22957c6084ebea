/// The parameters of a convolution, without its weights and the size of its input.
///
/// ```
/// y[b, o, n…] = bias[o] + Σ_i Σ_k…  w[o, i, k…] · x[b, g(o) + i, n·stride − before + k·dilation …]
/// ```
/// - Shapes: input `[batch, inputChannels, sizes…]`, weights `[outputChannels, inputChannels / groups, kernel…]`,
///   output `[batch, outputChannels, sizes…]`. This is cross-correlation, as in every framework; `isMirrored`
///   mirrors the kernel along all axes, which makes it the mathematical convolution.
public struct ConvolutionGeometry: Hashable, Sendable {
  /// One per axis after batch and channels, outermost first.
  public let axes: [KernelAxis]
  /// The number of independent groups of channels, all of one size. Depthwise: as many as input channels.
  public let groups: Int
  /// The values in the padding.
  public let mode: PaddingMode
  /// Whether the kernel is mirrored along all axes.
  public let isMirrored: Bool

  /// - Throws: `GeometryError.tooSmall` without axes or groups; `.tooLarge` for more than `maximumRank` axes.
  public init(
    axes: [KernelAxis], groups: Int = 1, mode: PaddingMode = .zeros, isMirrored: Bool = false
  ) throws(GeometryError) {
    guard !axes.isEmpty else { throw .tooSmall(what: "the rank", minimum: 1, actual: 0) }
    guard axes.count <= Self.maximumRank else {
      throw .tooLarge(what: "the rank", maximum: Self.maximumRank, actual: axes.count)
    }
    guard groups >= 1 else { throw .tooSmall(what: "groups", minimum: 1, actual: groups) }
    self.axes = axes
    self.groups = groups
    self.mode = mode
    self.isMirrored = isMirrored
  }

  /// The largest number of axes after batch and channels.
  public static let maximumRank = 6

  /// Axes after batch and channels.
  public var rank: Int { axes.count }

  /// Kernel positions over all axes. Cannot overflow when weights of this geometry exist.
  var kernelPositions: Int { axes.reduce(1) { $0 * $1.kernel } }

  /// The output's shape.
  ///
  /// - Parameters:
  ///   - input: `[batch, inputChannels, sizes…]`.
  ///   - weights: `[outputChannels, inputChannels / groups, kernel…]`.
  /// - Throws: `GeometryError.rank`, `.axis`, `.tooSmall` or `.indivisible` when the shapes do not fit each other or
  ///   this geometry; `.emptyOutput`; `.paddingMode` when the input is too small for this much padding; `.overflow`.
  public func outputShape(input: Shape, weights: Shape) throws(GeometryError) -> Shape {
    try checkWeights(weights)
    guard input.rank == rank + 2 else {
      throw .rank(of: "input", expected: rank + 2, actual: input.rank)
    }
    guard input[1] == weights[1] * groups else {
      throw .axis(1, of: "input", expected: weights[1] * groups, actual: input[1])
    }
    var sizes = [input[0], weights[0]]
    for (index, axis) in axes.enumerated() {
      let size = input[index + 2]
      try checkMode(size: size, counts: axis.paddingCounts(size: size), axis: index + 2)
      sizes.append(try axis.outputSize(size: size, axis: index + 2))
    }
    return try Shape(sizes)
  }

  /// Throws for weights that do not have this geometry's shape.
  func checkWeights(_ weights: Shape) throws(GeometryError) {
    guard weights.rank == rank + 2 else {
      throw .rank(of: "weights", expected: rank + 2, actual: weights.rank)
    }
    for (index, axis) in axes.enumerated() where weights[index + 2] != axis.kernel {
      throw .axis(index + 2, of: "weights", expected: axis.kernel, actual: weights[index + 2])
    }
    guard weights[0] > 0 else { throw .tooSmall(what: "output channels", minimum: 1, actual: weights[0]) }
    guard weights[1] > 0 else { throw .tooSmall(what: "input channels", minimum: 1, actual: weights[1]) }
    guard weights[0] % groups == 0 else {
      throw .indivisible(what: "output channels", channels: weights[0], groups: groups)
    }
  }

  private func checkMode(size: Int, counts: PaddingCounts, axis: Int) throws(GeometryError) {
    let most = max(counts.before, counts.after)
    let limit: Int
    switch mode {
    case .zeros, .constant: return
    case .reflect: limit = size - 1
    case .circular: limit = size
    case .replicate: limit = size > 0 ? .max : 0
    }
    guard most <= limit else { throw .paddingMode(mode, axis: axis, maximum: max(0, limit), actual: most) }
  }
}
