/// A place in a stream of rows.
public struct RowPlace: Sendable, Equatable, CustomStringConvertible {
  /// The stream's name: a path, or "standard input".
  public var name: String
  /// Counted from 1, header and empty lines included.
  public var line: Int
  /// Counted from 1; nil for the whole line.
  public var column: Int?
  /// The column's name, if there is a header.
  public var columnName: String?

  /// Names a place; lines and columns count from 1.
  public init(name: String, line: Int, column: Int? = nil, columnName: String? = nil) {
    self.name = name
    self.line = line
    self.column = column
    self.columnName = columnName
  }

  /// The place as errors name it: `data.csv: line 3, column 2 (force)`.
  public var description: String {
    var text = "\(name): line \(line)"
    if let column { text += ", column \(column)" }
    if let columnName { text += " (\(columnName))" }
    return text
  }
}

/// Why rows cannot be read. Each description is one sentence: what is wrong, where, and what was expected. Quotes from
/// the input are shortened and free of control characters. None is recoverable: the reader throws the same error again.
/// Rows before it have been delivered.
public enum RowError: Error, Equatable, CustomStringConvertible {
  /// The caller asked for an impossible number of columns or limit.
  case outOfRange(name: String, expected: String, actual: String)
  /// The input has neither rows nor a header.
  case empty(name: String)
  /// A line is longer than allowed.
  case lineTooLong(RowPlace, expectedBytes: Int)
  /// An empty line where a row is needed.
  case emptyLine(RowPlace, expectedColumns: Int)
  /// A row differs in its number of columns from the first row, or the first row from what the caller expects.
  case columnCount(RowPlace, expected: Int, actual: Int)
  /// More columns than the caller allows.
  case tooManyColumns(RowPlace, expected: Int, actual: Int)
  /// A value is missing, and `MissingPolicy.error` is in force.
  case missingValue(RowPlace, actual: String)
  /// A number whose nearest Float32 is infinite.
  case beyondRange(RowPlace, actual: String)
  /// Not a number, or a line that breaks the rules of its format.
  case unexpected(RowPlace, expected: String, actual: String)

  /// What `unexpected` expects in a first row that mixes names and numbers.
  public static let numberOfMixedRow = "a number as in other columns of the first row"

  /// One sentence with the place and what was expected.
  public var description: String {
    switch self {
    case .outOfRange(let name, let expected, let actual):
      "\(name): cannot have \(actual), expected \(expected)."
    case .empty(let name):
      "\(name): expected rows of numbers, but no line has one."
    case .lineTooLong(let place, let expected):
      "\(place): is longer than a line may be, expected at most \(expected) bytes."
    case .emptyLine(let place, let expected):
      "\(place): is empty, expected \(counted(expected))."
    case .columnCount(let place, let expected, let actual):
      "\(place): has \(counted(actual)), expected \(expected)."
    case .tooManyColumns(let place, let expected, let actual):
      "\(place): has \(counted(actual)), expected at most \(expected)."
    case .missingValue(let place, let actual):
      "\(place): the value is missing (\(actual)), expected a number."
    case .beyondRange(let place, let actual):
      "\(place): \(actual) is beyond Float32, expected a number between -3.4028235e38 and 3.4028235e38."
    case .unexpected(let place, let expected, let actual):
      "\(place): expected \(expected), but found \(actual)."
    }
  }
}

/// A number of columns in words.
func counted(_ columns: Int) -> String { columns == 1 ? "1 column" : "\(columns) columns" }

/// What is wrong within a line; `NumberRowReader` adds the place to make a `RowError`.
struct RowFault: Error, Equatable {
  enum Kind: Equatable {
    case beyondRange
    case unexpected(expected: String)
  }
  var kind: Kind
  /// Counted from 0; nil for the whole line.
  var column: Int?
  /// The bytes of the line that are at fault; empty at the end of the line.
  var range: Range<Int>
}

/// A part of the input for an error message: in quotation marks, at most 40 bytes, and without anything that could
/// move a terminal's cursor. Bytes that are not UTF-8 become `\xNN`.
func excerpt(_ bytes: some Collection<UInt8>) -> String {
  guard !bytes.isEmpty else { return "the end of the line" }
  return "'\(printable(bytes))'"
}

/// `excerpt` without quotation marks.
func printable(_ bytes: some Collection<UInt8>) -> String {
  var shown = Array(bytes.prefix(40))
  let isCut = bytes.count > shown.count
  // A character of several bytes is not cut in the middle.
  if isCut, let lead = shown.lastIndex(where: { $0 & 0xC0 != 0x80 }), shown[lead] >= 0xC0 {
    shown.removeSubrange(lead...)
  }
  var result = ""
  if let text = String(validating: shown, as: UTF8.self), text.unicodeScalars.allSatisfy(isHarmless) {
    result = text
  } else {
    for byte in shown {
      if (0x20...0x7E).contains(byte) {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        result += byte < 16 ? "\\x0" : "\\x"
        result += String(byte, radix: 16, uppercase: true)
      }
    }
  }
  return isCut ? result + "…" : result
}

/// Whether a character neither moves a terminal's cursor nor changes the text direction.
private func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned: false
  default: true
  }
}
