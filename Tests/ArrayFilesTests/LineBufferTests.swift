import TestSupport
import Testing

@testable import ArrayFiles

@Suite("Gathering lines")
struct LineBufferTests {
  private static let csv = "time,\"a,b\"\r\n1,2\n\"3\",NA\n-4e-3 , 5\r\n,6\n7,8"
  private static let ndjson = "[1,2]\n\n[3,null]\r\n[-4e-3 , 5]\n[NaN,6]\n[7,8]"

  @Test("bytes that come in any pieces give the same rows", arguments: RowFormat.allCases)
  func pieces(format: RowFormat) {
    let text = Array((format == .csv ? Self.csv : Self.ndjson).utf8)
    let whole = readRows(PieceSource(text, piece: 4096), format, missing: .hold)
    #expect(whole.values == [[1, 2], [3, 2], [-0.004, 5], format == .csv ? [-0.004, 6] : [-0.004, 6], [7, 8]])
    for piece in 1...20 { #expect(readRows(PieceSource(text, piece: piece), format, missing: .hold) == whole) }
    for seed in 0..<50 as Range<UInt64> {
      #expect(readRows(PieceSource(text, seed: seed), format, missing: .hold) == whole, "seed \(seed)")
    }
  }

  @Test("an input of many buffers gives the same rows in any pieces", arguments: RowFormat.allCases)
  func manyBuffers(format: RowFormat) throws {
    let values = Signals.noise(channels: 1, frames: 120_000, seed: 3)[0]
    let text = Array(try written(values, format, columns: 3).utf8)
    #expect(text.count > 10 * LineBuffer.initialBytes)
    for source in [
      PieceSource(text, piece: 1), PieceSource(text, piece: 65_521), PieceSource(text, piece: .max),
      PieceSource(text, seed: 1),
    ] {
      let reading = readRows(source, format)
      #expect(reading.rows.flatMap { $0 } == values.map(\.bitPattern))
      #expect(source.largestRoom == LineBuffer.initialBytes)
    }
  }

  @Test("a row is delivered before more is asked for than its line")
  func promptness() throws {
    let source = PieceSource(Array("a,b\r\n1,2\r\n3,4\n5,6".utf8), piece: 1)
    let reader = try NumberRowReader(format: .csv, read: source.read)
    #expect(source.calls == 5)
    var row: [Float] = [0, 0]
    func next() throws -> Bool { try row.withUnsafeMutableBufferPointer { try reader.read(into: $0) } }
    #expect(try next() && row == [1, 2] && source.calls == 10)
    #expect(try next() && row == [3, 4] && source.calls == 14)
    #expect(try next() && row == [5, 6] && source.calls == 18)
    #expect(try !next())
    #expect(try !next())
    #expect(source.calls == 18, "after its end a source is not asked again")
  }

  @Test("a held row comes with its empty line, at once")
  func promptMissing() throws {
    let source = PieceSource(Array("1\n\n2\n".utf8), piece: 1)
    let reader = try NumberRowReader(format: .csv, missing: .hold, read: source.read)
    var row: [Float] = [0]
    func next() throws -> Bool { try row.withUnsafeMutableBufferPointer { try reader.read(into: $0) } }
    #expect(try next())
    #expect(try next() && row == [1] && source.calls == 3)
  }

  private struct Interruption: Error {}

  @Test("what the source throws passes through, and reading goes on afterwards")
  func interruption() throws {
    let source = PieceSource(Array("1,2\n\n3,4\n".utf8), piece: 2)
    var calls = 0
    let reader = try NumberRowReader(format: .csv) { buffer in
      calls += 1
      // The first two calls bring the first row.
      if calls > 2, calls % 2 == 1 { throw Interruption() }
      return source.read(buffer)
    }
    var row: [Float] = [0, 0]
    var interruptions = 0
    var outcome: RowError?
    for _ in 0..<20 where outcome == nil {
      do {
        _ = try row.withUnsafeMutableBufferPointer { try reader.read(into: $0) }
      } catch is Interruption {
        interruptions += 1
      } catch let error as RowError {
        outcome = error
      }
    }
    #expect(interruptions == 3 && reader.rowsRead == 1)
    #expect(outcome == .emptyLine(RowPlace(name: "standard input", line: 2), expectedColumns: 2))
  }

  @Test("an error is thrown again, and no later row is delivered")
  func errorStays() throws {
    let source = PieceSource(Array("1\nx\n3\n".utf8), piece: 100)
    let reader = try NumberRowReader(format: .csv, read: source.read)
    var row: [Float] = [0]
    func next() throws -> Bool { try row.withUnsafeMutableBufferPointer { try reader.read(into: $0) } }
    #expect(try next())
    let error = RowError.unexpected(
      RowPlace(name: "standard input", line: 2, column: 1), expected: "a number", actual: "'x'")
    for _ in 0..<2 { #expect(throws: error) { try next() } }
  }

  @Test("a line may have 1 MiB with its line end, and not a byte more")
  func longLines() {
    let longest = LineBuffer.maximumLineBytes
    func line(_ bytes: Int) -> [UInt8] { [UInt8](repeating: 0x30, count: bytes - 2) + [0x37, 0x0A] }
    let source = PieceSource(line(longest) + line(4), piece: .max)
    #expect(readRows(source, .csv).values == [[7], [7]])
    #expect(source.largestRoom <= longest)
    let endless = PieceSource(line(4) + line(longest + 1), piece: .max)
    let reading = readRows(endless, .csv)
    #expect(reading.values == [[7]])
    #expect(reading.error == .lineTooLong(RowPlace(name: "in", line: 2), expectedBytes: longest))
    #expect(endless.largestRoom <= longest)
  }
}
