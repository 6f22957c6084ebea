/// Reads bytes from a source that cannot seek, through one buffer of fixed size.
///
/// The only owner of that memory. Safe because: `start <= end <= capacity` always holds; the callback gets only the
/// free part after `end`, and the count it returns is checked; `next` is only valid until the next `fill` or `reserve`.
final class StreamSource {
  private let read: (UnsafeMutableRawBufferPointer) throws -> Int
  private var memory: UnsafeMutableRawPointer
  private var capacity: Int
  private var start = 0
  private var end = 0
  /// Whether the source has ended. It is not called again.
  private(set) var hasEnded = false
  /// Bytes used so far.
  private(set) var position: Int64 = 0

  /// As much as a Linux pipe holds, so that a backlog is taken in one call.
  static let usualCapacity = 65_536

  /// - Parameter read: Fills the front of the buffer and returns how many bytes; 0 is the end.
  init(read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
    self.read = read
    capacity = Self.usualCapacity
    memory = Self.allocate(capacity)
  }

  deinit { memory.deallocate() }

  private static func allocate(_ capacity: Int) -> UnsafeMutableRawPointer {
    // Decoding may read this slack after the bytes, but never uses it.
    let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity + RawSampleFormat.slackBytes, alignment: 64)
    (memory + capacity).initializeMemory(as: UInt8.self, repeating: 0, count: RawSampleFormat.slackBytes)
    return memory
  }

  /// Bytes that have arrived and were not used yet.
  var available: Int { end - start }

  /// The first of them.
  var next: UnsafeRawPointer { UnsafeRawPointer(memory + start) }

  /// Makes the buffer large enough for this many bytes. Never called while samples are read.
  func reserve(_ bytes: Int) {
    guard bytes > capacity else { return }
    let larger = Self.allocate(bytes)
    larger.copyMemory(from: next, byteCount: available)
    memory.deallocate()
    memory = larger
    capacity = bytes
    end = available
    start = 0
  }

  /// Takes bytes off the front.
  func use(_ bytes: Int) {
    precondition(bytes >= 0 && bytes <= available, "more bytes than have come")
    start += bytes
    position += Int64(bytes)
    if start == end {
      start = 0
      end = 0
    }
  }

  /// Calls the source once, with all the free room.
  ///
  /// - Returns: False at the end.
  /// - Precondition: There is room.
  func fill() throws -> Bool {
    guard !hasEnded else { return false }
    if start > 0 {
      // Less than a frame, or a few bytes of a header.
      memory.copyMemory(from: next, byteCount: available)
      end = available
      start = 0
    }
    precondition(end < capacity, "no room to fill")
    let got = try read(UnsafeMutableRawBufferPointer(start: memory + end, count: capacity - end))
    precondition((0...capacity - end).contains(got), "the source returned \(got) bytes for \(capacity - end)")
    end += got
    hasEnded = got == 0
    return got > 0
  }

  /// Waits until this many bytes are available. False: the source ended before.
  func require(_ bytes: Int) throws -> Bool {
    while available < bytes {
      guard try fill() else { return false }
    }
    return true
  }

  /// Reads and drops this many bytes. False: the source ended before.
  func skip(_ bytes: Int64) throws -> Bool {
    var left = bytes
    while true {
      let count = Int(min(left, Int64(available)))
      use(count)
      left -= Int64(count)
      if left == 0 { return true }
      guard try fill() else { return false }
    }
  }

  /// Reads and drops everything up to the end, so that the writing program is not ended by a closed pipe.
  func drain() throws {
    repeat { use(available) } while try fill()
  }

  /// One of the bytes that have arrived.
  func byte(_ offset: Int) -> UInt8 {
    precondition(offset < available)
    return next.load(fromByteOffset: offset, as: UInt8.self)
  }

  /// Up to `count` of the bytes that have arrived, as an array.
  func prefix(_ count: Int) -> [UInt8] { Array(UnsafeRawBufferPointer(start: next, count: min(count, available))) }

  /// A little-endian integer among the bytes that have arrived.
  func integer<T: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: T.Type) -> T {
    precondition(offset + MemoryLayout<T>.size <= available)
    return T(littleEndian: next.loadUnaligned(fromByteOffset: offset, as: T.self))
  }
}
