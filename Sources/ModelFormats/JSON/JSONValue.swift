/// A JSON value, such as the free-form `metadata` of a preset.
package enum JSONValue: Sendable, Equatable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number without fraction and exponent that fits in 64 bits; exact.
  case integer(Int)
  /// Any other number, rounded to double precision. Always finite.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object. Keys are distinct as Unicode strings (canonical equivalence); their order is lost.
  case object([String: JSONValue])
}

extension JSONValue {
  /// How errors describe the value.
  var summary: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let text): quoted(text)
    case .array(let elements): elements.count == 1 ? "an array of 1 value" : "an array of \(elements.count) values"
    case .object(let members): members.count == 1 ? "an object of 1 key" : "an object of \(members.count) keys"
    }
  }
}

/// A value and its position in the file, so that every error can say where.
struct JSONNode {
  let value: JSONValue
  let file: String
  /// For example `stages[0].arrays[1].dilations[3]`; empty at the top level.
  let path: String

  func failure(expected: String) -> ModelFormatError {
    .invalidValue(file: file, path: path, expected: expected, actual: value.summary)
  }

  /// The members of an object.
  func object(_ expected: String = "an object") throws(ModelFormatError) -> JSONObject {
    guard case .object(let members) = value else { throw failure(expected: expected) }
    return JSONObject(members: members, file: file, path: path)
  }

  /// The elements of an array; their number must lie in `counts`.
  func array(_ expected: String, counts: ClosedRange<Int>) throws(ModelFormatError) -> [JSONNode] {
    guard case .array(let elements) = value, counts.contains(elements.count) else {
      throw failure(expected: expected)
    }
    return elements.enumerated().map { index, element in
      JSONNode(value: element, file: file, path: "\(path)[\(index)]")
    }
  }

  /// An integer in a range. As in JSON Schema, `3.0` is an integer.
  func integer(in range: ClosedRange<Int>) throws(ModelFormatError) -> Int {
    switch value {
    case .integer(let number) where range.contains(number): return number
    case .number(let number):
      if let exact = Int(exactly: number), range.contains(exact) { return exact }
    default: break
    }
    throw failure(expected: "an integer from \(range.lowerBound) to \(range.upperBound)")
  }

  /// A number that is finite as Float32.
  func float() throws(ModelFormatError) -> Float {
    let number: Float
    switch value {
    case .integer(let integer): number = Float(integer)
    case .number(let double): number = Float(double)
    default: throw failure(expected: "a number")
    }
    guard number.isFinite else { throw failure(expected: "a number that is finite as Float32") }
    return number
  }

  /// A number in a range, in double precision.
  func double(in range: ClosedRange<Double>) throws(ModelFormatError) -> Double {
    let number: Double?
    switch value {
    case .integer(let integer): number = Double(integer)
    case .number(let double): number = double
    default: number = nil
    }
    guard let number, range.contains(number) else {
      throw failure(expected: "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A number in a range with whole-number bounds.
  func float(in range: ClosedRange<Float>) throws(ModelFormatError) -> Float {
    let number = try float()
    guard range.contains(number) else {
      throw failure(expected: "a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))")
    }
    return number
  }

  func bool() throws(ModelFormatError) -> Bool {
    guard case .bool(let value) = value else { throw failure(expected: "true or false") }
    return value
  }

  func string(_ expected: String = "a string") throws(ModelFormatError) -> String {
    guard case .string(let text) = value else { throw failure(expected: expected) }
    return text
  }

  /// One of the raw values of an enumeration of strings.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ type: Choice.Type
  ) throws(ModelFormatError) -> Choice where Choice.RawValue == String {
    let names = Choice.allCases.map { quoted($0.rawValue) }.joined(separator: " or ")
    guard case .string(let text) = value, let choice = Choice(rawValue: text) else {
      throw failure(expected: names)
    }
    return choice
  }
}

/// The members of a JSON object, and its position in the file.
struct JSONObject {
  let members: [String: JSONValue]
  let file: String
  let path: String

  /// Rejects all other keys. If there are several, the error names the alphabetically first.
  func refuseKeys(exceptFor known: [String]) throws(ModelFormatError) {
    guard let stranger = members.keys.filter({ !known.contains($0) }).min() else { return }
    throw .unknownKey(file: file, path: place(of: stranger), expected: known)
  }

  func optional(_ key: String) -> JSONNode? {
    members[key].map { JSONNode(value: $0, file: file, path: place(of: key)) }
  }

  func required(_ key: String) throws(ModelFormatError) -> JSONNode {
    guard let node = optional(key) else { throw .missingKey(file: file, path: place(of: key)) }
    return node
  }

  /// `path.key`, or `path["key"]` when the key is not a plain word.
  func place(of key: String) -> String {
    let isWord =
      !key.isEmpty && key.utf8.count <= 64
      && key.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || byte == UInt8(ascii: "_")
      }
    guard isWord else { return "\(path)[\(quoted(key))]" }
    return path.isEmpty ? key : "\(path).\(key)"
  }
}
