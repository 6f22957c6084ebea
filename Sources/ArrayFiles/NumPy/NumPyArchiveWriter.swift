import ByteFiles

/// Writes a .npz file for `numpy.load`: named arrays of rows and of text.
///
/// ```swift
/// let archive = try NumPyArchiveWriter(path: "features.npz")
/// try archive.add("names", text: names)
/// try archive.begin("features", columns: names.count)
/// try archive.write(rows)  // as often as needed
/// try archive.finish()
/// ```
/// It is a ZIP file of .npy files, stored without compression: features do not shrink much, so they are written as
/// they arrive. Sizes have 64 bits (ZIP64, APPNOTE 6.3.10 of PKWARE), as NumPy writes them.
package final class NumPyArchiveWriter {
  private struct Member {
    let name: [UInt8]
    let start: Int
    var crc: UInt32 = 0
    var size = 0
  }

  private let file: ByteFile
  private var place = 0
  private var members: [Member] = []
  /// The columns of the array being written.
  private var columns: Int?
  private var rows = 0
  private var headerBytes = 0
  private var dataCRC = CRC32()

  /// Creates a file, or empties it.
  /// - Throws: `ByteFileError.unwritable`.
  package init(path: String) throws(ByteFileError) { file = try ByteFile.writing(path) }

  /// Adds a list of words as a 1-D array of Unicode text. NumPy cannot keep zeros at the end of a word.
  /// - Throws: `ByteFileError.unwritable`.
  package func add(_ name: String, text words: [String]) throws(ByteFileError) {
    let width = max(1, words.map { $0.unicodeScalars.count }.max() ?? 0)
    var data = NumPyHeader.bytes(shape: [words.count], type: "<U\(width)")
    for word in words {
      var left = width
      for scalar in word.unicodeScalars {
        withUnsafeBytes(of: scalar.value.littleEndian) { data += $0 }
        left -= 1
      }
      data += [UInt8](repeating: 0, count: 4 * left)
    }
    var crc = CRC32()
    crc.add(data)
    var member = Member(name: Array("\(name).npy".utf8), start: place)
    (member.crc, member.size) = (crc.value, data.count)
    try put(Self.localHeader(member))
    try put(data)
    members.append(member)
  }

  /// Begins an array of rows. Write all its rows before adding another member.
  /// - Throws: `ByteFileError.unwritable`.
  package func begin(_ name: String, columns: Int) throws(ByteFileError) {
    precondition(self.columns == nil, "one array of rows at a time")
    let member = Member(name: Array("\(name).npy".utf8), start: place)
    try put(Self.localHeader(member))
    let header = NumPyHeader.bytes(shape: [0, columns])
    headerBytes = header.count
    try put(header)
    members.append(member)
    self.columns = columns
    rows = 0
    dataCRC = CRC32()
  }

  /// Appends whole rows.
  /// - Throws: `ByteFileError.unwritable`.
  package func write(_ values: [Float]) throws(ByteFileError) {
    guard let columns, columns > 0 else { return }
    precondition(values.count.isMultiple(of: columns), "whole rows")
    let words = values.map { $0.bitPattern.littleEndian }
    words.withUnsafeBytes { dataCRC.add($0) }
    try file.write(elements: words)
    place += 4 * words.count
    rows += values.count / columns
  }

  /// Ends the array of rows.
  package func endRows() throws(ByteFileError) {
    guard let columns, var member = members.popLast() else { return }
    self.columns = nil
    let header = NumPyHeader.bytes(shape: [rows, columns])
    var crc = CRC32()
    crc.add(header)
    member.size = headerBytes + 4 * rows * columns
    member.crc = CRC32.joined(crc.value, dataCRC.value, secondBytes: 4 * rows * columns)
    members.append(member)
    try file.overwrite(Self.localHeader(member) + header, at: member.start)
  }

  /// Ends the array of rows, writes the directory and closes the file.
  /// - Throws: `ByteFileError.unwritable`.
  package func finish() throws(ByteFileError) {
    try endRows()
    let start = place
    for member in members { try put(Self.directoryEntry(member)) }
    let size = place - start
    let end = place
    let count = members.count
    // The ZIP64 end of the directory, its locator, and the old end, which points to them.
    try put(
      Self.fields(
        (0x0606_4B50, 4), (44, 8), (45, 2), (45, 2), (0, 4), (0, 4), (count, 8), (count, 8), (size, 8), (start, 8)))
    try put(Self.fields((0x0706_4B50, 4), (0, 4), (end, 8), (1, 4)))
    try put(
      Self.fields(
        (0x0605_4B50, 4), (0, 2), (0, 2), (count, 2), (count, 2), (0xFFFF_FFFF, 4), (0xFFFF_FFFF, 4), (0, 2)))
    try file.close()
  }

  private func put(_ bytes: [UInt8]) throws(ByteFileError) {
    try file.write(elements: bytes)
    place += bytes.count
  }

  /// 1 January 1980, so that equal arrays make equal files.
  private static let date = 33

  private static func localHeader(_ member: Member) -> [UInt8] {
    let head = fields(
      (0x0403_4B50, 4), (45, 2), (0x800, 2), (0, 2), (0, 2), (date, 2), (Int(member.crc), 4), (0xFFFF_FFFF, 4),
      (0xFFFF_FFFF, 4), (member.name.count, 2), (20, 2))
    return head + member.name + fields((1, 2), (16, 2), (member.size, 8), (member.size, 8))
  }

  private static func directoryEntry(_ member: Member) -> [UInt8] {
    let head = fields(
      (0x0201_4B50, 4), (45, 2), (45, 2), (0x800, 2), (0, 2), (0, 2), (date, 2), (Int(member.crc), 4),
      (0xFFFF_FFFF, 4), (0xFFFF_FFFF, 4), (member.name.count, 2), (28, 2), (0, 2), (0, 2), (0, 2), (0, 4),
      (0xFFFF_FFFF, 4))
    return head + member.name + fields((1, 2), (24, 2), (member.size, 8), (member.size, 8), (member.start, 8))
  }

  /// Little-endian integers, each with its own number of bytes.
  private static func fields(_ fields: (value: Int, bytes: Int)...) -> [UInt8] {
    fields.flatMap { field in (0..<field.bytes).map { UInt8(truncatingIfNeeded: field.value >> (8 * $0)) } }
  }
}

