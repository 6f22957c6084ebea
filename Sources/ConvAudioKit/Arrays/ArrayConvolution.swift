import ArrayFiles
import ByteFiles
import Convolution

/// A convolution of arrays: batch and channel axes may be left out, and a kernel without channel axes (a bare kernel)
/// is applied to every channel.
///
/// ```swift
/// var convolution = ArrayConvolution()
/// convolution.padding = [.same]
/// let edges = try convolution.run(input: image, kernel: sobel).output
/// ```
/// - Shapes: input `[batch, channels, sizes…]`, `[channels, sizes…]` or `[sizes…]`; the output leaves out the same axes,
///   but keeps its channels where there are several.
///   Kernel `[outputChannels, inputChannels / groups, kernel…]` (transposed: `[inputChannels, outputChannels / groups,
///   kernel…]`), or `[kernel…]` alone, which is applied to every channel. A kernel array of one or two axes is bare; one of
///   more axes has channel axes, unless `rank` says otherwise.
/// - Memory: input, kernel and output twice, and what the plan takes: see `maximumBytes`.
public struct ArrayConvolution: Sendable {
  /// Forward or transposed.
  public enum Direction: Hashable, Sendable {
    /// A convolution.
    case forward
    /// A transposed convolution, with this many outputs added at the end of each axis.
    case transposed(outputPadding: [Int])
  }

  /// Step between outputs, in inputs: one number per axis, or one for all.
  public var stride = [1]
  /// Step between kernel weights, in inputs: one number per axis, or one for all.
  public var dilation = [1]
  /// One value per axis, or one for all.
  public var padding = [Padding.valid]
  /// What to pad with.
  public var mode = PaddingMode.zeros
  /// Number of equal groups that the channels are divided into.
  public var groups = 1
  /// Whether the kernel is mirrored: the mathematical convolution.
  public var isMirrored = false
  /// Forward or transposed.
  public var direction = Direction.forward
  /// Number of axes to convolve; nil: by the axes of the kernel array.
  public var rank: Int?
  /// Number of threads; does not affect the output.
  public var threads = 1
  /// Direct sums or transforms; a transposed convolution is always by direct sums, and so is by default an input with NaN,
  /// infinities or numbers beyond 1e30, which transforms would spread.
  public var algorithm = ConvolutionPlan.Algorithm.automatic
  /// Memory limit of a run, in bytes. Default: what this process may have. A few numbers of a geometry can ask for
  /// terabytes, and the system would kill the program instead of refusing.
  public var maximumBytes = MemoryBudget.bytes

  /// The defaults above.
  public init() {}

  /// The output, and sentences on how it was computed.
  /// - Throws: `ArrayConvolutionError`, `GeometryError`.
  public func run(
    input: NumPyArray, kernel: NumPyArray, bias: NumPyArray? = nil
  ) throws -> (output: NumPyArray, explanation: [String]) {
    let reading = try ArrayReading(
      input: input.shape, kernel: kernel.shape, rank: rank, groups: groups,
      isTransposed: direction != .forward)
    let bias = try reading.checkedBias(bias)
    let x = try Tensor(Shape(reading.inputSizes), values: input.values)
    let w = try Tensor(Shape(reading.kernelSizes), values: kernel.values)
    let (y, explanation): (Tensor, [String])
    do {
      (y, explanation) = try compute(x, w, bias: bias, reading)
    } catch let error as GeometryError {
      throw reading.translated(error)
    }
    return (
      try NumPyArray(shape: reading.outputShape(y.shape.sizes), values: y.values), explanation
    )
  }

