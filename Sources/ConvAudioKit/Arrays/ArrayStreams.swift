import ArrayFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension NumPyArray {
  /// Stands for standard input or output where a path is expected.
  public static let standardStream = "-"

  /// Reads a .npy file, or standard input where `path` is `-`.
  /// - Throws: `NumPyError`.
  public init(path: String) throws(NumPyError) {
    guard path == Self.standardStream else {
      self = try NumPyArray(contentsOf: path)
      return
    }
    let name = "standard input"
    let pipe = DescriptorStream(descriptor: STDIN_FILENO, name: name, isCancelled: { false })
    self = try NumPyArray(name: name, byteCount: nil) { (buffer) throws(NumPyError) in
      do {
        return try pipe.read(into: buffer)
      } catch StreamError.readFailed(_, let reason) {
        throw .unreadable(path: name, reason: reason)
      } catch {
        throw .unreadable(path: name, reason: "\(error)")
      }
    }
  }

  /// Writes a .npy file that appears under its name when it is complete, or to standard output where `path` is `-`.
  ///
  /// - Parameters:
  ///   - mayReplace: Whether a file of that name is replaced.
  ///   - isCancelled: Asked when the numbers are written, before they get the name.
  /// - Throws: `OutputError`, `NumPyError`, `StreamError`; `ProcessingError.cancelled`, `.cutShort`. Nothing is left
  ///   behind then.
  public func write(
    to path: String, mayReplace: Bool, isCancelled: @escaping () -> Bool = { false }
  ) throws {
    let isPipedOut = path == Self.standardStream
    let file: any PendingOutput =
      isPipedOut
      ? try StandardOutput(isCancelled: isCancelled)
      : try ReplacingFile(path: path, mayReplace: mayReplace)
    do {
      try write(to: file.temporaryPath)
    } catch NumPyError.unwritable(path: _, let reason) {
      if let pipe = file as? StandardOutput {
        throw StreamError.noSpool(folder: pipe.folder, reason: reason)
      }
      // The user knows the file by its final name.
      throw NumPyError.unwritable(path: path, reason: reason)
    }
    if isCancelled() {
      throw ProcessingError.cancelled(path: isPipedOut ? "standard output" : path)
    }
    try file.commit()
  }
}
