#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Opens `/dev/null` where standard input, output or error is closed. Otherwise an audio file would get that number,
/// and our own words would be written into it.
func openMissingStandardStreams() {
  // The system gives the smallest number that is free. Opened the wrong way round, so that reading and writing still are
  // the errors that they are on a closed stream.
  for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) == -1 {
    _ = open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY)
  }
}

/// Audio neither comes from a keyboard nor is read from a screen, and no more do arrays.
///
/// - Parameters:
///   - what: What it is, for errors.
///   - input: Whether it is expected on standard input.
///   - output: Whether it goes to standard output.
func refuseTerminals(_ what: String = "audio", input: Bool, output: Bool) throws {
  if input, isatty(STDIN_FILENO) == 1 {
    throw CommandError("standard input: is a terminal, expected \(what) from a pipe or file.")
  }
  if output, isatty(STDOUT_FILENO) == 1 {
    throw CommandError("standard output: is a terminal, expected a pipe or file for \(what).")
  }
}

/// Standard error, unbuffered.
func writeToStandardError(_ text: String) { _ = write(text, to: STDERR_FILENO) }

/// Standard output, unbuffered, so that lines appear as files are done.
/// - Returns: False when it could not be written.
@discardableResult
func writeToStandardOutput(_ text: String) -> Bool { write(text, to: STDOUT_FILENO) }

/// Prints a sentence to standard error.
func printError(_ sentence: String) {
  writeToStandardError("convaudio: \(sentence)\(sentence.hasSuffix(".") ? "" : ".")\n")
}

/// Prints a sentence to standard error if that takes it at once.
func printErrorIfTaken(_ sentence: String) {
  // A pipe that is ready takes at least PIPE_BUF bytes, so a line of a few hundred does not block.
  var request = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
  if poll(&request, 1, 0) > 0 { printError(sentence) }
}

/// Fills a file that is there.
/// - Returns: What went wrong, or nil.
func write(_ text: String, toFile path: String) -> String? {
  let descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
  guard descriptor >= 0 else { return String(cString: strerror(errno)) }
  let isWritten = write(text, to: descriptor)
  let reason = String(cString: strerror(errno))
  return close(descriptor) == 0 && isWritten ? nil : reason
}

private func write(_ text: String, to descriptor: Int32) -> Bool {
  var text = text
  return text.withUTF8 { bytes in
    var rest = UnsafeRawBufferPointer(bytes)
    while !rest.isEmpty {
      let count = Int(systemWrite(descriptor, rest.baseAddress, rest.count))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
    return true
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  #if canImport(Glibc)
    Glibc.write(descriptor, bytes, count)
  #else
    Darwin.write(descriptor, bytes, count)
  #endif
}
