/// An output that is written elsewhere first, and put in place when it is complete.
package protocol PendingOutput: AnyObject {
  /// The output's name in errors.
  var name: String { get }
  /// The file to write.
  var temporaryPath: String { get }
  /// Puts the finished file in place. Without this call nothing is left.
  /// - Throws: `ByteFileError`.
  func commit() throws(ByteFileError)
  /// The error to report if the temporary file could not be written.
  func failure(reason: String) -> ByteFileError
}

/// The output for a path: a file, or what takes it in a stream: standard output if it is `-`, the null device.
/// - Throws: `ByteFileError`.
package func pendingOutput(
  _ path: String, mayReplace: Bool, cancellation: Cancellation
) throws(ByteFileError) -> any PendingOutput {
  if path == standardStreamPath {
    return try StreamedOutput(to: .standardOutput(cancellation), cancellation)
  }
  if isNullDevice(path) { return try StreamedOutput(to: .writing(path), cancellation) }
  return try ReplacingFile(path: path, mayReplace: mayReplace)
}

extension ReplacingFile: PendingOutput {
  package var name: String { path }
  package func failure(reason: String) -> ByteFileError { .unwritable(path: path, reason: reason) }
}

/// An output that goes into a stream only when it is complete.
private final class StreamedOutput: PendingOutput {
  private let stream: ByteFile
  private let spool: SpooledFile
  private let cancellation: Cancellation
  var name: String { stream.name }
  var temporaryPath: String { spool.path }

  /// - Throws: `ByteFileError.temporary`.
  init(to stream: ByteFile, _ cancellation: Cancellation) throws(ByteFileError) {
    self.stream = stream
    self.cancellation = cancellation
    spool = try SpooledFile()
  }

  /// - Throws: `ByteFileError`; `.cutShort` when cancelled. A reader that closes the pipe early is not an error.
  func commit() throws(ByteFileError) {
    do {
      try spool.drain(to: stream, cancellation: cancellation)
    } catch ByteFileError.readerClosed {
      return
    } catch let error as ByteFileError {
      throw error
    } catch {
      throw .cutShort(path: name)
    }
  }

  func failure(reason: String) -> ByteFileError { .temporary(folder: spool.folder, reason: reason) }
}
