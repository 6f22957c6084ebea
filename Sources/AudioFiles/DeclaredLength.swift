/// How much audio a header promises, against how much the file has.
///
/// libsndfile takes what is there and says nothing when a WAV or AIFF file was cut off, so the chunk that holds
/// the audio is looked up again here. Nothing is allocated beyond a few bytes a chunk.
struct DeclaredLength: Equatable {
  /// Bytes of audio that the header promises.
  var declaredBytes: Int64
  /// Bytes between the start of the audio and the end of the file.
  var presentBytes: Int64

  /// Whether at least `smallestLoss` bytes are missing. What a program that writes to a pipe puts for "unknown"
  /// does not count: sizes near 2^31 (SoX) and 2^32 (FFmpeg), and 0.
  func isTruncated(smallestLoss: Int64) -> Bool {
    guard declaredBytes - presentBytes >= max(1, smallestLoss) else { return false }
    return !(0x7FFF_0000...0x8000_0000).contains(declaredBytes) && !(0xFFFF_0000...0xFFFF_FFFF).contains(declaredBytes)
  }

  /// Looks the promise up; nil for formats that make none in this form (FLAC, Ogg, MP3 and rarer ones).
  static func find(in io: DescriptorIO) -> DeclaredLength? {
    let magic = io.bytes(at: 0, count: 16)
    guard magic.count >= 12 else { return nil }
    switch (String(decoding: magic[0..<4], as: UTF8.self), String(decoding: magic[8..<12], as: UTF8.self)) {
    case ("RIFF", "WAVE"), ("RF64", "WAVE"):
      return find(
        in: io, layout: Layout(start: 12, audio: "data", isBigEndian: false, is64Bit: false, skips: 0))
    case ("RIFX", "WAVE"):
      return find(in: io, layout: Layout(start: 12, audio: "data", isBigEndian: true, is64Bit: false, skips: 0))
    case ("FORM", "AIFF"), ("FORM", "AIFC"):
      return find(in: io, layout: Layout(start: 12, audio: "SSND", isBigEndian: true, is64Bit: false, skips: 8))
    case ("caff", _):
      return find(in: io, layout: Layout(start: 8, audio: "data", isBigEndian: true, is64Bit: true, skips: 4))
    case ("riff", _): return findWave64(in: io)
    case (".snd", _):
      let offset = integer(magic[4..<8], isBigEndian: true), size = integer(magic[8..<12], isBigEndian: true)
      return DeclaredLength(declaredBytes: size, presentBytes: max(0, io.length - offset))
    default: return nil
    }
  }

  /// How a chunked format is laid out.
  private struct Layout {
    /// Where the first chunk begins, in bytes.
    let start: Int64
    /// The name of the chunk with the audio.
    let audio: String
    let isBigEndian: Bool
    /// Sizes of 8 bytes and no padding (CAF), or of 4 with padding to even (the rest).
    let is64Bit: Bool
    /// Bytes of the audio chunk that come before its samples.
    let skips: Int64
  }

  private static func find(in io: DescriptorIO, layout: Layout) -> DeclaredLength? {
    let length = io.length
    let headerBytes: Int64 = layout.is64Bit ? 12 : 8
    var place = layout.start
    var size64: Int64?
    for _ in 0..<chunkLimit {
      let header = io.bytes(at: place, count: Int(headerBytes))
      guard header.count == Int(headerBytes) else { return nil }
      let name = String(decoding: header[0..<4], as: UTF8.self)
      var size = integer(header[4...], isBigEndian: layout.isBigEndian)
      if name == "ds64" {
        let sizes = io.bytes(at: place + headerBytes + 8, count: 8)
        if sizes.count == 8 { size64 = integer(sizes[...], isBigEndian: false) }
      }
      if name == layout.audio {
        if let size64, size == 0xFFFF_FFFF { size = size64 }
        guard size >= 0 else { return nil }  // CAF: -1 stands for unknown
        return DeclaredLength(
          declaredBytes: max(0, size - layout.skips),
          presentBytes: max(0, length - place - headerBytes - layout.skips))
      }
      guard size >= 0, size < length else { return nil }
      place += headerBytes + size + (layout.is64Bit ? 0 : size & 1)
    }
    return nil
  }

  /// Wave64: names are GUIDs of 16 bytes, sizes count their own 24-byte header, chunks begin at multiples of 8.
  private static func findWave64(in io: DescriptorIO) -> DeclaredLength? {
    let length = io.length
    var place: Int64 = 40
    for _ in 0..<chunkLimit {
      let header = io.bytes(at: place, count: 24)
      guard header.count == 24 else { return nil }
      let size = integer(header[16...], isBigEndian: false)
      if header[0..<4].elementsEqual("data".utf8) {
        return DeclaredLength(declaredBytes: max(0, size - 24), presentBytes: max(0, length - place - 24))
      }
      guard size >= 24, size < length else { return nil }
      place += (size + 7) & ~7
    }
    return nil
  }

  /// More chunks before the audio than any program writes.
  private static let chunkLimit = 1024

  /// An integer of 4 unsigned or 8 signed bytes.
  private static func integer(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> Int64 {
    let ordered = isBigEndian ? Array(bytes) : bytes.reversed()
    return Int64(bitPattern: ordered.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }
}

extension DescriptorIO {
  /// Whether an MP3 file states its number of frames, in a Xing, Info or VBRI tag. Where it does not, libsndfile
  /// guesses from the bit rate of the first packet, and stops reading at its guess.
  var statesMPEGLength: Bool {
    var place: Int64 = 0
    let tag = bytes(at: 0, count: 10)
    if tag.count == 10, tag[0..<3].elementsEqual("ID3".utf8) {
      place = 10 + tag[6...].reduce(Int64(0)) { $0 << 7 | Int64($1 & 0x7F) }
    }
    let packet = bytes(at: place, count: 4096)
    for start in 0..<max(0, packet.count - 12) {
      switch String(decoding: packet[start..<start + 4], as: UTF8.self) {
      case "Xing", "Info":
        // Four bytes of flags follow; bit 0 says that the number of packets follows them.
        return packet[start + 7] & 1 == 1 && packet[start + 8..<start + 12].contains { $0 != 0 }
      case "VBRI": return true
      default: continue
      }
    }
    return false
  }
}
