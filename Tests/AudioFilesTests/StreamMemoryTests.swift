import CTestSupport
import TestSupport
import Testing

@testable import AudioFiles

/// Runs a reader and a writer over memory without making anything on the way.
private final class Loop {
  let reader: AudioStreamReader
  let writer: AudioStreamWriter
  private let block: UnsafeMutableBufferPointer<Float>
  /// Breaks the promise, to show that the count notices.
  var breaksPromise = false

  init(_ format: RawSampleFormat, chunkBytes: Int) throws {
    // A period of noise, given round and round in pieces that fit nothing.
    var generator = SplitMix64(seed: 41)
    let period = (0..<4099).map { _ in UInt8(generator.next() >> 56) }
    var place = 0
    reader = try AudioStreamReader(format: .raw(format), sampleRateHz: 48_000, channels: 2) { buffer in
      let count = min(chunkBytes, buffer.count)
      for i in 0..<count {
        buffer[i] = period[place]
        place = place == 4098 ? 0 : place + 1
      }
      return count
    }
    var total = 0
    writer = try AudioStreamWriter(
      format: .raw(format), encoding: format.encoding, sampleRateHz: 48_000, channels: 2, dither: true,
      maximumBlockFrames: 64
    ) { total += $0.count }
    block = .allocate(capacity: 128)
    block.initialize(repeating: 0)
  }

  deinit { block.deallocate() }

  func run(_ blocks: Int) throws {
    for _ in 0..<blocks {
      _ = try reader.read(into: block)
      try writer.write(UnsafeBufferPointer(block))
      if breaksPromise { cts_use([Float](repeating: 0, count: 100)) }
    }
  }

  func counts(blocks: Int) throws -> cts_counts {
    cts_counts_begin()
    defer { _ = cts_counts_end() }
    try run(blocks)
    return cts_counts_end()
  }
}

@Suite("Memory of streams")
struct StreamMemoryTests {
  @Test(
    "reading and writing allocate nothing", .countsAllocations,
    arguments: RawSampleFormat.allCases, [1, 333, 65_536])
  func allocationFree(_ format: RawSampleFormat, chunkBytes: Int) throws {
    let loop = try Loop(format, chunkBytes: chunkBytes)
    try loop.run(32)
    let counts = try loop.counts(blocks: 1000)
    #expect(counts.allocations == 0 && counts.frees == 0 && counts.objects == 0)
    #expect(loop.writer.framesWritten == 64 * 1032)
    loop.breaksPromise = true
    #expect(try loop.counts(blocks: 10).allocations >= 10, "a planted allocation must be counted")
  }
}
