import TestSupport
import Testing

@testable import AudioFiles

@Suite("Streams against files")
struct StreamRoundTripTests {
  /// Noise over full scale, with everything that is hard to store in front.
  static func hardSamples(count: Int, seed: UInt64) -> [Float] {
    var generator = SplitMix64(seed: seed)
    let hard: [Float] = [
      .infinity, -.infinity, Float(bitPattern: 0x7FC1_2345), Float(bitPattern: 0xFFC0_0001), -0.0,
      Float(bitPattern: 700), 1, -1, 1e30, 0.5,
    ]
    return hard + (0..<count - hard.count).map { _ in generator.nextSample(amplitude: 1.1) }
  }

  @Test(
    "samples come back bit for bit in every format", arguments: RawSampleFormat.allCases, [1, 2, 3, 7])
  func exact(_ format: RawSampleFormat, channels: Int) throws {
    var samples: [Float]
    if case .pcm(let bits) = format.encoding {
      samples = exactSamples(bits: bits, count: 1003 * channels, seed: 11)
    } else {
      samples = Self.hardSamples(count: 1003 * channels, seed: 12)
    }
    for stream in [AudioStreamFormat.wav, .raw(format)] {
      let (bytes, pieces, writer) = try writeStream(
        samples, format: stream, encoding: format.encoding, sampleRateHz: 44_100, channels: channels)
      #expect(pieces == 16 + (stream == .wav ? 1 : 0), "a block is one piece, and so is a header")
      #expect(writer.framesWritten == 1003 && writer.clippedSamples == 0)
      #expect(writer.nonFiniteSamples == (format.isFloat ? 4 : 0))
      let isRaw = stream != .wav
      let (info, back, _) = try readStream(
        bytes, format: isRaw ? stream : nil, sampleRateHz: isRaw ? 44_100 : nil, channels: isRaw ? channels : nil)
      #expect(
        info
          == AudioStreamInfo(
            format: stream, encoding: format.encoding, sampleRateHz: 44_100, channels: channels, channelMask: 0))
      #expect(areSame(back, samples))
    }
  }

  @Test(
    "the bytes of samples are those that a file gets, dither included", arguments: RawSampleFormat.allCases,
    [false, true])
  func bytes(_ format: RawSampleFormat, dither: Bool) throws {
    let folder = try TemporaryFolder()
    // More samples in a block than are quantised at once.
    let samples = Self.hardSamples(count: 3 * 5001, seed: 13)
    let file = try writeAll(
      folder.path("a.wav"), samples, container: .wav, encoding: format.encoding, channels: 3, dither: dither)
    let expected = try #require(try wavData(folder.bytes("a.wav")))
    for blockFrames in [1, 64, 5001] {
      let (bytes, _, writer) = try writeStream(
        samples, format: .raw(format), encoding: format.encoding, channels: 3, dither: dither,
        blockFrames: blockFrames)
      #expect(bytes == expected)
      #expect(writer.clippedSamples == file.clippedSamples && writer.nonFiniteSamples == file.nonFiniteSamples)
    }
  }

  @Test("any bytes become the samples that a file of them gives", arguments: RawSampleFormat.allCases, [1, 2, 5])
  func anyBytes(_ format: RawSampleFormat, channels: Int) throws {
    var generator = SplitMix64(seed: 14)
    let data = (0..<format.bytesPerSample * channels * 2000).map { _ in UInt8(generator.next() >> 56) }
    let bytes = wavBytes(
      channels: channels, bits: format.bytesPerSample * 8, isFloat: format.isFloat, data: data)
    let folder = try TemporaryFolder()
    let file = try readAll(folder.file("a.wav", bytes))
    let stream = try readStream(bytes)
    let raw = try readStream(data, format: .raw(format), sampleRateHz: 48_000, channels: channels)
    #expect(areSame(stream.samples, file.samples) && areSame(raw.samples, file.samples))
    #expect(stream.notes == file.notes && raw.notes == file.notes)
    #expect(stream.info.encoding == file.info.encoding && stream.info.sampleRateHz == file.info.sampleRateHz)
  }

  @Test("a file that is piped gives what the file gives", arguments: RawSampleFormat.allCases, [1, 2, 6])
  func pipedFile(_ format: RawSampleFormat, channels: Int) throws {
    let folder = try TemporaryFolder()
    for container in [AudioContainer.wav, .rf64] {
      try writeAll(
        folder.path("a"), Self.hardSamples(count: channels * 999, seed: 15), container: container,
        encoding: format.encoding, channels: channels, text: [.title: "odd", .comment: "one more"])
      let file = try readAll(folder.path("a"))
      let stream = try readStream(folder.bytes("a"))
      #expect(file.samples.count == channels * 999 && areSame(stream.samples, file.samples))
    }
  }

  @Test("what is written to a stream is read from a file", arguments: RawSampleFormat.allCases, [1, 2, 6])
  func fileOfStream(_ format: RawSampleFormat, channels: Int) throws {
    let folder = try TemporaryFolder()
    let samples = Self.hardSamples(count: channels * 1002, seed: 16)
    let (bytes, _, _) = try writeStream(
      samples, format: .wav, encoding: format.encoding, channels: channels, channelMask: channels == 6 ? 0x3F : 0)
    let file = try readAll(folder.file("a.wav", bytes))
    let stream = try readStream(bytes)
    #expect(file.info.frames == 1002 && file.info.encoding == format.encoding)
    #expect(areSame(stream.samples, file.samples))
    #expect(stream.info.channelMask == (channels == 6 ? 0x3F : 0))
  }

  @Test("formats and encodings name each other", arguments: RawSampleFormat.allCases)
  func encodings(_ format: RawSampleFormat) {
    #expect(RawSampleFormat(encoding: format.encoding) == format)
    #expect(RawSampleFormat(rawValue: format.rawValue) == format)
    #expect(format.encoding.bytesPerSample == format.bytesPerSample)
    #expect(RawSampleFormat(encoding: .vorbis) == nil && RawSampleFormat(encoding: .pcm(bits: 20)) == nil)
  }

  @Test("what a format cannot hold is refused, with the reason")
  func refused() {
    func sentence(_ encoding: SampleEncoding, rate: Int, channels: Int) -> String? {
      let error = #expect(throws: AudioStreamError.self) {
        try writeStream([], format: .wav, encoding: encoding, sampleRateHz: rate, channels: channels)
      }
      return error?.description
    }
    #expect(
      sentence(.opus, rate: 48_000, channels: 1)
        == "WAV cannot hold Opus, expected 8, 16, 24 or 32 bits, float or double.")
    #expect(
      sentence(.float32, rate: 0, channels: 1)
        == "WAV cannot hold a sample rate of 0 Hz, expected 1 to 2147483647 Hz.")
    #expect(
      sentence(.float64, rate: 48_000, channels: 8192) == "WAV cannot hold 8192 channels, expected 1 to 8191.")
  }
}
