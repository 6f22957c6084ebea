/// Reads rows of numbers line by line, from bytes in pieces of any size.
///
/// ```swift
/// let reader = try NumberRowReader(format: .csv) { buffer in Foundation.read(0, buffer.baseAddress, buffer.count) }
/// var row = [Float](repeating: 0, count: reader.layout.columns)
/// while try row.withUnsafeMutableBufferPointer({ try reader.read(into: $0) }) { use(row) }
/// ```
/// - CSV: the separator is a comma if the first row has one, else a tab, else a semicolon. The first row is a header if
///   it has names (fields that are neither numbers nor missing) and no numbers; mixing names and numbers is an error
///   (`HeaderPolicy`). `inf` is a number, and the decimal mark is a point. An empty line is a row with one empty field;
///   with several columns, or `MissingPolicy.error`, it is allowed only at the end.
/// - NDJSON: one array of numbers per line. Empty lines are skipped.
/// - Numerics: the nearest Float32, ties to even. Beyond its range is an error; near zero it is rounded.
/// - Latency: a row is delivered as soon as its line end has arrived (`read` may give bytes one at a time), except
///   that an empty line allowed only at the end waits for the next line.
/// - Memory: 64 KiB, growing to 1 MiB for a long line; longer ones are an error. No allocation in `read` otherwise.
/// - One thread at a time.
package final class NumberRowReader {
  package let layout: RowLayout
  /// Rows delivered so far.
  package var rowsRead: Int64 { rows }
  /// Missing values in them that were filled in.
  package var missingValues: Int { missing }

  private let name: String
  private let format: RowFormat
  private let policy: MissingPolicy?
  private let lines: LineBuffer
  private var rows: Int64 = 0
  private var missing = 0
  /// The last value of every column.
  private var held: [Float]
  /// An empty line that is only allowed at the end of the input.
  private var emptyLine: Int?
  private var failure: RowError?

  /// Reads up to the end of the first row, to know the columns. A first row of numbers is delivered by `read(into:)`.
  ///
  /// - Parameters:
  ///   - name: The input's name in errors. Default: "standard input".
  ///   - columns: The expected number; a different one is an error. At least 1. Default: any number.
  ///   - missing: What replaces missing values; nil leaves NaN there. Default: they are an error.
  ///   - header: Whether the first line of CSV is a header. Default: recognised by its fields.
  ///   - maximumColumns: More columns are an error. At least 1. Default: 64.
  ///   - read: Fills the front of the buffer and returns the number of bytes, at least 1; 0 at the end, after which it
  ///     is not called again. An unfinished line at the end is the last row: to stop in the middle, throw. Its errors
  ///     pass through; a later `read(into:)` continues from there.
  /// - Throws: `RowError`, or what `read` throws.
  package init(
    name: String = "standard input", format: RowFormat, columns: Int? = nil, missing policy: MissingPolicy? = .error,
    header: HeaderPolicy = .auto, maximumColumns: Int = 64,
    read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
  ) throws {
    try Self.checkRequest(name: name, columns: columns, maximumColumns: maximumColumns)
    self.name = name
    self.format = format
    self.policy = policy
    lines = LineBuffer(name: name, source: read)
    layout = try Self.firstRow(
      of: lines, name: name, format: format, columns: columns, policy: policy, header: header,
      maximumColumns: maximumColumns)
    held = [Float](repeating: 0, count: layout.columns)
  }

  /// Reads the next row.
  ///
  /// - Parameter values: Receives `layout.columns` numbers.
  /// - Returns: Whether there was one; false at the end, and from then on.
  /// - Throws: `RowError`, and the same one on every later call; or the source's error.
  /// - Precondition: Room for `layout.columns` numbers.
  package func read(into values: UnsafeMutableBufferPointer<Float>) throws -> Bool {
    precondition(values.count >= layout.columns, "a row needs room for \(layout.columns) numbers")
    if let failure { throw failure }
    do {
      while let line = try lines.next() {
        if Self.isEmpty(line.span, format: format) {
          if format == .ndjson { continue }
          if layout.columns > 1 || policy == .error {
            if emptyLine == nil { emptyLine = lines.lineNumber }
            continue
          }
        }
        if let emptyLine {
          throw RowError.emptyLine(RowPlace(name: name, line: emptyLine), expectedColumns: layout.columns)
        }
        let row = UnsafeMutableBufferPointer(rebasing: values[..<layout.columns])
        try parse(line.span, into: row)
        try fillIn(row, line: line.span)
        rows += 1
        return true
      }
      return false
    } catch let error as RowError {
      failure = error
      throw error
    }
  }

  // MARK: - One line

  private func parse(_ line: Span<UInt8>, into row: UnsafeMutableBufferPointer<Float>) throws(RowError) {
    let columns: Int
    do throws(RowFault) {
      columns =
        format == .csv
        ? try CSVRow.read(line, separator: layout.separator, into: row) : try NDJSONRow.read(line, into: row)
    } catch {
      // A field that is not a number often means one field too many or too few, which is the better message.
      if format == .csv, let count = try? CSVRow.count(line, separator: layout.separator), count != layout.columns {
        throw .columnCount(RowPlace(name: name, line: lines.lineNumber), expected: layout.columns, actual: count)
      }
      throw Self.error(error, line: line, place: place(error.column))
    }
    guard columns == layout.columns else {
      throw .columnCount(RowPlace(name: name, line: lines.lineNumber), expected: layout.columns, actual: columns)
    }
  }

  /// Replaces NaN, which marks a missing number.
  private func fillIn(_ row: UnsafeMutableBufferPointer<Float>, line: Span<UInt8>) throws(RowError) {
    guard let policy else { return }
    guard policy != .error else {
      if let column = row.firstIndex(where: \.isNaN) { throw missingValue(column, line: line) }
      return
    }
    for column in row.indices {
      if row[column].isNaN {
        row[column] = policy == .hold ? held[column] : 0
        missing += 1
      } else {
        held[column] = row[column]
      }
    }
  }

  private func missingValue(_ column: Int, line: Span<UInt8>) -> RowError {
    let content =
      format == .csv
      ? CSVRow.content(ofColumn: column, in: line, separator: layout.separator)
      : NDJSONRow.content(ofColumn: column, in: line)
    let bytes = content.map { Self.bytes($0, of: line) } ?? []
    let actual = bytes.isEmpty ? "an empty field" : excerpt(bytes)
    return .missingValue(place(column), actual: actual)
  }

  /// The place of a column, counted from 0, in the last line.
  private func place(_ column: Int?) -> RowPlace {
    var place = RowPlace(name: name, line: lines.lineNumber)
    guard let column else { return place }
    place.column = column + 1
    if let header = layout.header {
      let header = Array(header.utf8)
      let content = CSVRow.content(ofColumn: column, in: header.span, separator: layout.separator)
      if let content, !content.isEmpty { place.columnName = printable(header[content]) }
    }
    return place
  }

  static func error(_ fault: RowFault, line: Span<UInt8>, place: RowPlace) -> RowError {
    let actual = excerpt(bytes(fault.range, of: line))
    return switch fault.kind {
    case .beyondRange: .beyondRange(place, actual: actual)
    case .unexpected(let expected): .unexpected(place, expected: expected, actual: actual)
    }
  }

  static func bytes(_ range: Range<Int>, of line: Span<UInt8>) -> [UInt8] { range.map { line[$0] } }

  static func isEmpty(_ line: Span<UInt8>, format: RowFormat) -> Bool {
    for place in line.indices {
      guard line[place] == UInt8(ascii: " ") || (format == .ndjson && line[place] == UInt8(ascii: "\t")) else {
        return false
      }
    }
    return true
  }
}
