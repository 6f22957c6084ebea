import Testing

@testable import ArrayFiles

@Suite("Rows of NDJSON")
struct NDJSONReaderTests {
  @Test("each line is one array of numbers, and empty lines are skipped")
  func rows() {
    let reading = readRows("\u{FEFF}\n[0.5, -0.25]\r\n \t\n\t[ 1e2 ,-0 ] \n\n[1E-2,0.0e+1]", .ndjson)
    #expect(reading.layout == RowLayout(columns: 2))
    #expect(reading.rows == [[0.5, -0.25], [100, -0.0], [0.01, 0]].map { $0.map { Float($0).bitPattern } })
    #expect(reading.error == nil)
  }

  @Test("null and NaN are missing, infinities are numbers")
  func missing() {
    let text = "[null,1]\n[2,NaN]\n[Infinity,-Infinity]\n[null,NaN]\n"
    let held = readRows(text, .ndjson, missing: .hold)
    #expect(held.values == [[0, 1], [2, 1], [.infinity, -.infinity], [.infinity, -.infinity]])
    #expect(held.missing == 4)
    #expect(readRows(text, .ndjson, missing: .zero).values.last == [0, 0])
    #expect(
      readRows("[1,2]\n[1,null]\n", .ndjson).error
        == .missingValue(RowPlace(name: "in", line: 2, column: 2), actual: "'null'"))
    // As it came.
    #expect(
      readRows(" [ 1e1 , 2,\tNaN ]\n", .ndjson).error
        == .missingValue(RowPlace(name: "in", line: 1, column: 3), actual: "'NaN'"))
  }

  private static let number = "a number as JSON writes it, or null"
  private static let after = "',' or ']' after the number"

  @Test(
    "anything but an array of numbers is refused, with what was expected",
    arguments: [
      ("1,2", nil, "an array of numbers such as [0.5, -0.25]", "'1'"),
      ("{\"x\": 1}", nil, "an array of numbers such as [0.5, -0.25]", "'{\"x\": 1}'"),
      ("[]", nil, "at least one number in the array", "']'"),
      ("[1,[2]]", 2, number, "'[2'"), ("[1,{}]", 2, number, "'{}'"), ("[1,\"2\"]", 2, number, "'\"2\"'"),
      ("[true,2]", 1, number, "'true'"), ("[1,]", 2, number, "']'"), ("[,1]", 1, number, "',1'"),
      ("[1,+2]", 2, number, "'+2'"), ("[01,2]", 1, number, "'01'"), ("[-,2]", 1, number, "'-'"),
      ("[1,.5]", 2, number, "'.5'"), ("[1,5.]", 2, number, "'5.'"), ("[1,1e]", 2, number, "'1e'"),
      ("[0x1,2]", 1, number, "'0x1'"), ("[1,2", 2, after, "the end of the line"), ("[1 2]", 1, after, "'2'"),
      ("[1,", 2, number, "the end of the line"), ("[1,2] x", nil, "the end of the line after ']'", "'x'"),
      ("[1,2][3,4]", nil, "the end of the line after ']'", "'[3'"), ("[1,nan]", 2, number, "'nan'"),
      ("[1,NULL]", 2, number, "'NULL'"), ("[1,nulls]", 2, number, "'nulls'"), ("[1,inf]", 2, number, "'inf'"),
      ("[1,-00]", 2, number, "'-00'"), ("[1,2\u{0}]", 2, number, "'2\\x00'"), ("[1,\u{0}]", 2, number, "'\\x00'"),
    ] as [(String, Int?, String, String)])
  func refused(line: String, column: Int?, expected: String, actual: String) {
    func error(_ line: Int) -> RowError {
      .unexpected(RowPlace(name: "in", line: line, column: column), expected: expected, actual: actual)
    }
    #expect(readRows(line + "\n", .ndjson).error == error(1))
    let second = readRows("[1,2]\n\(line)\n", .ndjson)
    #expect(second.error == error(2) && second.values == [[1, 2]])
  }

  @Test("another number of columns, too many, and too large a number are errors")
  func counts() {
    let place = RowPlace(name: "in", line: 2)
    #expect(readRows("[1,2]\n[1]\n", .ndjson).error == .columnCount(place, expected: 2, actual: 1))
    #expect(readRows("[1,2]\n[1,2,3]\n", .ndjson).error == .columnCount(place, expected: 2, actual: 3))
    #expect(readRows("\n[1,2]\n", .ndjson, columns: 1).error == .columnCount(place, expected: 1, actual: 2))
    #expect(
      readRows("\n[1,2]\n", .ndjson, maximumColumns: 1).error == .tooManyColumns(place, expected: 1, actual: 2))
    #expect(
      readRows("[1,-1e39]\n", .ndjson).error
        == .beyondRange(RowPlace(name: "in", line: 1, column: 2), actual: "'-1e39'"))
  }
}
