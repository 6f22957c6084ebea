import ArrayFiles
import Convolution

/// A convolution of arrays as people keep them: batch and channel axes may be left out, and a bare kernel goes over every
/// channel.
///
/// - Shapes: input `[batch, channels, sizes…]`, `[channels, sizes…]` or `[sizes…]`; the output leaves out the same axes.
///   Kernel `[outputChannels, inputChannels / groups, kernel…]` (transposed: `[inputChannels, outputChannels / groups,
///   kernel…]`), or `[kernel…]` alone, which is applied to every channel. A kernel array of one or two axes is bare; one of
///   more axes has channel axes, unless `rank` says otherwise.
public struct ArrayConvolution: Sendable {
  /// How far the output of a transposed convolution is extended, and what it leaves out: instead of padding.
  public enum Direction: Hashable, Sendable {
    /// A convolution.
    case forward
    /// A transposed one, with so many outputs added behind along each axis.
    case transposed(outputPadding: [Int])
  }

  /// One number an axis, or one for all of them.
  public var stride = [1]
  /// One number an axis, or one for all of them.
  public var dilation = [1]
  /// One an axis, or one for all of them.
  public var padding = [Padding.valid]
  /// What stands in the padding.
  public var mode = PaddingMode.zeros
  /// Independent parts of equal size that the channels are divided into.
  public var groups = 1
  /// Whether the kernel is mirrored: the mathematical convolution.
  public var isMirrored = false
  /// Forward or transposed.
  public var direction = Direction.forward
  /// Axes that the kernel goes along; nil: by the axes of the kernel array.
  public var rank: Int?
  /// Threads that outputs are computed on. They change no bit.
  public var threads = 1

  /// The defaults above.
  public init() {}

  /// The output, and sentences on how it was computed.
  /// - Throws: `ArrayConvolutionError`, `GeometryError`.
  public func run(
    input: NumPyArray, kernel: NumPyArray, bias: NumPyArray? = nil
  ) throws -> (output: NumPyArray, explanation: [String]) {
    let rank = try checkedRank(kernel: kernel.shape)
    let isBare = kernel.shape.count == rank
    guard (rank...rank + 2).contains(input.shape.count) else {
      throw ArrayConvolutionError.inputRank(expected: rank...rank + 2, actual: input.shape.count, rank: rank)
    }
    let left = rank + 2 - input.shape.count
    let sizes = Array(input.shape.suffix(rank))
    let full = [Int](repeating: 1, count: left) + input.shape
    // A bare kernel goes over every channel by itself: channels are then as good as a batch.
    let x = try Tensor(Shape(isBare ? [full[0] * full[1], 1] + sizes : full), values: input.values)
    let w = try Tensor(Shape(isBare ? [1, 1] + kernel.shape : kernel.shape), values: kernel.values)
    if isBare, groups != 1 { throw ArrayConvolutionError.groupsOfBareKernel(actual: groups) }
    let (y, explanation) = try compute(x, w, bias: checkedBias(bias), rank: rank)
    let channels = isBare ? full[1] : y.shape[1]
    var shape = [full[0], channels] + y.shape.sizes.suffix(rank)
    // The same axes are left out; channels only where there is one.
    if left > 0 { shape.removeFirst() }
    if left > 1, channels == 1 { shape.removeFirst() }
    return (try NumPyArray(shape: shape, values: y.values), explanation)
  }

