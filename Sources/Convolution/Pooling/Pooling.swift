/// The parameters of a pooling, without the size of its input: a window that slides over every channel and gives one number
/// at each place.
///
/// ```swift
/// let half = try Pooling(.max, axes: [KernelAxis(kernel: 2, stride: 2), KernelAxis(kernel: 2, stride: 2)])
/// let smaller = try half.apply(to: image)
/// ```
/// - Shapes: `[batch, channels, sizes…]` → the same with other sizes after the channels.
public struct Pooling: Hashable, Sendable {
  /// How the inputs in a window are combined.
  public enum Kind: Hashable, Sendable {
    /// The largest input, the first of equal ones (0 and −0); NaN if any is NaN; −∞ in a window without inputs (padding
    /// does not count).
    case max
    /// The mean. The divisor is the number of inputs, or of the window's positions in input and padding. Positions beyond
    /// the padding (ceil mode) never count, as in PyTorch. NaN if nothing counts.
    case average(countsPadding: Bool)
    /// The square root of the sum of squares, as in ONNX's LpPool with p = 2. (PyTorch's `lp_pool` differs in ceil mode,
    /// where it scales windows that extend beyond the padding.)
    case l2
  }

  /// How the inputs in a window are combined.
  public let kind: Kind
  /// One per axis after batch and channels, outermost first.
  public let axes: [KernelAxis]
  /// Whether the number of outputs is rounded up; windows may then extend beyond the end.
  public let ceilMode: Bool

  /// - Throws: `GeometryError.tooSmall` without axes; `.tooLarge` for more than
  ///   `ConvolutionGeometry.maximumRank`.
  public init(_ kind: Kind, axes: [KernelAxis], ceilMode: Bool = false) throws(GeometryError) {
    guard !axes.isEmpty else { throw .tooSmall(what: "the rank", minimum: 1, actual: 0) }
    guard axes.count <= ConvolutionGeometry.maximumRank else {
      throw .tooLarge(what: "the rank", maximum: ConvolutionGeometry.maximumRank, actual: axes.count)
    }
    self.kind = kind
    self.axes = axes
    self.ceilMode = ceilMode
  }

  /// The output's shape. Along each axis
  /// `floor((size + before + after − reach) / stride) + 1`, in ceil mode rounded up, minus one if the last window would
  /// then start in the padding after the input.
  ///
  /// - Parameter input: `[batch, channels, sizes…]`.
  /// - Throws: `GeometryError.rank`; `.tooSmall` for a size of zero after the channels; `.tooLarge` for a padding of
  ///   more than half the kernel, which PyTorch refuses as well (max and average only); `.emptyOutput`;
  ///   `.overflow`.
  public func outputShape(input: Shape) throws(GeometryError) -> Shape {
    guard input.rank == axes.count + 2 else {
      throw .rank(of: "input", expected: axes.count + 2, actual: input.rank)
    }
    var sizes = [input[0], input[1]]
    for index in axes.indices { sizes.append(try outputSize(axis: index, size: input[index + 2])) }
    return try Shape(sizes)
  }

  private func outputSize(axis index: Int, size: Int) throws(GeometryError) -> Int {
    let axis = axes[index]
    guard size > 0 else { throw .tooSmall(what: "the size of axis \(index + 2)", minimum: 1, actual: size) }
    let padding = axis.paddingCounts(size: size)
    if kind != .l2 {
      let most = Swift.max(padding.before, padding.after)
      guard most <= axis.kernel / 2 else {
        throw .tooLarge(what: "the padding of axis \(index + 2)", maximum: axis.kernel / 2, actual: most)
      }
    }
    guard ceilMode else { return try axis.outputSize(size: size, axis: index + 2) }
    let (begun, overflow) = size.addingReportingOverflow(padding.before)
    let (padded, overflowBehind) = begun.addingReportingOverflow(padding.after)
    guard !overflow, !overflowBehind, padded <= Shape.maximumCount else {
      throw .overflow(what: "the padded size of axis \(index + 2)")
    }
    // A last step of less than a stride counts as a whole one.
    let left = padded - axis.reach
    guard left > -axis.stride else {
      throw .emptyOutput(axis: index + 2, expected: axis.reach - axis.stride + 1, actual: padded)
    }
    guard left > 0 else { return 1 }
    let steps = left / axis.stride + (left % axis.stride == 0 ? 0 : 1)
    let (start, startOverflow) = steps.multipliedReportingOverflow(by: axis.stride)
    return startOverflow || start >= begun ? steps : steps + 1
  }

  /// The mean of every channel.
  ///
  /// - Shapes: `[batch, channels, sizes…]` → `[batch, channels, 1…]`.
  /// - Numerics: a sum in double precision (see `RunSums`), rounded once to Float32 after the division.
  /// - Throws: `GeometryError.tooSmall` without channels, or with a size of zero after them.
  public static func globalAverage(of input: Tensor) throws(GeometryError) -> Tensor {
    guard input.shape.rank >= 2 else { throw .tooSmall(what: "the rank", minimum: 2, actual: input.shape.rank) }
    var sizes = input.shape.sizes
    for axis in 2..<sizes.count {
      guard sizes[axis] > 0 else { throw .tooSmall(what: "the size of axis \(axis)", minimum: 1, actual: 0) }
      sizes[axis] = 1
    }
    var output = Tensor(try Shape(sizes))
    guard output.count > 0 else { return output }
    let run = input.count / output.count
    output.withUnsafeMutableValues { output in
      input.withUnsafeValues { input in
        for plane in output.indices {
          let sum = RunSums.sum(UnsafeBufferPointer(rebasing: input[plane * run..<(plane + 1) * run]))
          output[plane] = Float(sum / Double(run))
        }
      }
    }
    return output
  }
}
