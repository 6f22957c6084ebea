import CTestSupport
import TestSupport
import Testing

@testable import AudioFiles

@Suite("Damaged streams")
struct StreamMutationTests {
  /// Chunks, numbers and sizes that are likely to meet, put together without sense.
  static func absurd(_ generator: inout SplitMix64) -> [UInt8] {
    let numbers: [UInt32] = [0, 1, 2, 3, 4, 15, 16, 18, 24, 40, 0x7FFF_F000, 0x7FFF_FFFF, 0x8000_0000, .max - 1, .max]
    func number(_ generator: inout SplitMix64) -> UInt32 {
      generator.nextInteger(upTo: 3) == 0
        ? UInt32(truncatingIfNeeded: generator.next()) : numbers[generator.nextInteger(upTo: numbers.count - 1)]
    }
    var chunks: [UInt8] = []
    for _ in 0...generator.nextInteger(upTo: 5) {
      let name = ["fmt ", "fmt ", "data", "ds64", "JUNK", "fact", "\0\0\0\0"][generator.nextInteger(upTo: 6)]
      var contents: [UInt8] = []
      switch name {
      case "fmt ":
        let tags: [UInt16] = [1, 1, 3, 0xFFFE, 6, 0]
        let bits: [UInt16] = [8, 16, 24, 32, 64, 0, 12, 0xFFFF]
        let isSound = generator.nextInteger(upTo: 1) == 0
        contents = wavFormat(
          tag: tags[generator.nextInteger(upTo: 5)],
          channels: isSound ? 2 : UInt16(truncatingIfNeeded: number(&generator)),
          rate: isSound ? 48_000 : number(&generator),
          frameBytes: isSound ? nil : UInt16(truncatingIfNeeded: number(&generator)),
          bits: bits[generator.nextInteger(upTo: 7)],
          extra: generator.nextInteger(upTo: 1) == 0 ? [] : extensible(validBits: 8, mask: .max, tag: 1))
      case "ds64":
        for _ in 0..<7 { contents += little(number(&generator)) }
      default:
        contents = (0..<generator.nextInteger(upTo: 100)).map { _ in UInt8(generator.next() >> 56) }
      }
      let isHonest = generator.nextInteger(upTo: 2) > 0
      chunks += riffChunk(name, contents, declared: isHonest ? nil : number(&generator))
    }
    let kind = ["RIFF", "RF64", "BW64", "RIFX"][generator.nextInteger(upTo: 3)]
    return wav(chunks, riff: kind, declared: number(&generator))
  }

  static func damaged(_ sound: [UInt8], _ generator: inout SplitMix64, seed: UInt64) -> [UInt8] {
    switch generator.nextInteger(upTo: 5) {
    case 0: return absurd(&generator)
    case 1: return Array(sound[..<generator.nextInteger(upTo: sound.count - 1)])
    case 2:
      // Random bytes, sometimes after a valid beginning.
      let start = [0, 0, 4, 12, 20, 36][generator.nextInteger(upTo: 5)]
      let length = generator.nextInteger(upTo: 300)
      return sound[..<start] + (0..<length).map { _ in UInt8(generator.next() >> 56) }
    default:
      var bytes = sound
      MutationTests.mutate(&bytes, seed: seed)
      return bytes
    }
  }

  /// A bound on all that a reader asks for: its buffer, and small things for the header and an error.
  static let maximumBytes: UInt64 = 2 << 16

  @Test("16,000 damaged streams give an error or frames, in little memory and without a hang", arguments: 0..<16)
  func damaged(series: UInt64) throws {
    let sounds =
      try RawSampleFormat.allCases.map { format in
        try writeStream(
          sine(frames: 50, channels: 3), format: .wav, encoding: format.encoding, channels: 3
        ).bytes
      } + HeaderCase.readable.filter { $0.bytes.count < 1000 }.map(\.bytes)
    var block = [Float](repeating: 0, count: 65_535)
    let counts = cts_counting_works() == 1
    var errors = 0
    var streams = 0
    for seed in series * 1000..<series * 1000 + 1000 {
      var generator = SplitMix64(seed: seed)
      let sound = sounds[generator.nextInteger(upTo: sounds.count - 1)]
      let bytes = Self.damaged(sound, &generator, seed: seed)
      let source = MemorySource(bytes, seed % 3 == 0 ? .random(seed: seed) : .whole)
      let format: AudioStreamFormat? = seed % 5 == 0 ? .wav : nil
      if counts { cts_counts_begin() }
      do {
        let reader = try AudioStreamReader(format: format, maximumChannels: 65_535, read: source.read)
        var total = 0
        while true {
          let frames = try block.withUnsafeMutableBufferPointer { try reader.read(into: $0) }
          if frames == 0 { break }
          total += frames
        }
        streams += total > 0 ? 1 : 0
        try reader.finish()
        #expect(Int64(total) == reader.framesRead && total <= bytes.count, "seed \(seed)")
        #expect(source.isUsedUp, "seed \(seed)")
      } catch let error as AudioStreamError {
        errors += 1
        #expect(error.description.hasSuffix("."), "seed \(seed)")
      }
      let asked = cts_counts_end().bytes
      #expect(!counts || asked <= Self.maximumBytes, "seed \(seed) asked for \(asked) bytes")
      // A call gives at least a byte, so that this bounds the work, too.
      #expect(source.calls <= bytes.count + 2 && source.callsAfterEnd == 0, "seed \(seed)")
    }
    #expect(errors > 500 && streams > 100, "\(errors) errors and \(streams) streams: both must occur")
  }

  @Test("the bound on memory would notice an allocation by a claimed size", .enabled(if: cts_counting_works() == 1))
  func boundBites() throws {
    cts_counts_begin()
    let claimed = [UInt8](repeating: 0, count: 1 << 20)
    cts_use(claimed)
    #expect(cts_counts_end().bytes > Self.maximumBytes)
    // The buffer itself is counted, and so is a frame that needs a larger one.
    cts_counts_begin()
    _ = try AudioStreamReader(format: .raw(.f64le), sampleRateHz: 1, channels: 60_000, maximumChannels: 60_000) { _ in 0
    }
    #expect(cts_counts_end().bytes >= 480_000 + 65_536)
  }
}
