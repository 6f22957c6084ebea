import Foundation
import Testing

@testable import ArrayFiles

@Suite("NumPy arrays a part at a time")
struct NumPyRowReaderTests {
  /// Rows as they come from a source that gives a few bytes at a time.
  private func read(_ bytes: [UInt8], isSizeKnown: Bool, atOnce: Int) throws -> (
    shape: [Int], rows: [[Float]]
  ) {
    var place = 0
    let reader = try NumPyRowReader(name: "x", byteCount: isSizeKnown ? bytes.count : nil) {
      buffer in
      let count = min(buffer.count, 13, bytes.count - place)
      buffer.copyBytes(from: bytes[place..<(place + count)])
      place += count
      return count
    }
    var rows: [[Float]] = []
    while let next = try reader.next(maximumCount: atOnce) {
      #expect(next.count.isMultiple(of: reader.columns) && next.count <= atOnce * reader.columns)
      for start in stride(from: 0, to: next.count, by: reader.columns) {
        rows.append(Array(next[start..<(start + reader.columns)]))
      }
    }
    #expect(reader.rowsRead == rows.count)
    return (reader.shape, rows)
  }

  private let values = (0..<24).map { Float($0) / 3 }

  @Test(
    "gives what the whole array has, however many rows at once, from files and pipes",
    arguments: [1, 2, 3, 100])
  func rows(_ atOnce: Int) throws {
    for shape in [[4, 6], [4, 2, 3], [24], [1, 24]] {
      let bytes = NumPyHeader.bytes(shape: shape) + values.withUnsafeBytes { Array($0) }
      for isSizeKnown in [true, false] {
        let (read, rows) = try read(bytes, isSizeKnown: isSizeKnown, atOnce: atOnce)
        #expect(read == shape && rows.count == shape[0] && rows.joined().elementsEqual(values))
      }
    }
  }

  @Test("Fortran order and 64-bit floats come out as in a whole array")
  func kinds() throws {
    for fixture in NumPyFixture.readable {
      let bytes = try fixture.bytes()
      let whole = try NumPyArray(bytes: bytes)
      guard !whole.values.isEmpty else { continue }
      let (shape, rows) = try read(bytes, isSizeKnown: true, atOnce: 2)
      #expect(shape == whole.shape, "\(fixture.name)")
      #expect(rows.joined().map(\.bitPattern) == whole.values.map(\.bitPattern), "\(fixture.name)")
    }
  }

  @Test("a file that ends early or goes on is an error, and so is what no memory holds")
  func errors() throws {
    let bytes = NumPyHeader.bytes(shape: [4, 6]) + values.withUnsafeBytes { Array($0) }
    for isSizeKnown in [true, false] {
      #expect(throws: NumPyError.self) {
        _ = try read(Array(bytes.dropLast()), isSizeKnown: isSizeKnown, atOnce: 3)
      }
      #expect(throws: NumPyError.self) {
        _ = try read(bytes + [0], isSizeKnown: isSizeKnown, atOnce: 3)
      }
    }
    let huge = NumPyHeader.bytes(shape: [1 << 20, 1 << 30])
    #expect(throws: NumPyError.self) { _ = try read(huge, isSizeKnown: true, atOnce: 1) }
    #expect(throws: NumPyError.self) { _ = try read(huge + [0, 0], isSizeKnown: false, atOnce: 1) }
  }
}
