import ByteFiles

/// Why an array in NumPy's format cannot be read or written. Each description is one sentence: what is wrong, where,
/// and what was expected. Quotes from the file are shortened and free of control characters.
public enum NumPyError: Error, Equatable, Sendable {
  /// The file cannot be opened or read, or is larger than the caller allows.
  case file(ByteFileError)
  /// A source of bytes other than a file failed.
  case unreadable(name: String, reason: String)
  /// The file does not begin like a .npy file.
  case notNumPy(name: String, actual: String)
  /// An unknown version of the format.
  case version(name: String, actual: String)
  /// The header claims more bytes than allowed.
  case headerTooLong(name: String, expected: Int, actual: Int)
  /// The header is not as NumPy writes it. `byte` is counted from the start of the file.
  case header(name: String, byte: Int, expected: String, actual: String)
  /// The data type is not a number that can be read. `remedy` is a line of Python that converts.
  case dataType(name: String, actual: String, remedy: String)
  /// More axes than NumPy has.
  case tooManyAxes(name: String, expected: Int, actual: Int)
  /// A negative size. Only from arrays made by a caller: a header cannot hold one.
  case negativeSize(axis: Int, actual: Int)
  /// The array has too many elements to address.
  case overflow(name: String, shape: String)
  /// The file ends early: its length in bytes, as expected and as found.
  case truncated(name: String, expected: Int, actual: Int)
  /// The file goes on after the array: its length in bytes. `actual` is nil if that is not known.
  case excess(name: String, expected: Int, actual: Int?)
  /// The system cannot provide this many bytes of memory.
  case memory(name: String, bytes: Int)
  /// The number of values given for a new array does not match its shape.
  case valueCount(expected: Int, actual: Int)
}

extension NumPyError {
  /// Passes file errors on as array errors.
  package static func file<Result>(_ body: () throws(ByteFileError) -> Result) throws(NumPyError) -> Result {
    do {
      return try body()
    } catch {
      throw .file(error)
    }
  }
}

extension NumPyError: CustomStringConvertible {
  /// One sentence with the file and what was expected.
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .unreadable(let name, let reason): "\(name): cannot be read: \(reason)."
    case .notNumPy(let name, let actual):
      "\(name): byte 0: expected a .npy file, which begins with '\\x93NUMPY', but found \(actual)."
    case .version(let name, let actual):
      "\(name): byte 6: is of version \(actual) of the .npy format, expected 1.0, 2.0 or 3.0."
    case .headerTooLong(let name, let expected, let actual):
      "\(name): byte 8: says that its header has \(actual) bytes, expected at most \(expected)."
    case .header(let name, let byte, let expected, let actual):
      "\(name): byte \(byte), in the header: expected \(expected), but found \(actual)."
    case .dataType(let name, let actual, let remedy):
      "\(name): holds \(actual), expected floats of 16 to 64 bits, integers or booleans; in Python, \(remedy)."
    case .tooManyAxes(let name, let expected, let actual):
      "\(name): has \(actual) axes, expected at most \(expected)."
    case .negativeSize(let axis, let actual):
      "axis \(axis) has the size \(actual), expected 0 or more."
    case .overflow(let name, let shape):
      "\(name): has the shape \(shape), expected one whose elements can be counted in 63 bits."
    case .truncated(let name, let expected, let actual):
      "\(name): ends after \(actual) bytes, expected \(expected)."
    case .excess(let name, let expected, let actual):
      "\(name): \(actual.map { "has \($0) bytes" } ?? "goes on after its array"), expected to end after \(expected), "
        + "where its one array does."
    case .memory(let name, let bytes):
      "\(name): needs \(bytes) bytes of memory, which the system does not have."
    case .valueCount(let expected, let actual):
      "\(actual) values were given where the shape needs \(expected)."
    }
  }
}
