import TestSupport
import Testing

@testable import AudioFiles

/// A well-formed WAV file with chunks, sizes and names as other programs write them, and its samples.
private struct RandomWAV {
  var bytes: [UInt8] = []
  var samples: [Float] = []
  var channels = 1
  var rate = 8000
  /// Whether `AudioStreamReader` reads it: not RIFX, and no tag before the RIFF.
  var isStreamable = true
  /// Title in an INFO list.
  var title: String?

  private var random: SplitMix64
  private var isBigEndian = false

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    let kind = pick(["RIFF", "RIFF", "RIFF", "RIFX", "RF64", "BW64"])
    isBigEndian = kind == "RIFX"
    let isWide = kind == "RF64" || kind == "BW64"
    channels = pick([1, 1, 2, 3, 6])
    rate = pick([8000, 44_100, 48_000, 96_000])
    let frames = random.nextInteger(upTo: 300)
    let (bits, isFloat) = pick([(8, false), (16, false), (16, false), (24, false), (32, false), (32, true), (64, true)])
    let audio = makeAudio(count: frames * channels, bits: bits, isFloat: isFloat)
    // What the length field says: the truth, or that the writer did not know it. An empty recording always says so.
    let isUnknown = frames > 0 && chance(4)

    var head: [UInt8] = []
    let early = random.nextInteger(upTo: 3)
    for _ in 0..<early { head += otherChunk() }
    head += chunk("fmt ", format(bits: bits, isFloat: isFloat))
    for _ in 0..<random.nextInteger(upTo: 4) { head += otherChunk() }
    if chance(3) {
      title = "Take \(seed)"
      // A list that is padded to four bytes, as some programs do.
      let text = Array(title!.utf8) + [0]
      let padded = text + [UInt8](repeating: 0, count: (4 - text.count % 4) % 4)
      head += chunk("LIST", Array("INFOINAM".utf8) + number(UInt32(text.count)) + padded)
    }
    var tail: [UInt8] = []
    if !isUnknown { for _ in 0..<random.nextInteger(upTo: 2) { tail += otherChunk() } }

    let wide = isWide ? 36 : 0
    let riffBytes = 4 + wide + head.count + 8 + audio.count + audio.count & 1 + tail.count
    let unknown = pick([UInt32.max, 0, 0x7FFF_FFFF, 0x7FFF_F000, 0xFFFF_F000])
    bytes += Array(kind.utf8)
    bytes += number(isWide ? UInt32.max : isUnknown ? pick([unknown, UInt32(riffBytes)]) : UInt32(riffBytes))
    bytes += Array("WAVE".utf8)
    if isWide {
      let size = isUnknown ? pick([0, UInt64.max]) : UInt64(audio.count)
      bytes += chunk("ds64", number(UInt64(riffBytes)) + number(size) + number(UInt64(0)) + number(UInt32(0)))
    }
    bytes += head + Array("data".utf8)
    bytes += number(isWide ? UInt32.max : isUnknown ? unknown : UInt32(audio.count))
    bytes += audio
    if !isUnknown, audio.count & 1 == 1 { bytes.append(0) }
    bytes += tail
    if chance(8) {
      let size = random.nextInteger(upTo: 200)
      bytes = Array("ID3".utf8) + [3, 0, 0, 0, 0, UInt8(size >> 7), UInt8(size & 127)]
        + [UInt8](repeating: 0, count: size) + bytes
      isStreamable = false
    }
    if isBigEndian { isStreamable = false }
  }

  private mutating func chance(_ one: Int) -> Bool { random.nextInteger(upTo: one - 1) == 0 }
  private mutating func pick<T>(_ from: [T]) -> T { from[random.nextInteger(upTo: from.count - 1)] }
  private mutating func noise(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(random.nextInteger(upTo: 255)) } }

  private func number(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { Array($0) }
  }

  private func chunk(_ name: String, _ contents: [UInt8]) -> [UInt8] { chunk(Array(name.utf8), contents) }

  private func chunk(_ name: [UInt8], _ contents: [UInt8]) -> [UInt8] {
    name + number(UInt32(contents.count)) + contents + (contents.count & 1 == 1 ? [0] : [])
  }

  /// A chunk that has nothing to do with samples; its contents may contradict its own counts.
  private mutating func otherChunk() -> [UInt8] {
    let names = ["cue ", "smpl", "acid", "bext", "JUNK", "PAD ", "iXML", "inst", "axml", "chna", "id3 ", "LGWV", "note"]
    let name = chance(6) ? [0xA9, 0xFF, 0x01, 0x02] : Array(pick(names).utf8)
    return chunk(name, noise(pick([0, 1, 4, 5, 24, 28, 36, 40, 61, 602])))
  }

  private mutating func format(bits: Int, isFloat: Bool) -> [UInt8] {
    let frame = channels * bits / 8
    let tag: UInt16 = isFloat ? 3 : 1
    let isExtensible = channels > 2 || chance(3)
    var format = number(isExtensible ? 0xFFFE : tag) + number(UInt16(channels)) + number(UInt32(rate))
    format += number(UInt32(rate * frame)) + number(UInt16(frame)) + number(UInt16(bits))
    if isExtensible {
      let isAmbisonic = chance(5)
      format += number(UInt16(22)) + number(UInt16(bits)) + number(isAmbisonic ? 0 : UInt32(1) << channels - 1)
      let tail = isAmbisonic ? WAVHeader.ambisonicTail : WAVHeader.guidTail
      guard isBigEndian else { return format + number(tag) + tail }
      // A GUID is a number of four bytes, two of two, and eight bytes.
      return format + number(UInt32(tag)) + [tail[3], tail[2], tail[5], tail[4]] + tail[6...]
    }
    return format + (chance(2) ? number(UInt16(0)) : [])
  }

  private mutating func makeAudio(count: Int, bits: Int, isFloat: Bool) -> [UInt8] {
    var audio: [UInt8] = []
    for _ in 0..<count {
      let value = Int32(truncatingIfNeeded: random.next())
      switch (bits, isFloat) {
      case (8, _):
        audio.append(UInt8(truncatingIfNeeded: value))
        samples.append((Float(UInt8(truncatingIfNeeded: value)) - 128) / 128)
      case (16, _):
        audio += number(Int16(truncatingIfNeeded: value))
        samples.append(Float(Int16(truncatingIfNeeded: value)) / 32_768)
      case (24, _):
        let small = value >> 8
        audio += isBigEndian ? number(small).suffix(3) : number(small).prefix(3)
        samples.append(Float(small) / 8_388_608)
      case (32, false):
        audio += number(value)
        samples.append(Float(Double(value) / 2_147_483_648))
      default:
        let float = Float(value) / 2_147_483_648
        audio += bits == 32 ? number(float.bitPattern) : number(Double(float).bitPattern)
        samples.append(float)
      }
    }
    return audio
  }
}

