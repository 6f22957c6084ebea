import ByteFiles
import ConvAudioKit

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

/// Writes to standard error, unbuffered.
func writeToStandardError(_ text: String) { _ = write(text, to: .standardError()) }

/// Writes to standard output, unbuffered, so that lines appear as files are done.
/// - Returns: False when it fails.
@discardableResult
func writeToStandardOutput(_ text: String) -> Bool { write(text, to: .standardOutput()) }

/// Prints a sentence to standard error.
func printError(_ sentence: String) {
  writeToStandardError("convaudio: \(sentence)\(sentence.hasSuffix(".") ? "" : ".")\n")
}

/// Prints a sentence to standard error, unless that would block.
func printErrorIfTaken(_ sentence: String) {
  // A pipe that is ready takes at least PIPE_BUF bytes, more than a line.
  var request = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
  if poll(&request, 1, 0) > 0 { printError(sentence) }
}

private func write(_ text: String, to stream: ByteFile) -> Bool {
  (try? stream.write(elements: Array(text.utf8))) != nil
}
