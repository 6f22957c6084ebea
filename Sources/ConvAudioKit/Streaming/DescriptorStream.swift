#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file descriptor as a stream: blocking, restartable, and interrupted by signals.
///
/// A signal handler that was installed without SA_RESTART interrupts a blocked call, and `isCancelled` is asked then.
/// In the usual case a call here is one system call, `read` or `write`.
struct DescriptorStream {
  let descriptor: Int32
  /// What people call it, for errors.
  let name: String
  let isCancelled: () -> Bool

  /// How long a cancelled run waits for a reader that takes nothing, before it gives the rest of its block up.
  private static let patienceMilliseconds: Int32 = 500

  /// Fills the front of `buffer`.
  /// - Returns: Bytes read; 0 at the end, and when the run was cancelled.
  /// - Throws: `StreamError.readFailed`.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while !isCancelled() {
      let count = systemRead(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      // Whoever made the pipe may have left it non-blocking.
      case EAGAIN: _ = wait(for: POLLIN, milliseconds: -1)
      case let code: throw StreamError.readFailed(name: name, reason: String(cString: strerror(code)))
      }
    }
    return 0
  }

  /// Writes all of `bytes`.
  /// - Throws: `ReaderClosed`; `ReaderStuck`; `StreamError.writeFailed`.
  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while !rest.isEmpty {
      var most = rest.count
      if isCancelled() {
        // A block that was begun is finished for a reader that is only slow. No more at a time than a pipe takes
        // without blocking once it says that it takes something.
        guard wait(for: POLLOUT, milliseconds: Self.patienceMilliseconds) else { throw ReaderStuck() }
        most = min(most, Int(PIPE_BUF))
      }
      let count = systemWrite(descriptor, rest.baseAddress, most)
      if count > 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        continue
      }
      switch count == 0 ? ENOSPC : errno {
      case EINTR: continue
      case EAGAIN: _ = wait(for: POLLOUT, milliseconds: -1)
      case EPIPE, ECONNRESET: throw ReaderClosed()
      case let code: throw StreamError.writeFailed(name: name, reason: String(cString: strerror(code)))
      }
    }
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

/// The run was cancelled, and the reader of the output takes nothing any more.
struct ReaderStuck: Error {}

private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  #if canImport(Glibc)
    Glibc.read(descriptor, bytes, count)
  #else
    Darwin.read(descriptor, bytes, count)
  #endif
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  #if canImport(Glibc)
    Glibc.write(descriptor, bytes, count)
  #else
    Darwin.write(descriptor, bytes, count)
  #endif
}
