/// The sizes of a tensor's axes, outermost first.
///
/// Axes are `[batch, channels, frames…]` for signals and `[outputChannels, inputChannels / groups, taps…]` for kernels.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// One size per axis. Without axes: a single number.
  public let sizes: [Int]
  /// Elements: the product of the sizes.
  public let count: Int

  /// - Throws: `GeometryError.tooSmall` for a negative size, `.overflow` when the elements cannot be addressed.
  public init(_ sizes: [Int]) throws(GeometryError) {
    for (axis, size) in sizes.enumerated() where size < 0 {
      throw .tooSmall(what: "the size of axis \(axis)", minimum: 0, actual: size)
    }
    // A size of zero makes every product zero, but the others must be addressable, too: strides are computed from them.
    var count = 1
    for size in sizes where size > 0 {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow, product <= Self.maximumCount else { throw .overflow(what: "the number of elements") }
      count = product
    }
    self.sizes = sizes
    self.count = sizes.contains(0) ? 0 : count
  }

  /// A shape written as a literal.
  /// - Precondition: No size is negative, and their product can be addressed.
  public init(arrayLiteral sizes: Int...) {
    do throws(GeometryError) {
      self = try Shape(sizes)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// More elements than any memory holds, but few enough for an `Int` to count their bytes.
  static let maximumCount = Int.max / 64

  /// Number of axes.
  public var rank: Int { sizes.count }

  /// The size of an axis.
  public subscript(axis: Int) -> Int { sizes[axis] }

  /// Elements between neighbours along each axis; the last axis is contiguous.
  public var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in sizes.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * max(1, sizes[axis + 1]) }
    return strides
  }

  /// The sizes in brackets: `[1, 3, 224, 224]`.
  public var description: String { "[\(sizes.map(String.init).joined(separator: ", "))]" }
}
