/// Why a model or preset file was rejected: what is wrong, where, and what was expected.
///
/// `description` is one sentence for people, with the file, tensor, byte or JSON path. Text that comes from the file is
/// quoted and truncated. Trying again does not help, except that an unreadable file may become readable.
public enum ModelFormatError: Error, Equatable, Sendable {
  // MARK: Files

  /// The operating system cannot open or read the file.
  case unreadableFile(file: String, reason: String)
  /// The path is a folder, pipe, socket or device. `actual` says which, such as `a directory`.
  case notARegularFile(file: String, actual: String)
  /// The file is larger than the reader accepts.
  case fileTooLarge(file: String, expected: Int, actual: Int)
  /// The file ends too early.
  case fileTooShort(file: String, expected: Int, actual: Int)

  // MARK: JSON

  /// The text is not valid JSON (RFC 8259), or exceeds the reader's limits for nesting or number of values.
  case malformedJSON(file: String, byte: Int, expected: String, actual: String)
  /// An object holds a key twice. JSON does not say which one counts, so the file is rejected.
  case duplicateKey(file: String, byte: Int, key: String)
  /// A value has the wrong type or is out of range. An empty path means the top level.
  case invalidValue(file: String, path: String, expected: String, actual: String)
  /// The format has no such key. `expected` lists the keys it has.
  case unknownKey(file: String, path: String, expected: [String])
  /// A required key is missing.
  case missingKey(file: String, path: String)

  /// The file is a model of another program.
  case otherFormat(file: String, actual: String)

  // MARK: Tensors

  /// The header length, in the first eight bytes, exceeds the file or the format's limit.
  case headerTooLong(file: String, expected: Int, actual: UInt64)
  /// The shape and type of a tensor do not match the size that its offsets span.
  case wrongByteCount(file: String, tensor: String, expected: Int, actual: Int)
  /// A tensor does not begin where the previous one ends: the two overlap or leave a gap.
  case wrongOffset(file: String, tensor: String, expected: Int, actual: Int)
  /// The size of all tensors differs from the size of the data after the header.
  case wrongDataSize(file: String, expected: Int, actual: Int)
  /// A required tensor is missing.
  case missingTensor(file: String, tensor: String)
  /// The file holds a tensor that the preset does not use.
  case unexpectedTensor(file: String, tensor: String)
  /// The shape of a tensor differs from the one in the description.
  case wrongShape(file: String, tensor: String, expected: [Int], actual: [Int])
  /// The element type of the tensor cannot be converted to Float32.
  case unsupportedType(file: String, tensor: String, actual: String)
  /// A weight is NaN or infinite, or becomes infinite as Float32. `index` counts in row-major order.
  case nonFiniteValue(file: String, tensor: String, index: Int, actual: String)
}

extension ModelFormatError: CustomStringConvertible {
  /// The error in one sentence.
  public var description: String {
    switch self {
    case .unreadableFile(let file, let reason):
      "\(plain(file)): the file cannot be read: \(reason)"
    case .notARegularFile(let file, let actual):
      "\(plain(file)): expected a regular file, but this is \(actual)"
    case .fileTooLarge(let file, let expected, let actual):
      "\(plain(file)): the file should have at most \(expected) bytes, but has \(actual)"
    case .fileTooShort(let file, let expected, let actual):
      "\(plain(file)): the file should have at least \(expected) bytes, but has \(actual)"
    case .malformedJSON(let file, let byte, let expected, let actual):
      "\(plain(file)): expected \(expected) at byte \(byte), but found \(actual)"
    case .duplicateKey(let file, let byte, let key):
      "\(plain(file)): the key \(quoted(key)) at byte \(byte) appears twice in the same object"
    case .invalidValue(let file, let path, let expected, let actual):
      "\(plain(file)): \(place(path)) should be \(expected), but is \(actual)"
    case .unknownKey(let file, let path, let expected):
      "\(plain(file)): \(place(path)) is not a key of this format; its keys are \(expected.joined(separator: ", "))"
    case .missingKey(let file, let path):
      "\(plain(file)): \(place(path)) is missing"
    case .otherFormat(let file, let actual):
      "\(plain(file)): is \(actual == "AIDA-X" ? "an" : actual == "RTNeural" ? "an" : "a") \(actual) model, a format that is not read; expected a .nam file (Neural Amp Modeler)"
    case .headerTooLong(let file, let expected, let actual):
      "\(plain(file)): the header length in bytes 0 to 7 should be at most \(expected), but is \(actual)"
    case .wrongByteCount(let file, let tensor, let expected, let actual):
      "\(plain(file)): tensor \(quoted(tensor)) should span \(expected) bytes according to its shape and type, "
        + "but its offsets span \(actual)"
    case .wrongOffset(let file, let tensor, let expected, let actual):
      "\(plain(file)): tensor \(quoted(tensor)) should begin at data byte \(expected), "
        + "where the previous tensor ends, but begins at \(actual)"
    case .wrongDataSize(let file, let expected, let actual):
      "\(plain(file)): \(expected) bytes of data should follow the header, but there are \(actual)"
    case .missingTensor(let file, let tensor):
      "\(plain(file)): the tensor \(quoted(tensor)) is missing"
    case .unexpectedTensor(let file, let tensor):
      "\(plain(file)): the tensor \(quoted(tensor)) is not used by the preset"
    case .wrongShape(let file, let tensor, let expected, let actual):
      "\(plain(file)): tensor \(quoted(tensor)) should have shape \(expected), but has \(actual)"
    case .unsupportedType(let file, let tensor, let actual):
      "\(plain(file)): tensor \(quoted(tensor)) should have type F32, F16, BF16 or F64, "
        + "but has \(quoted(actual))"
    case .nonFiniteValue(let file, let tensor, let index, let actual):
      "\(plain(file)): value \(index) of tensor \(quoted(tensor)) should be a finite Float32, but is \(actual)"
    }
  }
}

/// Makes text from a file or path safe to print on a terminal: control characters become `\u{…}`, and text longer than
/// `limit` characters is truncated.
func plain(_ text: String, limit: Int = 1024) -> String {
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars.prefix(limit) {
    if isControl(scalar) {
      result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
    } else {
      result.append(scalar)
    }
  }
  if text.unicodeScalars.count > limit { result.append("…") }
  return String(result)
}

/// `plain` in quotation marks, truncated to fit a sentence.
func quoted(_ text: String) -> String { "\"\(plain(text, limit: 80))\"" }

/// Whether a character could move a terminal's cursor or end a line: C0, delete, C1 and the two Unicode separators.
func isControl(_ scalar: Unicode.Scalar) -> Bool {
  scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x2028...0x2029).contains(scalar.value)
}

private func place(_ path: String) -> String { path.isEmpty ? "the top level" : plain(path, limit: 400) }
