#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Standard error, unbuffered.
func writeToStandardError(_ text: String) { write(text, to: STDERR_FILENO) }

/// Standard output, unbuffered, so that lines appear as files are done.
func writeToStandardOutput(_ text: String) { write(text, to: STDOUT_FILENO) }

/// Prints a sentence to standard error.
func printError(_ sentence: String) { writeToStandardError("convaudio: \(sentence)\n") }

private func write(_ text: String, to descriptor: Int32) {
  var text = text
  text.withUTF8 { bytes in
    var rest = UnsafeRawBufferPointer(bytes)
    while !rest.isEmpty {
      let count = Int(systemWrite(descriptor, rest.baseAddress, rest.count))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  #if canImport(Glibc)
    Glibc.write(descriptor, bytes, count)
  #else
    Darwin.write(descriptor, bytes, count)
  #endif
}
