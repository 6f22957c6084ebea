extension NumberRowReader {
  /// Finds out what the first row shows. If it holds numbers, it is left in `lines`.
  static func firstRow(
    of lines: LineBuffer, name: String, format: RowFormat, columns expected: Int?, policy: MissingPolicy,
    maximumColumns: Int
  ) throws -> RowLayout {
    var emptyLine: Int?
    while let line = try lines.next() {
      if isEmpty(line.span, format: format) {
        if format == .ndjson { continue }
        if policy == .error || (expected ?? 1) > 1 {
          if emptyLine == nil { emptyLine = lines.lineNumber }
          continue
        }
      }
      if let emptyLine {
        throw RowError.emptyLine(RowPlace(name: name, line: emptyLine), expectedColumns: expected ?? 1)
      }
      var place = RowPlace(name: name, line: lines.lineNumber)
      var layout = RowLayout(columns: 0)
      do throws(RowFault) {
        if format == .csv {
          layout.separator = CSVRow.separator(of: line.span)
          if try CSVRow.isHeader(line.span, separator: layout.separator) { layout.header = try header(line.span) }
          layout.columns = try CSVRow.count(line.span, separator: layout.separator)
        } else {
          layout.columns = try NDJSONRow.count(line.span)
        }
      } catch {
        place.column = error.column.map { $0 + 1 }
        throw Self.error(error, line: line.span, place: place)
      }
      guard layout.columns <= maximumColumns else {
        throw RowError.tooManyColumns(place, expected: maximumColumns, actual: layout.columns)
      }
      if let expected, layout.columns != expected {
        throw RowError.columnCount(place, expected: expected, actual: layout.columns)
      }
      if layout.header == nil { lines.stepBack() }
      return layout
    }
    throw RowError.empty(name: name)
  }

  /// A header is text that can be printed and written again.
  private static func header(_ line: Span<UInt8>) throws(RowFault) -> String {
    let isText = line.indices.allSatisfy { line[$0] >= 0x20 && line[$0] != 0x7F || line[$0] == UInt8(ascii: "\t") }
    guard isText, let text = String(validating: bytes(0..<line.count, of: line), as: UTF8.self) else {
      throw RowFault(
        kind: .unexpected(expected: "numbers, or names of columns in UTF-8"), column: nil, range: 0..<line.count)
    }
    return text
  }
}
