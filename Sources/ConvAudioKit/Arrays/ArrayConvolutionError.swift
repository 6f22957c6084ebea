import Convolution

/// Why arrays and options do not make a convolution.
public enum ArrayConvolutionError: Error, Equatable, Sendable {
  /// The input has more or fewer axes than the kernel can go along.
  case inputRank(ArrayShapes)
  /// The kernel would go along too many axes, or none.
  case rank(expected: ClosedRange<Int>, actual: Int)
  /// The kernel array has other axes than the rank asks for.
  case kernelRank(actual: Int, rank: Int)
  /// The kernel has an axis of size 0.
  case emptyKernel([Int])
  /// The input has other channels than the kernel takes.
  case channels(ArrayShapes, groups: Int, expected: Int, actual: Int)
  /// A bias is a list.
  case biasRank(actual: Int)
  /// A bias has one number per output channel; that of a bare kernel has one.
  case biasCount(expected: Int, actual: Int, isBare: Bool)
  /// A list of options has neither one value nor one per axis.
  case axes(of: String, expected: Int, actual: Int)
  /// A number of the geometry is larger than any array.
  case tooLarge(what: String, expected: Int, actual: Int)
  /// An axis is too short for the kernel, or for what a transposed convolution leaves out. It is counted from 0, as the
  /// input has it.
  case emptyOutput(axis: Int, isTransposed: Bool, expected: Int, actual: Int)
  /// An axis is too short for this much padding in this mode.
  case paddingMode(PaddingMode, axis: Int, expected: Int, actual: Int)
  /// PyTorch's padding has no stride.
  case strideOfSame(actual: Int)
  /// A bare kernel has no groups.
  case groupsOfBareKernel(actual: Int)
  /// A transposed convolution takes numbers for padding, zeros in it, and its kernel as it is.
  case transposedOption
  /// It would take more memory than is allowed, in bytes.
  case memory(output: [Int], bytes: Double, maximum: Int)
}

extension ArrayConvolutionError: CustomStringConvertible {
  /// The error in one sentence.
  public var description: String {
    switch self {
    case .inputRank(let shapes):
      "the input \(shapes.input) has \(axes(shapes.input.count)), expected \(shapes.rank) to \(shapes.rank + 2), "
        + "because \(shapes.kernelReading)"
    case .rank(let expected, let actual):
      "the kernel goes along \(axes(actual)), expected \(expected.lowerBound) to \(expected.upperBound)"
    case .kernelRank(let actual, let rank):
      "the kernel has \(axes(actual)), expected \(rank), or \(rank + 2) with those of channels"
    case .emptyKernel(let shape):
      "the kernel \(shape) has no numbers, expected at least one along each axis"
    case .channels(let shapes, let groups, let expected, let actual):
      "the input \(shapes.input) has \(actual == 1 ? "1 channel" : "\(actual) channels") before its last "
        + "\(axes(shapes.rank)), expected \(expected), because \(shapes.kernelReading)"
        + (groups == 1 || shapes.isTransposed ? "" : " in each of \(groups) groups")
    case .biasRank(let actual):
      "the bias has \(axes(actual)), expected 1: one number per output channel"
    case .biasCount(let expected, let actual, let isBare):
      "the bias has \(actual == 1 ? "1 number" : "\(actual) numbers"), expected \(expected), "
        + (isBare ? "for a kernel without channel axes" : "one per output channel")
    case .axes(let what, let expected, let actual):
      "\(actual) \(what) were given, expected 1, or \(expected): one per axis of the kernel"
    case .tooLarge(let what, let expected, let actual):
      "\(what) is \(actual), expected at most \(expected)"
    case .emptyOutput(let axis, false, let expected, let actual):
      "axis \(axis) of the input has \(actual) positions with its padding, expected at least the \(expected) that the "
        + "kernel spans"
    case .emptyOutput(let axis, true, let expected, let actual):
      "axis \(axis) of the output has \(actual) positions before padding takes some away, expected at least \(expected)"
    case .paddingMode(let mode, let axis, let expected, let actual):
      "axis \(axis) of the input is padded by \(actual) positions in mode \(mode), expected at most \(expected) for its "
        + "size"
    case .strideOfSame(let actual):
      "padding same takes a stride of 1, and it is \(actual); same-upper and same-lower take any"
    case .groupsOfBareKernel(let actual):
      "\(actual) groups were asked for, but a kernel without channel axes goes over every channel by itself"
    case .transposedOption:
      "a transposed convolution takes numbers for padding, zeros in it, and no mirrored kernel"
    case .memory(let output, let bytes, let maximum):
      "the output \(output) needs \(gibibytes(bytes)) of memory with all that is made on the way, expected at most "
        + "\(gibibytes(Double(maximum))), which the machine has"
    }
  }

  private func axes(_ count: Int) -> String { count == 1 ? "1 axis" : "\(count) axes" }

  private func gibibytes(_ bytes: Double) -> String {
    let tenths = (bytes / 0x1p30 * 10).rounded(.up)
    return tenths > 1e7 ? "more than 1000000 GiB" : "\(Int(tenths) / 10).\(Int(tenths) % 10) GiB"
  }
}
