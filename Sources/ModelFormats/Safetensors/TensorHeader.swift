/// The JSON header of a safetensors file, checked against the size of the data that follows it.
///
/// ```
/// {"__metadata__": {"maker": "…"},
///  "weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …}
/// ```
/// Offsets count from the first byte after the header. As the format requires, the tensors tile the data: sorted by
/// offset, each begins where the previous one ends, and the last one ends with the file.
struct TensorHeader {
  /// The largest header that the reference implementation reads, in bytes.
  static let maximumBytes = 100_000_000

  struct Entry {
    let name: String
    let typeName: String
    let shape: [Int]
    let range: Range<Int>
  }

  let entries: [Entry]
  let metadata: [String: String]

  /// The header length from the first eight bytes of a file of `fileBytes` bytes.
  static func length(
    prefix: ArraySlice<UInt8>, fileBytes: Int, file: String
  ) throws(ModelFormatError) -> Int {
    guard prefix.count == 8 else { throw .fileTooShort(file: file, expected: 8, actual: prefix.count) }
    let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let limit = min(fileBytes - 8, maximumBytes)
    guard length <= UInt64(limit) else {
      throw .headerTooLong(file: file, expected: limit, actual: length)
    }
    return Int(length)
  }

  /// Reads and checks a header that is followed by `dataBytes` bytes of data. Its claims allocate no memory.
  init(json: [UInt8], dataBytes: Int, file: String) throws(ModelFormatError) {
    guard json.first == UInt8(ascii: "{") else {
      let actual = json.first.map { "the byte \($0)" } ?? "an empty header"
      throw .malformedJSON(file: file, byte: 8, expected: "'{'", actual: actual)
    }
    let root = try JSONParser.parse(json, file: file, byteOffset: 8).object()
    var metadata: [String: String] = [:]
    var entries: [Entry] = []
    // In alphabetical order, so that with several errors the same one is always reported.
    for name in root.members.keys.sorted() {
      let node = try root.required(name)
      if name == "__metadata__" {
        let pairs = try node.object("an object of strings")
        for key in pairs.members.keys.sorted() { metadata[key] = try pairs.required(key).string() }
      } else {
        entries.append(try Self.entry(name, node))
      }
    }
    entries.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var end = 0
    for entry in entries {
      guard entry.range.lowerBound == end else {
        throw .wrongOffset(file: file, tensor: entry.name, expected: end, actual: entry.range.lowerBound)
      }
      end = entry.range.upperBound
    }
    guard end == dataBytes else { throw .wrongDataSize(file: file, expected: end, actual: dataBytes) }
    self.entries = entries
    self.metadata = metadata
  }

  /// One tensor: its shape and type must match the size that its offsets span. Other keys are ignored, as in the
  /// reference implementation.
  private static func entry(_ name: String, _ node: JSONNode) throws(ModelFormatError) -> Entry {
    let object = try node.object("an object with dtype, shape and data_offsets")
    let typeName = try object.required("dtype").string()
    var shape: [Int] = []
    for extent in try object.required("shape").array("an array of at most 64 extents", counts: 0...64) {
      shape.append(try extent.integer(in: 0...Int.max))
    }
    let offsets = try object.required("data_offsets").array("an array of two offsets", counts: 2...2)
    let begin = try offsets[0].integer(in: 0...Int.max)
    let end = try offsets[1].integer(in: begin...Int.max)
    if let bits = StoredTensor.elementBits(typeName) {
      guard let expected = byteCount(shape, elementBits: bits) else {
        throw .invalidValue(
          file: node.file, path: object.place(of: "shape"), expected: "a whole number of bytes below 2^60",
          actual: "\(shape) of \(typeName)")
      }
      guard expected == end - begin else {
        throw .wrongByteCount(file: node.file, tensor: name, expected: expected, actual: end - begin)
      }
    }
    return Entry(name: name, typeName: typeName, shape: shape, range: begin..<end)
  }

  /// The size of a tensor in bytes; nil when it overflows or is not whole bytes.
  private static func byteCount(_ shape: [Int], elementBits: Int) -> Int? {
    var bits = elementBits
    for extent in shape {
      let (product, overflow) = bits.multipliedReportingOverflow(by: extent)
      if overflow { return nil }
      bits = product
    }
    return bits.isMultiple(of: 8) ? bits / 8 : nil
  }
}
