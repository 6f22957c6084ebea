/// The FLAC streams of a file that follow each other, as `cat` makes them. The decoder stops at the length that the first
/// one states.
struct FLACStreams {
  /// Where each begins, and how many bytes it has.
  private(set) var parts: [AudioPart] = []
  /// The speakers that a comment names (RFC 9639, section 8.6.2).
  private(set) var layout: ChannelLayout?

  /// Nil if the file is not FLAC.
  init?(of io: SoundFileIO) {
    guard Self.isStream(at: 0, in: io) else { return nil }
    var starts: [Int64] = [0]
    var place: Int64 = 4
    while let found = io.find("fLaC", from: place) {
      if Self.isStream(at: found, in: io) { starts.append(found) }
      place = found + 4
    }
    let ends = starts.dropFirst() + [io.length]
    parts = zip(starts, ends).map { AudioPart(start: $0, count: $1 - $0) }
    if let comments = FLACComments(of: io) { layout = comments.layout(in: io) }
  }

  /// Whether the letters are followed by a stream-information block of 34 bytes.
  private static func isStream(at place: Int64, in io: SoundFileIO) -> Bool {
    let start = io.bytes(at: place, count: 8)
    return start.count == 8 && start.starts(with: "fLaC".utf8) && start[4] & 0x7F == 0 && start[5...] == [0, 0, 34]
  }
}

/// The comment block of a FLAC file.
struct FLACComments {
  /// Where its contents begin.
  let start: Int64
  /// Bytes of its contents.
  let bytes: Int

  static let maskName = "WAVEFORMATEXTENSIBLE_CHANNEL_MASK"

  /// Finds it among the metadata blocks; nil if there is none.
  init?(of io: SoundFileIO) {
    var place: Int64 = 4
    for _ in 0..<1024 {
      let header = io.bytes(at: place, count: 4)
      guard header.count == 4 else { return nil }
      let bytes = header[1...].reduce(0) { $0 << 8 | Int($1) }
      if header[0] & 0x7F == 4 {
        (start, self.bytes) = (place + 4, bytes)
        return
      }
      guard header[0] & 0x80 == 0 else { return nil }
      place += 4 + Int64(bytes)
    }
    return nil
  }

  /// The speakers that it names.
  func layout(in io: SoundFileIO) -> ChannelLayout? {
    guard let found = io.find(Self.maskName + "=", from: start, before: start + Int64(bytes)) else { return nil }
    let value = io.bytes(at: found + Int64(Self.maskName.utf8.count) + 1, count: 10)
    let text = String(decoding: value, as: UTF8.self).lowercased()
    let digits = text.hasPrefix("0x") ? text.dropFirst(2).prefix { $0.isHexDigit } : ""
    return UInt32(digits, radix: 16).map { ChannelLayout(mask: $0) }
  }
}
