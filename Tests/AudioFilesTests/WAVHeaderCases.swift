import Testing

@testable import AudioFiles

/// A header with a name, and the frames that are expected of it.
struct HeaderCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let bytes: [UInt8]
  var frames = 3
  var mask: UInt32 = 0
  var notes: [String] = []

  /// Three frames of 16 bits.
  static let data: [UInt8] = [1, 0, 0, 0x80, 0xFF, 0x7F]
  static let format = riffChunk("fmt ", wavFormat())
  static let open = riffChunk("data", data, declared: 0xFFFF_FFFF)

  static func wide(data: UInt64) -> [UInt8] {
    riffChunk("ds64", little(UInt64.max) + little(data) + little(UInt64(0)) + little(UInt32(0)))
  }

  static let readable: [HeaderCase] = [
    HeaderCase(testDescription: "plain", bytes: wav(format, riffChunk("data", data))),
    HeaderCase(testDescription: "FFmpeg's unknown length", bytes: wav(format, open, declared: .max)),
    HeaderCase(
      testDescription: "SoX's unknown length",
      bytes: wav(format, riffChunk("data", data, declared: 0x7FFF_F000), declared: 0x7FFF_F024)),
    HeaderCase(
      testDescription: "SoX's unknown length of 24 bits",
      bytes: wav(format, riffChunk("data", data, declared: 0x7FFF_EFFF))),
    HeaderCase(testDescription: "no length", bytes: wav(format, riffChunk("data", data, declared: 0), declared: 0)),
    HeaderCase(
      testDescription: "no length, RIFF ends at the data",
      bytes: wav(format, riffChunk("data", data, declared: 0), declared: 36)),
    HeaderCase(
      testDescription: "no length, RIFF goes on, and samples follow",
      bytes: wav(format, riffChunk("data", data + data, declared: 0), declared: 48), frames: 6),
    HeaderCase(
      testDescription: "truly empty, a chunk follows",
      bytes: wav(format, riffChunk("data", []), riffChunk("LIST", data)), frames: 0),
    HeaderCase(
      testDescription: "more is claimed than comes", bytes: wav(format, riffChunk("data", data, declared: 4000)),
      notes: ["the stream is truncated: 3 of 2000 frames came"]),
    HeaderCase(
      testDescription: "less is claimed than comes", bytes: wav(format, riffChunk("data", data, declared: 4)),
      frames: 2, notes: ["2 bytes after the audio are ignored"]),
    HeaderCase(
      testDescription: "chunks before, odd ones padded",
      bytes: wav(riffChunk("JUNK", [9, 9, 9]), riffChunk("bext", [7]), format, riffChunk("odd ", []), open)),
    HeaderCase(
      testDescription: "chunks after", bytes: wav(format, riffChunk("data", data), riffChunk("LIST", [1, 2, 3]))),
    HeaderCase(
      testDescription: "a chunk larger than the buffer",
      bytes: wav(riffChunk("id3 ", [UInt8](repeating: 5, count: 200_001)), format, open)),
    HeaderCase(
      testDescription: "fmt with an empty extension",
      bytes: wav(riffChunk("fmt ", wavFormat(extra: [0, 0])), open)),
    HeaderCase(
      testDescription: "fmt with an odd number of bytes", bytes: wav(riffChunk("fmt ", wavFormat(extra: [0])), open)),
    HeaderCase(
      testDescription: "fmt with many more bytes",
      bytes: wav(riffChunk("fmt ", wavFormat(extra: [UInt8](repeating: 1, count: 70_000))), open)),
    HeaderCase(
      testDescription: "extensible with speakers",
      bytes: wav(
        riffChunk("fmt ", wavFormat(tag: 0xFFFE, extra: extensible(validBits: 16, mask: 4, tag: 1))), open), mask: 4),
    HeaderCase(
      testDescription: "extensible with 12 valid bits, which are the upper ones",
      bytes: wav(riffChunk("fmt ", wavFormat(tag: 0xFFFE, extra: extensible(validBits: 12, tag: 1))), open)),
    HeaderCase(
      testDescription: "RF64", bytes: wav(wide(data: 6), format, open, riffChunk("LIST", [1]), riff: "RF64")),
    HeaderCase(
      testDescription: "BW64", bytes: wav(wide(data: 4), format, open, riff: "BW64"), frames: 2,
      notes: ["2 bytes after the audio are ignored"]),
    HeaderCase(testDescription: "RF64 from a pipe", bytes: wav(wide(data: 0), format, open, riff: "RF64")),
    HeaderCase(testDescription: "RF64 with an absurd length", bytes: wav(wide(data: .max), format, open, riff: "RF64")),
    HeaderCase(testDescription: "RF64 without ds64", bytes: wav(format, open, riff: "RF64")),
  ]
}

