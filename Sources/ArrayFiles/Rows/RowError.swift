/// Where in a stream of rows something stands.
public struct RowPlace: Sendable, Equatable, CustomStringConvertible {
  /// What the caller calls the stream: a path, or "standard input".
  public var name: String
  /// Counted from 1, header and empty lines included.
  public var line: Int
  /// Counted from 1; nil where the whole line is meant.
  public var column: Int?
  /// What the header calls the column, where there is one.
  public var columnName: String?

  public init(name: String, line: Int, column: Int? = nil, columnName: String? = nil) {
    self.name = name
    self.line = line
    self.column = column
    self.columnName = columnName
  }

  public var description: String {
    var text = "\(name): line \(line)"
    if let column { text += ", column \(column)" }
    if let columnName { text += " (\(columnName))" }
    return text
  }
}

/// Why rows cannot be read. Each description is one sentence: what is wrong, where, and what would be right. What it
/// quotes from the input is shortened and free of control characters. None is recoverable: the reader that threw one
/// throws it again. Rows before it have been delivered.
public enum RowError: Error, Equatable, CustomStringConvertible {
  /// A number of columns or a limit that was asked for cannot be.
  case outOfRange(name: String, expected: String, actual: String)
  /// There is no row, nor a header.
  case empty(name: String)
  /// No line end came within the largest length of a line.
  case lineTooLong(RowPlace, expectedBytes: Int)
  /// An empty line where a row is needed.
  case emptyLine(RowPlace, expectedColumns: Int)
  /// A row with another number of columns than the first row has, or the first with another than the caller expects.
  case columnCount(RowPlace, expected: Int, actual: Int)
  /// More columns than the caller allows.
  case tooManyColumns(RowPlace, expected: Int, actual: Int)
  /// A value is missing, and `MissingPolicy.error` is in force.
  case missingValue(RowPlace, actual: String)
  /// A number whose nearest Float32 is infinite.
  case beyondRange(RowPlace, actual: String)
  /// Something else than a number, or a line that breaks the rules of its format.
  case unexpected(RowPlace, expected: String, actual: String)

  /// What `unexpected` expects of a first row that has names beside numbers.
  public static let numberOfMixedRow = "a number as in other columns of the first row"

  public var description: String {
    switch self {
    case .outOfRange(let name, let expected, let actual):
      "\(name): cannot have \(actual), expected \(expected)."
    case .empty(let name):
      "\(name): expected rows of numbers, but there is not one line with any."
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

/// What is wrong with a line, for those who know the line alone; `NumberRowReader` adds the place to make a `RowError`.
struct RowFault: Error, Equatable {
  enum Kind: Equatable {
    case beyondRange
    case unexpected(expected: String)
  }
  var kind: Kind
  /// Counted from 0; nil where the whole line is meant.
  var column: Int?
  /// The bytes of the line that are at fault; empty at the end of the line.
  var range: Range<Int>
}

/// A part of the input, fit for a sentence: in quotation marks, of at most 40 bytes, and without anything that could
/// move a terminal's cursor. Bytes that are not text in UTF-8 become `\xNN`.
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

/// Whether a character neither moves a terminal's cursor nor turns the direction of what follows.
private func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned: false
  default: true
  }
}
