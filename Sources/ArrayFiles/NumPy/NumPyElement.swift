/// A type of numbers that can be read from a .npy file, as its header writes it: `<f4`, `|u1`, `>i2`.
struct NumPyElement: Equatable {
  /// What the bits mean.
  enum Kind: Equatable { case float, signed, unsigned, boolean }

  let kind: Kind
  let byteCount: Int
  let isBigEndian: Bool

  static let float32 = NumPyElement(kind: .float, byteCount: 4, isBigEndian: false)
  static let float64 = NumPyElement(kind: .float, byteCount: 8, isBigEndian: false)

  /// Whether the bytes are those of a `Float` in memory.
  var isFloat: Bool { self == .float32 && 1.littleEndian == 1 }

  /// What reading counts; nil for types all of whose numbers `Float` holds.
  var conversion: NumPyConversion? {
    switch (kind, byteCount) {
    case (.float, 8), (.signed, 4...), (.unsigned, 4...): NumPyConversion(source: name)
    default: nil
    }
  }

  /// "64-bit floats".
  private var name: String {
    switch kind {
    case .float: "\(8 * byteCount)-bit floats"
    case .signed: "\(8 * byteCount)-bit integers"
    case .unsigned: "\(8 * byteCount)-bit unsigned integers"
    case .boolean: "booleans"
    }
  }

  /// The nearest 32-bit float of the number that some bytes spell, rounded once, and whether it is that number.
  func number(_ bytes: UnsafeRawPointer) -> (float: Float, isExact: Bool) {
    switch byteCount {
    case 1: number(bits: UInt64(bytes.load(as: UInt8.self)))
    case 2: number(bits: UInt64(ordered(bytes.loadUnaligned(as: UInt16.self))))
    case 4: number(bits: UInt64(ordered(bytes.loadUnaligned(as: UInt32.self))))
    default: number(bits: ordered(bytes.loadUnaligned(as: UInt64.self)))
    }
  }

  private func ordered<Bits: FixedWidthInteger>(_ bits: Bits) -> Bits {
    isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits)
  }

  private func number(bits: UInt64) -> (float: Float, isExact: Bool) {
    switch kind {
    case .boolean: return (bits == 0 ? 0 : 1, true)
    case .unsigned: return (Float(bits), Float(exactly: bits) != nil)
    case .signed:
      let unused = UInt64(64 - 8 * byteCount)
      let value = Int64(bitPattern: bits << unused) >> Int64(unused)
      return (Float(value), Float(exactly: value) != nil)
    case .float where byteCount == 2: return (Float(Float16(bitPattern: UInt16(truncatingIfNeeded: bits))), true)
    case .float where byteCount == 4: return (Float(bitPattern: UInt32(truncatingIfNeeded: bits)), true)
    case .float:
      let value = Double(bitPattern: bits)
      return (Float(value), Double(Float(value)) == value || value.isNaN)
    }
  }
}

extension NumPyElement {
  /// The type of a header's text; nil for one that is not read.
  init?(_ text: String) {
    let letters = Array(text.utf8)
    guard letters.count == 3, "<>|=".utf8.contains(letters[0]) else { return nil }
    switch (letters[1], letters[2]) {
    case (UInt8(ascii: "f"), UInt8(ascii: "2")): (kind, byteCount) = (.float, 2)
    case (UInt8(ascii: "f"), UInt8(ascii: "4")): (kind, byteCount) = (.float, 4)
    case (UInt8(ascii: "f"), UInt8(ascii: "8")): (kind, byteCount) = (.float, 8)
    case (UInt8(ascii: "b"), UInt8(ascii: "1")): (kind, byteCount) = (.boolean, 1)
    case (UInt8(ascii: "i"), let digit) where "1248".utf8.contains(digit): (kind, byteCount) = (.signed, Int(digit - 48))
    case (UInt8(ascii: "u"), let digit) where "1248".utf8.contains(digit):
      (kind, byteCount) = (.unsigned, Int(digit - 48))
    default: return nil
    }
    // Without an order: this machine's, which NumPy writes only for single bytes.
    isBigEndian = letters[0] == UInt8(ascii: ">") && byteCount > 1
  }
}
