/// What a stream is by its first bytes, as far as they can tell.
enum StreamSignature: Equatable {
  /// RIFF, RF64 or BW64 with WAVE inside.
  case wav
  /// A format that is not read from a stream. The name follows "is": `"FLAC"`, `"an MPEG stream (MP3)"`.
  case other(name: String, remedy: String)

  /// Bytes that `init` wants to see. Fewer are fine where no more come.
  static let bytes = 12

  /// The beginnings that are looked for, the first that fits counts. A byte of 0 stands for any.
  private static let beginnings: [(bytes: [UInt8], signature: StreamSignature)] = [
    (Array("RIFF\0\0\0\0WAVE".utf8), .wav), (Array("RF64\0\0\0\0WAVE".utf8), .wav),
    (Array("BW64\0\0\0\0WAVE".utf8), .wav), (Array("RIFF\0\0\0\0\0\0\0\0".utf8), riff(form: "????")),
    // FFmpeg 5.1 refuses RIFX with an extensible header; SoX reads every kind, and needs its -t: what it recognises
    // by itself it loses when the first piece of a pipe is short.
    (Array("RIFX".utf8), .other(name: "big-endian WAV (RIFX)", remedy: "put `sox -t wav - -t wav -` before it")),
    (Array("riff".utf8) + [0x2E, 0x91, 0xCF, 0x11], file("Wave64")), (Array("FORM\0\0\0\0AIFF".utf8), file("AIFF")),
    (Array("FORM\0\0\0\0AIFC".utf8), file("AIFF-C")), (Array("fLaC".utf8), file("FLAC")),
    (Array("OggS".utf8), file("Ogg")), (Array("caff".utf8), file("CAF")), (Array(".snd".utf8), file("AU")),
    (Array("ID3".utf8), file("an MPEG stream (MP3)")),
  ]

  /// - Parameter start: The first bytes of the stream; nil comes of bytes that begin nothing that is known.
  init?(start: [UInt8]) {
    if let known = StreamSignature(known: start) {
      self = known
    } else if Self.isMPEGHeader(start) {
      self = Self.file("an MPEG stream (MP3)")
    } else {
      return nil
    }
  }

  /// As `init(start:)`, without the header of a packet of MPEG audio, which is too short to be told from samples.
  init?(known start: [UInt8]) {
    guard
      let known = Self.beginnings.first(where: { beginning in
        start.count >= beginning.bytes.count && start.withUnsafeBytes { Self.fits($0, beginning.bytes) }
      })
    else { return nil }
    self = known.signature
    if self == Self.riff(form: "????") {
      let letters = start[8..<12].map { Character(UnicodeScalar($0)) }
      self = Self.riff(form: String(letters.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "?" }))
    }
  }

  /// Whether only more bytes can tell if a stream begins with a signature. Allocates nothing.
  static func isOpen(_ start: UnsafeRawBufferPointer) -> Bool {
    var couldBe = false
    for beginning in beginnings where fits(start, beginning.bytes) {
      if start.count >= beginning.bytes.count { return false }
      couldBe = true
    }
    return couldBe
  }

  /// Whether bytes and a beginning agree as far as both go.
  private static func fits(_ start: UnsafeRawBufferPointer, _ beginning: [UInt8]) -> Bool {
    for place in 0..<min(start.count, beginning.count) {
      guard beginning[place] == 0 || beginning[place] == start[place] else { return false }
    }
    return true
  }

  /// FFmpeg read each of these formats from a pipe when tried. Floats, because its own choice is 16 bits.
  static let convert = "put `ffmpeg -i - -c:a pcm_f32le -f wav -` before it"

  private static func riff(form: String) -> StreamSignature {
    .other(name: "RIFF with \(form) inside and not WAVE", remedy: convert)
  }

  private static func file(_ name: String) -> StreamSignature {
    .other(name: name, remedy: convert + ", or give it to `convaudio process -`")
  }

  /// The header of a packet of MPEG audio: eleven ones, and none of the values that are reserved.
  private static func isMPEGHeader(_ start: [UInt8]) -> Bool {
    guard start.count >= 4, start[0] == 0xFF, start[1] & 0xE0 == 0xE0 else { return false }
    let version = start[1] >> 3 & 3
    let layer = start[1] >> 1 & 3
    let bitRate = start[2] >> 4
    let sampleRate = start[2] >> 2 & 3
    return version != 1 && layer != 0 && bitRate != 15 && sampleRate != 3
  }
}
