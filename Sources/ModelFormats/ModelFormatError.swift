/// Why a model or preset file was refused: what was wrong, where, and what would be right.
///
/// `description` is one sentence for a person, with file, tensor, byte or JSON path; text that came from the
/// file is quoted and cut. None of these is recoverable by trying again, except that an unreadable file may
/// become readable.
public enum ModelFormatError: Error, Equatable, Sendable {
  // MARK: Files

  /// The operating system would not open or read the file.
  case unreadableFile(file: String, reason: String)
  /// A folder, pipe, socket or device where a file should be. `actual` says which, such as `a directory`.
  case notARegularFile(file: String, actual: String)
  /// The file holds more bytes than the reader takes.
  case fileTooLarge(file: String, expected: Int, actual: Int)
  /// The file ends too early.
  case fileTooShort(file: String, expected: Int, actual: Int)

  // MARK: JSON

  /// The text is not JSON (RFC 8259), or nested or numerous beyond the reader's limits.
  case malformedJSON(file: String, byte: Int, expected: String, actual: String)
  /// One object holds the same key twice. JSON leaves open which one counts, so neither does.
  case duplicateKey(file: String, byte: Int, key: String)
  /// A value of the wrong type or outside its range. An empty path is the top level.
  case invalidValue(file: String, path: String, expected: String, actual: String)
  /// A key that the format does not know. `expected` lists those it knows.
  case unknownKey(file: String, path: String, expected: [String])
  /// A key that must be there is not.
  case missingKey(file: String, path: String)

  // MARK: Tensors

  /// The header's length, in the first eight bytes, is more than the file or the format allows.
  case headerTooLong(file: String, expected: Int, actual: UInt64)
  /// The shape and type of a tensor need another number of bytes than its offsets span.
  case wrongByteCount(file: String, tensor: String, expected: Int, actual: Int)
  /// A tensor does not begin where the one before it ends: the two overlap, or leave a hole.
  case wrongOffset(file: String, tensor: String, expected: Int, actual: Int)
  /// The tensors together need another number of data bytes than follow the header.
  case wrongDataSize(file: String, expected: Int, actual: Int)
  /// A tensor that was asked for is not in the file.
  case missingTensor(file: String, tensor: String)
  /// The file holds a tensor that nothing asks for.
  case unexpectedTensor(file: String, tensor: String)
  /// A tensor has another shape than the description asks for.
  case wrongShape(file: String, tensor: String, expected: [Int], actual: [Int])
  /// The tensor's numbers are of a type that is not converted to Float32.
  case unsupportedType(file: String, tensor: String, actual: String)
  /// A weight is NaN or infinite, or becomes infinite as Float32. `index` counts in row-major order.
  case nonFiniteValue(file: String, tensor: String, index: Int, actual: String)
}

extension ModelFormatError: CustomStringConvertible {
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
      "\(plain(file)): the key \(quoted(key)) at byte \(byte) stands twice in one object"
    case .invalidValue(let file, let path, let expected, let actual):
      "\(plain(file)): \(place(path)) should be \(expected), but is \(actual)"
    case .unknownKey(let file, let path, let expected):
      "\(plain(file)): \(place(path)) is not a key of this format; it knows \(expected.joined(separator: ", "))"
    case .missingKey(let file, let path):
      "\(plain(file)): \(place(path)) is missing"
    case .headerTooLong(let file, let expected, let actual):
      "\(plain(file)): the header length in bytes 0 to 7 should be at most \(expected), but is \(actual)"
    case .wrongByteCount(let file, let tensor, let expected, let actual):
      "\(plain(file)): tensor \(quoted(tensor)) should span \(expected) bytes by its shape and type, "
        + "but its offsets span \(actual)"
    case .wrongOffset(let file, let tensor, let expected, let actual):
      "\(plain(file)): tensor \(quoted(tensor)) should begin at data byte \(expected), "
        + "where the one before it ends, but begins at \(actual)"
    case .wrongDataSize(let file, let expected, let actual):
      "\(plain(file)): \(expected) bytes of data should follow the header, but there are \(actual)"
    case .missingTensor(let file, let tensor):
      "\(plain(file)): the tensor \(quoted(tensor)) is missing"
    case .unexpectedTensor(let file, let tensor):
      "\(plain(file)): the tensor \(quoted(tensor)) is not used by the preset"
    case .wrongShape(let file, let tensor, let expected, let actual):
      "\(plain(file)): tensor \(quoted(tensor)) should have the shape \(expected), but has \(actual)"
    case .unsupportedType(let file, let tensor, let actual):
      "\(plain(file)): tensor \(quoted(tensor)) should be of type F32, F16, BF16 or F64, "
        + "but is \(quoted(actual))"
    case .nonFiniteValue(let file, let tensor, let index, let actual):
      "\(plain(file)): value \(index) of tensor \(quoted(tensor)) should be a finite Float32, but is \(actual)"
    }
  }
}

/// Text from a file or path that is safe to print on a terminal: control characters become `\u{…}`, and what
/// is longer than `limit` characters is cut.
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

/// `plain` in quotation marks, cut to what fits a sentence.
func quoted(_ text: String) -> String { "\"\(plain(text, limit: 80))\"" }

/// Whether a character could move a terminal's cursor or end a line: C0, delete, C1 and the two separators.
func isControl(_ scalar: Unicode.Scalar) -> Bool {
  scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x2028...0x2029).contains(scalar.value)
}

private func place(_ path: String) -> String { path.isEmpty ? "the top level" : plain(path, limit: 400) }
