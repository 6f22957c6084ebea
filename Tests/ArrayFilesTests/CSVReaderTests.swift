import Testing

@testable import ArrayFiles

@Suite("Rows of CSV")
struct CSVReaderTests {
  private let tab = UInt8(ascii: "\t")
  private let semicolon = UInt8(ascii: ";")

  @Test("rows of numbers are read, with and without a header")
  func rows() {
    let plain = readRows("1,-2.5\n3e-2,+.5\n", .csv)
    #expect(plain.layout == RowLayout(columns: 2))
    #expect(plain.values == [[1, -2.5], [0.03, 0.5]])
    #expect(plain.error == nil && plain.missing == 0)
    let named = readRows("time, \"x, y\"\r\n1,2\r\n3,4", .csv)
    #expect(named.layout == RowLayout(columns: 2, header: "time, \"x, y\""))
    #expect(named.values == [[1, 2], [3, 4]])
  }

  @Test(
    "the separator is a comma, else a tab, else a semicolon, outside quotation marks",
    arguments: [
      ("1,2", ","), ("1\t2", "\t"), ("1;2", ";"), ("a;b\tc", "\t"), ("a;b\tc,d", ","), ("\"a,b\"\tc", "\t"),
      ("\"a,\t\";c", ";"), ("\"a\"\",b\";c", ";"), ("a\"b,c;d", ","), ("7", ","), ("", ","),
    ])
  func separators(line: String, expected: Character) {
    let separator = CSVRow.separator(of: Array(line.utf8).span)
    #expect(separator == expected.asciiValue)
  }

  @Test("tabs and semicolons separate as commas do")
  func otherSeparators() {
    #expect(readRows("x\ty\n1\t 2 \n\t3\n", .csv, missing: .zero).values == [[1, 2], [0, 3]])
    #expect(readRows("x;y\n1;\t2\t\n", .csv).layout == RowLayout(columns: 2, header: "x;y", separator: semicolon))
    #expect(readRows("1\t2\n", .csv).layout?.separator == tab)
  }

  @Test(
    "a first row is a header only if it has names and no numbers",
    arguments: [
      ("1,2", false), ("1,", false), (",", false), (",,", false), ("NaN,inf", false), ("none,-Infinity", false),
      ("\"1\",2", false), ("1", false), ("\"1.5\"", false), ("\"\"", false), ("x", true), ("2.O", true),
      ("a,b", true), (",x", true), ("x,\"\"", true), ("NA,x", true), ("x,0x10", true), ("\"\"\"\",1e", true),
      ("1_000,2 3", true), ("x,nan(2)", true), ("٣", true),
    ])
  func header(line: String, isHeader: Bool) {
    let columns = line.count { $0 == "," } + 1
    let row = Array(repeating: "5", count: columns).joined(separator: ",")
    let reading = readRows("\(line)\n\(row)\n", .csv, missing: .zero)
    #expect(reading.layout?.header == (isHeader ? line : nil))
    #expect(reading.rows.count == (isHeader ? 1 : 2) && reading.error == nil)
  }

