#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The system's file behind an array, closed with its owner.
final class NumPyFile {
  let path: String
  /// The size that the file system states; 0 of a file that is written.
  let byteCount: Int
  private let descriptor: CInt
  private var isOpen = true

  /// Opens a regular file to read. Never waits, not even for a pipe without a writer.
  /// - Throws: `NumPyError.unreadable`, `.notAFile`.
  init(reading path: String) throws(NumPyError) {
    guard !path.utf8.contains(0) else { throw .unreadable(path: path, reason: "the path holds a NUL character") }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    // A socket cannot be opened at all, which the system calls ENXIO.
    guard descriptor >= 0 else {
      let code = errno
      if code == ENXIO { throw .notAFile(path: path, actual: "a socket") }
      throw .unreadable(path: path, reason: Self.reason(code))
    }
    var status = stat()
    var failure: NumPyError?
    if fstat(descriptor, &status) != 0 {
      failure = .unreadable(path: path, reason: Self.reason(errno))
    } else if status.st_mode & S_IFMT != S_IFREG {
      let actual =
        switch status.st_mode & S_IFMT {
        case S_IFDIR: "a folder"
        case S_IFIFO: "a pipe"
        default: "a device"
        }
      failure = .notAFile(path: path, actual: actual)
    }
    if let failure {
      _ = systemClose(descriptor)
      throw failure
    }
    self.path = path
    self.descriptor = descriptor
    byteCount = Int(status.st_size)
  }

  /// Creates a file, or empties it.
  /// - Throws: `NumPyError.unwritable`.
  init(writing path: String) throws(NumPyError) {
    guard !path.utf8.contains(0) else { throw .unwritable(path: path, reason: "the path holds a NUL character") }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: Self.reason(errno)) }
    self.path = path
    self.descriptor = descriptor
    byteCount = 0
  }

  deinit { if isOpen { _ = systemClose(descriptor) } }

  /// Fills the front of the buffer; 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(NumPyError) -> Int {
    while true {
      let got = systemRead(descriptor, buffer)
      if got >= 0 { return got }
      guard errno == EINTR else { throw .unreadable(path: path, reason: Self.reason(errno)) }
    }
  }

  /// Writes all elements as they lie in memory.
  func write<Element: BitwiseCopyable>(_ elements: [Element]) throws(NumPyError) {
    var done = 0
    let count = elements.count * MemoryLayout<Element>.stride
    while done < count {
      let put = elements.withUnsafeBytes { systemWrite(descriptor, UnsafeRawBufferPointer(rebasing: $0[done...])) }
      if put > 0 {
        done += put
      } else if put == 0 || errno != EINTR {
        throw .unwritable(path: path, reason: Self.reason(put == 0 ? ENOSPC : errno))
      }
    }
  }

  /// Writes bytes over those that begin at `offset`, and goes on behind the last byte of the file afterwards.
  func overwrite(_ bytes: [UInt8], at offset: Int) throws(NumPyError) {
    guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
      throw .unwritable(path: path, reason: Self.reason(errno))
    }
    try write(bytes)
    guard lseek(descriptor, 0, SEEK_END) >= 0 else { throw .unwritable(path: path, reason: Self.reason(errno)) }
  }

  /// Closes a written file; some systems notice only here that it has not arrived.
  func close() throws(NumPyError) {
    isOpen = false
    guard systemClose(descriptor) == 0 else { throw .unwritable(path: path, reason: Self.reason(errno)) }
  }

  private static func reason(_ code: CInt) -> String {
    strerror(code).map { String(cString: $0) } ?? "error \(code)"
  }
}

// The methods of the same names hide the system calls inside the type.
private func systemRead(_ descriptor: CInt, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}

private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}

private func systemClose(_ descriptor: CInt) -> CInt { close(descriptor) }
