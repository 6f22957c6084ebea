/// The audio of a CAF, Wave64 or AU file, whose header gives its size in one field.
///
/// Programs that write to a pipe cannot know the size. They write −1 (CAF, Apple's specification, "Audio Data chunk"; AU),
/// 0, or nearly 2^63 (Wave64), which libsndfile refuses or takes literally. So it is shown a header with the size that
/// there is.
struct SizedAudio {
  /// What the header promises, and what there is.
  let length: DeclaredLength
  /// The speakers of the channels, by a CAF file.
  private(set) var speakers: ChannelLayout?
  /// Where the audio begins.
  private let audioStart: Int64
  /// Where the field is, how it is written, and what it counts besides audio.
  private let field: (place: Int64, bytes: Int, isBigEndian: Bool, skips: Int64)

  /// Nil for other formats, and for a file without audio.
  init?(of io: SoundFileIO) {
    if let layout = ChunkLayout(of: io), layout.family == .caf || layout.family == .wave64 {
      guard let (name, skips) = layout.audio, let chunk = layout.find(name, in: io) else { return nil }
      let isCAF = layout.family == .caf
      audioStart = chunk.start + skips
      field = (chunk.start - 8, 8, isCAF, isCAF ? skips : 24)
      if isCAF { speakers = layout.speakersOfCAF(in: io) }
      length = Self.length(chunk.size, skips: skips, from: audioStart, in: io)
    } else if io.bytes(at: 0, count: 4).elementsEqual(".snd".utf8),
      let start = io.integer(at: 4, bytes: 4, isBigEndian: true),
      let size = io.integer(at: 8, bytes: 4, isBigEndian: true), start >= 24, start <= io.length
    {
      audioStart = start
      field = (8, 4, true, 0)
      length = Self.length(size, skips: 0, from: start, in: io)
    } else {
      return nil
    }
  }

  private static func length(_ size: Int64, skips: Int64, from start: Int64, in io: SoundFileIO) -> DeclaredLength {
    let present = max(0, io.length - start)
    // No file has 2^60 bytes.
    let isUnknown = size <= 0 || size >= 1 << 60 || DeclaredLength.isPlaceholder(size)
    return DeclaredLength(declaredBytes: isUnknown ? present : max(0, size - skips), presentBytes: present)
  }

  /// The file with the size that there is.
  func part(in io: SoundFileIO) -> AudioPart {
    guard audioStart <= Self.headerLimit, length.declaredBytes >= length.presentBytes else {
      return AudioPart(start: 0, count: io.length)
    }
    var header = io.bytes(at: 0, count: Int(audioStart))
    let size = length.presentBytes + field.skips
    for index in 0..<field.bytes {
      let shift = 8 * (field.isBigEndian ? field.bytes - 1 - index : index)
      header[Int(field.place) + index] = UInt8(truncatingIfNeeded: size >> Int64(shift))
    }
    return AudioPart(header: header, start: audioStart, count: length.presentBytes)
  }

  /// More bytes than any program writes before the audio.
  private static let headerLimit: Int64 = 1 << 24
}

extension ChunkLayout {
  /// The speakers of a CAF file's `chan` chunk (Apple, "Channel Layout chunk"); nil if it has none, or if its channels are
  /// not in the order of WAV.
  func speakersOfCAF(in io: SoundFileIO) -> ChannelLayout? {
    guard let chunk = find("chan", in: io), let tag = io.integer(at: chunk.start, bytes: 4, isBigEndian: true),
      let bits = io.integer(at: chunk.start + 4, bytes: 4, isBigEndian: true)
    else { return nil }
    let masks: [Int64: UInt32] = [
      101: 0x3, 108: 0x33, 113: 0x7, 115: 0x107, 117: 0x37, 121: 0x3F, 126: 0xFF,
    ]
    // 1 << 16: by the bits, which are those of WAV.
    let mask = tag == 1 << 16 ? UInt32(bits) : masks[tag >> 16]
    return mask.map { ChannelLayout(mask: $0) }
  }
}
