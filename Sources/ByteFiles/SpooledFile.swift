#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A temporary file instead of a pipe, for seeking: most formats need it for reading, and all to complete the file.
///
/// It is made in `$TMPDIR`, or `/tmp`, readable only by its owner, and is gone with the object.
package final class SpooledFile {
  /// Its folder.
  package let folder: String
  private let file: PartialFile
  /// Open while bytes are added.
  private var writer: ByteFile?

  /// Its path, as long as the object lives.
  package var path: String { file.path }

  /// Makes an empty file.
  /// - Throws: `ByteFileError.temporary`.
  package init() throws(ByteFileError) {
    folder = getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    do {
      file = try PartialFile(inFolder: folder, mode: 0o600)
    } catch {
      throw .temporary(folder: folder, reason: error.reason)
    }
  }

  /// Reads everything from a source of bytes, which returns 0 at its end.
  /// - Throws: `CancellationError`, what `read` throws, `ByteFileError.temporary` when the folder is full.
  package func fill(
    cancellation: Cancellation, from read: (UnsafeMutableRawBufferPointer) throws -> Int
  ) throws {
    let file = try open { () throws(ByteFileError) in try ByteFile.writing(path) }
    try Self.copy(from: read, cancellation) { bytes in
      try open { () throws(ByteFileError) in try file.write(bytes) }
    }
    try open { () throws(ByteFileError) in try file.close() }
  }

  /// Writes everything to a pipe.
  /// - Throws: `CancellationError`, also if the reader has stopped reading; `ByteFileError`.
  package func drain(to pipe: ByteFile, cancellation: Cancellation) throws {
    let file = try open { () throws(ByteFileError) in try ByteFile.reading(path) }
    do {
      try Self.copy(from: file.read(into:), cancellation) { try pipe.write($0) }
    } catch ByteFileError.readerStuck {
      throw CancellationError()
    }
  }

  /// Adds bytes at the end.
  /// - Throws: `ByteFileError.temporary` when the folder is full.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(ByteFileError) {
    let path = path
    try open { () throws(ByteFileError) in
      if writer == nil { writer = try ByteFile.writing(path) }
      try writer?.write(bytes)
    }
  }

  /// Reads everything that was added, in blocks; only the last one may be shorter.
  /// - Throws: `ByteFileError.temporary`, and what `body` throws.
  package func readBack(blockBytes: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let path = path
    guard let writer else { return }
    self.writer = nil
    let file = try open { () throws(ByteFileError) in
      try writer.close()
      return try ByteFile.reading(path)
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: blockBytes, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      var filled = 0
      while filled < blockBytes {
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
        let count = try open { () throws(ByteFileError) in try file.read(into: rest) }
        guard count > 0 else { break }
        filled += count
      }
      guard filled > 0 else { return }
      try body(UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
    }
  }

  private func open<Result>(_ body: () throws(ByteFileError) -> Result) throws(ByteFileError) -> Result {
    do {
      return try body()
    } catch {
      switch error {
      case .unreadable(_, let reason), .unwritable(_, let reason): throw .temporary(folder: folder, reason: reason)
      default: throw error
      }
    }
  }

  private static func copy(
    from read: (UnsafeMutableRawBufferPointer) throws -> Int, _ cancellation: Cancellation,
    to write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = try read(buffer)
      // A source that was interrupted ends, too.
      try cancellation.check()
      guard count > 0 else { return }
      try write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }
}
