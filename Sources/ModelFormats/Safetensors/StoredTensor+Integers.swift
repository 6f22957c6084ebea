extension StoredTensor {
  /// Makes a tensor of 32-bit integers from values in row-major order.
  ///
  /// - Precondition: The extents are not negative, their product is the number of values, and each value fits in 32
  ///   bits.
  package init(shape: [Int], integers: [Int]) {
    precondition(
      shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == integers.count, "the shape of a tensor matches its values")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * integers.count)
    for integer in integers {
      let pattern = UInt32(bitPattern: Int32(integer))
      for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: pattern >> UInt32(8 * byte))) }
    }
    self.init(typeName: "I32", shape: shape, storage: bytes, range: 0..<bytes.count)
  }

  /// The numbers as integers in row-major order; nil when the type is neither I32 nor I64.
  package var integers: [Int]? {
    let size: Int
    switch typeName {
    case "I32": size = 4
    case "I64": size = 8
    default: return nil
    }
    return stride(from: range.lowerBound, to: range.upperBound, by: size).map { start in
      var pattern: UInt64 = 0
      for byte in 0..<size { pattern |= UInt64(storage[start + byte]) << UInt64(8 * byte) }
      return size == 4 ? Int(Int32(truncatingIfNeeded: pattern)) : Int(Int64(bitPattern: pattern))
    }
  }
}

extension TensorFile {
  /// The integers of a tensor of one axis.
  ///
  /// - Throws: `missingTensor`, `wrongShape` unless there is one axis, `unsupportedType`.
  package func integers(_ name: String) throws(ModelFormatError) -> [Int] {
    let tensor = try row(name)
    guard let integers = tensor.integers else {
      throw .unsupportedType(file: path, tensor: name, actual: tensor.typeName)
    }
    return integers
  }

  /// The values of a tensor of one axis and any length, all finite.
  ///
  /// - Throws: `missingTensor`, `wrongShape`, `unsupportedType`, `nonFiniteValue`.
  package func numbers(_ name: String) throws(ModelFormatError) -> [Float] {
    try tensor(name, shape: row(name).shape)
  }

  private func row(_ name: String) throws(ModelFormatError) -> StoredTensor {
    guard let tensor = tensors[name] else { throw .missingTensor(file: path, tensor: name) }
    guard tensor.shape.count == 1 else {
      throw .wrongShape(file: path, tensor: name, expected: [tensor.shape.reduce(1, *)], actual: tensor.shape)
    }
    return tensor
  }
}
