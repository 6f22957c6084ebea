/// An n-dimensional array of numbers, as in a .npy file.
///
/// ```swift
/// let image = try NumPyArray(contentsOf: "image.npy")
/// try NumPyArray(shape: image.shape, values: image.values.map { 2 * $0 }).write(to: "louder.npy")
/// ```
public struct NumPyArray: Equatable, Sendable {
  /// The sizes of the axes, outermost first. Empty for a single number.
  public let shape: [Int]
  /// The elements, the last axis innermost (C order), whatever the file's order was.
  public let values: [Float]
  /// How reading changed the numbers; nil if it did not.
  public let conversion: NumPyConversion?

  /// An array from its parts.
  ///
  /// - Throws: `NumPyError.negativeSize`, `.tooManyAxes`, `.overflow`, and `.valueCount` when there are more or fewer
  ///   values than the shape has elements.
  public init(shape: [Int], values: [Float]) throws(NumPyError) {
    for (axis, size) in shape.enumerated() where size < 0 { throw .negativeSize(axis: axis, actual: size) }
    let count = try NumPyHeader.count(of: shape, name: "the array")
    guard values.count == count else { throw .valueCount(expected: count, actual: values.count) }
    self.init(shape: shape, values: values, conversion: nil)
  }

  init(shape: [Int], values: [Float], conversion: NumPyConversion?) {
    self.shape = shape
    self.values = values
    self.conversion = conversion
  }
}

/// Counts of 64-bit floats that were read as the nearest 32-bit ones, ties to even.
public struct NumPyConversion: Equatable, Sendable, CustomStringConvertible {
  /// All elements.
  public var count = 0
  /// Elements that 32 bits cannot hold exactly.
  public var rounded = 0
  /// Rounded elements that are beyond Float32's range and became infinities.
  public var overflowed = 0

  /// One sentence for the user.
  public var description: String {
    "64-bit floats were converted to 32 bits: \(rounded) of \(count) were rounded"
      + (overflowed == 0 ? "." : ", and \(overflowed) beyond 3.4028235e38 became infinite.")
  }

  mutating func convert(_ double: Double) -> Float {
    let float = Float(double)
    count += 1
    if Double(float) != double, !double.isNaN {
      rounded += 1
      if float.isInfinite { overflowed += 1 }
    }
    return float
  }
}
