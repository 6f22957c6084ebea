import ByteFiles

extension ModelFormatError {
  /// A trouble with the bytes of a model's file.
  package init(_ error: ByteFileError) {
    switch error {
    case .notAFile(let path, let actual): self = .notARegularFile(file: path, actual: "\(actual)")
    case .tooLarge(let path, let expected, let actual):
      self = .fileTooLarge(file: path, expected: expected, actual: actual)
    case .tooShort(let path, let expected, let actual):
      self = .fileTooShort(file: path, expected: expected, actual: actual)
    case .unreadable(let path, let reason): self = .unreadableFile(file: path, reason: reason)
    default: self = .unreadableFile(file: "the file", reason: error.reason ?? "\(error)")
    }
  }

  /// Lets errors of bytes through as errors of models.
  static func file<Result>(_ body: () throws(ByteFileError) -> Result) throws(ModelFormatError) -> Result {
    do {
      return try body()
    } catch {
      throw ModelFormatError(error)
    }
  }
}

/// The bytes of a model's file.
/// - Throws: `ModelFormatError`, for folders, pipes and devices without opening them.
package func modelBytes(of path: String, maximumBytes: Int) throws(ModelFormatError) -> [UInt8] {
  try ModelFormatError.file { () throws(ByteFileError) in try ByteFile.contents(of: path, maximumBytes: maximumBytes) }
}