  private func compute(
    _ x: Tensor, _ w: Tensor, bias: [Float]?, _ reading: ArrayReading
  ) throws -> (Tensor, [String]) {
    let rank = reading.rank
    let (stride, dilation) = (
      try spread(stride, "strides", rank), try spread(dilation, "dilations", rank)
    )
    let padding = try spread(padding, "paddings", rank)
    let kernel = Array(w.shape.sizes.suffix(rank))
    try checkNumbers(stride, dilation, padding)
    switch direction {
    case .forward:
      let axes = try (0..<rank).map {
        try KernelAxis(
          kernel: kernel[$0], stride: stride[$0], dilation: dilation[$0], padding: padding[$0])
      }
      let geometry = try ConvolutionGeometry(
        axes: axes, groups: groups, mode: mode, isMirrored: isMirrored)
      let output = try geometry.outputShape(input: x.shape, weights: w.shape)
      // The padded copy of one element of the batch; a stride rounds each axis up to whole steps.
      let padded = zip(axes, x.shape.sizes.suffix(rank)).reduce(Double(x.shape[1])) {
        product, next in
        let (axis, size) = next
        let counts = axis.paddingCounts(size: size)
        return product
          * max(Double(size) + Double(counts.before) + Double(counts.after), Double(axis.stride))
      }
      try checkMemory(floats: padded, x, w, output: output, reading)
      let spoilt = algorithm == .automatic ? x.values.count { !($0.magnitude <= Self.largestForTransforms) } : 0
      let plan = try ConvolutionPlan(
        geometry, weights: w, bias: bias, input: x.shape, threads: threads,
        algorithm: spoilt == 0 ? algorithm : .direct)
      var explanation = plan.explanation
      if spoilt > 0 {
        explanation.append(
          "direct sums, because \(spoilt) of the input's numbers are NaN, infinite or beyond 1e30, which transforms spread")
      }
      return (try plan.execute(x), explanation)
    case .transposed(let outputPadding):
      if isMirrored || mode != .zeros { throw ArrayConvolutionError.transposedOption }
      let outputPadding = try spread(outputPadding, "output paddings", rank)
      let axes = try (0..<rank).map { axis in
        try TransposedKernelAxis(
          kernel: kernel[axis], stride: stride[axis], dilation: dilation[axis],
          padding: counts(padding[axis]),
          outputPadding: outputPadding[axis])
      }
      let geometry = try TransposedConvolutionGeometry(axes: axes, groups: groups)
      let output = try geometry.outputShape(input: x.shape, weights: w.shape)
      // Zeros on both sides, as far as the kernel reaches in steps of the stride.
      let padded = zip(axes, x.shape.sizes.suffix(rank)).reduce(Double(x.shape[1])) {
        product, next in
        product * (Double(next.1) + 2 * (Double(next.0.reach) / Double(next.0.stride) + 1))
      }
      try checkMemory(floats: padded, x, w, output: output, reading)
      let plan = try TransposedConvolutionPlan(
        geometry, weights: w, bias: bias, input: x.shape, threads: threads)
      return (try plan.execute(x), plan.explanation)
    }
  }

  /// Larger numbers could become infinite in a sum over a whole transform.
  private static let largestForTransforms: Float = 1e30

  private func counts(_ padding: Padding) throws(ArrayConvolutionError) -> PaddingCounts {
    switch padding {
    case .valid: PaddingCounts(before: 0, after: 0)
    case .explicit(let before, let after): PaddingCounts(before: before, after: after)
    default: throw .transposedOption
    }
  }

  /// No array needs more, and sums of smaller numbers do not overflow.
  private static let maximumNumber = 1 << 40

  private func checkNumbers(_ stride: [Int], _ dilation: [Int], _ padding: [Padding])
    throws(ArrayConvolutionError)
  {
    let explicit = padding.flatMap { padding -> [Int] in
      if case .explicit(let before, let after) = padding { [before, after] } else { [] }
    }
    for (what, numbers) in [("stride", stride), ("dilation", dilation), ("padding", explicit)] {
      if let actual = numbers.first(where: { $0 > Self.maximumNumber }) {
        throw .tooLarge(what: what, expected: Self.maximumNumber, actual: actual)
      }
    }
  }

  /// In double precision, where nothing overflows.
  private func checkMemory(
    floats padded: Double, _ x: Tensor, _ w: Tensor, output: Shape, _ reading: ArrayReading
  ) throws(ArrayConvolutionError) {
    // Input and output as arrays and tensors; the kernel also as the plan has it, before and after it is packed.
    let floats = 2 * Double(x.count) + 2 * Double(output.count) + 4 * Double(w.count) + padded
    let bytes = floats * Double(MemoryLayout<Float>.stride)
    guard bytes <= Double(maximumBytes) else {
      throw .memory(output: reading.outputShape(output.sizes), bytes: bytes, maximum: maximumBytes)
    }
  }

  private func spread<Element>(_ given: [Element], _ what: String, _ rank: Int) throws -> [Element] {
    if given.count == rank { return given }
    guard given.count == 1 else {
      throw ArrayConvolutionError.axes(of: what, expected: rank, actual: given.count)
    }
    return [Element](repeating: given[0], count: rank)
  }
}
