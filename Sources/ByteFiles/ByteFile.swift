// ByteFiles is the only room that opens, reads, writes, seeks, replaces and spools:
// - `ByteFile` owns a descriptor, whatever it is of; every read and write of the package is one of its.
// - `ReplacingFile` and `StandardOutput` are outputs that appear when they are complete (`PendingOutput`).
// - `SpooledFile` is a temporary file for a pipe that must be sought in.
// - `ByteFormat` says what bytes are by how they begin, and `PeekedBytes` looks without taking.
// - `ByteFileError` says what went wrong, `Cancellation` whether somebody has asked to stop.
// The rooms of formats put numbers to bytes and know nothing of descriptors.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An open file, pipe, socket or device.
///
/// Usually a call here is one system call. Reading and writing wait, go on after a signal, and ask then whether somebody
/// has asked to stop (a signal handler that was installed without SA_RESTART interrupts a blocked call).
///
/// The descriptor is closed with its owner, unless it was borrowed.
package final class ByteFile {
  /// What people call it, for errors.
  package let name: String
  private let descriptor: Int32
  private let isBorrowed: Bool
  private let cancellation: Cancellation
  private var isOpen = true

  /// How long a cancelled run waits for a reader that takes nothing, before it gives up the rest of its block.
  private static let patienceMilliseconds: Int32 = 500

  // MARK: - Opening

  /// Borrows a descriptor, blocking or not.
  package init(descriptor: Int32, name: String, cancellation: Cancellation = .never) {
    self.name = name
    self.descriptor = descriptor
    self.cancellation = cancellation
    isBorrowed = true
  }

  /// Standard error.
  package static func standardError() -> ByteFile { ByteFile(descriptor: STDERR_FILENO, name: "standard error") }

  private init(owned descriptor: Int32, name: String, cancellation: Cancellation) {
    self.name = name
    self.descriptor = descriptor
    self.cancellation = cancellation
    isBorrowed = false
  }

  /// Standard input.
  package static func standardInput(_ cancellation: Cancellation = .never) -> ByteFile {
    ByteFile(descriptor: STDIN_FILENO, name: StandardStream.input, cancellation: cancellation)
  }

  /// Standard output.
  package static func standardOutput(_ cancellation: Cancellation = .never) -> ByteFile {
    ByteFile(descriptor: STDOUT_FILENO, name: StandardStream.output, cancellation: cancellation)
  }

  /// Opens a regular file to read. Never waits, and opens no pipe or device.
  ///
  /// - Parameter maximumBytes: A larger file is an error.
  /// - Throws: `ByteFileError.unreadable`, `.notAFile`, `.tooLarge`.
  package static func reading(_ path: String, maximumBytes: Int = .max) throws(ByteFileError) -> ByteFile {
    // Opening a device can have effects, so that one is looked at first.
    if let kind = try FileKind.of(path) { throw .notAFile(path: path, actual: kind) }
    // Not blocking: should the file be exchanged for a pipe now, the second look says so instead of waiting.
    let descriptor = systemOpen(path, O_RDONLY | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(path: path, reason: systemReason()) }
    let file = ByteFile(owned: descriptor, name: path, cancellation: .never)
    if let kind = file.kind { throw .notAFile(path: path, actual: kind) }
    guard file.byteCount <= maximumBytes else {
      throw .tooLarge(path: path, expected: maximumBytes, actual: file.byteCount)
    }
    return file
  }

  /// Opens a file, pipe or device to read. Waits for the writer of a pipe, until somebody asks to stop.
  /// - Throws: `ByteFileError.unreadable`.
  package static func waiting(
    for path: String, cancellation: Cancellation = .never
  ) throws(ByteFileError) -> ByteFile {
    while true {
      let descriptor = systemOpen(path, O_RDONLY)
      if descriptor >= 0 { return ByteFile(owned: descriptor, name: path, cancellation: cancellation) }
      guard errno == EINTR, !cancellation.isRequested else {
        throw .unreadable(path: path, reason: systemReason())
      }
    }
  }

  /// Creates a file, or empties it; it can be read, too. Devices are let through (`/dev/null`).
  /// - Throws: `ByteFileError.unwritable`, `.notAFile`.
  package static func writing(
    _ path: String, name: String? = nil, cancellation: Cancellation = .never
  ) throws(ByteFileError) -> ByteFile {
    guard !path.utf8.contains(0) else { throw .unwritable(path: path, reason: "the path holds a NUL character") }
    let descriptor = systemOpen(path, O_RDWR | O_CREAT | O_TRUNC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let code = errno
      if let kind = try? FileKind.of(path), kind != .device { throw .notAFile(path: path, actual: kind) }
      throw .unwritable(path: name ?? path, reason: systemReason(code))
    }
    let file = ByteFile(owned: descriptor, name: name ?? path, cancellation: cancellation)
    // Linux opens a pipe for both directions without waiting, so that it comes as far as here.
    if let kind = file.kind, kind != .device { throw .notAFile(path: path, actual: kind) }
    return file
  }

  deinit { if isOpen, !isBorrowed { _ = systemClose(descriptor) } }

  /// Closes a file that was written; some systems notice only here that a byte has not arrived.
  /// - Throws: `ByteFileError.unwritable`.
  package func close() throws(ByteFileError) {
    guard isOpen, !isBorrowed else { return }
    isOpen = false
    guard systemClose(descriptor) == 0 else { throw .unwritable(path: name, reason: systemReason()) }
  }

  /// nil for a regular file.
  package var kind: FileKind? {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? FileKind(status) : nil
  }

  /// The size that the file system states.
  package var byteCount: Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  // MARK: - Reading

  /// Fills the front of a buffer.
  /// - Returns: Bytes read; 0 at the end, and when somebody has asked to stop.
  /// - Throws: `ByteFileError.unreadable`.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(ByteFileError) -> Int {
    while !cancellation.isRequested {
      let count = systemRead(descriptor, buffer)
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      // The program that made the pipe may have left it non-blocking.
      case EAGAIN: _ = wait(for: POLLIN, milliseconds: -1)
      case let code: throw .unreadable(path: name, reason: systemReason(code))
      }
    }
    return 0
  }

  /// The next bytes of a regular file.
  ///
  /// - Precondition: The file has so many, so that nothing larger than the file is allocated.
  /// - Throws: `ByteFileError.tooShort` when the file has become shorter since it was opened; `.unreadable`.
  package func read(_ count: Int) throws(ByteFileError) -> [UInt8] {
    var failure: ByteFileError?
    // Safe because: every write lies in filled ..< count, and `filled` counts only bytes that were read.
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, failure == nil {
        do throws(ByteFileError) {
          let got = try read(
            into: UnsafeMutableRawBufferPointer(start: buffer.baseAddress! + filled, count: count - filled))
          if got == 0 { failure = .tooShort(path: name, expected: count, actual: filled) }
          filled += got
        } catch {
          failure = error
        }
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Everything in a regular file.
  /// - Throws: As `reading` and `read`.
  package static func contents(of path: String, maximumBytes: Int) throws(ByteFileError) -> [UInt8] {
    let file = try reading(path, maximumBytes: maximumBytes)
    return try file.read(file.byteCount)
  }

  /// Bytes at a place, without moving the position; fewer at the end of the file.
  package func bytes(at offset: Int64, count: Int) -> [UInt8] {
    guard offset >= 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(0, pread(descriptor, buffer.baseAddress, count, off_t(offset)))
    }
  }

  /// Stands for the end of a file in `seek`.
  package static let end = SEEK_END

  /// Moves the position, as `lseek` does. Returns the new one; -1 where there is none.
  package func seek(to offset: Int64, from whence: Int32 = SEEK_SET) -> Int64 {
    Int64(lseek(descriptor, off_t(offset), whence))
  }

  // MARK: - Writing

  /// Writes all bytes.
  /// - Throws: `ByteFileError.unwritable`, `.readerClosed`, `.readerStuck`.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(ByteFileError) {
    var rest = bytes
    while !rest.isEmpty {
      var part = rest
      if cancellation.isRequested {
        // A block that was begun is finished for a reader that is only slow. No more at a time than a pipe takes
        // without blocking once it says that it takes something.
        guard wait(for: POLLOUT, milliseconds: Self.patienceMilliseconds) else { throw .readerStuck(path: name) }
        part = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(PIPE_BUF)))
      }
      let count = systemWrite(descriptor, part)
      if count > 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        continue
      }
      switch count == 0 ? ENOSPC : errno {
      case EINTR: continue
      case EAGAIN: _ = wait(for: POLLOUT, milliseconds: -1)
      case EPIPE, ECONNRESET: throw .readerClosed(path: name)
      case let code: throw .unwritable(path: name, reason: systemReason(code))
      }
    }
  }

  /// Writes all elements as they are in memory.
  /// - Throws: As above.
  package func write<Element: BitwiseCopyable>(elements: [Element]) throws(ByteFileError) {
    var failure: ByteFileError?
    elements.withUnsafeBytes { bytes in
      do throws(ByteFileError) { try write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Writes bytes over those that begin at `offset`, and then goes on after the last byte of the file.
  /// - Throws: As above; `.unwritable` where the file cannot be gone back in.
  package func overwrite(_ bytes: [UInt8], at offset: Int) throws(ByteFileError) {
    guard seek(to: Int64(offset)) >= 0 else { throw .unwritable(path: name, reason: systemReason()) }
    try write(elements: bytes)
    guard seek(to: 0, from: SEEK_END) >= 0 else { throw .unwritable(path: name, reason: systemReason()) }
  }

  /// Waits until the descriptor is ready, or has failed, which the next call will tell.
  /// - Returns: False when the time is over, and when a signal came while there was no limit.
  private func wait(for event: Int32, milliseconds: Int32) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(event), revents: 0)
    while true {
      let count = poll(&request, 1, milliseconds)
      if count < 0, errno == EINTR, milliseconds >= 0 { continue }
      return count > 0
    }
  }
}
