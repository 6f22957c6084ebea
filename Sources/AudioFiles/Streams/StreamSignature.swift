/// What a stream is by its first bytes, as far as they can tell.
enum StreamSignature: Equatable {
  /// RIFF, RF64 or BW64 with WAVE inside.
  case wav
  /// A format that is not read from a stream. The name follows "is": `"FLAC"`, `"an MPEG stream (MP3)"`.
  case other(name: String, remedy: String)

  /// Bytes that `init` wants to see. Fewer are fine where no more come.
  static let bytes = 12

  /// - Parameter start: The first bytes of the stream; nil comes of bytes that begin nothing that is known.
  init?(start: [UInt8]) {
    func text(_ range: Range<Int>) -> String {
      start.count >= range.upperBound ? String(decoding: start[range], as: UTF8.self) : ""
    }
    switch (text(0..<4), text(8..<12)) {
    case ("RIFF", "WAVE"), ("RF64", "WAVE"), ("BW64", "WAVE"): self = .wav
    case ("RIFF", let form) where form.utf8.count == 4:
      let letters = String(form.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "?" })
      self = .other(name: "RIFF with \(letters) inside and not WAVE", remedy: Self.convert)
    // FFmpeg 5.1 refuses RIFX with an extensible header; SoX reads every kind, and needs its -t: what it recognises
    // by itself it loses when the first piece of a pipe is short.
    case ("RIFX", _): self = .other(name: "big-endian WAV (RIFX)", remedy: "put `sox -t wav - -t wav -` before it")
    case ("riff", _) where start.count >= 8 && start[4..<8].elementsEqual([0x2E, 0x91, 0xCF, 0x11]):
      self = .file("Wave64")
    case ("FORM", "AIFF"): self = .file("AIFF")
    case ("FORM", "AIFC"): self = .file("AIFF-C")
    case ("fLaC", _): self = .file("FLAC")
    case ("OggS", _): self = .file("Ogg")
    case ("caff", _): self = .file("CAF")
    case (".snd", _): self = .file("AU")
    default:
      guard text(0..<3) == "ID3" || Self.isMPEGHeader(start) else { return nil }
      self = .file("an MPEG stream (MP3)")
    }
  }

  /// FFmpeg read each of these formats from a pipe when tried. Floats, because its own choice is 16 bits.
  static let convert = "put `ffmpeg -i - -c:a pcm_f32le -f wav -` before it"

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
