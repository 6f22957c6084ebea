/// The header of a .npy file: a Python dictionary with the keys `descr`, `fortran_order` and `shape`.
///
/// The format is NEP 1 of NumPy, with versions 2.0 (longer headers) and 3.0 (UTF-8):
/// `\x93NUMPY`, major, minor, the header's length (16 bits little-endian; 32 from version 2.0), the header, the data.
struct NumPyHeader: Equatable {
  var element: NumPyElement
  /// Whether the first axis is innermost.
  var isFortranOrder: Bool
  var shape: [Int]

  static let magic = [0x93] + Array("NUMPY".utf8)
  /// The limit of NumPy 2.
  static let maximumAxes = 64
  /// Version 1.0 allows 64 KiB. Headers of supported arrays have less than 4 KiB; the rest is for arrays with many
  /// named fields, which are parsed only to explain the refusal.
  static let maximumBytes = 1024 * 1024

  /// The number of elements of a shape without negative sizes.
  ///
  /// - Throws: `NumPyError.tooManyAxes`; `.overflow` when the bytes of the array cannot be counted, even if another
  ///   size is zero, as in NumPy.
  static func count(of shape: [Int], name: String) throws(NumPyError) -> Int {
    guard shape.count <= maximumAxes else {
      throw .tooManyAxes(name: name, expected: maximumAxes, actual: shape.count)
    }
    // 64 is more than the bytes of an element, so that adding the header cannot overflow either.
    let maximum = Int.max / 64
    var count = 1
    for size in shape where size > 0 {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow, product <= maximum else { throw .overflow(name: name, shape: text(of: shape)) }
      count = product
    }
    return shape.contains(0) ? 0 : count
  }

  /// A shape as Python writes it: `()`, `(3,)`, `(3, 4)`.
  static func text(of shape: [Int]) -> String {
    shape.count == 1 ? "(\(shape[0]),)" : "(\(shape.map(String.init).joined(separator: ", ")))"
  }

  /// Everything before the data of a file of version 1.0 with `<f4` in C order; the same bytes as `np.save` writes.
  ///
  /// - Precondition: At most `maximumAxes` axes, which keeps the header far below the 64 KiB of version 1.0.
  /// - Parameter type: The element type. Default: 32-bit floats.
  static func bytes(shape: [Int], type: String = "<f4") -> [UInt8] {
    var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(text(of: shape)), }"
    // NumPy leaves room for the first size to grow to 21 digits in place.
    if let first = shape.first { text += String(repeating: " ", count: max(0, 21 - String(first).utf8.count)) }
    let unpadded = magic.count + 4 + text.utf8.count + 1
    text += String(repeating: " ", count: 64 - unpadded % 64) + "\n"
    let length = text.utf8.count
    return magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(text.utf8)
  }
}

/// Reads the dictionary of a header: the part of Python's syntax that NumPy has ever written.
///
/// - Complexity: one pass, no recursion; a megabyte of brackets costs a megabyte.
struct NumPyHeaderParser {
  private let name: String
  private let bytes: [UInt8]
  /// Where `bytes` begin in the file.
  private let start: Int
  private var place = 0

  init(name: String, bytes: [UInt8], start: Int) {
    self.name = name
    self.bytes = bytes
    self.start = start
  }

  /// - Throws: `NumPyError.header`, `.tooManyAxes`, and `.dataType` if everything else is valid.
  mutating func parse() throws(NumPyError) -> NumPyHeader {
    var description: Range<Int>?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try expect("{", "a dictionary, '{'")
    while !take("}") {
      skipSpace()
      let keyPlace = place
      let key = bytes[try string("a key in quotation marks")]
      try expect(":", "':'")
      skipSpace()
      switch String(decoding: key, as: UTF8.self) {
      case "descr" where description == nil: description = try typeDescription()
      case "fortran_order" where isFortranOrder == nil: isFortranOrder = try boolean()
      case "shape" where shape == nil: shape = try tuple()
      default:
        place = keyPlace
        throw fault("each of the keys 'descr', 'fortran_order' and 'shape' once")
      }
      if !take(",") {
        try expect("}", "',' or '}'")
        break
      }
    }
    skipSpace()
    guard place == bytes.count else { throw fault("only spaces after the dictionary") }
    guard let description, let isFortranOrder, let shape else {
      let missing = description == nil ? "descr" : isFortranOrder == nil ? "fortran_order" : "shape"
      throw fault("the key '\(missing)' in the dictionary")
    }
    return NumPyHeader(element: try element(bytes[description]), isFortranOrder: isFortranOrder, shape: shape)
  }

  // MARK: - Values

  /// A type: a string, with its quotation marks, or a list of fields.
  private mutating func typeDescription() throws(NumPyError) -> Range<Int> {
    let first = place
    if place < bytes.count, bytes[place] == UInt8(ascii: "[") {
      try skipBrackets()
    } else {
      _ = try string("a type such as '<f4'")
    }
    return first..<place
  }

  private mutating func boolean() throws(NumPyError) -> Bool {
    for (word, value) in [("True", true), ("False", false)] where bytes[place...].starts(with: word.utf8) {
      place += word.utf8.count
      return value
    }
    throw fault("True or False")
  }

