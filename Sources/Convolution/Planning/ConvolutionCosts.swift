/// The costs of the loops of long convolutions, in nanoseconds: the table that plans are made from.
///
/// The table that ships with the library is `standard`; a plan is a pure function of it, so the same preset gives the
/// same bits everywhere. `measured()` makes a table for this processor, on request only.
public struct ConvolutionCosts: Hashable, Sendable {
  /// The name of the table, which plans report.
  public var name: String
  /// One multiply-add of a direct sum, in blocks of 64 frames.
  public var multiplyAdd: Double
  /// `RightAngleTransform` of N = 2^(5 + index), forward and back, for one of its N frames.
  public var transformFrame: [Double]
  /// One complex product and sum of spectra that lie in the first two, in the third cache, in memory.
  public var product: [Double]
  /// Bytes of spectra up to which the first and the second of `product` count.
  public var productBytes: [Int]
  /// One step of a level's work, over what it computes.
  public var step: Double
  /// One multiply-add of a direct sum over a grid of any rank.
  public var gridMultiplyAdd: Double
  /// One doubling of the length of a transform along an outer axis of a grid, for one complex number, one way.
  public var outerDoubling: Double

  /// A table of these numbers, in nanoseconds.
  public init(
    name: String, multiplyAdd: Double, transformFrame: [Double], product: [Double], productBytes: [Int], step: Double,
    gridMultiplyAdd: Double, outerDoubling: Double
  ) {
    precondition(transformFrame.count == Self.transformCount, "one cost for every length of transform")
    precondition(product.count == 3 && productBytes.count == 2, "three kinds of memory, two limits")
    self.name = name
    self.multiplyAdd = multiplyAdd
    self.transformFrame = transformFrame
    self.product = product
    self.productBytes = productBytes
    self.step = step
    self.gridMultiplyAdd = gridMultiplyAdd
    self.outerDoubling = outerDoubling
  }

  /// Lengths of `RightAngleTransform`.
  public static let transformCount =
    RightAngleTransform.counts.upperBound.trailingZeroBitCount
    - RightAngleTransform.counts.lowerBound.trailingZeroBitCount
    + 1

  /// Measured on one core of an AMD Zen 5 virtual machine with AVX-512 (2 MiB of second-level cache, 32 MiB of third).
  public static let standard = ConvolutionCosts(
    name: "zen5-2026-11", multiplyAdd: 0.0098,
    transformFrame: [3.0, 1.4, 1.25, 1.25, 1.25, 1.25, 1.4, 1.56, 1.75, 2.07, 2.16, 2.9, 4.1],
    product: [0.12, 0.18, 0.45], productBytes: [1 << 20, 24 << 20], step: 12, gridMultiplyAdd: 0.025, outerDoubling: 0.3
  )

  /// Forward and back for N = `frames`, in nanoseconds per frame.
  public func transform(frames: Int) -> Double {
    transformFrame[frames.trailingZeroBitCount - RightAngleTransform.counts.lowerBound.trailingZeroBitCount]
  }

  /// One complex product and sum, when the spectra take `bytes` bytes.
  public func product(bytes: Int) -> Double {
    bytes <= productBytes[0] ? product[0] : bytes <= productBytes[1] ? product[1] : product[2]
  }
}
