// ByteFiles is the only room that opens, reads, writes, seeks, replaces and spools:
// - `ByteFile` owns a descriptor of any kind; every read and write of the package goes through it.
// - `ReplacingFile` and `StandardOutput` are outputs that appear only when complete (`PendingOutput`).
// - `SpooledFile` is a temporary copy of a pipe that needs seeking.
// - `ByteFormat` recognises formats by their first bytes, and `PeekedBytes` looks at them without consuming.
// - `ByteFileError` says what went wrong, `Cancellation` whether the user asked to stop.
// The rooms of formats turn bytes into numbers and know nothing of descriptors.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An open file, pipe, socket or device.
///
/// Usually one call here is one system call. Reading and writing block. After a signal they check for cancellation and
/// go on (a signal handler installed without SA_RESTART interrupts a blocked call).
///
/// The descriptor is closed with its owner, unless it was borrowed.
package final class ByteFile {
  /// Its name in errors.
  package let name: String
  private let descriptor: Int32
  private let isBorrowed: Bool
  private let cancellation: Cancellation
  private var isOpen = true

  /// How long a cancelled run waits for a reader that takes nothing before it drops the rest of its block.
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

  /// Opens a regular file to read. Never waits; refuses pipes and devices.
  ///
  /// - Parameter maximumBytes: A larger file is an error.
  /// - Throws: `ByteFileError.unreadable`, `.notAFile`, `.tooLarge`.
  package static func reading(_ path: String, maximumBytes: Int = .max) throws(ByteFileError) -> ByteFile {
    // Opening a device can have side effects, so check the kind first.
    if let kind = try FileKind.of(path) { throw .notAFile(path: path, actual: kind) }
    // Not blocking: if the file becomes a pipe in between, the second check finds it instead of waiting.
    let descriptor = systemOpen(path, O_RDONLY | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(path: path, reason: systemReason()) }
    let file = ByteFile(owned: descriptor, name: path, cancellation: .never)
    if let kind = file.kind { throw .notAFile(path: path, actual: kind) }
    guard file.byteCount <= maximumBytes else {
      throw .tooLarge(path: path, expected: maximumBytes, actual: file.byteCount)
    }
    return file
  }

  /// Opens a file, pipe or device to read. Waits for the writer of a pipe until cancelled.
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

  /// Creates a file, or empties it; it can be read, too. Devices are allowed (`/dev/null`).
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
    // Linux opens a pipe for both directions without waiting, so this must check too.
    if let kind = file.kind, kind != .device { throw .notAFile(path: path, actual: kind) }
    return file
  }

  deinit { if isOpen, !isBorrowed { _ = systemClose(descriptor) } }

  /// Closes a file after writing; some systems report a failed write only here.
  /// - Throws: `ByteFileError.unwritable`.
  package func close() throws(ByteFileError) {
    guard isOpen, !isBorrowed else { return }
    isOpen = false
    guard systemClose(descriptor) == 0 else { throw .unwritable(path: name, reason: systemReason()) }
  }

  /// The kind of file; nil for a regular one.
  package var kind: FileKind? {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? FileKind(status) : nil
  }

  /// The size in bytes according to the file system.
  package var byteCount: Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  // MARK: - Reading

  /// Fills the front of a buffer.
  /// - Returns: Bytes read; 0 at the end, and when cancelled.
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

  /// Fills the front of a buffer from a place of a regular file, whatever the position, which stays.
  /// - Returns: Bytes read; 0 at the end.
  /// - Throws: `ByteFileError.unreadable`.
  package func read(into buffer: UnsafeMutableRawBufferPointer, at place: Int64) throws(ByteFileError) -> Int {
    while true {
      let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(place))
      if count >= 0 { return count }
      guard errno == EINTR else { throw .unreadable(path: name, reason: systemReason()) }
    }
  }

  /// The next bytes of a regular file.
  ///
  /// - Precondition: The file has at least `count` bytes, so that nothing larger than the file is allocated.
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

  /// The contents of a regular file.
  /// - Throws: As `reading` and `read`.
  package static func contents(of path: String, maximumBytes: Int) throws(ByteFileError) -> [UInt8] {
    let file = try reading(path, maximumBytes: maximumBytes)
    return try file.read(file.byteCount)
  }

  /// Bytes at an offset, without moving the position; fewer at the end of the file.
  package func bytes(at offset: Int64, count: Int) -> [UInt8] {
    guard offset >= 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(0, pread(descriptor, buffer.baseAddress, count, off_t(offset)))
    }
  }

  /// Seeks relative to the end of the file.
  package static let end = SEEK_END
  /// Seeks relative to the current place.
  package static let current = SEEK_CUR

  /// Moves the position, as `lseek` does. Returns the new position; -1 if it cannot be moved there.
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
        // If the reader is only slow, the current block is finished, in pieces that a pipe takes without blocking once
        // it is ready.
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

  /// Writes all elements with their layout in memory.
  /// - Throws: As above.
  package func write<Element: BitwiseCopyable>(elements: [Element]) throws(ByteFileError) {
    var failure: ByteFileError?
    elements.withUnsafeBytes { bytes in
      do throws(ByteFileError) { try write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Overwrites bytes from `offset` on, then moves the position back to the end of the file.
  /// - Throws: As above; `.unwritable` if the file cannot seek.
  package func overwrite(_ bytes: [UInt8], at offset: Int) throws(ByteFileError) {
    guard seek(to: Int64(offset)) >= 0 else { throw .unwritable(path: name, reason: systemReason()) }
    try write(elements: bytes)
    guard seek(to: 0, from: SEEK_END) >= 0 else { throw .unwritable(path: name, reason: systemReason()) }
  }

  /// Waits until the descriptor is ready, or has failed, which the next call will report.
  /// - Returns: False after the time limit; without a limit, false after a signal.
  private func wait(for event: Int32, milliseconds: Int32) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(event), revents: 0)
    while true {
      let count = poll(&request, 1, milliseconds)
      if count < 0, errno == EINTR, milliseconds >= 0 { continue }
      return count > 0
    }
  }
}
