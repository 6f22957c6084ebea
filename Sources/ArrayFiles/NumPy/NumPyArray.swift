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

/// Counts of numbers that were read as the nearest 32-bit floats, ties to even.
public struct NumPyConversion: Equatable, Sendable, CustomStringConvertible {
  /// What they were.
  public var source = "64-bit floats"
  /// All elements.
  public var count = 0
  /// Elements that 32 bits cannot hold exactly.
  public var rounded = 0
  /// Rounded elements that are beyond Float32's range and became infinities.
  public var overflowed = 0

  /// One sentence for the user.
  public var description: String {
    "\(source) were converted to 32-bit floats: \(rounded) of \(count) were rounded"
      + (overflowed == 0 ? "." : ", and \(overflowed) beyond 3.4028235e38 became infinite.")
  }

  mutating func count(_ float: Float, isExact: Bool) {
    count += 1
    guard !isExact else { return }
    rounded += 1
    if float.isInfinite { overflowed += 1 }
  }
}
