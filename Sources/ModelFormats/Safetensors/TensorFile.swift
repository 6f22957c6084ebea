import ByteFiles

/// A safetensors file: named tensors and a dictionary of strings.
///
/// ```
/// let file = try TensorFile(contentsOf: "stack.safetensors")
/// let weight = try file.tensor("head.0.weight", shape: [1, 8, 1])
/// ```
/// Reading checks everything that the header claims against the size of the file before it allocates memory, so
/// `tensors` holds only tensors whose bytes exist. Numbers are decoded on demand, so a tensor of an unsupported type
/// fails only when it is read.
///
/// The layout follows <https://huggingface.co/docs/safetensors>: eight bytes of header length (little-endian), a JSON
/// header, the data. Duplicate names are rejected; names that are equal as Unicode strings (composed or decomposed)
/// count as duplicates.
package struct TensorFile: Sendable, Equatable {
  /// The largest file that can be read, in bytes: 1 GiB.
  package static let maximumFileBytes = 1 << 30

  /// The tensors by name.
  package var tensors: [String: StoredTensor]
  /// The `__metadata__` of the header: free text, not interpreted.
  package var metadata: [String: String]
  /// The path that the file was read from, for errors.
  package let path: String

  /// Makes a file to write.
  package init(tensors: [String: StoredTensor], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
    self.path = "tensors"
  }

  /// Reads a file of at most `maximumFileBytes`. The header is checked before the data are read.
  ///
  /// - Throws: `ModelFormatError`.
  package init(contentsOf path: String) throws(ModelFormatError) {
    let file = try ModelFormatError.file { () throws(ByteFileError) in
      try ByteFile.reading(path, maximumBytes: Self.maximumFileBytes)
    }
    func read(_ count: Int) throws(ModelFormatError) -> [UInt8] {
      try ModelFormatError.file { () throws(ByteFileError) in try file.read(count) }
    }
    let byteCount = file.byteCount
    let length = try TensorHeader.length(prefix: try read(min(8, byteCount))[...], fileBytes: byteCount, file: path)
    let dataBytes = byteCount - 8 - length
    let header = try TensorHeader(json: try read(length), dataBytes: dataBytes, file: path)
    self.init(header: header, data: try read(dataBytes), path: path)
  }

  /// Reads a file from memory.
  ///
  /// - Parameter path: The name of the file in errors.
  /// - Throws: `ModelFormatError`.
  package init(bytes: [UInt8], path: String) throws(ModelFormatError) {
    let length = try TensorHeader.length(prefix: bytes.prefix(8), fileBytes: bytes.count, file: path)
    let data = bytes[(8 + length)...]
    let json = Array(bytes[8..<(8 + length)])
    let header = try TensorHeader(json: json, dataBytes: data.count, file: path)
    self.init(header: header, data: Array(data), path: path)
  }

  private init(header: TensorHeader, data: [UInt8], path: String) {
    tensors = [:]
    for entry in header.entries {
      tensors[entry.name] = StoredTensor(
        typeName: entry.typeName, shape: entry.shape, storage: data, range: entry.range)
    }
    metadata = header.metadata
    self.path = path
  }

  /// The values of a tensor of a known shape, in row-major order, all of them finite.
  ///
  /// - Throws: `missingTensor`, `wrongShape`, `unsupportedType`, or `nonFiniteValue` with the index of the first such
  ///   value.
  package func tensor(_ name: String, shape: [Int]) throws(ModelFormatError) -> [Float] {
    guard let tensor = tensors[name] else { throw .missingTensor(file: path, tensor: name) }
    guard tensor.shape == shape else {
      throw .wrongShape(file: path, tensor: name, expected: shape, actual: tensor.shape)
    }
    guard let values = tensor.values else {
      throw .unsupportedType(file: path, tensor: name, actual: tensor.typeName)
    }
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw .nonFiniteValue(file: path, tensor: name, index: index, actual: "\(values[index])")
    }
    return values
  }

  /// The bytes of the file. The same tensors and metadata always give the same bytes: wide types first, so that every
  /// tensor is aligned, then by name. The header is padded to a multiple of eight.
  ///
  /// - Precondition: No tensor is called `__metadata__`.
  package func serialized() -> [UInt8] {
    precondition(tensors["__metadata__"] == nil, "no tensor is called __metadata__")
    let ordered = tensors.sorted { left, right in
      let bits = (
        left: StoredTensor.elementBits(left.value.typeName) ?? 0,
        right: StoredTensor.elementBits(right.value.typeName) ?? 0
      )
      return bits.left != bits.right ? bits.left > bits.right : left.key < right.key
    }
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }
        .map { "\(JSONParser.literal($0.key)):\(JSONParser.literal($0.value))" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var data: [UInt8] = []
    for (name, tensor) in ordered {
      let begin = data.count
      data += tensor.storage[tensor.range]
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(JSONParser.literal(name)):{\"dtype\":\(JSONParser.literal(tensor.typeName)),"
          + "\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(data.count)]}")
    }
    var header = Array("{\(members.joined(separator: ","))}".utf8)
    while !header.count.isMultiple(of: 8) { header.append(0x20) }
    let length = UInt64(header.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> UInt64(8 * $0)) } + header + data
  }
}
