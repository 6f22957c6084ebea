import Foundation
import TestSupport
import Testing

@testable import AudioFiles

@Suite("The speakers of channels are kept")
struct ChannelLayoutTests {
  /// A sine of another frequency in each channel; low ones, because an LFE channel loses the others.
  private func tones(channels: Int) -> [Float] {
    (0..<24_000 * channels).map { index in
      let (frame, channel) = index.quotientAndRemainder(dividingBy: channels)
      return 0.3 * Float(phase: Double(30 + 10 * channel) * Double(frame) / 48_000)
    }
  }

  /// For each channel of `heard` the channel of `sent` that it is most like.
  private func order(_ heard: [Float], _ sent: [Float], channels: Int) -> [Int] {
    (0..<channels).map { channel in
      let likeness = (0..<channels).map { other in
        stride(from: 4800 * channels, to: min(heard.count, sent.count) - channels, by: channels).reduce(Float(0)) {
          $0 + heard[$1 + channel] * sent[$1 + other]
        }
      }
      return likeness.indices.max { likeness[$0] < likeness[$1] } ?? -1
    }
  }

  @Test("Vorbis and Opus files have their own order of channels, and come back in that of WAV", arguments: 3...8)
  func vorbisOrder(channels: Int) throws {
    let folder = try TemporaryFolder()
    let sent = tones(channels: channels)
    for (container, encoding) in [(AudioContainer.ogg, SampleEncoding.vorbis), (.opus, .opus)] {
      let path = folder.path("a.\(container)")
      try writeAll(path, sent, container: container, encoding: encoding, channels: channels)
      let back = try readAll(path)
      #expect(order(back.samples, sent, channels: channels) == Array(0..<channels), "\(container)")
      #expect(back.info.speakers == .standard(channels: channels))
      // What another reader of the format gives.
      let io = try SoundFileIO.reading(path: path)
      let file = try SoundFile(io: io, mode: 0x10, header: .init()) { _, words in .notAudio(path: path, reason: words) }
      var raw = [Float](repeating: 0, count: sent.count)
      _ = raw.withUnsafeMutableBufferPointer { file.read($0.baseAddress!, frames: 24_000) }
      let orders = [
        [0, 2, 1], [0, 1, 2, 3], [0, 2, 1, 3, 4], [0, 2, 1, 4, 5, 3], [0, 2, 1, 5, 6, 4, 3], [0, 2, 1, 6, 7, 4, 5, 3],
      ]
      #expect(order(raw, sent, channels: channels) == orders[channels - 3], "\(container)")
    }
  }

  @Test(
    "a mask goes through files of every kind that has a place for one",
    arguments: [AudioContainer.wav, .rf64, .caf, .flac], [0x60F, 0x3F, 0x33, 0x107, 0x70F] as [UInt32])
  func masks(container: AudioContainer, mask: UInt32) throws {
    let folder = try TemporaryFolder()
    let channels = mask.nonzeroBitCount
    let samples = exactSamples(bits: 16, count: 500 * channels, seed: 1)
    let path = folder.path("a.\(container)")
    try writeAll(
      path, samples, container: container, encoding: .pcm(bits: 16), channels: channels,
      text: [.title: "Take"], isRF64: container == .rf64, speakers: ChannelLayout(mask: mask))
    let back = try readAll(path)
    #expect(back.info.speakers == ChannelLayout(mask: mask) && back.info.text[.title] == "Take")
    #expect(areSame(back.samples, samples))
  }

  @Test("a mask is added to FLAC files without comments and to long ones")
  func longFLAC() throws {
    let folder = try TemporaryFolder()
    let samples = exactSamples(bits: 16, count: 60_000 * 6, seed: 2)
    let path = folder.path("a.flac")
    try writeAll(
      path, samples, container: .flac, encoding: .pcm(bits: 16), channels: 6, speakers: ChannelLayout(mask: 0x60F))
    let back = try readAll(path)
    #expect(back.info.speakers == ChannelLayout(mask: 0x60F) && areSame(back.samples, samples))
  }

  @Test("ambisonic WAV stays ambisonic")
  func ambisonic() throws {
    let folder = try TemporaryFolder()
    let layout = ChannelLayout(mask: 0, isAmbisonic: true)
    for encoding in [SampleEncoding.pcm(bits: 16), .float32] {
      try writeAll(
        folder.path("a.wav"), exactSamples(bits: 16, count: 400, seed: 3), container: .wav, encoding: encoding,
        channels: 4, speakers: layout)
      #expect(try readAll(folder.path("a.wav")).info.speakers == layout)
    }
  }

  @Test("a format without a place for the speakers says so; one that implies them does not")
  func notes() throws {
    var source = AudioFileInfo(
      path: "a.wav", container: .wav, encoding: .pcm(bits: 16), sampleRateHz: 48_000, channels: 6, frames: 1)
    func note(_ container: AudioContainer, channels: Int = 6) throws -> [String] {
      try AudioOutputFormat.choose(container: container, source: source, expectedFrames: 1, channels: channels).notes
        .filter { $0.contains("layout") }
    }
    source.speakers = ChannelLayout(mask: 0x60F)
    #expect(try note(.aiff) == ["AIFF has no place for the channel layout 5.1 (side)"])
    #expect(try note(.ogg) == ["Ogg Vorbis has no place for the channel layout 5.1 (side)"])
    #expect(try note(.wav).isEmpty && note(.flac).isEmpty && note(.caf).isEmpty)
    #expect(try note(.aiff, channels: 2).isEmpty)
    source.speakers = ChannelLayout(mask: 0x3F)
    #expect(try note(.ogg).isEmpty)
  }
}

extension Float {
  /// A sine at a phase in turns.
  fileprivate init(phase: Double) { self = Float(sin(2 * Double.pi * phase)) }
}
