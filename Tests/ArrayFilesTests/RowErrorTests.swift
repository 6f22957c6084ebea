import Testing

@testable import ArrayFiles

@Suite("Errors of rows")
struct RowErrorTests {
  @Test("each error is one sentence with name, line and column")
  func sentences() {
    func sentence(_ text: String, _ format: RowFormat = .csv) -> String? { readRows(text, format).error?.description }
    #expect(sentence("") == "in: expected rows of numbers, but no line has one.")
    #expect(
      sentence("t;\"Temp\"\"x\"\n1;2\n3;4,5\n")
        == "in: line 3, column 2 (Temp\"\"x): expected a number with a point as decimal mark, not a comma, "
        + "but found '4,5'.")
    #expect(sentence("1,2\n1\n") == "in: line 2: has 1 column, expected 2.")
    #expect(
      sentence("a\nNA\n")
        == "in: line 2, column 1 (a): the value is missing ('NA'), expected a number.")
    #expect(
      sentence("[1e40]", .ndjson)
        == "in: line 1, column 1: '1e40' is beyond Float32, "
        + "expected a number between -3.4028235e38 and 3.4028235e38.")
    #expect(sentence("1,2\n\n1,2\n") == "in: line 2: is empty, expected 2 columns.")
  }

  @Test("what is quoted is short, and cannot move a cursor")
  func excerpts() {
    #expect(excerpt([]) == "the end of the line")
    #expect(excerpt(Array("Größe".utf8)) == "'Größe'")
    #expect(excerpt([0x1B, 0x5B, 0x41, 0x00, 0xFF]) == "'\\x1B[A\\x00\\xFF'")
    #expect(excerpt(Array("a\u{202E}b".utf8)) == "'a\\xE2\\x80\\xAEb'")
    #expect(excerpt(Array("a\u{9B}b".utf8)) == "'a\\xC2\\x9Bb'")
    #expect(excerpt([UInt8](repeating: 0x61, count: 41)) == "'\(String(repeating: "a", count: 40))…'")
    // The 40th byte is the first half of a character.
    let almost = String(repeating: "a", count: 39)
    #expect(excerpt(Array((almost + "éé").utf8)) == "'\(almost)…'")
  }

  @Test("the name of a column is shortened too")
  func longNames() {
    let name = String(repeating: "n", count: 1000)
    guard case .unexpected(let place, _, _) = readRows("\(name),b\nx,1\n", .csv).error else {
      Issue.record("x is not a number")
      return
    }
    #expect(place.columnName == String(repeating: "n", count: 40) + "…")
  }
}
