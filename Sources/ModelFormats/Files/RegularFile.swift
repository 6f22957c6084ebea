#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A file opened for reading whose kind and size are known before a byte of it is.
///
/// Straight on `open`, `fstat` and `read`, because Foundation would open before it looks (a pipe would hang
/// it) and would add 12 MB to a static executable for these twenty lines.
package struct RegularFile: ~Copyable {
  let path: String
  /// The size that the file system states.
  package let byteCount: Int
  private let descriptor: CInt

  /// Opens a regular file.
  ///
  /// - Throws: `notARegularFile` for folders, pipes, sockets and devices (without opening them),
  ///   `fileTooLarge`, or `unreadableFile`.
  package init(path: String, maximumBytes: Int) throws(ModelFormatError) {
    guard !path.utf8.contains(0) else {
      throw .unreadableFile(file: path, reason: "the path holds a NUL character")
    }
    var status = stat()
    guard stat(path, &status) == 0 else { throw Self.unreadable(path) }
    try Self.check(status, path: path, maximumBytes: maximumBytes)
    // Not blocking: should the file be exchanged for a pipe now, the second look says so instead of waiting.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.unreadable(path) }
    do throws(ModelFormatError) {
      guard fstat(descriptor, &status) == 0 else { throw Self.unreadable(path) }
      try Self.check(status, path: path, maximumBytes: maximumBytes)
    } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    self.byteCount = Int(status.st_size)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// The next `count` bytes.
  ///
  /// - Precondition: `count` lies within what `byteCount` leaves, so nothing larger than the file is allocated.
  /// - Throws: `fileTooShort` when the file shrank meanwhile, or `unreadableFile`.
  package func read(_ count: Int) throws(ModelFormatError) -> [UInt8] {
    precondition((0...byteCount).contains(count), "a read stays within the file")
    var failure: ModelFormatError?
    // Safe because: every write lies in filled ..< count, and `initialized` counts only bytes that were read.
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        let got = systemRead(descriptor, buffer.baseAddress! + initialized, count - initialized)
        if got > 0 {
          initialized += got
        } else if got == 0 {
          failure = .fileTooShort(file: path, expected: byteCount, actual: byteCount - (count - initialized))
          return
        } else if errno != EINTR {
          failure = Self.unreadable(path)
          return
        }
      }
    }
    if let failure { throw failure }
    return bytes
  }

  private static func check(
    _ status: stat, path: String, maximumBytes: Int
  ) throws(ModelFormatError) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .notARegularFile(file: path, actual: "a directory")
    case S_IFIFO: throw .notARegularFile(file: path, actual: "a pipe")
    case S_IFSOCK: throw .notARegularFile(file: path, actual: "a socket")
    default: throw .notARegularFile(file: path, actual: "a device")
    }
    guard status.st_size <= maximumBytes else {
      throw .fileTooLarge(file: path, expected: maximumBytes, actual: Int(status.st_size))
    }
  }

  private static func unreadable(_ path: String) -> ModelFormatError {
    .unreadableFile(file: path, reason: String(cString: strerror(errno)))
  }
}

// The method of the same name hides the system call inside the type.
private func systemRead(_ descriptor: CInt, _ buffer: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
  read(descriptor, buffer, count)
}
