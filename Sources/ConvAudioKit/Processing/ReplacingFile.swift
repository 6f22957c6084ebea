#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why an output cannot be put in place.
public enum OutputError: Error, Equatable, Sendable {
  /// There is a file already, and it may not be replaced.
  case exists(path: String)
  /// A directory stands where the file should.
  case isDirectory(path: String)
  /// A device, pipe or socket stands where the file should; it is never replaced.
  case isSpecial(path: String)
  /// No file can have this name.
  case name(path: String, reason: String)
  /// The folder cannot take a new file.
  case folder(path: String, reason: String)
  /// The finished file could not be given its name.
  case rename(path: String, reason: String)
}

extension OutputError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .exists(let path): "\(path): exists already; --force replaces it."
    case .isDirectory(let path): "\(path): is a directory, expected the name of a file."
    case .isSpecial(let path): "\(path): is a device, pipe or socket, expected the name of a file."
    case .name(let path, let reason): "\(path): cannot be the name of a file: \(reason)."
    case .folder(let path, let reason): "\(path): cannot be written to its folder: \(reason)."
    case .rename(let path, let reason): "\(path): the finished file could not be put in place: \(reason)."
    }
  }
}

/// A file that appears under its name only when it is complete.
///
/// It is written under a temporary name in the same folder. `commit` renames it; when the object goes without a commit,
/// the temporary file is removed and nothing is left.
public final class ReplacingFile {
  /// The final name.
  public let path: String
  /// Where to write.
  public let temporaryPath: String
  private let mayReplace: Bool
  private var isCommitted = false

  /// Checks the place and makes the temporary name, empty.
  /// - Throws: `OutputError`.
  public init(path: String, mayReplace: Bool) throws(OutputError) {
    try Self.check(path: path, mayReplace: mayReplace)
    self.path = path
    self.mayReplace = mayReplace
    let folder = Self.folder(of: path) ?? ""
    // Not mkstemp, whose files are for the owner alone: a new file of the user's has the mode of their mask.
    var descriptor: Int32
    var candidate: String
    repeat {
      candidate = "\(folder).convaudio-\(String(UInt64.random(in: 0...UInt64.max), radix: 36)).partial"
      descriptor = open(candidate, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    } while descriptor < 0 && errno == EEXIST
    guard descriptor >= 0 else { throw .folder(path: path, reason: String(cString: strerror(errno))) }
    close(descriptor)
    temporaryPath = candidate
  }

  /// Refuses a directory, a device, a file that may not be replaced, a name that no file can have, and a folder that
  /// takes no new file: what can be known before the work is done.
  /// - Throws: `OutputError.exists`, `.isDirectory`, `.isSpecial`, `.name`, `.folder`.
  public static func check(path: String, mayReplace: Bool) throws(OutputError) {
    try checkName(path: path, mayReplace: mayReplace)
    guard access(folder(of: path) ?? ".", W_OK | X_OK) == 0 else {
      throw .folder(path: path, reason: String(cString: strerror(errno)))
    }
  }

  /// With the slash at its end; nil: the current one.
  private static func folder(of path: String) -> String? { path.lastIndex(of: "/").map { String(path[...$0]) } }

  private static func checkName(path: String, mayReplace: Bool) throws(OutputError) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENAMETOOLONG { throw .name(path: path, reason: String(cString: strerror(errno))) }
      // A link to nothing is in the way, too.
      if !mayReplace, lstat(path, &status) == 0 { throw .exists(path: path) }
      return
    }
    if status.st_mode & S_IFMT == S_IFDIR { throw .isDirectory(path: path) }
    if status.st_mode & S_IFMT != S_IFREG { throw .isSpecial(path: path) }
    if !mayReplace { throw .exists(path: path) }
  }

  /// Gives the file its name.
  /// - Throws: `OutputError` when that fails, or when a file of the name has come in the meantime.
  public func commit() throws(OutputError) {
    if !mayReplace {
      // link, unlike rename, fails where something has come to stand in the meantime.
      if link(temporaryPath, path) == 0 {
        unlink(temporaryPath)
        return isCommitted = true
      }
      if errno == EEXIST { throw .exists(path: path) }
      // File systems without hard links go on to rename.
    }
    guard rename(temporaryPath, path) == 0 else {
      throw .rename(path: path, reason: String(cString: strerror(errno)))
    }
    isCommitted = true
  }

  deinit { if !isCommitted { unlink(temporaryPath) } }
}
