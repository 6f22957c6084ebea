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
  func send(_ bytes: [UInt8]) throws { try input.fileHandleForWriting.write(contentsOf: bytes) }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func closeInput() throws {
    guard isInputOpen else { return }
    isInputOpen = false
    try input.fileHandleForWriting.close()
  }

  func closeOutput() throws { try output.fileHandleForReading.close() }

  /// Reads exactly so many bytes; fewer only at the end.
  func receive(_ count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count, let more = try output.fileHandleForReading.read(upToCount: count - bytes.count),
      !more.isEmpty
    { bytes += more }
    return bytes
  }

  /// Reads to the end.
  func receiveAll() throws -> [UInt8] { try receive(.max) }

  func receiveErrorLine() throws -> String {
    var line: [UInt8] = []
    while let byte = try errors.fileHandleForReading.read(upToCount: 1)?.first {
      line.append(byte)
      if byte == UInt8(ascii: "\n") { break }
    }
    return String(decoding: line, as: UTF8.self)
  }

  func send(signal number: Int32) { kill(process.processIdentifier, number) }

  /// Writes until nothing more is taken, because the program is blocked in writing to us.
  func fill() {
    let descriptor = input.fileHandleForWriting.fileDescriptor
    let flags = fcntl(descriptor, F_GETFL)
    _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
    let zeros = [UInt8](repeating: 0, count: 4096)
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    while poll(&request, 1, 500) > 0 { _ = write(descriptor, zeros, zeros.count) }
    _ = fcntl(descriptor, F_SETFL, flags)
  }

  /// The exit code, or −n when signal n ended it.
  func wait() throws -> Int32 {
    process.waitUntilExit()
    try closeInput()
    return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
  }

  func remainingErrors() throws -> String {
    String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
  }
}

/// Float32 samples as bytes.
func littleEndian(_ samples: [Float]) -> [UInt8] {
  samples.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { [UInt8]($0) } }
}