@Suite("WAV, chunk by chunk")
struct WAVLayoutTests {
  @Test("well-formed files of every kind have their samples, from a file and from a pipe")
  func random() throws {
    let folder = try TemporaryFolder()
    for seed in 0..<UInt64(Thoroughness.cases(full: 2000, quick: 200)) {
      let wav = RandomWAV(seed: seed)
      let path = try folder.file("random.wav", wav.bytes)
      let file = try readAll(path)
      #expect(firstBitDifference(file.samples, wav.samples) == nil, "seed \(seed)")
      #expect(file.info.channels == wav.channels && file.info.sampleRateHz == wav.rate, "seed \(seed)")
      #expect(file.info.frames == Int64(wav.samples.count / wav.channels), "seed \(seed)")
      if let title = wav.title { #expect(file.info.text[.title] == title, "seed \(seed)") }
      guard wav.isStreamable else { continue }
      let source = MemorySource(wav.bytes, .random(seed: seed))
      let reader = try AudioStreamReader { source.read($0) }
      #expect(firstBitDifference(try readStream(reader), wav.samples) == nil, "seed \(seed), stream")
    }
  }

  private func readStream(_ reader: AudioStreamReader) throws -> [Float] {
    var block = [Float](repeating: 0, count: 64 * reader.info.channels)
    var samples: [Float] = []
    while true {
      let frames = try block.withUnsafeMutableBufferPointer { try reader.read(into: $0) }
      if frames == 0 { break }
      samples += block[..<(frames * reader.info.channels)]
    }
    try reader.finish()
    return samples
  }

  /// A mono file of 16 bits whose data chunk claims `declared` bytes and has `present`.
  private func wav(declared: UInt32, present: Int, frameBytes: UInt16 = 2, after: [UInt8] = []) -> [UInt8] {
    func number(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    let format = number(UInt16(1)) + number(UInt16(1)) + number(UInt32(8000)) + number(UInt32(16_000))
    return Array("RIFF".utf8) + number(36 + declared) + Array("WAVEfmt ".utf8) + number(UInt32(16)) + format
      + number(frameBytes) + number(UInt16(16)) + Array("data".utf8) + number(declared)
      + [UInt8](repeating: 1, count: present) + after
  }

  @Test("a byte less than promised is an error, or a remark", arguments: [1, 2, 16])
  func truncated(missing: Int) throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("short.wav", wav(declared: 200, present: 200 - missing))
    let actual = Int64((200 - missing) / 2)
    #expect(throws: AudioFileError.truncated(path: path, expectedFrames: 100, actualFrames: actual)) {
      try readAll(path)
    }
    let kept = try readAll(path, allowTruncated: true)
    #expect(kept.samples.count == Int(actual))
    #expect(kept.notes == ["the file is truncated: \(actual) of 100 frames are there"])
  }

  @Test("a stream that breaks off says how many frames are missing")
  func truncatedStream() throws {
    let source = MemorySource(wav(declared: 200, present: 184))
    let reader = try AudioStreamReader(allowTruncated: true) { source.read($0) }
    #expect(try readStream(reader).count == 92)
    #expect(reader.notes == ["the stream is truncated: 92 of 100 frames came"])
    let other = MemorySource(wav(declared: 200, present: 184))
    let strict = try AudioStreamReader { other.read($0) }
    #expect(throws: AudioStreamError.truncated(name: "standard input", expectedFrames: 100, actualFrames: 92)) {
      try readStream(strict)
    }
  }

  @Test("frames of a wrong size, missing chunks, and a second data chunk")
  func malformed() throws {
    let folder = try TemporaryFolder()
    var path = try folder.file("frames.wav", wav(declared: 200, present: 200, frameBytes: 4))
    #expect(
      throws: AudioFileError.badHeader(
        path: path, expected: "2, by channels and bits", actual: "frames of 4 bytes")
    ) { try readAll(path) }
    path = try folder.file("none.wav", Array(wav(declared: 200, present: 200).prefix(36)))
    #expect(
      throws: AudioFileError.badHeader(path: path, expected: "one after the fmt chunk", actual: "no data chunk")
    ) { try readAll(path) }
    let second = Array("data".utf8) + [4, 0, 0, 0, 9, 9, 9, 9]
    path = try folder.file("two.wav", wav(declared: 200, present: 200, after: second))
    let two = try readAll(path)
    #expect(two.samples.count == 100 && two.notes == ["a second data chunk is ignored"])
  }
}
