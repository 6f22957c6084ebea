/// Writes rows of numbers as lines of text.
///
/// ```swift
/// let writer = try NumberRowWriter(format: .ndjson, columns: 2) { bytes in output.append(contentsOf: bytes) }
/// try [0.5, -0.25, 1, 1e-5].withUnsafeBufferPointer { try writer.write($0) }  // [0.5,-0.25] and [1.0,1e-05]
/// ```
/// - Numerics: the shortest decimal number that reads back as the same Float32, with `.0` if it is an integer.
///   Numbers that are not finite become `nan`, `inf` or `-inf` in CSV and `null` in NDJSON.
/// - Memory: text for the rows of the largest call. `write` allocates only for a call larger than all before.
/// - One thread at a time.
package final class NumberRowWriter {
  /// Rows written so far.
  package var rowsWritten: Int64 { rows }
  /// Values among them that were NaN or infinite.
  package var nonFiniteValues: Int { nonFinite }

  /// As in `-1.17549435e-38`: 9 digits, two signs, a point and an exponent.
  private static let longestNumber = 15

  private let format: RowFormat
  private let columns: Int
  private let separator: UInt8
  private let target: (UnsafeRawBufferPointer) throws -> Void
  private var rows: Int64 = 0
  private var nonFinite = 0
  private var buffer: UnsafeMutableBufferPointer<UInt8>

  /// - Parameters:
  ///   - columns: Numbers in a row, at least 1.
  ///   - header: A line, without line end, written at once before all rows. CSV only. Default: none.
  ///   - separator: The separator of CSV fields: a comma, a tab or a semicolon. Default: a comma.
  ///   - write: Receives whole lines.
  /// - Throws: What `write` throws.
  /// - Precondition: The header is one line.
  package init(
    format: RowFormat, columns: Int, header: String? = nil, separator: UInt8 = UInt8(ascii: ","),
    write: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    precondition(columns >= 1, "a row has at least 1 column")
    precondition(
      [UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: ";")].contains(separator),
      "fields are separated by a comma, a tab or a semicolon")
    self.format = format
    self.columns = columns
    self.separator = format == .csv ? separator : UInt8(ascii: ",")
    target = write
    buffer = .allocate(capacity: Self.room(rows: 1, columns: columns))
    if format == .csv, let header {
      precondition(!header.utf8.contains { $0 == 0x0A || $0 == 0x0D }, "a header is one line")
      try Array((header + "\n").utf8).withUnsafeBytes(write)
    }
  }

  deinit { buffer.deallocate() }

  /// Writes rows: all of them in one call of the target, no call if there are none.
  ///
  /// - Parameter values: Whole rows, one after another.
  /// - Throws: What the target throws; the rows are then not counted.
  /// - Precondition: `values.count` is a multiple of `columns`.
  package func write(_ values: UnsafeBufferPointer<Float>) throws {
    guard !values.isEmpty else { return }
    let (count, rest) = values.count.quotientAndRemainder(dividingBy: columns)
    precondition(rest == 0, "\(values.count) values are not whole rows of \(columns)")
    let room = Self.room(rows: count, columns: columns)
    if buffer.count < room {
      buffer.deallocate()
      buffer = .allocate(capacity: room)
    }
    let filled = fill(values)
    try target(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<filled.bytes]))
    rows += Int64(count)
    nonFinite += filled.nonFinite
  }

  /// The most bytes that rows need: a character after every number, brackets and a line end.
  private static func room(rows: Int, columns: Int) -> Int { rows * (columns * (longestNumber + 1) + 2) }

  private func fill(_ values: UnsafeBufferPointer<Float>) -> (bytes: Int, nonFinite: Int) {
    var text = TextBuffer(buffer)
    var nonFinite = 0
    var column = 0
    for value in values {
      if format == .ndjson, column == 0 { text.append(UInt8(ascii: "[")) }
      if value.isFinite {
        // At most 15 bytes of UTF-8 are stored in the string itself, without allocation.
        text.append(value.description)
      } else {
        nonFinite += 1
        text.append(format == .ndjson ? "null" : value.isNaN ? "nan" : value < 0 ? "-inf" : "inf")
      }
      column += 1
      if column < columns {
        text.append(separator)
      } else {
        column = 0
        if format == .ndjson { text.append(UInt8(ascii: "]")) }
        text.append(0x0A)
      }
    }
    return (text.count, nonFinite)
  }

  /// Memory, and how much of it is filled.
  private struct TextBuffer {
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    init(_ bytes: UnsafeMutableBufferPointer<UInt8>) { self.bytes = bytes }

    mutating func append(_ byte: UInt8) {
      bytes[count] = byte
      count += 1
    }

    mutating func append(_ text: consuming String) {
      text.withUTF8 { for byte in $0 { append(byte) } }
    }
  }
}
