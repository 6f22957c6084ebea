import Foundation
import Testing

@testable import ArrayFiles

@Suite("Writing rows")
struct NumberRowWriterTests {
  @Test("rows are lines, with the header as it was given")
  func rows() throws {
    let values: [Float] = [0.5, -0.25, 1, 1e-5, -0.0, 16_777_216]
    #expect(
      try written(values, .csv, columns: 2, header: "a, \"b\"") == "a, \"b\"\n0.5,-0.25\n1.0,1e-05\n-0.0,16777216.0\n")
    #expect(try written(values, .csv, columns: 3, separator: UInt8(ascii: ";")).hasPrefix("0.5;-0.25;1.0\n"))
    #expect(
      try written(values, .ndjson, columns: 2, header: "a,b", separator: UInt8(ascii: "\t"))
        == "[0.5,-0.25]\n[1.0,1e-05]\n[-0.0,16777216.0]\n")
    #expect(try written([], .csv, columns: 2) == "")
  }

  @Test("values that are not finite are counted, and written as the format can")
  func nonFinite() throws {
    var text: [UInt8] = []
    for (format, expected) in [(RowFormat.csv, "nan,inf\n-inf,1.0\n"), (.ndjson, "[null,null]\n[null,1.0]\n")] {
      text = []
      let writer = try NumberRowWriter(format: format, columns: 2) { text += $0 }
      try [Float.nan, .infinity, -.infinity, 1].withUnsafeBufferPointer { try writer.write($0) }
      #expect(String(decoding: text, as: UTF8.self) == expected)
      #expect(writer.nonFiniteValues == 3 && writer.rowsWritten == 2)
    }
  }

  @Test("each call makes one call of the target, with whole lines")
  func calls() throws {
    var calls: [String] = []
    let writer = try NumberRowWriter(format: .csv, columns: 1, header: "x") {
      calls.append(String(decoding: $0, as: UTF8.self))
    }
    #expect(calls == ["x\n"])
    try [Float]([]).withUnsafeBufferPointer { try writer.write($0) }
    try [Float]([1, 2]).withUnsafeBufferPointer { try writer.write($0) }
    try [Float]([3]).withUnsafeBufferPointer { try writer.write($0) }
    #expect(calls == ["x\n", "1.0\n2.0\n", "3.0\n"])
    #expect(writer.rowsWritten == 3)
  }

  @Test("rows that the target did not take are not counted")
  func refusal() throws {
    struct Full: Error {}
    let writer = try NumberRowWriter(format: .csv, columns: 1) { _ in throw Full() }
    #expect(throws: Full.self) { try [Float.nan].withUnsafeBufferPointer { try writer.write($0) } }
    #expect(writer.rowsWritten == 0 && writer.nonFiniteValues == 0)
  }

  @Test("another parser of JSON reads every line")
  func validJSON() throws {
    let values: [Float] = (0..<255).flatMap { exponent in
      [0, 1, 0x40_0000, 0x7F_FFFF].map { Float(bitPattern: exponent << 23 | $0) }
    }
    for line in try written(values, .ndjson, columns: 4).split(separator: "\n") {
      let numbers = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [Double]
      #expect(numbers?.count == 4, "\(line)")
    }
  }
}
