import CConvolutionKernels

/// Numbers in a grid: Float32, contiguous, the last axis innermost, 64-byte aligned.
///
/// ```swift
/// let image = try Tensor([1, 3, 224, 224], values: pixels)
/// let edges = try convolve(image, with: kernel, geometry)
/// ```
/// A value: copies share their memory until one of them is written to.
public struct Tensor: @unchecked Sendable {
  /// The sizes of its axes.
  public let shape: Shape
  // Sendable because it is written only while one tensor holds it.
  private var memory: AlignedMemory

  /// Zeros.
  public init(_ shape: Shape) {
    self.shape = shape
    memory = Self.makeMemory(shape)
  }

  /// A copy of `values`, in the order of the axes.
  /// - Throws: `GeometryError.count` when their number is not the shape's number of elements.
  public init(_ shape: Shape, values: [Float]) throws(GeometryError) {
    guard values.count == shape.count else {
      throw .count(of: "values", expected: shape.count, actual: values.count)
    }
    self.init(shape)
    values.withUnsafeBufferPointer { values in
      if let source = values.baseAddress { memory.base.update(from: source, count: values.count) }
    }
  }

  private init(_ shape: Shape, memory: AlignedMemory) {
    self.shape = shape
    self.memory = memory
  }

  /// Number of elements.
  public var count: Int { shape.count }

  /// The elements in the order of the axes, copied.
  public var values: [Float] { withUnsafeValues { Array($0) } }

  /// One element.
  /// - Precondition: One index per axis, each within its size.
  public subscript(indices: Int...) -> Float {
    get { memory.base[offset(of: indices)] }
    set {
      let offset = offset(of: indices)
      makeUnique()
      memory.base[offset] = newValue
    }
  }

  /// The same elements under another shape, without a copy.
  /// - Throws: `GeometryError.count` when the shape has a different number of elements.
  public func reshaped(to shape: Shape) throws(GeometryError) -> Tensor {
    guard shape.count == count else {
      throw .count(of: "elements", expected: shape.count, actual: count)
    }
    return Tensor(shape, memory: memory)
  }

  /// Lends the elements for reading.
  public func withUnsafeValues<Result>(_ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(memory) { try body(UnsafeBufferPointer(start: memory.base, count: count)) }
  }

  /// Lends the elements for reading and writing; copies them first when another tensor shares them.
  public mutating func withUnsafeMutableValues<Result>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    makeUnique()
    return try withExtendedLifetime(memory) { try body(UnsafeMutableBufferPointer(start: memory.base, count: count)) }
  }

  /// The kernels read whole vectors, so the memory is longer than the elements.
  private static func makeMemory(_ shape: Shape) -> AlignedMemory {
    AlignedMemory(count: shape.count + Int(CCK_READ_SLACK))
  }

  private mutating func makeUnique() {
    guard !isKnownUniquelyReferenced(&memory) else { return }
    let copy = Self.makeMemory(shape)
    copy.base.update(from: memory.base, count: count)
    memory = copy
  }

  private func offset(of indices: [Int]) -> Int {
    precondition(indices.count == shape.rank, "one index per axis")
    var offset = 0
    for (axis, index) in indices.enumerated() {
      precondition(index >= 0 && index < shape[axis], "an index lies within its axis")
      offset = offset * shape[axis] + index
    }
    return offset
  }
}

extension Tensor: Equatable {
  /// Whether shapes are equal and elements compare equal (NaN equals nothing, −0 equals 0).
  public static func == (a: Tensor, b: Tensor) -> Bool {
    guard a.shape == b.shape else { return false }
    return a.withUnsafeValues { a in b.withUnsafeValues { b in a.elementsEqual(b) } }
  }
}
