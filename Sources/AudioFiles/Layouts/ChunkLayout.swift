/// Finds chunks in a file. Every read is a few bytes at a known place; no allocation depends on what a header claims.
struct ChunkLayout {
  /// The formats of this kind.
  enum Family { case riff, riffBigEndian, aiff, caf, wave64 }

  let family: Family

  /// Recognises a file by its first bytes; nil for one that has no chunks.
  init?(of io: SoundFileIO) {
    let magic = io.bytes(at: 0, count: 12)
    guard magic.count == 12 else { return nil }
    switch (String(decoding: magic[0..<4], as: UTF8.self), String(decoding: magic[8..<12], as: UTF8.self)) {
    case ("RIFF", "WAVE"), ("RF64", "WAVE"): family = .riff
    case ("RIFX", "WAVE"): family = .riffBigEndian
    case ("FORM", "AIFF"), ("FORM", "AIFC"): family = .aiff
    case ("caff", _): family = .caf
    case ("riff", _): family = .wave64
    default: return nil
    }
  }

  /// The name of the chunk that holds the samples, and its bytes before the first sample.
  var audio: (name: String, skips: Int64)? {
    switch family {
    case .riff, .riffBigEndian, .wave64: ("data", 0)
    case .aiff: ("SSND", 8)
    case .caf: ("data", 4)
    }
  }

  /// Finds a chunk by the four letters of its name.
  ///
  /// - Returns: Where its contents start, and how many bytes its header claims for them.
  func find(_ name: String, in io: SoundFileIO) -> (start: Int64, size: Int64)? {
    let length = io.length
    // Wave64: names are GUIDs of 16 bytes that begin with the letters, and sizes count the header of 24 bytes.
    let nameBytes: Int64 = family == .wave64 ? 16 : 4
    let sizeBytes: Int64 = family == .wave64 || family == .caf ? 8 : 4
    let isBigEndian = family != .riff && family != .wave64
    var place: Int64 = family == .wave64 ? 40 : (family == .caf ? 8 : 12)
    for _ in 0..<Self.chunkLimit {
      guard var size = io.integer(at: place + nameBytes, bytes: Int(sizeBytes), isBigEndian: isBigEndian) else {
        return nil
      }
      let start = place + nameBytes + sizeBytes
      if family == .wave64 { size -= min(size, 24) }
      if io.bytes(at: place, count: 4).elementsEqual(name.utf8) { return (start, size) }
      guard size >= 0, size < length else { return nil }
      switch family {
      case .riff, .riffBigEndian, .aiff: place = start + size + size & 1
      case .caf: place = start + size
      case .wave64: place = (start + size + 7) & ~7
      }
    }
    return nil
  }

  /// More chunks than any program writes.
  private static let chunkLimit = 1024
}

extension SoundFileIO {
  /// An integer of 4 unsigned or 8 signed bytes; nil beyond the end of the file.
  func integer(at offset: Int64, bytes count: Int, isBigEndian: Bool) -> Int64? {
    let bytes = bytes(at: offset, count: count)
    guard bytes.count == count else { return nil }
    let ordered = isBigEndian ? bytes : bytes.reversed()
    return Int64(bitPattern: ordered.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }
}
