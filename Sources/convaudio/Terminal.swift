import ByteFiles
import ConvAudioKit
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Opens `/dev/null` in place of closed standard streams. Otherwise the next file would get that descriptor, and messages
/// would be written into audio.
func openMissingStandardStreams() {
  // The system picks the smallest free descriptor. Opened in the wrong direction, so that reading and writing still fail
  // as on a closed stream.
  for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) == -1 {
    _ = open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY)
  }
}

/// The path of an output as the user wrote it; `-` for the names that the system gives to standard output. A file there
/// would be replaced, and not written to.
func outputPath(_ text: String) -> String {
  ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].contains(text) ? standardStreamPath : text
}

/// Refuses to read audio or arrays from a keyboard, or to write them to a screen.
///
/// - Parameters:
///   - what: What errors call it.
///   - input: Whether it comes from standard input.
///   - output: Whether it goes to standard output.
func refuseTerminals(_ what: String = "audio", input: Bool, output: Bool) throws {
  if input, isatty(STDIN_FILENO) == 1 {
    throw CommandError("standard input: is a terminal, expected \(what) from a pipe or file.")
  }
  if output, isatty(STDOUT_FILENO) == 1 {
    throw CommandError("standard output: is a terminal, expected a pipe or file for \(what).")
  }
}

/// Why words for standard output were lost: the first time, if there was one.
private let lostOutput = Mutex<ByteFileError?>(nil)

/// Writes to standard error, unbuffered.
func writeToStandardError(_ text: String) { try? ByteFile.standardError().write(elements: Array(text.utf8)) }

/// Writes to standard output, unbuffered, so that lines appear as files are done. If that fails, the program ends with
/// an error (`checkOutput`).
func writeToStandardOutput(_ text: String) {
  do throws(ByteFileError) {
    try ByteFile.standardOutput().write(elements: Array(text.utf8))
  } catch {
    lostOutput.withLock { $0 = $0 ?? error }
  }
}

/// Reports words that standard output has not taken. A reader that has gone did not want them.
/// - Throws: `ByteFileError.unwritable`.
func checkOutput() throws {
  switch lostOutput.withLock({ $0 }) {
  case .readerClosed?, nil: break
  case let error?: throw error
  }
}

/// Prints a line to standard output; if that is taken by data, to standard error.
func printLine(_ line: String, isOutputTaken: Bool = false) {
  let line = withoutControls(line) + "\n"
  if isOutputTaken { writeToStandardError(line) } else { writeToStandardOutput(line) }
}

/// Prints a sentence to standard error.
func printError(_ sentence: String) {
  let isEnded = [".", "?", "…"].contains { sentence.hasSuffix($0) }
  writeToStandardError("convaudio: \(withoutControls(sentence))\(isEnded ? "" : ".")\n")
}

/// Text with control characters escaped, so that no name or tag of a file can move a terminal's cursor or fake a line.
func withoutControls(_ text: String) -> String {
  func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }
  guard text.unicodeScalars.contains(where: isControl) else { return text }
  return text.unicodeScalars.map { isControl($0) ? "\\u{\(String($0.value, radix: 16))}" : "\($0)" }.joined()
}

/// Prints a sentence to standard error, unless that would block.
func printErrorIfTaken(_ sentence: String) {
  // A pipe that is ready takes at least PIPE_BUF bytes, more than a line.
  var request = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
  if poll(&request, 1, 0) > 0 { printError(sentence) }
}