  private mutating func tuple() throws(NumPyError) -> [Int] {
    try expect("(", "a tuple of sizes, '('")
    var sizes: [Int] = []
    var hasComma = false
    while !take(")") {
      guard sizes.isEmpty || hasComma else { throw fault("',' or ')'") }
      sizes.append(try size())
      hasComma = take(",")
    }
    // (5) is a number in Python, not a tuple.
    if sizes.count == 1, !hasComma {
      place -= 1
      throw fault("',' after a single size")
    }
    guard sizes.count <= NumPyHeader.maximumAxes else {
      throw .tooManyAxes(name: name, expected: NumPyHeader.maximumAxes, actual: sizes.count)
    }
    return sizes
  }

  private mutating func size() throws(NumPyError) -> Int {
    skipSpace()
    let first = place
    var value = 0
    while place < bytes.count, let digit = digit(bytes[place]) {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(digit)
      guard !overflow, !carry else {
        place = first
        throw fault("a size below 2^63")
      }
      value = sum
      place += 1
    }
    let end = place
    // Python has no numbers such as 007.
    guard end > first, end == first + 1 || bytes[first] != UInt8(ascii: "0") else {
      place = first
      throw fault("a size, 0 or more")
    }
    // Python 2 wrote 3L.
    if place < bytes.count, bytes[place] == UInt8(ascii: "L") { place += 1 }
    return value
  }

  private func digit(_ byte: UInt8) -> Int? {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
  }

  /// The inside of a string in single or double quotation marks; escapes are skipped, not decoded.
  private mutating func string(_ expected: String) throws(NumPyError) -> Range<Int> {
    guard place < bytes.count, bytes[place] == UInt8(ascii: "'") || bytes[place] == UInt8(ascii: "\"") else {
      throw fault(expected)
    }
    let quote = bytes[place]
    let first = place + 1
    var last = first
    while last < bytes.count, bytes[last] != quote, bytes[last] != UInt8(ascii: "\n") {
      last += bytes[last] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard last < bytes.count, bytes[last] == quote else {
      throw fault("a closing quotation mark")
    }
    place = last + 1
    return first..<last
  }

  /// Skips a list: matching brackets, with anything in between.
  private mutating func skipBrackets() throws(NumPyError) {
    var open: [UInt8] = []
    repeat {
      guard place < bytes.count else { throw fault("a closing bracket") }
      switch bytes[place] {
      case UInt8(ascii: "["): open.append(UInt8(ascii: "]"))
      case UInt8(ascii: "("): open.append(UInt8(ascii: ")"))
      case UInt8(ascii: "{"): open.append(UInt8(ascii: "}"))
      case UInt8(ascii: "]"), UInt8(ascii: ")"), UInt8(ascii: "}"):
        guard open.popLast() == bytes[place] else { throw fault("the bracket that closes the last one") }
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        _ = try string("")
        continue
      default: break
      }
      place += 1
    } while !open.isEmpty
  }

  // MARK: - Types

  /// - Parameter source: The type as written in the header, including quotation marks.
  private func element(_ source: ArraySlice<UInt8>) throws(NumPyError) -> NumPyElement {
    guard source.first != UInt8(ascii: "[") else {
      throw .dataType(
        name: name, actual: "structures (\(printable(source)))",
        remedy: "np.save('x.npy', x['FIELD'].astype('<f4')) takes out one field")
    }
    let text = String(decoding: source.dropFirst().dropLast(), as: UTF8.self)
    if let element = NumPyElement(text) { return element }
    let (what, remedy) = Self.advice(text)
    throw .dataType(name: name, actual: "\(what) ('\(printable(source.dropFirst().dropLast()))')", remedy: remedy)
  }

  /// The name of a type, and a line of Python that converts it to floats.
  private static func advice(_ type: String) -> (what: String, remedy: String) {
    let letters = Array(type.prefix(2))
    let kind = letters.count == 2 ? letters[1] : " "
    let bytes = Int(type.dropFirst(2)) ?? 0
    let bits = (1...64).contains(bytes) ? "\(8 * bytes)-bit " : ""
    let order = letters.first == ">" && bytes > 1 ? "big-endian " : ""
    let convert = "np.save('x.npy', x.astype('<f4')) converts them"
    return switch kind {
    case "f": (order + bits + "floats", convert)
    case "i": (order + bits + "integers", convert)
    case "u": (order + bits + "unsigned integers", convert)
    case "b": ("booleans", convert)
    case "c": (order + bits + "complex numbers", "np.save('x.npy', x.real.astype('<f4')) takes their real part")
    case "O":
      (
        "Python objects",
        "x = np.load('x.npy', allow_pickle=True); np.save('x.npy', x.astype('<f4')) converts them if they are numbers"
      )
    case "S", "a", "U": ("text", "np.save('x.npy', x.astype('<f4')) converts it if it spells numbers")
    case "M": ("dates", "np.save('x.npy', (x - x[0]).astype('<f4')) makes them distances from the first")
    case "m": ("time spans", convert)
    case "V": ("raw bytes", "np.save('x.npy', x.view('u1').astype('<f4')) makes a number of each")
    default: ("elements of an unknown type", convert)
    }
  }

  // MARK: - Bytes

  private mutating func skipSpace() {
    while place < bytes.count, bytes[place] == UInt8(ascii: " ") || (0x09...0x0D).contains(bytes[place]) {
      place += 1
    }
  }

  /// Skips spaces, and then `character` if it comes next.
  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar, _ expected: String) throws(NumPyError) {
    guard take(character) else { throw fault(expected) }
  }

  private func fault(_ expected: String) -> NumPyError {
    let rest = bytes[min(place, bytes.count)...]
    let actual = rest.isEmpty ? "the end of the header" : excerpt(rest.prefix(20))
    return .header(name: name, byte: start + place, expected: expected, actual: actual)
  }
}
