import TestSupport
import Testing

@testable import AudioFiles

@Suite("Recordings that follow each other in one file are read as one")
struct JoinedRecordingsTests {
  static let kinds: [(AudioContainer, SampleEncoding)] = [
    (.ogg, .vorbis), (.opus, .opus), (.mp3, .mpeg), (.flac, .pcm(bits: 16)),
  ]

  @Test("the samples are those of each", arguments: kinds.indices)
  func joined(_ kind: Int) throws {
    let (container, encoding) = Self.kinds[kind]
    let folder = try TemporaryFolder()
    var bytes: [UInt8] = []
    var samples: [Float] = []
    for (index, frames) in [30_000, 9_600, 20_001].enumerated() {
      let path = folder.path("\(index)")
      try writeAll(
        path, sine(frames: frames, channels: 2, peak: 0.2 + 0.1 * Double(index)), container: container,
        encoding: encoding, channels: 2, text: [.title: "Teil \(index) ä 音"])
      bytes += try folder.bytes("\(index)")
      samples += try readAll(path).samples
    }
    let path = try folder.file("joined", bytes)
    let back = try readAll(path)
    #expect(areSame(back.samples, samples) && Int(back.info.frames) == samples.count / 2)
    #expect(back.notes.contains("it holds 3 recordings, which are read as one"))
    #expect(back.info.text[.title] == "Teil 0 ä 音")
    // In blocks that do not end where recordings do.
    #expect(try areSame(readAll(path, blockFrames: 7919).samples, samples))
  }

  @Test("an MP3 without a length tag after one with a tag is found")
  func withoutTag() throws {
    let folder = try TemporaryFolder()
    try writeAll(
      folder.path("a"), sine(frames: 48_000, channels: 1), container: .mp3, encoding: .mpeg, channels: 1)
    let whole = try folder.bytes("a")
    let packet = try #require(MPEGPacket(whole))
    let plain = Array(whole[Int(packet.bytes)...])
    let back = try readAll(folder.file("b", whole + plain))
    let alone = try readAll(folder.file("c", plain)).samples.count
    #expect(back.samples.count == 48_000 + alone && alone >= 48_000)
  }

  @Test("other channels or another rate are refused with their place")
  func different() throws {
    let folder = try TemporaryFolder()
    for (name, channels, rate) in [("a", 1, 48_000), ("b", 2, 44_100)] {
      try writeAll(
        folder.path(name), sine(frames: 5000, channels: channels), container: .flac, encoding: .pcm(bits: 16),
        channels: channels, sampleRateHz: rate)
    }
    let path = try folder.file("ab.flac", folder.bytes("a") + folder.bytes("b"))
    let error = #expect(throws: AudioFileError.self) { try AudioFileReader(path: path) }
    #expect(
      error?.description
        == "\(path): recording 2 of the 2 in this file has 2 channels at 44100 Hz, expected 1 channel at 48000 Hz like the first; split the file first."
    )
  }

  @Test("one whose middle was damaged is still one recording")
  func damaged() throws {
    let folder = try TemporaryFolder()
    try writeAll(
      folder.path("a"), sine(frames: 96_000, channels: 1), container: .mp3, encoding: .mpeg, channels: 1)
    var bytes = try folder.bytes("a")
    for index in bytes.count / 2..<bytes.count / 2 + 300 { bytes[index] = UInt8(truncatingIfNeeded: index &* 7) }
    let path = try folder.file("b", bytes)
    let streams = try #require(MPEGStreams(of: SoundFileIO.reading(path: path)))
    #expect(streams.parts.count == 1)
  }

  @Test("a format in Ogg that cannot be read is named")
  func otherOgg() throws {
    let folder = try TemporaryFolder()
    let page = Array("OggS".utf8) + [0, 2] + [UInt8](repeating: 0, count: 20) + [1, 20]
    let path = try folder.file("a.ogg", page + [0x7F] + Array("FLAC".utf8) + [UInt8](repeating: 0, count: 15))
    let error = #expect(throws: AudioFileError.self) { try AudioFileReader(path: path) }
    #expect(error?.description.contains("is FLAC in Ogg, which cannot be read; convert it") == true)
  }
}
