import Foundation
import Testing

@testable import ModelFormats

@Suite("JSON: the strict reader")
struct JSONParserTests {
  private func parse(_ text: String) throws(ModelFormatError) -> JSONValue {
    try JSONParser.parse(Array(text.utf8), file: "j").value
  }

  static let values: [(String, JSONValue)] = [
    (" null ", .null), ("true", .bool(true)), ("false\n", .bool(false)), ("0", .integer(0)),
    ("-12", .integer(-12)), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
    ("9223372036854775808", .number(0x1p63)), ("1.0", .number(1)), ("1e2", .number(100)),
    ("-2.5E-1", .number(-0.25)), ("1e-999", .number(0)), ("[]", .array([])), ("{}", .object([:])),
    ("[1,[2]]", .array([.integer(1), .array([.integer(2)])])),
    (#"{"a":{"b":null},"c":"d"}"#, .object(["a": .object(["b": .null]), "c": .string("d")])),
    (#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00é""#, .string("\"\\/\u{8}\u{C}\n\r\tAé😀é")),
    (#""\u0000""#, .string("\0")),
  ]

  @Test("valid JSON is read", arguments: values)
  func accepted(_ text: String, _ value: JSONValue) throws {
    #expect(try parse(text) == value)
  }

  static let faults: [(String, String)] = [
    ("", "a JSON value at byte 0, but found the end of the text"),
    ("\u{FEFF}{}", "a JSON value at byte 0, but found 0xEF"),
    ("nul", "a JSON value at byte 0, but found 'n'"), ("NaN", "a JSON value at byte 0, but found 'N'"),
    ("[1,]", "a JSON value at byte 3, but found ']'"), ("[1 2]", "',' or ']' at byte 3, but found '2'"),
    ("[1", "',' or ']' at byte 2, but found the end of the text"),
    ("{1:2}", "a key in quotation marks at byte 1, but found '1'"),
    (#"{"a" 1}"#, "':' at byte 5, but found '1'"), (#"{"a":1 "b"}"#, #"',' or '}' at byte 7, but found '"'"#),
    (#"{"a":1,}"#, "a key in quotation marks at byte 7, but found '}'"),
    ("01", "the end of the text at byte 1, but found '1'"), ("-", "a digit at byte 1, but found the end of the text"),
    ("1.", "a digit at byte 2, but found the end of the text"), (".5", "a JSON value at byte 0, but found '.'"),
    ("1e+", "a digit at byte 3, but found the end of the text"),
    ("[1e999]", "a number that is finite in double precision at byte 1, but found '1'"),
    ("\"a", "a character or the closing quotation mark of a string at byte 2, but found the end of the text"),
    ("\"\n\"", "a character or the closing quotation mark of a string at byte 1, but found 0x0A"),
    (#""\x""#, "an escaped character at byte 2, but found 'x'"),
    ("\"\\", "an escaped character at byte 2, but found the end of the text"),
    (#""\u12g4""#, "a hexadecimal digit at byte 5, but found 'g'"),
    (#""\ud800""#, #"a pair of surrogates at byte 1, but found '\'"#),
    (#""\ud800\u0041""#, #"a pair of surrogates at byte 1, but found '\'"#),
    (#""\udc00""#, #"a pair of surrogates at byte 1, but found '\'"#),
    ("// comment\n1", "a JSON value at byte 0, but found '/'"),
  ]

  @Test("broken JSON is rejected with the byte where it breaks", arguments: faults)
  func refused(_ text: String, _ message: String) {
    #expect(refusal { () throws(ModelFormatError) in try parse(text) } == "j: expected \(message)")
  }

  @Test("duplicate keys are rejected, however they are written")
  func duplicates() {
    #expect(
      refusal { () throws(ModelFormatError) in try parse(#"{"a": 1, "\u0061": 2}"#) }
        == #"j: the key "a" at byte 9 appears twice in the same object"#)
    // Composed and decomposed é are equal strings in Swift, so they are the same key.
    #expect(throws: ModelFormatError.duplicateKey(file: "j", byte: 8, key: "e\u{301}")) {
      try parse("{\"\u{E9}\":1,\"e\u{301}\":2}")
    }
    #expect(refusal { () throws(ModelFormatError) in try parse(#"[{"a":1},{"a":{"a":2}}]"#) } == "accepted")
  }

  @Test("nesting is limited to 64 levels, and a million levels do not crash", arguments: ["[", "{\"a\":"])
  func nesting(_ open: String) {
    let close = open == "[" ? "]" : "}"
    func nested(_ levels: Int) -> String {
      String(repeating: open, count: levels) + "1" + String(repeating: close, count: levels)
    }
    #expect(refusal { () throws(ModelFormatError) in try parse(nested(64)) } == "accepted")
    let place = 64 * open.utf8.count
    for levels in [65, 1_000_000] {
      #expect(
        refusal { () throws(ModelFormatError) in try parse(nested(levels)) }
          == "j: expected at most 64 levels of nesting at byte \(place), but found '\(open.first!)'")
    }
  }

  @Test("the number of values and the length of a number are limited")
  func bounds() {
    let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: 1_000_001).flatMap { [$0, UInt8(ascii: ",")] }
    #expect(
      refusal { () throws(ModelFormatError) in try JSONParser.parse([UInt8(ascii: "[")] + zeros, file: "j") }
        == "j: expected at most 1000000 values at byte 1999999, but found '0'")
    #expect(
      refusal { () throws(ModelFormatError) in try parse(String(repeating: "1", count: 401)) }
        == "j: expected a number of at most 400 characters at byte 0, but found '1'")
    #expect(
      refusal { () throws(ModelFormatError) in try parse("0." + String(repeating: "1", count: 398)) } == "accepted")
  }

  @Test("a written string is read back unchanged")
  func literals() throws {
    let text = String(String.UnicodeScalarView((0...0x2030).compactMap { Unicode.Scalar(UInt32($0)) })) + "😀"
    #expect(try parse(JSONParser.literal(text)) == .string(text))
  }

  @Test("control characters of a file never reach the terminal")
  func messages() {
    let name = "\u{1B}[2J\n" + String(repeating: "x", count: 200)
    let message = ModelFormatError.missingTensor(file: "w", tensor: name).description
    #expect(message == #"w: the tensor "\u{1b}[2J\u{a}"# + String(repeating: "x", count: 75) + #"…" is missing"#)
  }
}
