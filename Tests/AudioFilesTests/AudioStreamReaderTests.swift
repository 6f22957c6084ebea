import TestSupport
import Testing

@testable import AudioFiles

@Suite("Reading streams")
struct AudioStreamReaderTests {
  struct Interruption: Error {}

  @Test(
    "the pieces that a pipe gives change nothing",
    arguments: RawSampleFormat.allCases, [Chunking.constant(1), .constant(7), .random(seed: 21), .random(seed: 22)])
  func chunking(_ format: RawSampleFormat, _ chunking: Chunking) throws {
    let samples = StreamRoundTripTests.hardSamples(count: 3 * 3001, seed: 23)
    let (bytes, _, _) = try writeStream(samples, format: .wav, encoding: format.encoding, channels: 3)
    let whole = try readStream(bytes, blockFrames: 4096).samples
    #expect(whole.count == samples.count)
    for blockFrames in [1, 64, 1000, 4096] {
      #expect(areSame(try readStream(bytes, chunking: chunking, blockFrames: blockFrames).samples, whole))
    }
    let raw = try readStream(
      Array(bytes[(bytes.count - samples.count * format.bytesPerSample)...]), format: .raw(format),
      sampleRateHz: 1, channels: 3, chunking: chunking)
    #expect(areSame(raw.samples, whole))
  }

