import ArrayFiles
import ByteFiles

extension NumPyArray {
  /// Reads a .npy file, from a FIFO, too, or standard input where `path` is `-`.
  /// - Throws: `NumPyError`.
  public init(path: String) throws(NumPyError) {
    let pipe: ByteFile
    if path == standardStreamPath {
      pipe = .standardInput()
    } else if (try? FileKind.of(path)) == .pipe {
      pipe = try NumPyError.file { () throws(ByteFileError) in try ByteFile.waiting(for: path) }
    } else {
      self = try NumPyArray(contentsOf: path)
      return
    }
    self = try NumPyArray(name: pipe.name, byteCount: nil) { (buffer) throws(NumPyError) in
      try NumPyError.file { () throws(ByteFileError) in try pipe.read(into: buffer) }
    }
  }

  /// Writes a .npy file that appears under its name when it is complete, or to standard output where `path` is `-`.
  ///
  /// - Parameters:
  ///   - mayReplace: Whether a file of that name is replaced.
  ///   - cancellation: Asked when the numbers are written, before they get the name.
  /// - Throws: `ByteFileError`; `ProcessingError.cancelled`. Nothing is left then.
  public func write(
    to path: String, mayReplace: Bool, cancellation: Cancellation = .never
  ) throws {
    let file = try pendingOutput(path, mayReplace: mayReplace, cancellation: cancellation)
    do throws(ByteFileError) {
      try write(to: file.temporaryPath)
    } catch {
      // The user knows the file by its final name.
      throw error.reason.map(file.failure) ?? error
    }
    if cancellation.isRequested { throw ProcessingError.cancelled(path: file.name) }
    try file.commit()
  }
}
