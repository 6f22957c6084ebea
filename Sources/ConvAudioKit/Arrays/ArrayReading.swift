import ArrayFiles
import Convolution

/// What the axes of an input and of a kernel mean for each other, where some of them are left out.
struct ArrayReading {
  /// Axes that the kernel goes along.
  let rank: Int
  /// `[batch, channels, sizes…]`. Under a bare kernel, channels are as good as a batch: `[batch · channels, 1, sizes…]`.
  let inputSizes: [Int]
  /// `[outputChannels, inputChannels / groups, kernel…]`; transposed with the first two exchanged.
  let kernelSizes: [Int]

  private let isBare: Bool
  private let isTransposed: Bool
  private let groups: Int
  /// Batch and channels.
  private let outer: [Int]
  /// Of these, axes that the input leaves out.
  private let left: Int

  /// - Throws: `ArrayConvolutionError` where the two do not fit each other.
  init(
    input: [Int], kernel: [Int], rank given: Int?, groups: Int, isTransposed: Bool
  ) throws(ArrayConvolutionError) {
    let axes = kernel.count
    rank = given ?? (axes <= 2 ? axes : axes - 2)
    let ranks = 1...ConvolutionGeometry.maximumRank
    guard ranks.contains(rank) else { throw .rank(expected: ranks, actual: rank) }
    guard rank == axes || rank == axes - 2 else { throw .kernelRank(actual: axes, rank: rank) }
    isBare = axes == rank
    let shapes = ArrayShapes(
      input: input, kernel: kernel, rank: rank, isTransposed: isTransposed,
      couldBeBare: given == nil && axes > 2 && ranks.contains(axes)
        && (axes...axes + 2).contains(input.count))
    guard (rank...rank + 2).contains(input.count) else { throw .inputRank(shapes) }
    guard !kernel.contains(0) else { throw .emptyKernel(kernel) }
    left = rank + 2 - input.count
    let full = [Int](repeating: 1, count: left) + input
    outer = Array(full.prefix(2))
    self.isTransposed = isTransposed
    self.groups = groups
    if isBare {
      guard groups == 1 else { throw .groupsOfBareKernel(actual: groups) }
      let (count, overflow) = full[0].multipliedReportingOverflow(by: full[1])
      guard !overflow else { throw .inputRank(shapes) }
      inputSizes = [count, 1] + full.suffix(rank)
      kernelSizes = [1, 1] + kernel
    } else {
      inputSizes = full
      kernelSizes = kernel
      // Other faults of groups are the geometry's.
      let (product, overflow) = kernel[1].multipliedReportingOverflow(by: groups)
      let expected = isTransposed ? kernel[0] : product
      let hasGroups = groups >= 1 && kernel[0] % groups == 0 && !overflow
      if hasGroups, expected != full[1] {
        throw .channels(shapes, groups: groups, expected: expected, actual: full[1])
      }
    }
  }

  /// The shape of the output array: the axes that the input left out are left out, channels only where there is one.
  func outputShape(_ sizes: [Int]) -> [Int] {
    let channels = isBare ? outer[1] : sizes[1]
    var shape = [outer[0], channels] + sizes.suffix(rank)
    if left > 0 { shape.removeFirst() }
    if left > 1, channels == 1 { shape.removeFirst() }
    return shape
  }

  /// - Throws: `ArrayConvolutionError` for a bias that is no list, or has another length.
  func checkedBias(_ bias: NumPyArray?) throws(ArrayConvolutionError) -> [Float]? {
    guard let bias else { return nil }
    guard bias.shape.count == 1 else { throw .biasRank(actual: bias.shape.count) }
    let (product, overflow) = kernelSizes[1].multipliedReportingOverflow(by: groups)
    let expected = isTransposed ? product : kernelSizes[0]
    guard overflow || bias.values.count == expected else {
      throw .biasCount(expected: expected, actual: bias.values.count, isBare: isBare)
    }
    return bias.values
  }

  /// An error of the geometry in the words of arrays: with the axes that the input has.
  func translated(_ error: GeometryError) -> any Error {
    switch error {
    case .emptyOutput(let axis, let expected, let actual):
      ArrayConvolutionError.emptyOutput(
        axis: axis - left, isTransposed: isTransposed, expected: expected, actual: actual)
    case .paddingMode(let mode, let axis, let maximum, let actual):
      ArrayConvolutionError.paddingMode(mode, axis: axis - left, expected: maximum, actual: actual)
    case .strideOfSame(let actual): ArrayConvolutionError.strideOfSame(actual: actual)
    default: error
    }
  }
}

/// The shapes of two arrays, and how the kernel's was read.
public struct ArrayShapes: Hashable, Sendable {
  /// As the file has it.
  public let input: [Int]
  /// As the file has it.
  public let kernel: [Int]
  /// Axes that the kernel goes along.
  public let rank: Int
  /// Whether the kernel's input channels come first.
  public let isTransposed: Bool
  /// Whether another rank would read the kernel as one without channel axes, and the input fits that.
  public let couldBeBare: Bool

  /// The kernel's axes and what they were taken for.
  var kernelReading: String {
    if kernel.count == rank { return "the kernel \(kernel) is read as one without channel axes" }
    let channels = isTransposed ? ["input", "output"] : ["output", "input"]
    return
      "the kernel \(kernel) is read as \(kernel[0]) \(channels[0]) channels, \(kernel[1]) \(channels[1]) channels"
      + " and \(rank == 1 ? "1 axis" : "\(rank) axes") to go along"
  }
}