  @Test("a short last frame is an error, after everything before it", arguments: 1..<6)
  func shortFrame(missing: Int) throws {
    let data = [UInt8](repeating: 1, count: 6 * 100 - missing)
    for bytes in [wav(riffChunk("fmt ", wavFormat(channels: 3)), Array("data".utf8) + little(UInt32.max) + data), data]
    {
      let isRaw = bytes.count == data.count
      let source = MemorySource(bytes, .constant(11))
      let reader = try AudioStreamReader(
        format: isRaw ? .raw(.s16le) : nil, sampleRateHz: isRaw ? 48_000 : nil, channels: isRaw ? 3 : nil,
        read: source.read)
      #expect(try readAll(reader).count == 99 * 3)
      let error = #expect(throws: AudioStreamError.self) { try reader.finish() }
      #expect(
        error
          == .shortFrame(name: "standard input", frame: 99, expectedBytes: 6, actualBytes: 6 - missing))
      #expect(
        error?.description
          == "standard input: ends within frame 99, counted from 0: expected 6 bytes, and \(6 - missing) came.")
    }
  }

  @Test("a data chunk of a true length that splits a frame is an error, too")
  func splitChunk() throws {
    let data = [UInt8](repeating: 1, count: 10)
    let source = MemorySource(
      wav(riffChunk("fmt ", wavFormat(channels: 2)), riffChunk("data", data), riffChunk("LIST", data)))
    let reader = try AudioStreamReader(read: source.read)
    #expect(try readAll(reader).count == 4 && source.isUsedUp)
    #expect(throws: AudioStreamError.self) { try reader.finish() }
  }

  @Test("the padding byte that SoX adds in a pipe is no sample", arguments: [0, 1] as [UInt8])
  func padding(last: UInt8) throws {
    let data = [UInt8](repeating: 1, count: 15) + [last]
    let header = wav(riffChunk("fmt ", wavFormat(bits: 24)), Array("data".utf8) + little(UInt32(0x7FFF_EFFF)))
    if last == 0 {
      #expect(try readStream(header + data).samples.count == 5)
    } else {
      #expect(throws: AudioStreamError.self) { try readStream(header + data) }
    }
    // Raw samples are never padded, and an even number of bytes is not.
    #expect(throws: AudioStreamError.self) {
      try readStream(data, format: .raw(.s24le), sampleRateHz: 1, channels: 1)
    }
    #expect(throws: AudioStreamError.self) { try readStream(header + data[..<12] + [0]) }
  }

  @Test("a block is delivered as soon as its frames have come", arguments: [1, 2, 3, 100])
  func prompt(piece: Int) throws {
    // Samples of 2 bytes in blocks of 10: no piece may be asked for beyond the one that completes the block.
    let source = MemorySource([UInt8](repeating: 0, count: 4000), .constant(piece))
    let reader = try AudioStreamReader(format: .raw(.s16le), sampleRateHz: 48_000, channels: 1, read: source.read)
    #expect(source.calls == 0, "raw samples are not waited for")
    var block = [Float](repeating: 0, count: 10)
    for count in 1...50 {
      #expect(try block.withUnsafeMutableBufferPointer { try reader.read(into: $0) } == 10)
      #expect(source.calls == (20 * count + piece - 1) / piece)
    }
  }

  @Test("a backlog is taken in few calls")
  func backlog() throws {
    let source = MemorySource([UInt8](repeating: 0, count: 1 << 20))
    let reader = try AudioStreamReader(format: .raw(.f32le), sampleRateHz: 48_000, channels: 2, read: source.read)
    #expect(try readAll(reader).count == 1 << 18)
    #expect(source.calls == 17)
  }

  @Test("raw samples need a rate and channels that can be")
  func raw() {
    func sentence(_ rate: Int?, _ channels: Int?) -> String? {
      let error = #expect(throws: AudioStreamError.self) {
        try readStream([], format: .raw(.f32le), sampleRateHz: rate, channels: channels)
      }
      return error.map { String($0.description.dropFirst(6)) }
    }
    let missing = "raw f32le samples say nothing about themselves, expected "
    #expect(sentence(nil, nil) == missing + "--rate and --channels.")
    #expect(sentence(nil, 1) == missing + "--rate.")
    #expect(sentence(1, nil) == missing + "--channels.")
    #expect(sentence(0, 1) == "cannot have a sample rate of 0 Hz, expected 1 to 2147483647 Hz.")
    #expect(sentence(1 << 31, 1) == "cannot have a sample rate of 2147483648 Hz, expected 1 to 2147483647 Hz.")
    #expect(sentence(1, 0) == "cannot have 0 channels, expected at least 1.")
    #expect(sentence(1, -5) == "cannot have -5 channels, expected at least 1.")
    #expect(sentence(1, 65) == "has 65 channels, expected at most 64; --max-channels 65 allows them.")
    #expect(sentence(1, .max)?.hasPrefix("has 9223372036854775807 channels, expected at most 64;") == true)
  }

  @Test("frames larger than the usual buffer are read", arguments: [Chunking.whole, .random(seed: 24)])
  func manyChannels(_ chunking: Chunking) throws {
    let samples = (0..<20_000 * 3).map { Float($0) }
    let (bytes, _, _) = try writeStream(samples, format: .raw(.f32le), encoding: .float32, channels: 10_000)
    let back = try readStream(
      bytes, format: .raw(.f32le), sampleRateHz: 48_000, channels: 20_000, maximumChannels: 20_000, chunking: chunking)
    #expect(areSame(back.samples, samples))
  }

  @Test("raw samples that begin like a WAV are read, and a note says so", arguments: [Chunking.whole, .constant(1)])
  func disguised(_ chunking: Chunking) throws {
    let bytes = wav(HeaderCase.format, riffChunk("data", HeaderCase.data))
    let (_, samples, notes) = try readStream(
      bytes, format: .raw(.s16le), sampleRateHz: 48_000, channels: 1, chunking: chunking, blockFrames: 1)
    #expect(samples.count == bytes.count / 2)
    #expect(notes == ["the raw samples begin with a WAV header, which --format wav would read"])
    let plain = try readStream(Array(bytes[1...]) + [0], format: .raw(.u8), sampleRateHz: 1, channels: 1)
    #expect(plain.notes.isEmpty)
  }

  @Test("an empty stream has no frames, and its end is asked for once")
  func empty() throws {
    for bytes in [[], wav(HeaderCase.format, riffChunk("data", []))] as [[UInt8]] {
      let source = MemorySource(bytes)
      let reader = try AudioStreamReader(
        format: bytes.isEmpty ? .raw(.u8) : .wav, sampleRateHz: 48_000, channels: 1, read: source.read)
      #expect(try readAll(reader).isEmpty && readAll(reader).isEmpty)
      try reader.finish()
      #expect(source.callsAfterEnd == 0)
    }
  }

  @Test("what the source throws is passed on, but not once every frame has come")
  func interrupted() throws {
    let bytes = wav(HeaderCase.format, riffChunk("data", HeaderCase.data))
    for readable in [20, bytes.count - 2, bytes.count] {
      var place = 0
      let make = {
        try AudioStreamReader { buffer in
          guard place < readable else { throw Interruption() }
          buffer[0] = bytes[place]
          place += 1
          return 1
        }
      }
      if readable == 20 {
        #expect(throws: Interruption.self) { try make() }
      } else if readable < bytes.count {
        let reader = try make()
        #expect(throws: Interruption.self) { try readAll(reader) }
      } else {
        let reader = try make()
        #expect(try readAll(reader).count == 3)
        try reader.finish()
      }
    }
  }
}
