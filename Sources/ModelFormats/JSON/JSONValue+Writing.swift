extension JSONValue {
  /// The value as JSON. Keys are in alphabetical order, so equal values give equal text.
  var text: String {
    var text = ""
    append(to: &text)
    return text
  }

  /// Appends the value as JSON to `text`.
  func append(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    // Swift always prints a fraction or an exponent, so the value will be read back as a number, not an integer.
    case .number(let value): text += "\(value)"
    case .string(let value): text += JSONParser.literal(value)
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        element.append(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, key) in members.keys.sorted().enumerated() {
        if index > 0 { text += "," }
        text += JSONParser.literal(key) + ":"
        members[key]?.append(to: &text)
      }
      text += "}"
    }
  }
}
