extension NumberRowReader {
  /// Finds the layout from the first row. A row of numbers is left in `lines`.
  static func firstRow(
    of lines: LineBuffer, name: String, format: RowFormat, columns expected: Int?, policy: MissingPolicy?,
    header headerPolicy: HeaderPolicy, maximumColumns: Int
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
          let isHeader =
            switch headerPolicy {
            case .auto: try CSVRow.isHeader(line.span, separator: layout.separator)
            case .yes: true
            case .no: false
            }
          if isHeader { layout.header = try header(line.span) }
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

  /// Refuses impossible numbers of columns before anything is read.
  static func checkRequest(name: String, columns: Int?, maximumColumns: Int) throws(RowError) {
    if let columns, columns < 1 {
      throw .outOfRange(name: name, expected: "at least 1", actual: counted(columns))
    }
    guard maximumColumns >= 1 else {
      throw .outOfRange(name: name, expected: "at least 1", actual: "a limit of \(counted(maximumColumns))")
    }
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