  @Test(
    "a first row with names beside numbers is an error, and not a header",
    arguments: [
      ("1.0,2.O", 2, "'2.O'"), ("x,1", 1, "'x'"), ("\"1.5\",abc", 2, "'abc'"), ("1,,0x10", 3, "'0x10'"),
      ("time,2020,2021", 1, "'time'"), ("inf,1e", 2, "'1e'"), ("1e99,x", 2, "'x'"),
      ("NA,1,\"a\u{7}b\"", 3, "'a\\x07b'"),
    ])
  func mixed(line: String, column: Int, actual: String) {
    let reading = readRows(line + "\n3,4\n", .csv)
    let expected = RowError.numberOfMixedRow
    #expect(
      reading
        == Reading(
          error: .unexpected(RowPlace(name: "in", line: 1, column: column), expected: expected, actual: actual)))
  }

  @Test("the caller may know whether there is a header")
  func headerPolicy() {
    for line in ["2020,2021", "1.0,2.O", "x,y", ","] {
      let named = readRows(line + "\n3,4\n", .csv, header: .yes)
      #expect(named.layout == RowLayout(columns: 2, header: line) && named.values == [[3, 4]])
    }
    #expect(readRows("1,2\n3,4\n", .csv, header: .no).values == [[1, 2], [3, 4]])
    let refused = readRows("x,y\n3,4\n", .csv, header: .no)
    #expect(refused.layout == RowLayout(columns: 2) && refused.rows.isEmpty)
    #expect(
      refused.error
        == .unexpected(RowPlace(name: "in", line: 1, column: 1), expected: "a number", actual: "'x'"))
    for header in HeaderPolicy.allCases {
      #expect(readRows("[1,2]\n", .ndjson, header: header).values == [[1, 2]], "NDJSON has no header")
    }
  }

  @Test("a header alone is an input without rows")
  func headerAlone() {
    #expect(readRows("a,b", .csv) == Reading(layout: RowLayout(columns: 2, header: "a,b")))
  }

  @Test("a byte order mark is dropped before a header and before numbers, and nowhere else")
  func byteOrderMark() {
    #expect(readRows("\u{FEFF}ä,b\n1,2\n", .csv).layout?.header == "ä,b")
    #expect(readRows("\u{FEFF}1,2\n", .csv).values == [[1, 2]])
    #expect(readRows("1,2\n\u{FEFF}3,4\n", .csv).error != nil)
    #expect(readRows("\u{FEFF}", .csv).error == .empty(name: "in"))
  }

  @Test("fields may be quoted and have spaces and tabs around numbers")
  func quotedFields() {
    let reading = readRows("\"1\" , 2\t\n  \" 3 \",\"\"\n\"nA\",4\n", .csv, missing: .zero)
    #expect(reading.values == [[1, 2], [3, 0], [0, 4]])
    #expect(reading.missing == 2)
  }

  @Test("quotation marks that are not closed on the line, or closed too early, are errors")
  func badQuotes() {
    #expect(
      readRows("1,2\n3,\"4\n5\",6\n", .csv).error
        == .unexpected(
          RowPlace(name: "in", line: 2, column: 2), expected: "a closing quotation mark on the same line",
          actual: "'\"4'"))
    #expect(
      readRows("a,b\n\"3\"4,5\n", .csv).error
        == .unexpected(
          RowPlace(name: "in", line: 2, column: 1, columnName: "a"),
          expected: "a separator after the closing quotation mark", actual: "'4,5'"))
    #expect(
      readRows("\"a\nb\",c\n", .csv).error
        == .unexpected(
          RowPlace(name: "in", line: 1, column: 1), expected: "a closing quotation mark on the same line",
          actual: "'\"a'"))
  }

  static let missingWords = [
    "", " ", "NA", "na", "N/A", "n/A", "NaN", "nan", "NAN", "-nan", "null", "NULL", "None", "none", "\"\"",
    "\" null \"",
  ]

  @Test("missing values are an error, the last value, or zero", arguments: missingWords)
  func missing(word: String) {
    let text = "\(word),9\n1,2\n\(word),3\n4,\(word)\n"
    #expect(readRows(text, .csv, missing: .zero).values == [[0, 9], [1, 2], [0, 3], [4, 0]])
    let held = readRows(text, .csv, missing: .hold)
    #expect(held.values == [[0, 9], [1, 2], [1, 3], [4, 3]])
    #expect(held.missing == 3 && held.error == nil)
    let refused = readRows("u,v\n1,2\n3,\(word)\n", .csv)
    #expect(refused.values == [[1, 2]])
    guard case .missingValue(let place, let actual) = refused.error else {
      Issue.record("\(word) gave \(String(describing: refused.error))")
      return
    }
    #expect(place == RowPlace(name: "in", line: 3, column: 2, columnName: "v"))
    #expect(actual == "an empty field" || actual.lowercased().contains("n"))
  }

  @Test("infinities are numbers, whatever is done with missing values", arguments: MissingPolicy.allCases)
  func infinities(policy: MissingPolicy) {
    let reading = readRows("inf,-inf,+INF,Infinity,-infinity\n", .csv, missing: policy)
    #expect(reading.values == [[.infinity, -.infinity, .infinity, .infinity, -.infinity]])
    #expect(reading.missing == 0)
  }

  @Test(
    "text that only resembles a number is refused",
    arguments: [
      "0x10", "0x1p3", "1e", "1e+", "1.2.3", "--1", "+-1", "1 2", ".", "-", "+", "e5", "1f", "1,5", "1_0", "nanx",
      "nan(1)", "infinit", "１", "1\u{0}", "\u{0}", "1\u{0}2", "true", "5;6", "1\r2", "'1'",
    ])
  func resemblance(word: String) {
    let reading = readRows("x\n1\n\(word)\n2\n", .csv)
    #expect(reading.values == [[1]])
    #expect(reading.error != nil)
  }

  @Test("numbers beyond Float32 are an error, and numbers near zero are rounded")
  func range() {
    let reading = readRows("3.4028235677973362e38,-3.4028235e+38\n1e-60,-1e-45\n1,-1e39\n", .csv)
    #expect(reading.rows.count == 2)
    #expect(reading.values.first == [.greatestFiniteMagnitude, -.greatestFiniteMagnitude])
    #expect(reading.values.last == [0, -.leastNonzeroMagnitude])
    #expect(reading.error == .beyondRange(RowPlace(name: "in", line: 3, column: 2), actual: "'-1e39'"))
    #expect(readRows("1e99\n", .csv).error == .beyondRange(RowPlace(name: "in", line: 1, column: 1), actual: "'1e99'"))
    #expect(readRows("x\n\"-1e99999999999999999999\"\n", .csv).error != nil)
  }

  @Test("a decimal comma is named where the separator is a tab or a semicolon", arguments: ["\t", ";"])
  func decimalComma(separator: String) {
    let reading = readRows("x\(separator)y\n1\(separator)2,5\n", .csv)
    #expect(
      reading.error
        == .unexpected(
          RowPlace(name: "in", line: 2, column: 2, columnName: "y"),
          expected: "a number with a point as decimal mark, not a comma", actual: "'2,5'"))
    // Without names the commas of the first row look like separators.
    guard
      case .unexpected(_, let expected, _) = readRows("1,5\(separator)2,5\n1,6\(separator)2,6\n", .csv).error
    else {
      Issue.record("decimal commas must be refused")
      return
    }
    #expect(expected.contains("decimal mark"))
  }

  @Test("a row with another number of fields is an error that names line, expected and actual")
  func fieldCount() {
    let place = RowPlace(name: "in", line: 3)
    for row in ["1,2", "1", "1,2,3,4", "1,2,x,4", "lost", "1,2,3,"] {
      let count = row.split(separator: ",", omittingEmptySubsequences: false).count
      #expect(readRows("a,b,c\n1,2,3\n\(row)\n", .csv).error == .columnCount(place, expected: 3, actual: count))
    }
    #expect(
      readRows("1,2\n", .csv, columns: 3).error
        == .columnCount(RowPlace(name: "in", line: 1), expected: 3, actual: 2))
    #expect(readRows("1,2\n", .csv, columns: 2).error == nil)
  }

  @Test("more columns than allowed are an error")
  func tooManyColumns() {
    let row = Array(repeating: "1", count: 65).joined(separator: ",")
    let error = readRows(row, .csv).error
    #expect(error == .tooManyColumns(RowPlace(name: "in", line: 1), expected: 64, actual: 65))
    #expect(error?.description == "in: line 1: has 65 columns, expected at most 64.")
    let beyond = RowError.tooManyColumns(RowPlace(name: "in", line: 1), expected: 2000, actual: 3000)
    #expect(beyond.description == "in: line 1: has 3000 columns, expected at most 2000.")
    #expect(readRows(row, .csv, maximumColumns: 65).values == [[Float](repeating: 1, count: 65)])
  }

  @Test("empty lines at the end are ignored", arguments: ["\n", "\r\n", " \n\n"])
  func emptyEnd(end: String) {
    #expect(readRows("1,2\n3,4\n" + end, .csv, missing: .hold).values == [[1, 2], [3, 4]])
    #expect(readRows("1\n2\n" + end, .csv).values == [[1], [2]])
    #expect(readRows("1,2\n" + end, .csv).error == nil)
  }

  @Test("empty lines before other rows are an error for several columns, and where missing values are")
  func emptyMiddle() {
    func error(_ line: Int, _ columns: Int) -> RowError {
      .emptyLine(RowPlace(name: "in", line: line), expectedColumns: columns)
    }
    let several = readRows("1,2\n\n\n3,4\n", .csv, missing: .hold)
    #expect(several.error == error(2, 2) && several.values == [[1, 2]])
    #expect(readRows("1\n\n3\n", .csv).error == error(2, 1))
    #expect(readRows("\n1\n", .csv).error == error(1, 1))
    #expect(readRows("\n1,2\n", .csv, columns: 2, missing: .zero).error == error(1, 2))
  }

  @Test("with one column an empty line is a missing value")
  func emptyRow() {
    #expect(readRows("x\n1\n\n2\n\n", .csv, missing: .hold).values == [[1], [1], [2], [2]])
    #expect(readRows("\n1\n\n", .csv, missing: .zero).values == [[0], [1], [0]])
  }

  @Test("an input without rows is an error", arguments: ["", "\n", "\r\n\n \n"])
  func empty(text: String) {
    #expect(readRows(text, .csv).error == .empty(name: "in"))
    #expect(readRows(text, .ndjson, missing: .zero).error == .empty(name: "in"))
  }

  @Test("binary data are an error, quoted as something that can be printed")
  func binary() {
    let wide = readRows(PieceSource([0xFF, 0xFE, 0x31, 0, 0x0A, 0], piece: 9), .csv)
    let expected = "numbers, or names of columns in UTF-8"
    #expect(
      wide.error
        == .unexpected(RowPlace(name: "in", line: 1), expected: expected, actual: "'\\xFF\\xFE1\\x00'"))
    for bytes in [[0x61, 0x07], [0x61, 0x1B, 0x5B], [0x61, 0x7F], [0x61, 0xE9, 0x62], [0x61, 0x0D, 0x62]] as [[UInt8]] {
      #expect(readRows(PieceSource(bytes, piece: 9), .csv).error != nil, "\(bytes)")
    }
  }

  @Test("impossible numbers of columns are refused before anything is read")
  func requests() {
    for format in RowFormat.allCases {
      let source = PieceSource(Array("1\n".utf8), piece: 9)
      #expect(
        readRows(source, format, columns: 0).error?.description == "in: cannot have 0 columns, expected at least 1.")
      #expect(
        readRows(source, format, maximumColumns: -1).error?.description
          == "in: cannot have a limit of -1 columns, expected at least 1.")
      #expect(source.calls == 0)
    }
  }
}
