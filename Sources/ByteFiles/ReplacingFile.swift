#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that appears under its name only when it is complete.
///
/// It is written without a name where the system can do that (`PartialFile`), so that not even a killed program leaves
/// anything. `commit` gives it its name. A link is followed: its target is replaced, the link stays. A file that is
/// replaced passes on its mode and owner.
package final class ReplacingFile {
  /// The final name, as the user gave it.
  package let path: String
  private let target: String
  private let mayReplace: Bool
  private let file: PartialFile

  /// Where to write.
  package var temporaryPath: String { file.path }

  /// Checks the path and creates the temporary file, empty.
  /// - Throws: `ByteFileError`.
  package init(path: String, mayReplace: Bool) throws(ByteFileError) {
    try Self.check(path: path, mayReplace: mayReplace)
    self.path = path
    self.mayReplace = mayReplace
    target = FilePlace.followingLinks(path)
    do {
      file = try PartialFile(inFolder: FilePlace(target).folder)
    } catch {
      throw .folder(path: path, reason: error.reason)
    }
  }

  /// Refuses a folder, a device, a file that must not be replaced, an invalid name, and a folder that cannot take a new
  /// file, before any work is done. The null device passes: nothing is replaced there.
  /// - Throws: `ByteFileError.exists`, `.notAFile`, `.name`, `.folder`.
  package static func check(path: String, mayReplace: Bool) throws(ByteFileError) {
    guard !isNullDevice(path) else { return }
    try checkName(path: path, mayReplace: mayReplace)
    // The slash makes the system say when it is no folder.
    guard access(FilePlace(FilePlace.followingLinks(path)).folder + "/", W_OK | X_OK) == 0 else {
      throw .folder(path: path, reason: systemReason())
    }
  }

  private static func checkName(path: String, mayReplace: Bool) throws(ByteFileError) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENAMETOOLONG || errno == ELOOP { throw .name(path: path, reason: systemReason()) }
      // A dangling link counts as existing, too.
      if !mayReplace, lstat(path, &status) == 0 { throw .exists(path: path) }
      return
    }
    if let kind = FileKind(status) { throw .notAFile(path: path, actual: kind) }
    if !mayReplace { throw .exists(path: path) }
  }

  /// Gives the file its name, once its bytes are safe from a power failure.
  /// - Throws: `ByteFileError` if that fails, or if a file of that name was created in the meantime.
  package func commit() throws(ByteFileError) {
    do throws(SystemError) {
      try file.sync()
      if mayReplace { return try file.replace(target) }
      if try file.take(name: target) { return }
    } catch {
      throw .rename(path: path, reason: error.reason)
    }
    throw .exists(path: path)
  }

  /// Writes these bytes as a file; to the null device, nothing.
  /// - Throws: `ByteFileError`. Nothing is left then.
  package static func write(_ bytes: [UInt8], to path: String, mayReplace: Bool) throws(ByteFileError) {
    guard !isNullDevice(path) else { return }
    let file = try ReplacingFile(path: path, mayReplace: mayReplace)
    let written = try ByteFile.writing(file.temporaryPath, name: path)
    try written.write(elements: bytes)
    try written.close()
    try file.commit()
  }
}
