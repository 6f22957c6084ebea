import Foundation

/// Every wait of a test for something outside it goes through here. It ends with what came, or with an error that
/// names what did not come: without a deadline, one silent pipe stops the whole run.
public enum Deadline {
  /// How long a test waits: far more than a busy machine needs.
  public static let seconds = 120.0

  /// What did not come in time.
  public struct Expired: Error, CustomStringConvertible {
    public let awaited: String
    public let seconds: Double
    public var description: String { "waited \(seconds) seconds in vain for \(awaited)" }
  }

  /// Asks every 2 milliseconds until the answer is yes.
  public static func wait(
    for awaited: String, seconds: Double = seconds, until isTrue: () throws -> Bool
  ) throws {
    let end = now() + seconds
    while try !isTrue() {
      guard now() < end else { throw Expired(awaited: awaited, seconds: seconds) }
      usleep(2000)
    }
  }

  /// Waits until a process that was started has ended; kills it, and what it started, when it has not in time.
  /// - Returns: Its exit code, or −n when signal n ended it.
  public static func wait(
    forEndOf process: Process, _ name: String = "the program", seconds: Double = seconds
  ) throws -> Int32 {
    do {
      try wait(for: "the end of \(name)", seconds: seconds) { !process.isRunning }
    } catch {
      // Foundation gives every process a group of its own, where its children are as well.
      kill(-process.processIdentifier, SIGKILL)
      throw error
    }
    return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
  }

  /// Reads up to `count` bytes, as soon as there are any.
  /// - Returns: At least one byte; none at the end.
  public static func read(
    _ count: Int, from descriptor: Int32, _ awaited: String, seconds: Double = seconds
  ) throws -> [UInt8] {
    let end = now() + seconds
    while true {
      guard isReady(descriptor, POLLIN, until: end) else { throw Expired(awaited: awaited, seconds: seconds) }
      var failure: Int32 = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: min(count, 65_536)) { buffer, filled in
        let result = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
        (filled, failure) = (max(0, result), result < 0 ? errno : 0)
      }
      if failure == 0 { return bytes }
      guard failure == EINTR || failure == EAGAIN else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EIO) }
    }
  }

  /// Reads to the end.
  public static func readAll(
    from descriptor: Int32, _ awaited: String, seconds: Double = seconds
  ) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while case let more = try read(.max, from: descriptor, awaited, seconds: seconds), !more.isEmpty { bytes += more }
    return bytes
  }

  /// Writes all bytes, and waits where the reader is slow. The descriptor does not block afterwards.
  public static func write(
    _ bytes: [UInt8], to descriptor: Int32, _ awaited: String, seconds: Double = seconds
  ) throws {
    let end = now() + seconds
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    var rest = bytes[...]
    while !rest.isEmpty {
      guard isReady(descriptor, POLLOUT, until: end) else { throw Expired(awaited: awaited, seconds: seconds) }
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR && errno != EAGAIN {
        throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
      }
    }
  }

  /// Calls something that might never return, such as a reader that should refuse a pipe, on a thread of its own. If
  /// the call does not return in time, its thread is abandoned.
  public static func call<Value>(
    _ awaited: String, seconds: Double = seconds, _ body: @escaping () throws -> Value
  ) throws -> Value {
    let call = Call(body)
    Thread.detachNewThread { call.run() }
    guard call.isDone.wait(timeout: .now() + seconds) == .success else {
      throw Expired(awaited: awaited, seconds: seconds)
    }
    return try call.result!.get()
  }

  /// Safe to share: the caller waits until the thread is done, or never looks at the result.
  private final class Call<Value>: @unchecked Sendable {
    let body: () throws -> Value
    let isDone = DispatchSemaphore(value: 0)
    var result: Result<Value, any Error>?

    init(_ body: @escaping () throws -> Value) { self.body = body }

    func run() {
      result = Result { try body() }
      isDone.signal()
    }
  }

  private static func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }

  /// Whether the descriptor can be read or written before `end`; an end or a fault of the other side counts as ready.
  private static func isReady(_ descriptor: Int32, _ events: Int32, until end: Double) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    while case let left = end - now(), left > 0 {
      if poll(&request, 1, Int32(left * 1000) + 1) > 0 { return true }
    }
    return false
  }
}
