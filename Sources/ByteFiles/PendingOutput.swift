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

/// The output for a path: a file, or standard output if it is `-`.
/// - Throws: `ByteFileError`.
package func pendingOutput(
  _ path: String, mayReplace: Bool, cancellation: Cancellation
) throws(ByteFileError) -> any PendingOutput {
  if path == standardStreamPath { return try StandardOutput(cancellation) }
  return try ReplacingFile(path: path, mayReplace: mayReplace)
}

extension ReplacingFile: PendingOutput {
  package var name: String { path }
  package func failure(reason: String) -> ByteFileError { .unwritable(path: path, reason: reason) }
}

/// An output that goes to standard output only when it is complete.
package final class StandardOutput: PendingOutput {
  private let spool: SpooledFile
  private let cancellation: Cancellation
  package var name: String { StandardStream.output }
  package var temporaryPath: String { spool.path }

  /// - Throws: `ByteFileError.temporary`.
  package init(_ cancellation: Cancellation) throws(ByteFileError) {
    spool = try SpooledFile()
    self.cancellation = cancellation
  }

  /// - Throws: `ByteFileError`; `.cutShort` when cancelled. A reader that closes the pipe early is not an error.
  package func commit() throws(ByteFileError) {
    do {
      try spool.drain(to: .standardOutput(cancellation), cancellation: cancellation)
    } catch ByteFileError.readerClosed {
      return
    } catch let error as ByteFileError {
      throw error
    } catch {
      throw .cutShort(path: name)
    }
  }

  package func failure(reason: String) -> ByteFileError { .temporary(folder: spool.folder, reason: reason) }
}
