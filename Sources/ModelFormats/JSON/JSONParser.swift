/// A strict JSON reader (RFC 8259) for files from untrusted sources.
///
/// Not Foundation's decoder, because these files need what it does not offer: the byte position of every error,
/// rejection of duplicate keys, exact integers, and limits on depth and number of values, so that no input can overflow
/// the stack or use unlimited memory.
///
/// Stricter than the RFC where it leaves a choice: UTF-8 without byte order mark, no lone surrogates, no duplicate
/// keys, numbers finite in double precision and at most 400 characters long.
struct JSONParser {
  /// The largest nesting of arrays and objects, which is also the depth of recursion.
  static let maximumDepth = 64
  /// The default limit on the number of values in a text: at worst about 100 MB of memory on top of the text.
  static let maximumValues = 1_000_000

  private let bytes: [UInt8]
  private let file: String
  private let byteOffset: Int
  private var position = 0
  private let maximumValues: Int
  private var valuesLeft: Int

  /// Reads one JSON text. `byteOffset` is its position in the file, for errors.
  static func parse(
    _ bytes: [UInt8], file: String, byteOffset: Int = 0, maximumValues: Int = JSONParser.maximumValues
  ) throws(ModelFormatError) -> JSONNode {
    var parser = JSONParser(bytes: bytes, file: file, byteOffset: byteOffset, maximumValues: maximumValues)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.position == bytes.count else { throw parser.failure("the end of the text") }
    return JSONNode(value: value, file: file, path: "")
  }

  private init(bytes: [UInt8], file: String, byteOffset: Int, maximumValues: Int) {
    self.maximumValues = maximumValues
    valuesLeft = maximumValues
    self.bytes = bytes
    self.file = file
    self.byteOffset = byteOffset
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func failure(_ expected: String, at place: Int? = nil) -> ModelFormatError {
    let place = place ?? position
    let actual: String
    if place >= bytes.count {
      actual = "the end of the text"
    } else if (0x21...0x7E).contains(bytes[place]) {
      actual = "'\(Unicode.Scalar(bytes[place]))'"
    } else {
      let digits = String(bytes[place], radix: 16, uppercase: true)
      actual = "0x\(digits.count == 1 ? "0" : "")\(digits)"
    }
    return .malformedJSON(file: file, byte: byteOffset + place, expected: expected, actual: actual)
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(ModelFormatError) -> JSONValue {
    skipSpace()
    guard valuesLeft > 0 else { throw failure("at most \(maximumValues) values") }
    valuesLeft -= 1
    guard let first = next else { throw failure("a JSON value") }
    switch first {
    case UInt8(ascii: "{"):
      guard depth < Self.maximumDepth else { throw failure("at most \(Self.maximumDepth) levels of nesting") }
      return try object(depth: depth + 1)
    case UInt8(ascii: "["):
      guard depth < Self.maximumDepth else { throw failure("at most \(Self.maximumDepth) levels of nesting") }
      return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", is: .bool(true))
    case UInt8(ascii: "f"): return try word("false", is: .bool(false))
    case UInt8(ascii: "n"): return try word("null", is: .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw failure("a JSON value")
    }
  }

  private mutating func word(_ word: String, is value: JSONValue) throws(ModelFormatError) -> JSONValue {
    guard bytes[position...].starts(with: word.utf8) else { throw failure("a JSON value") }
    position += word.utf8.count
    return value
  }

  private mutating func array(depth: Int) throws(ModelFormatError) -> JSONValue {
    position += 1
    var elements: [JSONValue] = []
    skipSpace()
    if skip("]") { return .array([]) }
    while true {
      elements.append(try value(depth: depth))
      skipSpace()
      if skip("]") { return .array(elements) }
      guard skip(",") else { throw failure("',' or ']'") }
    }
  }

  private mutating func object(depth: Int) throws(ModelFormatError) -> JSONValue {
    position += 1
    var members: [String: JSONValue] = [:]
    skipSpace()
    if skip("}") { return .object([:]) }
    while true {
      skipSpace()
      let start = position
      guard next == UInt8(ascii: "\"") else { throw failure("a key in quotation marks") }
      let key = try string()
      skipSpace()
      guard skip(":") else { throw failure("':'") }
      guard members.updateValue(try value(depth: depth), forKey: key) == nil else {
        throw .duplicateKey(file: file, byte: byteOffset + start, key: key)
      }
      skipSpace()
      if skip("}") { return .object(members) }
      guard skip(",") else { throw failure("',' or '}'") }
    }
  }

  private mutating func skipDigits() throws(ModelFormatError) {
    let start = position
    while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
    guard position > start else { throw failure("a digit") }
  }

  private mutating func number() throws(ModelFormatError) -> JSONValue {
    let start = position
    var isInteger = true
    _ = skip("-")
    if !skip("0") { try skipDigits() }
    if skip(".") {
      isInteger = false
      try skipDigits()
    }
    if skip("e") || skip("E") {
      isInteger = false
      if !skip("+") { _ = skip("-") }
      try skipDigits()
    }
    guard position - start <= 400 else { throw failure("a number of at most 400 characters", at: start) }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let integer = Int(text) { return .integer(integer) }
    guard let double = Double(text), double.isFinite else {
      throw failure("a number that is finite in double precision", at: start)
    }
    return .number(double)
  }

  private mutating func string() throws(ModelFormatError) -> String {
    let start = position
    position += 1
    var text: [UInt8] = []
    while true {
      let run = position
      while let byte = next, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { position += 1 }
      text += bytes[run..<position]
      if skip("\"") { break }
      guard skip("\\") else { throw failure("a character or the closing quotation mark of a string") }
      let escape = next
      position += 1
      switch escape {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape!)
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "f"): text.append(0x0C)
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "r"): text.append(0x0D)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "u"): text += Array(String(Character(try escapedScalar())).utf8)
      default: throw failure("an escaped character", at: position - 1)
      }
    }
    guard let valid = String(validating: text, as: UTF8.self) else {
      throw .malformedJSON(
        file: file, byte: byteOffset + start, expected: "a string in valid UTF-8", actual: "other bytes")
    }
    return valid
  }

  /// The character of `\uXXXX`, or of two of them that form a surrogate pair.
  private mutating func escapedScalar() throws(ModelFormatError) -> Unicode.Scalar {
    let start = position - 2
    let unit = try fourHexDigits()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    if unit < 0xDC00, skip("\\"), skip("u") {
      let low = try fourHexDigits()
      if (0xDC00...0xDFFF).contains(low),
        let scalar = Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
      {
        return scalar
      }
    }
    throw failure("a pair of surrogates", at: start)
  }

  private mutating func fourHexDigits() throws(ModelFormatError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("a hexadecimal digit")
      }
      unit = unit << 4 | UInt32(digit)
      position += 1
    }
    return unit
  }
}

extension JSONParser {
  /// The JSON spelling of a string, including quotation marks.
  static func literal(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
