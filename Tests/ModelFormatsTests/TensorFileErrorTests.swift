import ModelFormats
import Testing

@Suite("Safetensors: errors")
struct TensorFileErrorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let fact: String
    let bytes: [UInt8]
    let message: String
    init(_ fact: String, _ bytes: [UInt8], _ message: String) {
      self.fact = fact
      self.bytes = bytes
      self.message = message
    }
    var testDescription: String { fact }
  }

  /// One tensor `a`, with 8 bytes of data.
  static func one(
    dtype: String = #""F32""#, shape: String = "[2]", offsets: String = "[0,8]", data: Int = 8
  ) -> [UInt8] {
    safetensors(
      #"{"a":{"dtype":\#(dtype),"shape":\#(shape),"data_offsets":\#(offsets)}}"#,
      data: [UInt8](repeating: 0, count: data))
  }

  /// Two tensors `a` and `b` of two numbers each, with 16 bytes of data.
  static func two(_ a: String, _ b: String, shape: String = "[2]") -> [UInt8] {
    safetensors(
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":\#(a)},"b":{"dtype":"F32","shape":\#(shape),"#
        + #""data_offsets":\#(b)}}"#,
      data: [UInt8](repeating: 0, count: 16))
  }

  static let cases: [Case] = [
    Case("nothing", [], "w: the file should have at least 8 bytes, but has 0"),
    Case("half a header length", [1, 2, 3], "w: the file should have at least 8 bytes, but has 3"),
    Case(
      "a header longer than the file", safetensors("{}", length: 3),
      "w: the header length in bytes 0 to 7 should be at most 2, but is 3"),
    Case(
      "a header length of all bits", safetensors("{}", length: .max),
      "w: the header length in bytes 0 to 7 should be at most 2, but is 18446744073709551615"),
    Case("an empty header", safetensors(""), "w: expected '{' at byte 8, but found an empty header"),
    Case("a header that begins with a space", safetensors(" {}"), "w: expected '{' at byte 8, but found the byte 32"),
    Case(
      "a header cut short", safetensors("{"),
      "w: expected a key in quotation marks at byte 9, but found the end of the text"),
    Case("text after the header", safetensors("{}x"), "w: expected the end of the text at byte 10, but found 'x'"),
    Case(
      "a name that is not UTF-8", safetensors("{", data: [0x22, 0xFF, 0x22, 0x3A], length: 5),
      "w: expected a string in valid UTF-8 at byte 9, but found other bytes"),
    Case(
      "two tensors with the same name", safetensors(#"{"a":1,"a":2}"#),
      #"w: the key "a" at byte 15 appears twice in the same object"#),
    Case(
      "metadata that are not strings", safetensors(#"{"__metadata__":{"k":1}}"#),
      "w: __metadata__.k should be a string, but is 1"),
    Case(
      "metadata that are not an object", safetensors(#"{"__metadata__":[]}"#),
      "w: __metadata__ should be an object of strings, but is an array of 0 values"),
    Case(
      "a tensor that is not an object", safetensors(#"{"a b":7}"#),
      #"w: ["a b"] should be an object with dtype, shape and data_offsets, but is 7"#),
    Case("no type", safetensors(#"{"a":{}}"#), "w: a.dtype is missing"),
    Case("no shape", safetensors(#"{"a":{"dtype":"F32"}}"#), "w: a.shape is missing"),
    Case("no offsets", safetensors(#"{"a":{"dtype":"F32","shape":[]}}"#), "w: a.data_offsets is missing"),
    Case("a type that is a number", one(dtype: "32"), "w: a.dtype should be a string, but is 32"),
    Case(
      "a negative extent", one(shape: "[-2]"),
      "w: a.shape[0] should be an integer from 0 to 9223372036854775807, but is -2"),
    Case(
      "a shape of text", one(shape: #"["2"]"#),
      #"w: a.shape[0] should be an integer from 0 to 9223372036854775807, but is "2""#),
    Case(
      "65 extents", one(shape: "[\([String](repeating: "1", count: 65).joined(separator: ","))]"),
      "w: a.shape should be an array of at most 64 extents, but is an array of 65 values"),
    Case(
      "a shape that overflows", one(shape: "[4294967296,4294967296,0]"),
      "w: a.shape should be a whole number of bytes below 2^60, but is [4294967296, 4294967296, 0] of F32"),
    Case(
      "half a byte", one(dtype: #""F4""#, shape: "[1]"),
      "w: a.shape should be a whole number of bytes below 2^60, but is [1] of F4"),
    Case(
      "a shape larger than its bytes", one(shape: "[3]"),
      #"w: tensor "a" should span 12 bytes according to its shape and type, but its offsets span 8"#),
    Case(
      "one offset", one(offsets: "[0]"),
      "w: a.data_offsets should be an array of two offsets, but is an array of 1 value"),
    Case(
      "offsets in reverse", one(offsets: "[8,0]"),
      "w: a.data_offsets[1] should be an integer from 8 to 9223372036854775807, but is 0"),
    Case(
      "a negative offset", one(offsets: "[-8,0]"),
      "w: a.data_offsets[0] should be an integer from 0 to 9223372036854775807, but is -8"),
    Case(
      "an offset beyond 64 bits", one(offsets: "[0,18446744073709551616]"),
      "w: a.data_offsets[1] should be an integer from 0 to 9223372036854775807, but is 1.8446744073709552e+19"),
    Case(
      "data that do not begin at 0", one(offsets: "[4,12]", data: 12),
      #"w: tensor "a" should begin at data byte 0, where the previous tensor ends, but begins at 4"#),
    Case(
      "tensors that overlap", two("[0,8]", "[4,12]"),
      #"w: tensor "b" should begin at data byte 8, where the previous tensor ends, but begins at 4"#),
    Case(
      "two tensors at the same offset", two("[0,8]", "[0,8]"),
      #"w: tensor "b" should begin at data byte 8, where the previous tensor ends, but begins at 0"#),
    Case(
      "a gap between tensors", two("[12,20]", "[0,8]"),
      #"w: tensor "a" should begin at data byte 8, where the previous tensor ends, but begins at 12"#),
    Case("data cut short", one(data: 7), "w: 8 bytes of data should follow the header, but there are 7"),
    Case("data left over", one(data: 9), "w: 8 bytes of data should follow the header, but there are 9"),
    Case(
      "data without tensors", safetensors("{}", data: [0]),
      "w: 0 bytes of data should follow the header, but there are 1"),
    Case(
      "far more data claimed than there are", one(shape: "[1000000000000000]", offsets: "[0,4000000000000000]"),
      "w: 4000000000000000 bytes of data should follow the header, but there are 8"),
  ]

  @Test("a broken file is rejected in one sentence", arguments: cases)
  func refused(_ c: Case) {
    #expect(refusal { () throws(ModelFormatError) in try TensorFile(bytes: c.bytes, path: "w") } == c.message)
  }

  @Test("the same file without a fault is accepted, so each case above fails because of its fault")
  func accepted() {
    #expect(refusal { () throws(ModelFormatError) in try TensorFile(bytes: Self.one(), path: "w") } == "accepted")
    let both = Self.two("[8,16]", "[0,8]")
    #expect(refusal { () throws(ModelFormatError) in try TensorFile(bytes: both, path: "w") } == "accepted")
  }

  @Test("a header above 100 MB is rejected by its length alone")
  func headerLimit() {
    let bytes = safetensors("{}", data: [UInt8](repeating: 0x20, count: 100_000_000), length: 100_000_001)
    #expect(
      refusal { () throws(ModelFormatError) in try TensorFile(bytes: bytes, path: "w") }
        == "w: the header length in bytes 0 to 7 should be at most 100000000, but is 100000001")
  }

  @Test("reading a tensor checks its presence, shape and values")
  func asking() {
    let file = TensorFile(tensors: [
      "a": StoredTensor(shape: [2, 2], values: [0, 1, .nan, .infinity]),
      "b": StoredTensor(shape: [1], values: [-.infinity]),
    ])
    func ask(_ name: String, _ shape: [Int]) -> String {
      refusal { () throws(ModelFormatError) in try file.tensor(name, shape: shape) }
    }
    #expect(ask("c", [1]) == #"tensors: the tensor "c" is missing"#)
    #expect(ask("a", [4]) == #"tensors: tensor "a" should have shape [4], but has [2, 2]"#)
    #expect(ask("a", [2, 2]) == #"tensors: value 2 of tensor "a" should be a finite Float32, but is nan"#)
    #expect(ask("b", [1]) == #"tensors: value 0 of tensor "b" should be a finite Float32, but is -inf"#)
  }

  @Test("a double that is too large for Float32 is rejected")
  func overflowingDouble() throws {
    let bytes = Self.one(dtype: #""F64""#, shape: "[1]").dropLast(2) + [0xEF, 0x7F]
    let file = try TensorFile(bytes: Array(bytes), path: "w")
    #expect(throws: ModelFormatError.nonFiniteValue(file: "w", tensor: "a", index: 0, actual: "inf")) {
      try file.tensor("a", shape: [1])
    }
  }
}
