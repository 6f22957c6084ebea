/// The window of a convolution or pooling along one axis of the input.
public struct KernelAxis: Hashable, Sendable {
  /// Kernel positions.
  public let kernel: Int
  /// Input positions from one output to the next.
  public let stride: Int
  /// Input positions from one kernel position to the next.
  public let dilation: Int
  /// The padding on both sides of the input.
  public let padding: Padding
  /// Input positions that one output spans: dilation · (kernel − 1) + 1.
  public let reach: Int

  /// - Throws: `GeometryError.tooSmall` for a kernel, stride or dilation below 1 or a padding below 0; `.overflow` when
  ///   the reach cannot be addressed; `.strideOfSame` for `.same` with a stride, which PyTorch refuses as well.
  public init(kernel: Int, stride: Int = 1, dilation: Int = 1, padding: Padding = .valid) throws(GeometryError) {
    for (what, value) in [("kernel", kernel), ("stride", stride), ("dilation", dilation)] where value < 1 {
      throw .tooSmall(what: what, minimum: 1, actual: value)
    }
    if case .explicit(let before, let after) = padding, min(before, after) < 0 {
      throw .tooSmall(what: "padding", minimum: 0, actual: min(before, after))
    }
    if padding == .same, stride != 1 { throw .strideOfSame(actual: stride) }
    let (span, overflow) = (kernel - 1).multipliedReportingOverflow(by: dilation)
    guard !overflow, span < Shape.maximumCount else { throw .overflow(what: "the reach of the kernel") }
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
    reach = span + 1
  }

  /// The padding for an input of `size` positions.
  public func paddingCounts(size: Int) -> PaddingCounts {
    switch padding {
    case .valid: return PaddingCounts(before: 0, after: 0)
    case .same: return PaddingCounts(before: (reach - 1) / 2, after: reach - 1 - (reach - 1) / 2)
    case .full: return PaddingCounts(before: reach - 1, after: reach - 1)
    case .causal: return PaddingCounts(before: reach - 1, after: 0)
    case .explicit(let before, let after): return PaddingCounts(before: before, after: after)
    case .sameUpper, .sameLower:
      let outputs = size / stride + (size % stride == 0 ? 0 : 1)
      let total = max(0, (max(outputs, 1) - 1) * stride + reach - size)
      let less = total / 2
      return padding == .sameUpper
        ? PaddingCounts(before: less, after: total - less) : PaddingCounts(before: total - less, after: less)
    }
  }

  /// Outputs for an input of `size` positions:
  /// `floor((size + before + after − reach) / stride) + 1`.
  ///
  /// - Parameter axis: The number of this axis, for errors.
  /// - Throws: `GeometryError.emptyOutput` when that is not positive; `.overflow`.
  public func outputSize(size: Int, axis: Int = 0) throws(GeometryError) -> Int {
    let counts = paddingCounts(size: size)
    let padded = try sum([size, counts.before, counts.after], "the padded size of axis \(axis)")
    guard padded >= reach else { throw .emptyOutput(axis: axis, expected: reach, actual: padded) }
    return (padded - reach) / stride + 1
  }
}

/// The kernel along one axis of a transposed convolution's output.
public struct TransposedKernelAxis: Hashable, Sendable {
  /// Kernel positions.
  public let kernel: Int
  /// Output positions from one input's contribution to the next.
  public let stride: Int
  /// Output positions from one kernel position to the next.
  public let dilation: Int
  /// Outputs removed on each side.
  public let padding: PaddingCounts
  /// Outputs added at the end: 0 ..< max(stride, dilation).
  public let outputPadding: Int
  /// Outputs that one input spans: dilation · (kernel − 1) + 1.
  public let reach: Int

  /// - Throws: `GeometryError.tooSmall`, `.tooLarge`, `.overflow`.
  public init(
    kernel: Int, stride: Int = 1, dilation: Int = 1, padding: PaddingCounts = PaddingCounts(before: 0, after: 0),
    outputPadding: Int = 0
  ) throws(GeometryError) {
    reach = try KernelAxis(
      kernel: kernel, stride: stride, dilation: dilation,
      padding: .explicit(before: padding.before, after: padding.after)
    ).reach
    guard outputPadding >= 0 else { throw .tooSmall(what: "output padding", minimum: 0, actual: outputPadding) }
    guard outputPadding < max(stride, dilation) else {
      throw .tooLarge(what: "output padding", maximum: max(stride, dilation) - 1, actual: outputPadding)
    }
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
    self.outputPadding = outputPadding
  }

  /// Outputs for an input of `size` positions:
  /// `(size − 1) · stride − before − after + reach + outputPadding`.
  ///
  /// - Throws: `GeometryError.emptyOutput` when that is not positive; `.overflow`.
  public func outputSize(size: Int, axis: Int = 0) throws(GeometryError) -> Int {
    guard size > 0 else { throw .tooSmall(what: "the size of axis \(axis)", minimum: 1, actual: size) }
    let (steps, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
    guard !overflow else { throw .overflow(what: "the output size of axis \(axis)") }
    let whole = try sum([steps, reach, outputPadding], "the output size of axis \(axis)")
    let cut = try sum([padding.before, padding.after], "the padding of axis \(axis)")
    guard whole > cut else { throw .emptyOutput(axis: axis, expected: cut + 1, actual: whole) }
    return whole - cut
  }
}

/// A sum of numbers that are not negative.
private func sum(_ numbers: [Int], _ what: String) throws(GeometryError) -> Int {
  var total = 0
  for number in numbers {
    let (next, overflow) = total.addingReportingOverflow(number)
    guard !overflow, next <= Shape.maximumCount else { throw .overflow(what: what) }
    total = next
  }
  return total
}