/// The checksum of ZIP files: the polynomial 0x04C11DB7, bits reversed.
struct CRC32 {
  private var state: UInt32 = 0xFFFF_FFFF

  var value: UInt32 { ~state }

  private static let table: [[UInt32]] = {
    var first: [UInt32] = (0..<256).map { (byte: Int) -> UInt32 in
      (0..<8).reduce(UInt32(byte)) { (value: UInt32, _: Int) -> UInt32 in
        value & 1 == 0 ? value >> 1 : (value >> 1) ^ 0xEDB8_8320
      }
    }
    var tables = [first]
    for _ in 1..<8 {
      first = first.map { tables[0][Int($0 & 0xFF)] ^ ($0 >> 8) }
      tables.append(first)
    }
    return tables
  }()

  mutating func add(_ data: [UInt8]) { data.withUnsafeBytes { add($0) } }

  /// Eight bytes at a time ("slicing by 8").
  mutating func add(_ data: UnsafeRawBufferPointer) {
    var crc = state
    var place = 0
    let table = Self.table
    while place + 8 <= data.count {
      let word = data.loadUnaligned(fromByteOffset: place, as: UInt64.self).littleEndian ^ UInt64(crc)
      crc = 0
      for byte in 0..<8 { crc ^= table[7 - byte][Int(word >> UInt64(8 * byte) & 0xFF)] }
      place += 8
    }
    while place < data.count {
      crc = table[0][Int((crc ^ UInt32(data[place])) & 0xFF)] ^ (crc >> 8)
      place += 1
    }
    state = crc
  }

  /// The checksum of two joined pieces from the checksums of each (M. Adler's `crc32_combine`): shifts the first by as
  /// many zero bits as the second has, by repeatedly squaring the matrix for one bit.
  static func joined(_ first: UInt32, _ second: UInt32, secondBytes: Int) -> UInt32 {
    var matrix = [UInt32](repeating: 0, count: 32)
    matrix[0] = 0xEDB8_8320
    for bit in 1..<32 { matrix[bit] = 1 << UInt32(bit - 1) }
    func times(_ matrix: [UInt32], _ vector: UInt32) -> UInt32 {
      var sum: UInt32 = 0
      for bit in 0..<32 where (vector >> UInt32(bit)) & 1 == 1 { sum ^= matrix[bit] }
      return sum
    }
    var crc = first
    var bits = 8 * secondBytes
    while bits > 0 {
      if bits & 1 == 1 { crc = times(matrix, crc) }
      matrix = matrix.map { times(matrix, $0) }
      bits >>= 1
    }
    return crc ^ second
  }
}
