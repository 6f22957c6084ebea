#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that appears under its name only when it is complete.
///
/// It is written under a temporary name in the same folder. `commit` renames it; without a commit, `deinit` removes the
/// temporary file and nothing is left.
package final class ReplacingFile {
  /// The final name.
  package let path: String
  /// Where to write.
  package let temporaryPath: String
  private let mayReplace: Bool
  private var isCommitted = false

  /// Checks the path and creates the temporary file, empty.
  /// - Throws: `ByteFileError`.
  package init(path: String, mayReplace: Bool) throws(ByteFileError) {
    try Self.check(path: path, mayReplace: mayReplace)
    self.path = path
    self.mayReplace = mayReplace
    let folder = Self.folder(of: path) ?? ""
    // Not mkstemp, whose files only their owner can read: new files should get the mode of the user's mask.
    var descriptor: Int32
    var candidate: String
    repeat {
      candidate = "\(folder).convaudio-\(String(UInt64.random(in: 0...UInt64.max), radix: 36)).partial"
      descriptor = systemOpen(candidate, O_WRONLY | O_CREAT | O_EXCL)
    } while descriptor < 0 && errno == EEXIST
    guard descriptor >= 0 else { throw .folder(path: path, reason: systemReason()) }
    _ = systemClose(descriptor)
    temporaryPath = candidate
  }

  /// Refuses a folder, a device, a file that must not be replaced, an invalid name, and a folder that cannot take a new
  /// file, before any work is done.
  /// - Throws: `ByteFileError.exists`, `.notAFile`, `.name`, `.folder`.
  package static func check(path: String, mayReplace: Bool) throws(ByteFileError) {
    try checkName(path: path, mayReplace: mayReplace)
    guard access(folder(of: path) ?? ".", W_OK | X_OK) == 0 else {
      throw .folder(path: path, reason: systemReason())
    }
  }

  /// The folder with the slash at its end; nil: the current one.
  private static func folder(of path: String) -> String? { path.lastIndex(of: "/").map { String(path[...$0]) } }

  private static func checkName(path: String, mayReplace: Bool) throws(ByteFileError) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENAMETOOLONG { throw .name(path: path, reason: systemReason()) }
      // A dangling link counts as existing, too.
      if !mayReplace, lstat(path, &status) == 0 { throw .exists(path: path) }
      return
    }
    if let kind = FileKind(status) { throw .notAFile(path: path, actual: kind) }
    if !mayReplace { throw .exists(path: path) }
  }

  /// Gives the file its name.
  /// - Throws: `ByteFileError` if that fails, or if a file of that name was created in the meantime.
  package func commit() throws(ByteFileError) {
    if !mayReplace {
      // Unlike rename, link fails if a file of that name was created in the meantime.
      if link(temporaryPath, path) == 0 {
        unlink(temporaryPath)
        return isCommitted = true
      }
      if errno == EEXIST { throw .exists(path: path) }
      // On file systems without hard links, rename.
    }
    guard rename(temporaryPath, path) == 0 else {
      throw .rename(path: path, reason: systemReason())
    }
    isCommitted = true
  }

  deinit { if !isCommitted { unlink(temporaryPath) } }

  /// Writes these bytes as a file.
  /// - Throws: `ByteFileError`. Nothing is left then.
  package static func write(_ bytes: [UInt8], to path: String, mayReplace: Bool) throws(ByteFileError) {
    let file = try ReplacingFile(path: path, mayReplace: mayReplace)
    let written = try ByteFile.writing(file.temporaryPath, name: path)
    try written.write(elements: bytes)
    try written.close()
    try file.commit()
  }
}