/// A stream that is refused, and the sentence.
struct RefusedCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let bytes: [UInt8]

  init(_ sentence: String, _ bytes: [UInt8]) {
    testDescription = sentence
    self.bytes = bytes
  }

  private static func format(_ contents: [UInt8]) -> [UInt8] { wav(riffChunk("fmt ", contents), HeaderCase.open) }

  static let numbers: [RefusedCase] = [
    .init("0 channels, expected 1 to 65535 channels", format(wavFormat(channels: 0))),
    .init("a sample rate of 0 Hz, expected 1 to 2147483647 Hz", format(wavFormat(rate: 0))),
    .init("a sample rate of 2147483648 Hz, expected 1 to 2147483647 Hz", format(wavFormat(rate: 1 << 31))),
    .init("integers of 0 bits, expected 8, 16, 24 or 32", format(wavFormat(bits: 0))),
    .init("integers of 12 bits, expected 8, 16, 24 or 32", format(wavFormat(frameBytes: 2, bits: 12))),
    .init("integers of 20 bits, expected 8, 16, 24 or 32", format(wavFormat(frameBytes: 3, bits: 20))),
    .init("integers of 64 bits, expected 8, 16, 24 or 32", format(wavFormat(bits: 64))),
    .init("floats of 16 bits, expected 32 or 64", format(wavFormat(tag: 3, bits: 16))),
    .init("frames of 3 bytes, expected 4 for 2 channels of 16 bits", format(wavFormat(channels: 2, frameBytes: 3))),
    .init("frames of 0 bytes, expected 2 for 1 channel of 16 bits", format(wavFormat(frameBytes: 0))),
    .init(
      "frames of 65528 bytes, expected 131064 for 65532 channels of 16 bits",
      format(wavFormat(channels: 65_532, frameBytes: 65_528))),
    .init("a fmt chunk of 14 bytes, expected at least 16", format(Array(wavFormat()[..<14]))),
    .init(
      "a fmt chunk of 18 bytes, expected 40 for an extensible format",
      format(wavFormat(tag: 0xFFFE, extra: [22, 0]))),
    .init(
      "24 valid bits, expected at most 16, the size of a sample",
      format(wavFormat(tag: 0xFFFE, extra: extensible(validBits: 24, tag: 1)))),
    .init("a second fmt chunk, expected one fmt chunk", wav(HeaderCase.format, HeaderCase.format, HeaderCase.open)),
    .init("no fmt chunk, expected one before the data chunk", wav(HeaderCase.open)),
    .init(
      "a ds64 chunk of 8 bytes, expected at least 28",
      wav(riffChunk("ds64", [UInt8](repeating: 0, count: 8)), HeaderCase.format, HeaderCase.open, riff: "RF64")),
  ]

  static let encodings: [RefusedCase] = [
    .init("Microsoft ADPCM", format(wavFormat(tag: 2, bits: 4))),
    .init("A-law", format(wavFormat(tag: 6, bits: 8))),
    .init("µ-law", format(wavFormat(tag: 7, bits: 8))),
    .init("IMA ADPCM", format(wavFormat(tag: 0x11, bits: 4))),
    .init("GSM 6.10", format(wavFormat(tag: 0x31, frameBytes: 65, bits: 0))),
    .init("MPEG audio", format(wavFormat(tag: 0x55, bits: 0))),
    .init("samples of format tag 4660", format(wavFormat(tag: 0x1234))),
    .init("A-law", format(wavFormat(tag: 0xFFFE, bits: 8, extra: extensible(validBits: 8, tag: 6)))),
    .init(
      "samples of an unknown GUID",
      format(
        wavFormat(
          tag: 0xFFFE, extra: extensible(validBits: 16, tag: 1, tail: [UInt8](repeating: 0x21, count: 14))))),
  ]

  static let signatures: [(name: String, bytes: [UInt8])] = [
    ("FLAC", Array("fLaC\0\0\0\u{22}xxxx".utf8)), ("Ogg", Array("OggS\0\u{2}xxxxxx".utf8)),
    ("an MPEG stream (MP3)", Array("ID3\u{4}xxxxxxxxx".utf8)), ("an MPEG stream (MP3)", [0xFF, 0xFB, 0x94, 0x64]),
    ("AIFF", Array("FORMxxxxAIFFCOMM".utf8)), ("AIFF-C", Array("FORMxxxxAIFCFVER".utf8)),
    ("CAF", Array("caff\0\u{1}\0\0desc".utf8)), ("AU", Array(".snd\0\0\0\u{18}xxxx".utf8)),
    ("Wave64", Array("riff".utf8) + [0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB]),
  ]
}
