import Testing

@testable import AudioFiles

@Suite("Headers of WAV streams")
struct WAVHeaderTests {
  @Test("every form of header gives its samples", arguments: HeaderCase.readable)
  func readable(_ c: HeaderCase) throws {
    let source = MemorySource(c.bytes, .constant(5))
    let reader = try AudioStreamReader(allowTruncated: true, read: source.read)
    let samples = try readAll(reader)
    try reader.finish()
    let known: [Float] = [0x1p-15, -1, 1 - 0x1p-15]
    #expect(areSame(samples, Array((known + known)[..<c.frames])))
    #expect(reader.info.channelMask == c.mask && reader.framesRead == Int64(c.frames) && reader.notes == c.notes)
    #expect(source.isUsedUp && source.callsAfterEnd == 0, "the source must be read to its end, and not beyond")
  }

  private func sentence(
    _ bytes: [UInt8], format: AudioStreamFormat? = nil, rate: Int? = nil, channels: Int? = nil
  ) -> String? {
    let error = #expect(throws: AudioStreamError.self) {
      try readStream(bytes, format: format, sampleRateHz: rate, channels: channels)
    }
    return error?.description
  }

  @Test("impossible numbers are named", arguments: RefusedCase.numbers)
  func numbers(_ c: RefusedCase) {
    #expect(sentence(c.bytes) == "pipe: the WAV header gives \(c.testDescription).")
    #expect(sentence(c.bytes, format: .wav) == "pipe: the WAV header gives \(c.testDescription).")
  }

  @Test("encodings that are not read come with the command that converts them", arguments: RefusedCase.encodings)
  func encodings(_ c: RefusedCase) {
    #expect(
      sentence(c.bytes)
        == "pipe: the WAV holds \(c.testDescription), expected PCM of 8, 16, 24 or 32 bits, or floats; "
        + "put `ffmpeg -i - -c:a pcm_f32le -f wav -` before it.")
  }

  @Test("formats that need a file are named, asked for or not", arguments: RefusedCase.signatures)
  func signatures(name: String, bytes: [UInt8]) {
    for format in [AudioStreamFormat.wav, nil] {
      #expect(
        sentence(bytes, format: format)
          == "pipe: is \(name), expected WAV or raw samples; put `ffmpeg -i - -c:a pcm_f32le -f wav -` before it, "
          + "or give it to `convaudio process -`.")
    }
  }

  @Test("a tag before the header is skipped; one before something else is that format")
  func tag() throws {
    let tag = Array("ID3".utf8) + [4, 0, 0, 0, 0, 1, 5] + [UInt8](repeating: 0xFF, count: 133)
    let audio: [UInt8] = [1, 0, 0, 0x80]
    // A chunk after an empty data chunk shows whether offsets count from the header.
    let empty = wav(HeaderCase.format, riffChunk("data", []), riffChunk("LIST", audio))
    #expect(try readStream(tag + wav(HeaderCase.format, riffChunk("data", audio))).1 == [0x1p-15, -1])
    #expect(try readStream(tag + empty).1.isEmpty)
    for after in [[0xFF, 0xFB, 0x90, 0x64] + [UInt8](repeating: 0, count: 40), [], Array("fLaC".utf8) + audio + audio] {
      let isFLAC = after.starts(with: "fLaC".utf8)
      #expect(sentence(tag + after)?.hasPrefix("pipe: is \(isFLAC ? "FLAC" : "an MPEG stream (MP3)"), expected") == true)
    }
  }

  @Test("big-endian WAV and other kinds of RIFF are named")
  func relatives() {
    let rifx = wav(HeaderCase.format, HeaderCase.open, riff: "RIFX")
    #expect(
      sentence(rifx)
        == "pipe: is big-endian WAV (RIFX), expected WAV or raw samples; put `sox -t wav - -t wav -` before it.")
    #expect(
      sentence(Array("RIFFxxxxAVI LIST".utf8))?.hasPrefix("pipe: is RIFF with AVI? inside and not WAVE, ") == true)
  }

  @Test("empty input, and unknown input")
  func unknown() {
    #expect(sentence([]) == "pipe: is empty, expected WAV, or raw samples of a format that is named.")
    #expect(sentence([], format: .wav) == sentence([]))
    #expect(
      sentence(Array("0.5,0.25\n".utf8))
        == "pipe: is not recognised by its first bytes; WAV is, and raw samples need a format, a sample rate and a number of channels.")
    #expect(
      sentence([0, 1, 2, 0xFF, 4], format: .wav)
        == "pipe: begins with the bytes 00 01 02 FF, expected a WAV header (RIFF, RF64 or BW64).")
    // Eleven ones are no MPEG packet when the rest is reserved; loud raw samples begin so.
    #expect(sentence([0xFF, 0xFF, 0xFF, 0xFF])?.contains("not recognised") == true)
  }

  @Test("a header is not waited for when it claims too much", arguments: [64 << 20, UInt32.max])
  func tooLong(size: UInt32) {
    let bytes = wav(HeaderCase.format, Array("JUNK".utf8) + little(size), HeaderCase.open)
    let claimed = 36 + 8 + Int64(size) + Int64(size & 1)
    #expect(
      sentence(bytes)
        == "pipe: the WAV header claims \(claimed) bytes before the samples, expected at most 67108864.")
  }

  @Test("a header that was cut off anywhere is an error", arguments: 4..<44)
  func truncated(length: Int) {
    let bytes = Array(wav(HeaderCase.format, HeaderCase.open)[..<length])
    #expect(
      sentence(bytes) == "pipe: ends after \(length) bytes, expected a whole WAV header and its data chunk.")
  }

  @Test("what the caller says must agree with the header")
  func contradictions() throws {
    let bytes = wav(HeaderCase.format, HeaderCase.open)
    #expect(try readStream(bytes, sampleRateHz: 48_000, channels: 1).samples.count == 3)
    #expect(
      sentence(bytes, rate: 44_100) == "pipe: the WAV header gives 48000 Hz, expected 44100 Hz as requested.")
    #expect(
      sentence(bytes, channels: 2)
        == "pipe: the WAV header gives 1 channel, expected 2 channels as requested.")
    let wide = wav(riffChunk("fmt ", wavFormat(channels: 65)), riffChunk("data", [UInt8](repeating: 0, count: 130)))
    #expect(sentence(wide) == "pipe: has 65 channels, expected at most 64.")
    #expect(try readStream(wide, maximumChannels: 65).samples.count == 65)
  }

  @Test("the header that is written says what a reader needs", arguments: RawSampleFormat.allCases, [1, 2, 3])
  func written(_ format: RawSampleFormat, channels: Int) throws {
    let header = WAVHeader(
      samples: format, sampleRateHz: 96_000, channels: channels, channelMask: 7, dataBytes: nil)
    let bytes = header.streamBytes()
    let isExtensible = channels == 3 || format == .s24le || format == .s32le
    let fact = format.isFloat ? 12 : 0
    #expect(bytes.count == 28 + (isExtensible ? 40 : format.isFloat ? 18 : 16) + fact)
    #expect(bytes[4..<8].elementsEqual([255, 255, 255, 255]) && bytes.suffix(4).elementsEqual([255, 255, 255, 255]))
    #expect(bytes[20..<22].elementsEqual(isExtensible ? [0xFE, 0xFF] : [format.isFloat ? 3 : 1, 0]))
    let source = MemorySource(bytes)
    var read = try WAVHeaderParser.parse(StreamSource(read: source.read), name: "pipe")
    if !isExtensible { read.channelMask = 7 }
    #expect(read == header)
  }
}
