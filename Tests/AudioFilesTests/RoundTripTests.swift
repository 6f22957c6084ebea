import TestSupport
import Testing

@testable import AudioFiles

/// A container with an encoding that it holds.
struct Storage: CustomTestStringConvertible, Sendable {
  let container: AudioContainer
  let encoding: SampleEncoding
  var testDescription: String { "\(container.rawValue) \(encoding.summary)" }

  static let lossless: [Storage] = AudioContainer.allCases.flatMap { container in
    BitDepth.allCases.map(\.encoding).filter(container.holds).map { Storage(container: container, encoding: $0) }
  }
  static let lossy: [Storage] = AudioContainer.allCases.compactMap { container in
    container.lossyEncoding.map { Storage(container: container, encoding: $0) }
  }
}

@Suite("Round trips")
struct RoundTripTests {
  @Test(
    "samples come back bit for bit from every lossless container and depth", arguments: Storage.lossless, [1, 2, 5])
  func lossless(_ storage: Storage, channels: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.\(storage.container.fileExtension)")
    var samples: [Float]
    if case .pcm(let bits) = storage.encoding {
      samples = exactSamples(bits: bits, count: 5003 * channels, seed: 1)
    } else {
      samples = sine(frames: 5003, channels: channels)
      // Float files are never rescaled or clipped, and hold what cannot be heard too.
      samples.replaceSubrange(0..<5, with: [3.5, -1e30, Float(bitPattern: 700), -0.0, .infinity])
    }
    let writer = try writeAll(
      path, samples, container: storage.container, encoding: storage.encoding, channels: channels)
    #expect(writer.clippedSamples == 0)
    let (info, back, _) = try readAll(path)
    #expect(info.container == storage.container)
    #expect(info.encoding == storage.encoding)
    #expect(info.channels == channels && info.sampleRateHz == 48_000 && info.frames == 5003)
    #expect(areSame(back, samples))
  }

  @Test("lossy containers keep length, level and time", arguments: Storage.lossy, [1, 2])
  func lossy(_ storage: Storage, channels: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.\(storage.container.fileExtension)")
    let samples = sine(frames: 48_000, channels: channels)
    try writeAll(path, samples, container: storage.container, encoding: storage.encoding, channels: channels)
    let (info, back, _) = try readAll(path)
    #expect(info.container == storage.container && info.encoding == storage.encoding)
    #expect(info.frames == 48_000 && back.count == samples.count)
    // One frame of shift is 2 sin(π/48) = 0.131 of this sine's level, so that it is seen in either direction.
    #expect(relativeError(samples, back[...]) < 0.1)
    let silence = [Float](repeating: 0, count: channels)
    #expect(relativeError(samples, (silence + back)[..<samples.count]) > 0.1)
    #expect(relativeError(samples, (back + silence)[channels...]) > 0.1)
  }

  @Test("the sizes of blocks change nothing", arguments: [1, 7, 64, 4096])
  func blocks(frames: Int) throws {
    let folder = try TemporaryFolder()
    let samples = sine(frames: 3000, channels: 2, peak: 1.2)
    try writeAll(
      folder.path("whole.wav"), samples, container: .wav, encoding: .pcm(bits: 16), channels: 2, dither: true,
      blockFrames: 3000)
    try writeAll(
      folder.path("cut.wav"), samples, container: .wav, encoding: .pcm(bits: 16), channels: 2, dither: true,
      blockFrames: frames)
    #expect(try folder.bytes("whole.wav") == folder.bytes("cut.wav"))
    let whole = try readAll(folder.path("whole.wav"), blockFrames: 3000).samples
    #expect(try readAll(folder.path("whole.wav"), blockFrames: frames).samples == whole)
  }

  @Test("a hand-made WAV is read exactly and written back byte for byte", arguments: [8, 16, 24])
  func handMade(bits: Int) throws {
    let folder = try TemporaryFolder()
    var generator = SplitMix64(seed: 2)
    let data = (0..<bits / 8 * 4000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let (info, samples, notes) = try readAll(folder.file("in.wav", wavBytes(channels: 2, bits: bits, data: data)))
    let expected = stride(from: 0, to: data.count, by: bits / 8).map { start -> Float in
      var integer = data[start..<start + bits / 8].reversed().reduce(0) { $0 << 8 | Int($1) }
      if bits == 8 { integer -= 128 } else if integer >> (bits - 1) == 1 { integer -= 1 << bits }
      return Float(Double(integer) / Double(1 << (bits - 1)))
    }
    #expect(areSame(samples, expected))
    #expect(notes.isEmpty && info.exactBits == bits)
    let format = try AudioOutputFormat.choose(
      container: .wav, source: info, expectedFrames: info.frames, processed: false)
    #expect(!format.needsDither && format.encoding == .pcm(bits: bits))
    try writeAll(folder.path("out.wav"), samples, container: .wav, encoding: format.encoding, channels: 2)
    #expect(try wavData(folder.bytes("out.wav")) == data)
  }

  @Test("32-bit integers and doubles are rounded to Float32, and a note says so")
  func rounded() throws {
    let folder = try TemporaryFolder()
    let integers: [Int32] = [.min, .max, 1, 0x1234_5679]
    let data = integers.flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) }
    let (_, samples, notes) = try readAll(folder.file("i.wav", wavBytes(bits: 32, data: data)))
    #expect(samples == integers.map { Float($0) / 0x1p31 })
    #expect(notes == ["32-bit integers are rounded to Float32 (24 significant bits)"])
    let doubles = [0.1, -2.5, 1e-3]
    let bytes = doubles.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }
    let read = try readAll(folder.file("d.wav", wavBytes(bits: 64, isFloat: true, data: bytes)))
    #expect(read.samples == doubles.map(Float.init))
    #expect(read.notes == ["doubles are rounded to Float32"])
  }

  @Test("text metadata is kept wherever the container has a place for it", arguments: AudioContainer.allCases)
  func text(container: AudioContainer) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.\(container.fileExtension)")
    let text: [AudioText: String] = [
      .title: "Überfahrt", .artist: "An artist", .album: "An album", .comment: "A comment", .date: "2024",
      .copyright: "Somebody", .software: "convaudio", .genre: "Jazz", .trackNumber: "7", .license: "CC0",
    ]
    let writer = try writeAll(
      path, sine(frames: 4800, channels: 2), container: container,
      encoding: container.lossyEncoding ?? .pcm(bits: 16), channels: 2, text: text)
    let back = try AudioFileReader(path: path).info.text
    for field in AudioText.allCases {
      let kept = container.storableText.contains(field) ? text[field] : nil
      if field == .software, kept != nil {
        #expect(back[field]?.hasPrefix("convaudio") == true)
      } else {
        #expect(back[field] == kept, "\(field)")
      }
    }
    #expect(writer.notes.isEmpty)
  }
}
