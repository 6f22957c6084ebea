/// How much audio a header promises, and how much the file has.
///
/// libsndfile reads a truncated WAV or AIFF file without an error, so this looks up the chunk that holds the audio
/// again. Allocates only a few bytes per chunk.
struct DeclaredLength: Equatable {
  /// Bytes of audio that the header promises.
  var declaredBytes: Int64
  /// Bytes between the start of the audio and the end of the file.
  var presentBytes: Int64

  /// The lengths in bytes.
  init(declaredBytes: Int64, presentBytes: Int64) {
    (self.declaredBytes, self.presentBytes) = (declaredBytes, presentBytes)
  }

  /// Those of a WAV file whose chunks were walked.
  init(_ wav: WAVLayout) {
    self.init(declaredBytes: wav.declaredBytes ?? wav.presentBytes, presentBytes: wav.presentBytes)
  }

  /// Whether at least `smallestLoss` bytes are missing. A placeholder promises nothing.
  func isTruncated(smallestLoss: Int64) -> Bool {
    declaredBytes - presentBytes >= max(1, smallestLoss) && !Self.isPlaceholder(declaredBytes)
  }

  /// Whether a length means "unknown", as written to a pipe: sizes near 2^31 (SoX) and 2^32 (FFmpeg), and 0.
  static func isPlaceholder(_ bytes: Int64) -> Bool {
    bytes == 0 || (0x7FFF_0000...0x8000_0000).contains(bytes) || (0xFFFF_0000...0xFFFF_FFFF).contains(bytes)
  }

  /// Looks up both lengths; nil for formats without such a field (FLAC, Ogg, MP3 and rarer ones).
  static func find(in io: SoundFileIO) -> DeclaredLength? {
    if let layout = ChunkLayout(of: io) {
      guard let (audio, skips) = layout.audio, let chunk = layout.find(audio, in: io) else { return nil }
      var size = chunk.size
      if size == 0xFFFF_FFFF, let sizes = layout.find("ds64", in: io) {
        size = io.integer(at: sizes.start + 8, bytes: 8, isBigEndian: false) ?? size
      }
      guard size >= 0 else { return nil }  // CAF: -1 means unknown
      return DeclaredLength(
        declaredBytes: max(0, size - skips), presentBytes: max(0, io.length - chunk.start - skips))
    }
    guard io.bytes(at: 0, count: 4) == Array(".snd".utf8) else { return nil }
    guard let offset = io.integer(at: 4, bytes: 4, isBigEndian: true),
      let size = io.integer(at: 8, bytes: 4, isBigEndian: true)
    else { return nil }
    return DeclaredLength(declaredBytes: size, presentBytes: max(0, io.length - offset))
  }
}

extension SoundFileIO {
  /// Whether an MP3 file states its number of frames, in a Xing, Info or VBRI tag. Otherwise libsndfile guesses from
  /// the bit rate of the first packet, and stops reading there.
  var statesMPEGLength: Bool {
    var place = start
    let tag = bytes(at: place, count: 10)
    if tag.count == 10, tag[0..<3].elementsEqual("ID3".utf8) {
      place += 10 + tag[6...].reduce(Int64(0)) { $0 << 7 | Int64($1 & 0x7F) }
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
