/// The loops over samples. Bytes need no alignment. Each loop is written out to avoid a call per sample.
extension RawSampleFormat {
  /// Bytes that may be read and written beyond the last sample: 24-bit samples move as 4 bytes each.
  static let slackBytes = 4

  /// Stored samples to Float32. Integers become value / 2^(bits − 1), rounded to nearest even if they have more than 24
  /// bits; doubles are rounded; floats keep every bit, even of a NaN.
  ///
  /// - Precondition: `count` samples and `slackBytes` may be read at `bytes`.
  func decode(_ bytes: UnsafeRawPointer, into samples: UnsafeMutablePointer<Float>, count: Int) {
    switch self {
    case .f32le:
      for i in 0..<count {
        let pattern = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self))
        samples[i] = Float(bitPattern: pattern)
      }
    case .f64le:
      for i in 0..<count {
        let pattern = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * i, as: UInt64.self))
        samples[i] = Float(Double(bitPattern: pattern))
      }
    case .s16le:
      for i in 0..<count {
        let integer = Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * i, as: Int16.self))
        samples[i] = Float(integer) * 0x1p-15
      }
    case .s24le:
      for i in 0..<count {
        // The fourth byte, which belongs to the next sample, is shifted out.
        let word = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 3 * i, as: UInt32.self))
        samples[i] = Float(Int32(bitPattern: word << 8)) * 0x1p-31
      }
    case .s32le:
      for i in 0..<count {
        let integer = Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * i, as: Int32.self))
        samples[i] = Float(integer) * 0x1p-31
      }
    case .u8:
      for i in 0..<count {
        let integer = Int32(bytes.load(fromByteOffset: i, as: UInt8.self)) &- 128
        samples[i] = Float(integer) * 0x1p-7
      }
    }
  }

  /// Float32 to stored IEEE 754 samples: exact.
  ///
  /// - Returns: The number of NaN and infinite samples.
  /// - Precondition: `isFloat`, and room for `count` samples at `bytes`.
  func encode(floats samples: UnsafePointer<Float>, into bytes: UnsafeMutableRawPointer, count: Int) -> Int {
    var nonFinite = 0
    if self == .f32le {
      for i in 0..<count {
        let pattern = samples[i].bitPattern
        nonFinite &+= pattern & 0x7F80_0000 == 0x7F80_0000 ? 1 : 0
        bytes.storeBytes(of: pattern.littleEndian, toByteOffset: 4 * i, as: UInt32.self)
      }
    } else {
      precondition(self == .f64le, "integers come from the quantiser")
      for i in 0..<count {
        nonFinite &+= samples[i].bitPattern & 0x7F80_0000 == 0x7F80_0000 ? 1 : 0
        bytes.storeBytes(of: Double(samples[i]).bitPattern.littleEndian, toByteOffset: 8 * i, as: UInt64.self)
      }
    }
    return nonFinite
  }

  /// The upper bits of left-justified integers, as `IntegerQuantiser` gives them.
  ///
  /// - Precondition: Not `isFloat`; room for `count` samples and `slackBytes` at `bytes`.
  func encode(integers: UnsafePointer<Int32>, into bytes: UnsafeMutableRawPointer, count: Int) {
    switch self {
    case .s16le:
      for i in 0..<count {
        let integer = Int16(truncatingIfNeeded: integers[i] >> 16)
        bytes.storeBytes(of: integer.littleEndian, toByteOffset: 2 * i, as: Int16.self)
      }
    case .s24le:
      for i in 0..<count {
        // The fourth byte is overwritten by the next sample.
        bytes.storeBytes(of: (integers[i] >> 8).littleEndian, toByteOffset: 3 * i, as: Int32.self)
      }
    case .s32le:
      for i in 0..<count {
        bytes.storeBytes(of: integers[i].littleEndian, toByteOffset: 4 * i, as: Int32.self)
      }
    case .u8:
      for i in 0..<count {
        let integer = UInt8(truncatingIfNeeded: (integers[i] >> 24) &+ 128)
        bytes.storeBytes(of: integer, toByteOffset: i, as: UInt8.self)
      }
    case .f32le, .f64le: preconditionFailure("floats are not quantised")
    }
  }
}
