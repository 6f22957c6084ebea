import TestSupport
import Testing

@testable import AudioFiles

@Suite("Reading streams")
struct AudioStreamReaderTests {
  struct Interruption: Error {}

  @Test(
    "the size of a pipe's pieces does not matter",
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
    #expect(try readAll(reader).count == 4 && !source.isUsedUp)
    let expected = AudioStreamError.shortFrame(name: "standard input", frame: 2, expectedBytes: 4, actualBytes: 2)
    for _ in 0..<2 { #expect(throws: expected) { try reader.finish() } }
    #expect(source.isUsedUp && reader.notes.isEmpty)
  }

  @Test("the padding byte that SoX adds in a pipe is not a sample", arguments: [0, 1] as [UInt8])
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

  @Test("raw samples need a possible rate and number of channels")
  func raw() {
    func sentence(_ rate: Int?, _ channels: Int?) -> String? {
      let error = #expect(throws: AudioStreamError.self) {
        try readStream([], format: .raw(.f32le), sampleRateHz: rate, channels: channels)
      }
      return error.map { String($0.description.dropFirst(6)) }
    }
    let missing = "raw f32le samples have no header, expected "
    #expect(sentence(nil, nil) == missing + "a sample rate and a number of channels.")
    #expect(sentence(nil, 1) == missing + "a sample rate.")
    #expect(sentence(1, nil) == missing + "a number of channels.")
    #expect(sentence(0, 1) == "cannot have a sample rate of 0 Hz, expected 1 to 2147483647 Hz.")
    #expect(sentence(1 << 31, 1) == "cannot have a sample rate of 2147483648 Hz, expected 1 to 2147483647 Hz.")
    #expect(sentence(1, 0) == "cannot have 0 channels, expected at least 1.")
    #expect(sentence(1, -5) == "cannot have -5 channels, expected at least 1.")
    #expect(sentence(1, 65) == "has 65 channels, expected at most 64.")
    #expect(sentence(1, 1025) == "has 1025 channels, expected at most 64.")
    #expect(
      sentence(1, .max) == "has 9223372036854775807 channels, expected at most 64.")
    let beyond = AudioStreamError.tooManyChannels(name: "pipe", expected: 2000, actual: 3000)
    #expect(beyond.description == "pipe: has 3000 channels, expected at most 2000.")
  }

  @Test("frames larger than the usual buffer are read", arguments: [Chunking.whole, .random(seed: 24)])
  func manyChannels(_ chunking: Chunking) throws {
    let samples = (0..<20_000 * 3).map { Float($0) }
    let (bytes, _, _) = try writeStream(samples, format: .raw(.f32le), encoding: .float32, channels: 10_000)
    let back = try readStream(
      bytes, format: .raw(.f32le), sampleRateHz: 48_000, channels: 20_000, maximumChannels: 20_000, chunking: chunking)
    #expect(areSame(back.samples, samples))
  }

  /// Files given as raw samples by mistake, with the error. The first `telling` of `bytes` identify the format.
  static let files: [(says: String, telling: Int, bytes: [UInt8])] =
    [
      ("is WAV, expected raw u8 samples; read it as WAV.", 12, wav(HeaderCase.format, HeaderCase.open)),
      ("is WAV, expected raw u8 samples; read it as WAV.", 12, wav(HeaderCase.format, riff: "RF64")),
      (
        "is big-endian WAV (RIFX), expected raw u8 samples; put `sox -t wav - -t wav -` before it.", 4,
        wav(HeaderCase.format, riff: "RIFX")
      ),
      (
        "is RIFF with AVI? inside and not WAVE, expected raw u8 samples; "
          + "put `ffmpeg -i - -c:a pcm_f32le -f wav -` before it.", 12, Array("RIFFxxxxAVI LIST".utf8)
      ),
    ]
    + RefusedCase.signatures.filter { $0.bytes[0] != 0xFF }.map { name, bytes in
      let telling = ["F": 12, "r": 8, "I": 3][Character(UnicodeScalar(bytes[0]))] ?? 4
      return (
        "is \(name), expected raw u8 samples; put `ffmpeg -i - -c:a pcm_f32le -f wav -` before it, "
          + "or give it to `convaudio process -`.", telling, bytes
      )
    }

  @Test("raw samples that begin like a file are refused as soon as it shows", arguments: files.indices)
  func disguised(_ index: Int) throws {
    let (says, telling, bytes) = Self.files[index]
    let source = MemorySource(bytes, .constant(1))
    let reader = try AudioStreamReader(
      name: "pipe", format: .raw(.u8), sampleRateHz: 48_000, channels: 1, read: source.read)
    for _ in 0..<2 {
      let error = #expect(throws: AudioStreamError.self) { try readAll(reader, blockFrames: 1) }
      #expect(error?.description == "pipe: " + says)
    }
    #expect(source.position == telling && reader.framesRead == 0)
    // The same in one piece, and in frames that are larger than what tells.
    #expect(throws: AudioStreamError.self) {
      try readStream(bytes + bytes, format: .raw(.f64le), sampleRateHz: 48_000, channels: 2)
    }
  }

  @Test("raw samples that only resemble a file come as soon as they differ from it", arguments: files.indices)
  func resembling(_ index: Int) throws {
    let (_, telling, bytes) = Self.files[index]
    for place in 0..<telling {
      // The length, and the form where any is known, may be anything.
      let isAny = bytes.starts(with: "RIFF".utf8) ? place >= 4 : telling == 12 && (4..<8).contains(place)
      guard !isAny else { continue }
      var changed = bytes
      changed[place] = 0x80
      let source = MemorySource(changed, .constant(1))
      let reader = try AudioStreamReader(format: .raw(.u8), sampleRateHz: 48_000, channels: 1, read: source.read)
      var first: [Float] = [9]
      #expect(try first.withUnsafeMutableBufferPointer { try reader.read(into: $0) } == 1)
      #expect(source.position == place + 1, "the byte at \(place) tells")
      #expect(try first + readAll(reader) == changed.map { (Float($0) - 128) / 128 })
    }
    // An end tells, too.
    for count in 0..<telling {
      let short = Array(bytes[..<count])
      let samples = try readStream(short, format: .raw(.u8), sampleRateHz: 48_000, channels: 1).samples
      #expect(samples.count == count)
    }
  }

  @Test("the first two bytes of an MPEG packet are common among samples")
  func syncWord() throws {
    let bytes = [0xFF, 0xFB, 0x94, 0x64] as [UInt8]
    #expect(try readStream(bytes, format: .raw(.s16le), sampleRateHz: 48_000, channels: 1).samples.count == 2)
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

  /// A source that gives `readable` bytes one by one and then throws, as often as it is asked.
  private func breaking(_ bytes: [UInt8], at readable: Int) -> (UnsafeMutableRawBufferPointer) throws -> Int {
    var place = 0
    return { buffer in
      guard place < readable else { throw Interruption() }
      buffer[0] = bytes[place]
      place += 1
      return 1
    }
  }

  @Test("what the source throws is passed on, after the frames that had come", arguments: [0, 1, 2, 5, 6])
  func interrupted(bytesOfData: Int) throws {
    let bytes = wav(HeaderCase.format, riffChunk("data", HeaderCase.data + HeaderCase.data))
    let reader = try AudioStreamReader(read: breaking(bytes, at: bytes.count - 12 + bytesOfData))
    var block = [Float](repeating: 0, count: 64)
    func read() throws -> Int { try block.withUnsafeMutableBufferPointer { try reader.read(into: $0) } }
    let frames = bytesOfData / 2
    if frames > 0 {
      #expect(try read() == frames && reader.framesRead == Int64(frames))
      #expect(areSame(Array(block[..<frames]), Array([0x1p-15, -1, 1 - 0x1p-15][..<frames])))
      #expect(throws: Interruption.self) { try reader.finish() }
    }
    for _ in 0..<2 { #expect(throws: Interruption.self) { try read() } }
    #expect(throws: Interruption.self) { _ = try AudioStreamReader(read: breaking(bytes, at: 20)) }
  }

  @Test("after an error of the source, reading goes on where it was")
  func interruptedOnce() throws {
    let source = MemorySource((0..<20).map { $0 }, .constant(3))
    let reader = try AudioStreamReader(format: .raw(.u8), sampleRateHz: 48_000, channels: 2) { buffer in
      if source.calls == 2 {
        _ = source.read(UnsafeMutableRawBufferPointer(rebasing: buffer[..<0]))
        throw Interruption()
      }
      return source.read(buffer)
    }
    var samples: [Float] = []
    var block = [Float](repeating: 0, count: 8)
    for expected in [3, nil, 4, 3, 0] {
      do {
        let frames = try block.withUnsafeMutableBufferPointer { try reader.read(into: $0) }
        samples += block[..<(2 * frames)]
        #expect(frames == expected)
      } catch is Interruption { #expect(expected == nil) }
    }
    #expect(samples == (0..<20).map { (Float($0) - 128) / 128 })
  }

  @Test("every frame of a known length comes while the pipe stays open", arguments: [1, 7, 44, 1 << 20], [0, 9])
  func openPipe(piece: Int, bytesBehind: Int) throws {
    let data = (0..<100).flatMap { little(Int16($0)) }
    let list = riffChunk("LIST", [UInt8](repeating: 1, count: bytesBehind))
    let bytes = wav(HeaderCase.format, riffChunk("data", data)) + list
    let source = MemorySource(bytes, .constant(piece))
    let reader = try AudioStreamReader { buffer in
      #expect(source.position < 44 + data.count, "an open pipe would block here")
      return source.read(buffer)
    }
    var block = [Float](repeating: 0, count: 64)
    for frames in [64, 36, 0, 0] {
      #expect(try block.withUnsafeMutableBufferPointer { try reader.read(into: $0) } == frames)
    }
    #expect(reader.framesRead == 100 && !source.isUsedUp)
  }

  @Test("finish lets the source run out, and passes on what it throws")
  func finishing() throws {
    let bytes = wav(HeaderCase.format, riffChunk("data", HeaderCase.data), riffChunk("LIST", HeaderCase.data))
    let source = MemorySource(bytes, .constant(3))
    let reader = try AudioStreamReader(read: source.read)
    try reader.finish()
    #expect(try readAll(reader).count == 3, "before the end of the samples finish does nothing")
    for _ in 0..<2 { try reader.finish() }
    #expect(source.isUsedUp && source.callsAfterEnd == 0 && reader.notes.isEmpty)

    let broken = try AudioStreamReader(read: breaking(bytes, at: bytes.count - 3))
    #expect(try readAll(broken).count == 3)
    #expect(throws: Interruption.self) { try broken.finish() }
  }

  @Test("bytes after the audio that are not chunks are counted", arguments: [Chunking.whole, .constant(1)])
  func leftOut(_ chunking: Chunking) throws {
    let plain = wav(HeaderCase.format, riffChunk("data", HeaderCase.data))
    func notes(_ bytes: [UInt8]) throws -> [String] { try readStream(bytes, chunking: chunking).notes }
    func note(_ count: Int) -> [String] { ["\(count) bytes after the audio are ignored"] }
    #expect(try notes(plain) == [])
    #expect(try notes(plain + plain) == note(plain.count))
    #expect(try notes(plain + [7]) == ["1 byte after the audio is ignored"])
    let chunks = ["LIST", "id3 ", "bext", "cue ", "smpl"].flatMap { riffChunk($0, [1, 2, 3]) }
    let tagged = wav(HeaderCase.format, riffChunk("data", HeaderCase.data), chunks)
    #expect(try notes(tagged) == [])
    #expect(try notes(tagged + plain) == note(plain.count))
    // Outside the RIFF chunk a chunk belongs to nothing, unless nobody knew where it would end.
    #expect(try notes(plain + chunks) == note(chunks.count))
    #expect(try notes(wav(HeaderCase.format, riffChunk("data", HeaderCase.data), chunks, declared: .max)) == [])
    // An odd length is padded, or should be.
    let odd = riffChunk("fmt ", wavFormat(bits: 8))
    #expect(try notes(wav(odd, riffChunk("data", [1, 2, 3]), chunks)) == [])
    #expect(try notes(wav(odd, Array(riffChunk("data", [1, 2, 3]).dropLast()), chunks)) == [])
  }

  @Test("impossible settings are refused before anything is read")
  func requests() {
    func sentence(
      _ format: AudioStreamFormat?, rate: Int? = 48_000, channels: Int? = 1, maximum: Int = 64
    ) -> String? {
      let error = #expect(throws: AudioStreamError.self) {
        _ = try AudioStreamReader(
          name: "pipe", format: format, sampleRateHz: rate, channels: channels, maximumChannels: maximum
        ) { _ in
          Issue.record("nothing is to be read")
          return 0
        }
      }
      return error?.description
    }
    for format in [nil, .wav, .raw(.s16le)] as [AudioStreamFormat?] {
      let rates = "expected 1 to 2147483647 Hz."
      #expect(sentence(format, rate: 0) == "pipe: cannot have a sample rate of 0 Hz, " + rates)
      #expect(sentence(format, rate: -1) == "pipe: cannot have a sample rate of -1 Hz, " + rates)
      #expect(sentence(format, channels: 0) == "pipe: cannot have 0 channels, expected at least 1.")
      #expect(sentence(format, maximum: 0) == "pipe: cannot have a limit of 0 channels, expected at least 1.")
      #expect(sentence(format, maximum: .min)?.hasSuffix("expected at least 1.") == true)
    }
  }
}
