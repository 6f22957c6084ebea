import Testing

@testable import AudioFiles

@Suite("Choice of the output format")
struct OutputFormatTests {
  private func source(
    _ encoding: SampleEncoding, container: AudioContainer = .wav, rate: Int = 48_000, channels: Int = 2,
    exactBits: Int? = nil, text: [AudioText: String] = [:]
  ) -> AudioFileInfo {
    AudioFileInfo(
      path: "in", container: container, encoding: encoding, sampleRateHz: rate, channels: channels, frames: 1000,
      text: text, exactBits: exactBits)
  }

  private func choose(
    _ container: AudioContainer, _ source: AudioFileInfo, bitDepth: BitDepth? = nil, frames: Int64? = 1000,
    processed: Bool = true, dither: Bool = true
  ) throws -> AudioOutputFormat {
    try .choose(
      container: container, source: source, bitDepth: bitDepth, expectedFrames: frames, processed: processed,
      dither: dither)
  }

  @Test("the source's encoding is kept where the container holds it", arguments: Storage.lossless)
  func kept(_ storage: Storage) throws {
    let format = try choose(storage.container, source(storage.encoding))
    #expect(format.encoding == storage.encoding && format.notes.isEmpty && !format.isRF64)
  }

  @Test("FLAC takes floats and 32 bits as 24, and says so")
  func flac() throws {
    let float = try choose(.flac, source(.float32))
    #expect(float.encoding == .pcm(bits: 24) && float.needsDither)
    #expect(float.notes == ["float becomes 24-bit with dither in FLAC"])
    let wide = try choose(.flac, source(.pcm(bits: 32)), processed: false)
    #expect(wide.encoding == .pcm(bits: 24) && wide.needsDither)
    #expect(wide.notes == ["32-bit becomes 24-bit with dither in FLAC"])
    #expect(try choose(.flac, source(.float64), dither: false).notes == ["double becomes 24-bit in FLAC"])
    #expect(
      throws: AudioFileError.cannotHold(container: .flac, expected: "8, 16 or 24", actual: "a bit depth of float")
    ) {
      try choose(.flac, source(.pcm(bits: 16)), bitDepth: .float)
    }
  }

  @Test("codecs become integers that hold their samples, or stay float")
  func codecs() throws {
    let mulaw = try choose(.wav, source(.other("µ-law"), exactBits: 16), processed: false)
    #expect(mulaw.encoding == .pcm(bits: 16) && !mulaw.needsDither)
    #expect(mulaw.notes == ["µ-law becomes 16-bit in WAV"])
    #expect(try choose(.caf, source(.other("20-bit ALAC"), exactBits: 20)).encoding == .pcm(bits: 24))
    #expect(try choose(.wav, source(.mpeg, container: .mp3)).encoding == .float32)
    #expect(try choose(.flac, source(.vorbis, container: .ogg)).encoding == .pcm(bits: 24))
    #expect(
      try choose(.opus, source(.pcm(bits: 16))).notes == ["16-bit is compressed, with loss, as Opus in Ogg Opus"])
  }

  @Test("dither is added exactly where samples no longer fit")
  func dither() throws {
    let sixteen = source(.pcm(bits: 16))
    #expect(try !choose(.wav, sixteen, processed: false).needsDither)
    #expect(try choose(.wav, sixteen, processed: true).needsDither)
    #expect(try !choose(.wav, sixteen, processed: true, dither: false).needsDither)
    #expect(try !choose(.wav, sixteen, bitDepth: .pcm24, processed: false).needsDither)
    #expect(try choose(.wav, sixteen, bitDepth: .pcm8, processed: false).needsDither)
    #expect(try !choose(.wav, sixteen, bitDepth: .pcm32).needsDither)
    #expect(try !choose(.wav, sixteen, bitDepth: .float).needsDither)
    #expect(try choose(.wav, source(.float32), bitDepth: .pcm16, processed: false).needsDither)
  }

  @Test(
    "rates and channels that a container cannot hold are refused in words",
    arguments: [
      (.flac, 48_000, 9, "FLAC cannot hold 9 channels, expected 1 to 8 channels."),
      (.mp3, 48_000, 3, "MP3 cannot hold 3 channels, expected 1 or 2 channels."),
      (.ogg, 48_000, 256, "Ogg Vorbis cannot hold 256 channels, expected 1 to 255 channels."),
      (.opus, 44_100, 2, "Ogg Opus cannot hold 44100 Hz, expected 8000, 12000, 16000, 24000 or 48000 Hz."),
      (
        .mp3, 96_000, 2,
        "MP3 cannot hold 96000 Hz, expected 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100 or 48000 Hz."
      ),
      (.flac, 65_537, 2, "FLAC cannot hold 65537 Hz, expected 1 to 65535 Hz, or a multiple of 10 up to 655350 Hz."),
      (.wav, 48_000, 1025, "WAV cannot hold 1025 channels, expected 1 to 1024 channels."),
    ] as [(AudioContainer, Int, Int, String)])
  func refused(container: AudioContainer, rate: Int, channels: Int, sentence: String) {
    let error = #expect(throws: AudioFileError.self) {
      try choose(container, source(.pcm(bits: 16), rate: rate, channels: channels))
    }
    #expect(error?.description == sentence)
  }

  @Test(
    "everything that is allowed at the limits can be written",
    arguments: [
      (.flac, 655_350, 8), (.flac, 1, 1), (.opus, 8000, 255), (.ogg, 200_000, 1), (.ogg, 48_000, 255), (.mp3, 8000, 2),
      (.wav, 2_147_483, 1024), (.caf, 1, 1024), (.w64, 1, 1024), (.au, 1, 1024), (.aiff, 768_000, 1024),
    ] as [(AudioContainer, Int, Int)])
  func limits(container: AudioContainer, rate: Int, channels: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a")
    let samples = [Float](repeating: 0.25, count: 2000 * channels)
    try writeAll(
      path, samples, container: container, encoding: container.lossyEncoding ?? .pcm(bits: 16), channels: channels,
      sampleRateHz: rate)
    let info = try AudioFileReader(path: path, maximumChannels: 1024).info
    #expect(info.sampleRateHz == rate && info.channels == channels && info.frames == 2000)
  }

  @Test(
    "a WAV that may pass 4 GiB is begun as RF64",
    arguments: [
      (1_000_000_000, false), (1_073_479_679, false), (1_073_479_680, true), (2_000_000_000, true), (Int64.max, true),
    ] as [(Int64, Bool)])
  func rf64(frames: Int64, expected: Bool) throws {
    // 4 bytes a frame; 1 MiB is kept free for headers: (2^32 − 1 − 2^20) / 4 = 1,073,479,679.75.
    let format = try choose(.wav, source(.pcm(bits: 16)), frames: frames)
    #expect(format.isRF64 == expected)
    #expect(format.notes.isEmpty != expected)
    #expect(format.container == .wav)
  }

  @Test("unknown lengths, and the limits of other containers")
  func long() throws {
    let unknown = try choose(.wav, source(.pcm(bits: 16)), frames: nil)
    #expect(unknown.isRF64 && unknown.notes.isEmpty)
    for container in [AudioContainer.aiff, .au] {
      #expect(throws: AudioFileError.self) { try choose(container, source(.pcm(bits: 16)), frames: 2_000_000_000) }
      #expect(try !choose(container, source(.pcm(bits: 16)), frames: nil).isRF64)
    }
    for container in [AudioContainer.rf64, .w64, .caf, .flac] {
      #expect(try !choose(container, source(.pcm(bits: 16)), frames: 2_000_000_000).isRF64)
    }
  }

  @Test("text without a place is named, and lossy containers take no bit depth")
  func notes() throws {
    let tagged = source(.pcm(bits: 16), text: [.title: "x", .album: "y"])
    #expect(try choose(.aiff, tagged).notes == ["AIFF has no place for album"])
    #expect(try choose(.w64, tagged).notes == ["W64 has no place for title, album"])
    let error = #expect(throws: AudioFileError.self) { try choose(.mp3, tagged, bitDepth: .pcm16) }
    #expect(error?.description == "MP3 cannot hold a bit depth of 16, expected no bit depth, as it is lossy.")
  }

  @Test("extensions name containers, in any case")
  func extensions() {
    for container in AudioContainer.allCases {
      #expect(AudioContainer(fileExtension: container.fileExtension.uppercased()) == container)
    }
    #expect(AudioContainer(fileExtension: "aif") == .aiff)
    #expect(AudioContainer(fileExtension: "txt") == nil)
  }
}
