/// The kinds of paths that are not files.
public enum FileKind: Equatable, Sendable, CustomStringConvertible {
  case folder, pipe, socket, device

  /// With its article, to be used in a sentence.
  public var description: String {
    switch self {
    case .folder: "a folder"
    case .pipe: "a pipe"
    case .socket: "a socket"
    case .device: "a device"
    }
  }
}

/// Why bytes cannot be read or written. Each description is one sentence: the file, and what is wrong with it.
public enum ByteFileError: Error, Equatable, Sendable {
  /// The file cannot be opened or read; `reason` is the system's.
  case unreadable(path: String, reason: String)
  /// The file cannot be created or written, for example because the disk is full.
  case unwritable(path: String, reason: String)
  /// The path names something other than a file.
  case notAFile(path: String, actual: FileKind)
  /// The file is larger than the reader allows, in bytes.
  case tooLarge(path: String, expected: Int, actual: Int)
  /// The file became shorter while it was read, in bytes.
  case tooShort(path: String, expected: Int, actual: Int)
  /// The output exists and must not be replaced.
  case exists(path: String)
  /// No file can have this name.
  case name(path: String, reason: String)
  /// The output's folder cannot take a new file.
  case folder(path: String, reason: String)
  /// The finished output could not be given its name.
  case rename(path: String, reason: String)
  /// A folder cannot hold a temporary file.
  case temporary(folder: String, reason: String)
  /// The reader of a pipe has gone. A stream that ends this way has not failed.
  case readerClosed(path: String)
  /// Cancelled while the reader of a pipe took nothing any more.
  case readerStuck(path: String)
  /// Cancelled while a finished file was written to a pipe.
  case cutShort(path: String)

  /// The system's message; nil if the case has none.
  package var reason: String? {
    switch self {
    case .unreadable(_, let reason), .unwritable(_, let reason), .name(_, let reason), .folder(_, let reason),
      .rename(_, let reason), .temporary(_, let reason):
      reason
    case .readerClosed: "its reader has gone"
    default: nil
    }
  }

  /// The same error with another name for the file.
  package func renamed(_ name: String) -> ByteFileError {
    switch self {
    case .unreadable(_, let reason): .unreadable(path: name, reason: reason)
    case .unwritable(_, let reason): .unwritable(path: name, reason: reason)
    default: self
    }
  }
}

extension ByteFileError: CustomStringConvertible {
  /// One sentence: the file, and what is wrong with it.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)."
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)."
    case .notAFile(let path, let actual): "\(path): is \(actual), expected a file."
    case .tooLarge(let path, let expected, let actual):
      "\(path): has \(actual) bytes, expected at most \(expected)."
    case .tooShort(let path, let expected, let actual):
      "\(path): has only \(actual) of the \(expected) bytes that it had when it was opened."
    case .exists(let path): "\(path): already exists."
    case .name(let path, let reason): "\(path): cannot be the name of a file: \(reason)."
    case .folder(let path, let reason): "\(path): cannot be written to its folder: \(reason)."
    case .rename(let path, let reason): "\(path): the finished file could not be put in place: \(reason)."
    case .temporary(let folder, let reason): "\(folder): cannot hold a temporary file: \(reason)."
    case .readerClosed(let path): "\(path): its reader has gone."
    case .readerStuck(let path): "\(path): its reader has stopped reading."
    case .cutShort(let path): "\(path): interrupted; its reader has only the beginning of the file."
    }
  }
}
