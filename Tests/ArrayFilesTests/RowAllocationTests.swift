import CTestSupport
import TestSupport
import Testing

@testable import ArrayFiles

@Suite("Rows without allocation", .countsAllocations)
struct RowAllocationTests {
  /// Numbers of all sorts, missing ones, words, and numbers that only `strtof` can round.
  private static func text(_ format: RowFormat) throws -> [UInt8] {
    var random = SplitMix64(seed: 21)
    let values = (0..<9000).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next())) }
    let odd =
      format == .csv
      ? "nan,\"\", 16777217.000000000000000001\n Infinity,\"-1e-30\",\nNULL,N/A,1e-44\n"
      : "[null, NaN, 16777217.000000000000000001]\n\n[Infinity,-1e-30,1e-44]\n"
    return Array(try (written(values, format, columns: 3) + odd).utf8)
  }

  /// Allocations of `rows` reads after the first ten.
  private static func allocations(
    _ format: RowFormat, _ policy: MissingPolicy, source: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
  ) throws -> (allocations: Int, rows: Int64) {
    let reader = try NumberRowReader(format: format, missing: policy, read: source)
    let row = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3)
    defer { row.deallocate() }
    for _ in 0..<10 { _ = try reader.read(into: row) }
    cts_counts_begin()
    while try reader.read(into: row) {}
    let counts = cts_counts_end()
    return (Int(counts.allocations + counts.objects), reader.rowsRead)
  }

  @Test("reading allocates nothing after the first rows", arguments: RowFormat.allCases, [MissingPolicy.hold, .zero])
  func reading(format: RowFormat, policy: MissingPolicy) throws {
    let source = PieceSource(try Self.text(format), piece: 777)
    let (allocations, rows) = try Self.allocations(format, policy, source: source.read)
    #expect(allocations == 0)
    #expect(rows == (format == .csv ? 3003 : 3002))
  }

  @Test("a source that allocates is noticed")
  func planted() throws {
    let source = PieceSource(try Self.text(.csv), piece: 777)
    let (allocations, _) = try Self.allocations(.csv, .hold) { buffer in
      let memory = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 8)
      cts_use(memory)
      memory.deallocate()
      return source.read(buffer)
    }
    #expect(allocations > 10)
  }

  @Test("writing allocates nothing after a call of the same size", arguments: RowFormat.allCases)
  func writing(format: RowFormat) throws {
    var random = SplitMix64(seed: 22)
    let values = (0..<30_000).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next())) }
    var bytes = 0
    let writer = try NumberRowWriter(format: format, columns: 3) { bytes += $0.count }
    let counts = try values.withUnsafeBufferPointer { values in
      for rows in [100, 1] { try writer.write(UnsafeBufferPointer(rebasing: values[..<(3 * rows)])) }
      cts_counts_begin()
      for start in stride(from: 0, to: values.count, by: 300) {
        try writer.write(UnsafeBufferPointer(rebasing: values[start..<start + 300]))
        try writer.write(UnsafeBufferPointer(rebasing: values[start..<start + 3]))
      }
      return cts_counts_end()
    }
    #expect(counts.allocations == 0 && counts.objects == 0)
    #expect(bytes > 300_000)
  }
}