  private func compute(_ x: Tensor, _ w: Tensor, bias: [Float]?, rank: Int) throws -> (Tensor, [String]) {
    let (stride, dilation) = (try spread(stride, "strides", rank), try spread(dilation, "dilations", rank))
    let padding = try spread(padding, "paddings", rank)
    let kernel = Array(w.shape.sizes.suffix(rank))
    switch direction {
    case .forward:
      let axes = try (0..<rank).map {
        try KernelAxis(kernel: kernel[$0], stride: stride[$0], dilation: dilation[$0], padding: padding[$0])
      }
      let geometry = try ConvolutionGeometry(axes: axes, groups: groups, mode: mode, isMirrored: isMirrored)
      let plan = try ConvolutionPlan(geometry, weights: w, bias: bias, input: x.shape, threads: threads)
      return (try plan.execute(x), plan.explanation)
    case .transposed(let outputPadding):
      if isMirrored || mode != .zeros { throw ArrayConvolutionError.transposedOption }
      let outputPadding = try spread(outputPadding, "output paddings", rank)
      let axes = try (0..<rank).map { axis in
        let counts: PaddingCounts
        switch padding[axis] {
        case .valid: counts = PaddingCounts(before: 0, after: 0)
        case .explicit(let before, let after): counts = PaddingCounts(before: before, after: after)
        default: throw ArrayConvolutionError.transposedOption
        }
        return try TransposedKernelAxis(
          kernel: kernel[axis], stride: stride[axis], dilation: dilation[axis], padding: counts,
          outputPadding: outputPadding[axis])
      }
      let plan = try TransposedConvolutionPlan(
        TransposedConvolutionGeometry(axes: axes, groups: groups), weights: w, bias: bias, input: x.shape,
        threads: threads)
      return (try plan.execute(x), plan.explanation)
    }
  }

  private func checkedRank(kernel: [Int]) throws -> Int {
    let axes = kernel.count
    let rank = rank ?? (axes <= 2 ? axes : axes - 2)
    guard rank >= 1, rank == axes || rank + 2 == axes else {
      throw ArrayConvolutionError.kernelRank(actual: axes, rank: self.rank)
    }
    return rank
  }

  private func checkedBias(_ bias: NumPyArray?) throws -> [Float]? {
    guard let bias else { return nil }
    guard bias.shape.count == 1 else { throw ArrayConvolutionError.biasRank(actual: bias.shape.count) }
    return bias.values
  }

  private func spread<Element>(_ given: [Element], _ what: String, _ rank: Int) throws -> [Element] {
    if given.count == rank { return given }
    guard given.count == 1 else { throw ArrayConvolutionError.axes(of: what, expected: rank, actual: given.count) }
    return [Element](repeating: given[0], count: rank)
  }
}

/// Why arrays and options do not make a convolution.
public enum ArrayConvolutionError: Error, Equatable, Sendable {
  /// The input has more or fewer axes than the kernel goes along.
  case inputRank(expected: ClosedRange<Int>, actual: Int, rank: Int)
  /// The kernel array has a number of axes that means nothing.
  case kernelRank(actual: Int, rank: Int?)
  /// A bias is a list.
  case biasRank(actual: Int)
  /// A list of options has neither one value nor one an axis.
  case axes(of: String, expected: Int, actual: Int)
  /// A bare kernel has no groups.
  case groupsOfBareKernel(actual: Int)
  /// A transposed convolution takes numbers for padding, zeros in it, and its kernel as it is.
  case transposedOption
}

extension ArrayConvolutionError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .inputRank(let expected, let actual, let rank):
      "the input has \(actual) axes, expected \(expected.lowerBound) to \(expected.upperBound) for a kernel of \(rank)"
    case .kernelRank(let actual, let rank?):
      "the kernel has \(actual) axes, expected \(rank), or \(rank + 2) with those of channels"
    case .kernelRank(let actual, nil): "the kernel has \(actual) axes, expected at least one"
    case .biasRank(let actual): "the bias has \(actual) axes, expected one number an output channel"
    case .axes(let what, let expected, let actual):
      "\(actual) \(what) were given, expected one, or \(expected): one an axis of the kernel"
    case .groupsOfBareKernel(let actual):
      "\(actual) groups were asked for, but a kernel without channel axes goes over every channel by itself"
    case .transposedOption:
      "a transposed convolution takes numbers for padding, zeros in it, and no mirrored kernel"
    }
  }
}
