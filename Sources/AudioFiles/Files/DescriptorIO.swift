#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An open file descriptor and the first thing that went wrong with it.
///
/// libsndfile loses errors: MP3 on a full disk writes everything and closes with 0, Vorbis gives an error number
/// that does not exist, and a failed read looks like the end of the file. So it gets these four functions in
/// place of its own, over the same descriptor, and the truth is kept here.
final class DescriptorIO {
  private let descriptor: Int32
  private var isOpen = true
  /// `errno` of the first read or write that failed; 0 when all went well.
  private(set) var failure: Int32 = 0
  /// Answers that the end cannot be sought, as a pipe does. Makes the MP3 decoder read on to the end of the data
  /// instead of stopping at a length that it guessed from the size of the file.
  var hidesEnd = false

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { _ = shut() }

  /// Opens a file to read. Never waits, not even for a pipe without a writer.
  static func reading(path: String) throws(AudioFileError) -> DescriptorIO {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: errorText(errno)) }
    let io = DescriptorIO(descriptor: descriptor)
    if let kind = io.kindUnlessFile { throw .notAFile(path: path, actual: kind) }
    return io
  }

  /// Creates a file, or empties it; readable too, for `repairHeader`. Devices are let through (`/dev/null`), as far as they can seek.
  static func writing(path: String) throws(AudioFileError) -> DescriptorIO {
    let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      let code = errno
      if code == EISDIR { throw .notAFile(path: path, actual: "a directory") }
      if code == ENXIO { throw .notAFile(path: path, actual: "a pipe or socket") }
      throw .cannotOpen(path: path, reason: errorText(code))
    }
    let io = DescriptorIO(descriptor: descriptor)
    // Linux opens a pipe for both directions without waiting, so that it comes as far as here.
    if let kind = io.kindUnlessFile, kind != "a device" { throw .notAFile(path: path, actual: kind) }
    return io
  }

  /// Size in bytes.
  var length: Int64 {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int64(status.st_size) : 0
  }

  /// Reads at a place without moving the position; fewer bytes at the end of the file.
  func bytes(at offset: Int64, count: Int) -> [UInt8] {
    guard offset >= 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(0, pread(descriptor, buffer.baseAddress, count, off_t(offset)))
    }
  }

  /// Closes the descriptor once. Returns `errno`, or 0.
  func shut() -> Int32 {
    guard isOpen else { return 0 }
    isOpen = false
    return close(descriptor) == 0 ? 0 : errno
  }

  private var kindUnlessFile: String? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return "nothing that can be examined" }
    return switch status.st_mode & S_IFMT {
    case S_IFREG: nil
    case S_IFDIR: "a directory"
    case S_IFIFO: "a pipe"
    case S_IFSOCK: "a socket"
    default: "a device"
    }
  }

  // MARK: - What libsndfile calls

  func move(to offset: Int64, whence: Int32) -> Int64 {
    if hidesEnd, whence == SEEK_END { return -1 }
    return Int64(lseek(descriptor, off_t(offset), whence))
  }

  func fill(_ bytes: UnsafeMutableRawPointer?, count: Int64) -> Int64 {
    guard let bytes, count > 0 else { return 0 }
    var done = 0
    while done < count {
      let got = read(descriptor, bytes + done, Int(count) - done)
      if got > 0 {
        done += got
      } else if got == 0 {
        break
      } else if errno != EINTR {
        if failure == 0 { failure = errno }
        break
      }
    }
    return Int64(done)
  }

  func drain(_ bytes: UnsafeRawPointer?, count: Int64) -> Int64 {
    // After the first failure nothing more is tried: the file has a hole in it.
    guard let bytes, count > 0, failure == 0 else { return 0 }
    var done = 0
    while done < count {
      let put = write(descriptor, bytes + done, Int(count) - done)
      if put > 0 {
        done += put
      } else if put == 0 || errno != EINTR {
        failure = put == 0 ? ENOSPC : errno
        break
      }
    }
    return Int64(done)
  }
}

/// The system's words for an `errno`.
func errorText(_ code: Int32) -> String {
  strerror(code).map { String(cString: $0) } ?? "error \(code)"
}
