/// One tensor of a safetensors file: its shape and its bytes, decoded on demand.
///
/// ```
/// let gain = StoredTensor(shape: [2, 1], values: [0.5, 0.25])
/// gain.values  // [0.5, 0.25], row-major
/// ```
package struct StoredTensor: Sendable {
  /// The element type as written in the file, such as `F32`.
  package let typeName: String
  /// Extents, outermost first. Empty for a single number.
  package let shape: [Int]
  /// The data section of the file, shared by all its tensors, and the range of this tensor in it.
  let storage: [UInt8]
  let range: Range<Int>

  init(typeName: String, shape: [Int], storage: [UInt8], range: Range<Int>) {
    self.typeName = typeName
    self.shape = shape
    self.storage = storage
    self.range = range
  }

  /// Makes a Float32 tensor from values in row-major order.
  ///
  /// - Precondition: The extents are not negative, and their product is the number of values.
  package init(shape: [Int], values: [Float]) {
    precondition(
      shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == values.count,
      "the shape of a tensor matches its values")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * values.count)
    for value in values {
      let pattern = value.bitPattern
      bytes.append(UInt8(truncatingIfNeeded: pattern))
      bytes.append(UInt8(truncatingIfNeeded: pattern >> 8))
      bytes.append(UInt8(truncatingIfNeeded: pattern >> 16))
      bytes.append(UInt8(truncatingIfNeeded: pattern >> 24))
    }
    self.init(typeName: "F32", shape: shape, storage: bytes, range: 0..<bytes.count)
  }

  /// The numbers as Float32 in row-major order; nil when the type is not F32, F16, BF16 or F64.
  ///
  /// F16 and BF16 are exact. F64 is rounded to nearest and may become infinite.
  /// - Complexity: O(elements) in time and memory, on every call.
  package var values: [Float]? {
    switch typeName {
    case "F32": return decode(stride: 4) { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) }
    case "BF16": return decode(stride: 2) { Float(bitPattern: UInt32(truncatingIfNeeded: $0) << 16) }
    case "F16": return decode(stride: 2, float(fromHalf:))
    case "F64": return decode(stride: 8) { Float(Double(bitPattern: $0)) }
    default: return nil
    }
  }

  /// The little-endian integers of `stride` bytes each, converted.
  private func decode(stride size: Int, _ convert: (UInt64) -> Float) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(range.count / size)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: size) {
      var pattern: UInt64 = 0
      for byte in 0..<size { pattern |= UInt64(storage[start + byte]) << UInt64(8 * byte) }
      result.append(convert(pattern))
    }
    return result
  }
}

extension StoredTensor: Equatable {
  /// Compares type, shape and bytes, so a NaN equals the same NaN.
  package static func == (left: StoredTensor, right: StoredTensor) -> Bool {
    left.typeName == right.typeName && left.shape == right.shape
      && left.storage[left.range] == right.storage[right.range]
  }
}

extension StoredTensor {
  /// The size in bits of an element of a type; nil for types that the format does not define.
  static func elementBits(_ typeName: String) -> Int? {
    switch typeName {
    case "F4": 4
    case "F6_E2M3", "F6_E3M2": 6
    case "BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ": 8
    case "U16", "I16", "F16", "BF16": 16
    case "U32", "I32", "F32": 32
    case "U64", "I64", "F64", "C64": 64
    default: nil
    }
  }
}

/// IEEE 754 binary16 to binary32, exactly. `Float16` does not exist on Intel Macs.
private func float(fromHalf pattern: UInt64) -> Float {
  let sign = UInt32(truncatingIfNeeded: pattern & 0x8000) << 16
  let exponent = UInt32(truncatingIfNeeded: pattern >> 10) & 0x1F
  let fraction = UInt32(truncatingIfNeeded: pattern & 0x3FF)
  switch exponent {
  case 0:
    // Zero or subnormal: fraction · 2^-24, which is normal in Float32.
    return Float(bitPattern: sign | (Float(fraction) * 0x1p-24).bitPattern)
  case 0x1F:
    return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
  default:
    return Float(bitPattern: sign | (exponent + 127 - 15) << 23 | fraction << 13)
  }
}
