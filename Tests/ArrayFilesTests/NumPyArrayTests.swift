import Foundation
import TestSupport
import Testing

@testable import ArrayFiles

@Suite("NumPy arrays")
struct NumPyArrayTests {
  @Test("files of every version, order and width are read as NumPy reads them", arguments: NumPyFixture.readable)
  func reading(fixture: NumPyFixture) throws {
    let file = try NumPyArray(contentsOf: fixture.path)
    let piped = try readPiped(fixture.bytes(), seed: 3)
    for array in [file, piped] {
      #expect(array.shape == fixture.shape)
      // NaN keeps its place; its payload is the processor's in a conversion.
      let bits = array.values.map { $0.isNaN ? Float.nan.bitPattern : $0.bitPattern }
      #expect(bits == fixture.bits!.map { Float(bitPattern: $0).isNaN ? Float.nan.bitPattern : $0 })
    }
    if ["f8", "i4", "i8", "u4", "u8"].contains(fixture.type.dropFirst()) {
      let conversion = try #require(file.conversion)
      #expect(conversion.count == fixture.bits?.count)
      #expect(conversion.rounded == fixture.rounded && conversion.overflowed == fixture.overflowed)
    } else {
      #expect(file.conversion == nil)
    }
  }

  @Test("what np.save writes is written, byte for byte", arguments: NumPyFixture.readable.filter { $0.canonical! })
  func writing(fixture: NumPyFixture) throws {
    let folder = try TemporaryFolder()
    try NumPyArray(contentsOf: fixture.path).write(to: folder.path("y.npy"))
    #expect(try Data(contentsOf: URL(filePath: folder.path("y.npy"))) == Data(fixture.bytes()))
  }

  @Test("headers are NumPy's for every shape")
  func headers() {
    #expect(NumPyFixture.headers.count > 30)
    for expected in NumPyFixture.headers {
      let bytes = NumPyHeader.bytes(shape: expected.shape)
      #expect(bytes.count == expected.bytes && bytes.count % 64 == 0 && bytes.last == 0x0A)
      #expect(Int(bytes[8]) + 256 * Int(bytes[9]) == bytes.count - 10)
      let text = String(decoding: bytes[10...], as: UTF8.self)
      #expect(text.trimmingCharacters(in: .whitespacesAndNewlines) == expected.text)
    }
  }

  @Test("what is written comes back, whatever the values", arguments: 0..<8 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SplitMix64(seed: 300 + seed)
    let folder = try TemporaryFolder()
    for _ in 0..<20 {
      let shape = (0..<random.nextInteger(upTo: 5)).map { _ in random.nextInteger(upTo: 9) }
      // Beyond one chunk in both directions, too.
      let larger = seed == 0 && shape.count == 1 ? [40_000 + shape[0]] : shape
      let values = (0..<larger.reduce(1, *)).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next())) }
      let array = try NumPyArray(shape: larger, values: values)
      try array.write(to: folder.path("x.npy"))
      let back = try NumPyArray(contentsOf: folder.path("x.npy"))
      #expect(back.shape == larger && back.conversion == nil)
      #expect(firstBitDifference(back.values, values) == nil)
    }
  }

  @Test("Fortran order is put into C order for every shape")
  func fortran() throws {
    var random = SplitMix64(seed: 310)
    for _ in 0..<200 {
      let shape = (0..<random.nextInteger(upTo: 5)).map { _ in
        random.nextInteger(upTo: 7) * random.nextInteger(upTo: 7)
      }
      let count = shape.reduce(1, *)
      guard count < 200_000 else { continue }
      // The element at [i, j, …] is its index in C order, stored at i + j·shape[0] + ….
      var data = [Float](repeating: -1, count: count)
      for number in 0..<count {
        var (rest, offset) = (number, 0)
        for axis in shape.indices.reversed() {
          offset += rest % shape[axis] * shape[..<axis].reduce(1, *)
          rest /= shape[axis]
        }
        data[offset] = Float(number)
      }
      let header = "{'descr': '<f4', 'fortran_order': True, 'shape': \(NumPyHeader.text(of: shape)), }\n"
      let bytes = data.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
      let array = try NumPyArray(bytes: numPyBytes(header, data: bytes))
      #expect(array.shape == shape && array.values == (0..<count).map(Float.init), "\(shape)")
    }
  }

  @Test("sizes as Python 2 wrote them are read")
  func longSizes() throws {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 1L), }\n"
    #expect(try NumPyArray(bytes: numPyBytes(header, data: [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])).shape == [2, 1])
  }

  @Test(
    "the header may be written otherwise",
    arguments: [
      "{'shape':(2,),'fortran_order':False,'descr':'<f4'}",
      "  { \"descr\" : \"<f4\" , 'shape' : ( 2 , ) ,\n 'fortran_order' : False , } \n",
      "{'fortran_order': True, 'descr': '<f4', 'shape': (1, 2,), }",
    ])
  func freedom(header: String) throws {
    let data: [UInt8] = [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]
    for version: (UInt8, UInt8) in [(1, 0), (2, 0), (3, 0)] {
      #expect(try NumPyArray(bytes: numPyBytes(header, version: version, data: data)).values == [1, 2])
    }
  }

  @Test("a conversion says what was lost")
  func conversion() throws {
    let special = try #require(NumPyFixture.readable.first { $0.name == "f8-special" })
    let conversion = try #require(try NumPyArray(contentsOf: special.path).conversion)
    #expect(
      conversion.description == "64-bit floats were converted to 32-bit floats: \(conversion.rounded) of 18 were rounded, "
        + "and \(conversion.overflowed) beyond 3.4028235e38 became infinite.")
    #expect(conversion.overflowed == 3)
    #expect(
      NumPyConversion(count: 3, rounded: 1).description
        == "64-bit floats were converted to 32-bit floats: 1 of 3 were rounded.")
  }

  @Test("an array needs as many values as its shape says")
  func making() {
    #expect(throws: NumPyError.valueCount(expected: 6, actual: 5)) {
      try NumPyArray(shape: [2, 3], values: [1, 2, 3, 4, 5])
    }
    #expect(throws: NumPyError.negativeSize(axis: 1, actual: -3)) { try NumPyArray(shape: [2, -3], values: []) }
    #expect(throws: NumPyError.overflow(name: "the array", shape: "(0, \(Int.max), 2)")) {
      try NumPyArray(shape: [0, .max, 2], values: [])
    }
    #expect(throws: NumPyError.tooManyAxes(name: "the array", expected: 64, actual: 65)) {
      try NumPyArray(shape: Array(repeating: 1, count: 65), values: [1])
    }
  }
}
