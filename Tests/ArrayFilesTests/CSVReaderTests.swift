import Testing

@testable import ArrayFiles

@Suite("Rows of CSV")
struct CSVReaderTests {
  @Test("rows of numbers are read, with and without a header")
  func rows() {
    let plain = readRows("1,-2.5\n3e-2,+.5\n", .csv)
    #expect(plain.layout == RowLayout(columns: 2))
    #expect(plain.values == [[1, -2.5], [0.03, 0.5]])
    #expect(plain.error == nil)
    let named = readRows("time, \"x, y\"\r\n1,2\r\n3,4", .csv)
    #expect(named.layout == RowLayout(columns: 2, header: "time, \"x, y\""))
    #expect(named.values == [[1, 2], [3, 4]])
  }
}
