import Foundation
import TestSupport
import Testing

/// A `convaudio stream`, or another command, that runs between pipes whose other ends are ours.
///
/// Safe to share because one thread at most writes, and another one reads.
final class StreamProcess: @unchecked Sendable {
  let process: Process
  private let input = Pipe()
  private let output = Pipe()
  private let errors = Pipe()
  private var isInputOpen = true

  init(_ bench: Bench, _ arguments: String..., command: String = "stream") throws {
    // A program that has ended must not take the tests with it.
    _ = Foundation.signal(SIGPIPE, SIG_IGN)
    process = bench.program.process(arguments: [command] + arguments)
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  /// Writes all of it; waits while the pipe is full.
  func send(_ bytes: [UInt8]) throws {
    try Deadline.write(bytes, to: input.fileHandleForWriting.fileDescriptor, "the program to read its input")
  }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func closeInput() throws {
    guard isInputOpen else { return }
    isInputOpen = false
    try input.fileHandleForWriting.close()
  }

  func closeOutput() throws { try output.fileHandleForReading.close() }

  /// Reads exactly `count` bytes; fewer only at the end.
  func receive(_ count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count, case let more = try read(count - bytes.count), !more.isEmpty { bytes += more }
    return bytes
  }

  private func read(_ count: Int) throws -> [UInt8] {
    let descriptor = output.fileHandleForReading.fileDescriptor
    return try Deadline.read(count, from: descriptor, "the output of the program")
  }

  /// Reads a line and its end.
  func receiveLine() throws -> String {
    var line: [UInt8] = []
    while line.last != UInt8(ascii: "\n") {
      let byte = try read(1)
      try #require(!byte.isEmpty, "the output ended within the line '\(String(decoding: line, as: UTF8.self))'")
      line += byte
    }
    return String(decoding: line, as: UTF8.self)
  }

  /// Reads to the end.
  func receiveAll() throws -> [UInt8] { try receive(.max) }

  func receiveErrorLine() throws -> String {
    var line: [UInt8] = []
    let descriptor = errors.fileHandleForReading.fileDescriptor
    while line.last != UInt8(ascii: "\n"),
      case let byte = try Deadline.read(1, from: descriptor, "a line of the program's errors"), !byte.isEmpty
    { line += byte }
    let text = String(decoding: line, as: UTF8.self)
    return text.hasPrefix("chain: ") ? try receiveErrorLine() : text
  }

  func send(signal number: Int32) { kill(process.processIdentifier, number) }

  /// Writes until nothing more is taken, because the program is blocked in writing to us.
  func fill() {
    let descriptor = input.fileHandleForWriting.fileDescriptor
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    let zeros = [UInt8](repeating: 0, count: 4096)
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    while poll(&request, 1, 500) > 0 { _ = write(descriptor, zeros, zeros.count) }
  }

  /// The exit code, or −n when signal n ended it.
  func wait() throws -> Int32 {
    let status = try Deadline.wait(forEndOf: process)
    try closeInput()
    return status
  }

  func remainingErrors() throws -> String {
    let descriptor = errors.fileHandleForReading.fileDescriptor
    let rest = try Deadline.readAll(from: descriptor, "the end of the program's errors")
    return withoutChains(String(decoding: rest, as: UTF8.self))
  }
}

/// Float32 samples as bytes.
func littleEndian(_ samples: [Float]) -> [UInt8] {
  samples.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { [UInt8]($0) } }
}
