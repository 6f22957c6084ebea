#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Collects bytes from pieces of any size into lines, in memory that grows only for a long line.
///
/// Every byte is searched for a line end once, and moved at most once for each time that the buffer is refilled, so
/// the cost per byte is the same for pieces of one byte and for pieces that fill the buffer.
final class LineBuffer {
  static let initialBytes = 64 * 1024
  /// The default limit for a line, including its line end.
  static let maximumLineBytes = 1024 * 1024

  /// The number of the line that `next` returned last, from 1.
  private(set) var lineNumber = 0

  private let name: String
  private let maximumBytes: Int
  private let source: (UnsafeMutableRawBufferPointer) throws -> Int
  private var bytes: UnsafeMutablePointer<UInt8>
  private var capacity = LineBuffer.initialBytes
  /// The last line began here; `next` goes on at `start`.
  private var lastStart = 0
  private var start = 0
  /// `start ..< searched` contains no end of line.
  private var searched = 0
  private var end = 0
  private var isAtEnd = false

  /// - Parameter source: Fills the front of the buffer and returns the number of bytes; 0 at the end.
  init(
    name: String, maximumLineBytes: Int = LineBuffer.maximumLineBytes,
    source: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
  ) {
    self.name = name
    maximumBytes = maximumLineBytes
    self.source = source
    bytes = .allocate(capacity: capacity)
  }

  deinit { bytes.deallocate() }

  /// The next line without its line end (LF or CRLF; the last one may have none); nil at the end. A UTF-8 byte order
  /// mark before the first line is left out.
  ///
  /// The memory is valid until the next call. Reads from `source` only until a whole line is there. Errors of `source`
  /// pass through, and the next call goes on as if nothing had happened.
  func next() throws -> UnsafeBufferPointer<UInt8>? {
    while true {
      if searched < end, let found = memchr(bytes + searched, 0x0A, end - searched) {
        let lineEnd = bytes.distance(to: found.assumingMemoryBound(to: UInt8.self))
        return line(to: lineEnd, next: lineEnd + 1)
      }
      searched = end
      if isAtEnd { return start < end ? line(to: end, next: end) : nil }
      try fill()
    }
  }

  /// Makes `next` return the last line once more. Only valid after a call of `next` that returned one.
  func stepBack() {
    start = lastStart
    searched = start
    lineNumber -= 1
  }

  private func line(to lineEnd: Int, next: Int) -> UnsafeBufferPointer<UInt8> {
    lastStart = start
    var first = start
    var last = lineEnd
    if lineNumber == 0, last - first >= 3, bytes[first] == 0xEF, bytes[first + 1] == 0xBB, bytes[first + 2] == 0xBF {
      first += 3
    }
    if last > first, bytes[last - 1] == 0x0D { last -= 1 }
    lineNumber += 1
    start = next
    searched = next
    return UnsafeBufferPointer(start: bytes + first, count: last - first)
  }

  private func fill() throws {
    if start > 0 {
      memmove(bytes, bytes + start, end - start)
      end -= start
      searched -= start
      start = 0
    }
    if end == capacity { try grow() }
    let room = capacity - end
    let count = try source(UnsafeMutableRawBufferPointer(start: bytes + end, count: room))
    precondition((0...room).contains(count), "the source returned \(count) bytes for a buffer of \(room)")
    end += count
    isAtEnd = count == 0
  }

  private func grow() throws(RowError) {
    guard capacity < maximumBytes else {
      throw .lineTooLong(RowPlace(name: name, line: lineNumber + 1), expectedBytes: maximumBytes)
    }
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * capacity)
    larger.initialize(from: bytes, count: end)
    bytes.deallocate()
    bytes = larger
    capacity *= 2
  }
}
