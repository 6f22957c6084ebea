import Foundation
import ModelFormats
import Testing

@Suite("Safetensors: reading and writing")
struct TensorFileTests {
  let file = TensorFile(
    tensors: [
      "weight": StoredTensor(shape: [2, 3], values: [1, -2, 0.5, .leastNonzeroMagnitude, -0.0, 3e38]),
      "nothing": StoredTensor(shape: [0, 7], values: []),
      "one \"quoted\" é \u{1}": StoredTensor(shape: [], values: [42]),
    ],
    metadata: ["maker": "a \\ test", "": "line\nbreak"])

  @Test("what was written is read back")
  func roundTrip() throws {
    let bytes = file.serialized()
    let back = try TensorFile(bytes: bytes, path: "w.safetensors")
    #expect(back.tensors == file.tensors)
    #expect(back.metadata == file.metadata)
    #expect(back.path == "w.safetensors")
    #expect(back.serialized() == bytes)
    #expect(try back.tensor("weight", shape: [2, 3]) == [1, -2, 0.5, .leastNonzeroMagnitude, 0, 3e38])
    #expect(try back.tensor("weight", shape: [2, 3])[4].sign == .minus)
  }

  @Test("a file on disk and its bytes in memory give the same value")
  func fromDisk() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/w.safetensors"
      try Data(file.serialized()).write(to: URL(fileURLWithPath: path))
      let read = try TensorFile(contentsOf: path)
      #expect(read == (try TensorFile(bytes: file.serialized(), path: path)))
    }
  }

  @Test("the header is padded to align the data to eight bytes")
  func alignment() {
    let bytes = file.serialized()
    #expect(bytes[0].isMultiple(of: 8))
    #expect(bytes[8] == UInt8(ascii: "{"))
  }

  // The bytes that Hugging Face's documentation shows for this tensor, with the header written by hand.
  @Test("a file in the layout of the reference implementation is read")
  func referenceLayout() throws {
    let header = #"{"test":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"format":"pt"}}   "#
    let data: [UInt8] = [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0]
    let file = try TensorFile(bytes: safetensors(header, data: data), path: "w")
    #expect(try file.tensor("test", shape: [2]) == [1, -2])
    #expect(file.metadata == ["format": "pt"])
  }

  @Test("a file without tensors is valid")
  func empty() throws {
    #expect(try TensorFile(bytes: safetensors("{}"), path: "w").tensors.isEmpty)
    let bytes = TensorFile(tensors: [:]).serialized()
    #expect(bytes == safetensors("{}      "))
  }

  /// Little-endian bit patterns and their Float32 values, from the definitions of the types.
  static let conversions: [(type: String, bytes: [UInt8], value: Float)] = [
    ("F16", [0x00, 0x3C], 1), ("F16", [0x00, 0xC0], -2), ("F16", [0xFF, 0x7B], 65504),
    ("F16", [0x01, 0x00], 0x1p-24), ("F16", [0xFF, 0x83], -0x3FFp-24), ("F16", [0x00, 0x04], 0x1p-14),
    ("F16", [0x00, 0x00], 0), ("BF16", [0x80, 0x3F], 1), ("BF16", [0x49, 0xC0], -3.140625),
    ("F32", [0xDB, 0x0F, 0x49, 0x40], 3.1415927),
    ("F64", [0x18, 0x2D, 0x44, 0x54, 0xFB, 0x21, 0x09, 0x40], .pi.nextUp),
    ("F64", [0, 0, 0, 0, 0, 0, 0xF0, 0xBF], -1),
    // 1 + 2^-24 lies halfway between two Float32 numbers and rounds to the even one.
    ("F64", [0, 0, 0, 0x10, 0, 0, 0xF0, 0x3F], 1), ("F64", [1, 0, 0, 0x10, 0, 0, 0xF0, 0x3F], 1 + 0x1p-23),
  ]

  @Test("half, bfloat and double precision become Float32", arguments: conversions)
  func conversion(_ type: String, _ bytes: [UInt8], _ value: Float) throws {
    let header = #"{"a":{"dtype":"\#(type)","shape":[1],"data_offsets":[0,\#(bytes.count)]}}"#
    let file = try TensorFile(bytes: safetensors(header, data: bytes), path: "w")
    #expect(try file.tensor("a", shape: [1]) == [value])
    #expect(file.serialized().suffix(bytes.count).elementsEqual(bytes), "the type is kept when written")
  }

  @Test("every half-precision number is converted exactly")
  func everyHalf() throws {
    #if !(os(macOS) && arch(x86_64))
      let data = (0...UInt16.max).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
      let header = #"{"a":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]}}"#
      let values = try #require(
        try TensorFile(bytes: safetensors(header, data: data), path: "w").tensors["a"]?.values)
      for pattern in 0...UInt16.max {
        let expected = Float(Float16(bitPattern: pattern))
        let actual = values[Int(pattern)]
        guard actual.bitPattern == expected.bitPattern || (actual.isNaN && expected.isNaN) else {
          Issue.record("0x\(String(pattern, radix: 16)): expected \(expected), actual \(actual)")
          return
        }
      }
    #endif
  }

  @Test("an unsupported type fails only when its tensor is read")
  func unsupportedType() throws {
    let header = #"""
      {"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"X9","shape":[3],"data_offsets":[8,9]},
       "c":{"dtype":"F32","shape":[1],"data_offsets":[9,13]}}
      """#
    let bytes = safetensors(header, data: [UInt8](repeating: 0, count: 13))
    let file = try TensorFile(bytes: bytes, path: "w")
    #expect(try file.tensor("c", shape: [1]) == [0])
    #expect(throws: ModelFormatError.unsupportedType(file: "w", tensor: "a", actual: "I64")) {
      try file.tensor("a", shape: [1])
    }
    #expect(
      refusal { () throws(ModelFormatError) in try file.tensor("b", shape: [3]) }
        == #"w: tensor "b" should have type F32, F16, BF16 or F64, but has "X9""#)
  }
}
