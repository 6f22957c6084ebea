/// The header of an MPEG audio packet (ISO/IEC 11172-3, section 2.4.1.3; 13818-3 for the lower sample rates).
struct MPEGPacket {
  /// Bytes of the packet.
  let bytes: Int64
  /// Where a Xing or Info tag would be in it.
  let tagOffset: Int

  /// Nil if the bytes are no header, or one of a free bit rate, which does not give the size.
  init?(_ header: some Collection<UInt8>) {
    let header = Array(header.prefix(4))
    guard header.count == 4, header[0] == 0xFF, header[1] & 0xE0 == 0xE0 else { return nil }
    let version = Int(header[1] >> 3 & 3)
    let layer = 4 - Int(header[1] >> 1 & 3)
    let rateIndex = Int(header[2] >> 2 & 3)
    let bitRateIndex = Int(header[2] >> 4)
    guard version != 1, layer < 4, rateIndex < 3, bitRateIndex != 0, bitRateIndex != 15 else { return nil }
    let isFirst = version == 3
    let sampleRate = [44_100, 48_000, 32_000][rateIndex] >> (isFirst ? 0 : version == 2 ? 1 : 2)
    let bitRate = 1000 * Self.bitRates(isFirst: isFirst, layer: layer)[bitRateIndex - 1]
    let padding = Int(header[2] >> 1 & 1)
    bytes =
      switch layer {
      case 1: Int64((12 * bitRate / sampleRate + padding) * 4)
      case 3 where !isFirst: Int64(72 * bitRate / sampleRate + padding)
      default: Int64(144 * bitRate / sampleRate + padding)
      }
    let isMono = header[3] >> 6 == 3
    tagOffset = 4 + (isFirst ? (isMono ? 17 : 32) : (isMono ? 9 : 17))
  }

  /// Kilobits per second by index.
  private static func bitRates(isFirst: Bool, layer: Int) -> [Int] {
    switch (isFirst, layer) {
    case (true, 1): [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448]
    case (true, 2): [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384]
    case (true, _): [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
    case (false, 1): [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256]
    case (false, _): [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
    }
  }
}

/// The MP3 recordings of a file that follow each other, as `cat` makes them. The decoder stops at the length that the
/// first one's tag states, so each is read by itself.
struct MPEGStreams {
  /// Where each begins, and how many bytes it has.
  private(set) var parts: [AudioPart] = []

  /// Packets beyond a stated length that are not taken for another recording: some encoders count one packet less.
  private static let slack = 3

  /// Walks the packets; nil if the file does not begin with one, or with an ID3v2 tag and one.
  init?(of io: SoundFileIO) {
    var bytes = ForwardBytes(io)
    var place = Self.skipTag(at: 0, &bytes)
    guard MPEGPacket(bytes.at(place, count: 4)) != nil else { return nil }
    var starts: [Int64] = []
    var stated: Int?
    var count = 0
    var candidate: (start: Int64, count: Int)?
    // The end of the last recording, where an ID3v2 tag of the next may begin.
    var end: Int64 = 0
    while true {
      guard let packet = MPEGPacket(bytes.at(place, count: 4)) else {
        let after = Self.skipTag(at: place, &bytes)
        if after > place {
          // Only an ID3v2 tag belongs to what follows it.
          if !bytes.at(place, count: 3).elementsEqual("ID3".utf8) { end = after }
          place = after
          continue
        }
        guard let next = Self.nextPacket(after: place, &bytes) else { break }
        place = next
        continue
      }
      let tag = Self.lengthTag(of: packet, at: place, &bytes)
      if starts.isEmpty || tag.isTag {
        starts.append(end)
        (stated, count, candidate) = (tag.packets, 0, nil)
      } else if let limit = stated, count >= limit {
        candidate = candidate.map { ($0.start, $0.count + 1) } ?? (end, 1)
        if let found = candidate, found.count > Self.slack {
          starts.append(found.start)
          (stated, count, candidate) = (nil, found.count, nil)
        }
      }
      if !tag.isTag { count += 1 }
      place += packet.bytes
      end = place
    }
    let ends = starts.dropFirst() + [io.length]
    parts = zip(starts, ends).map { AudioPart(start: $0, count: $1 - $0) }
  }

  /// Whether a packet holds only a Xing, Info or VBRI tag, and how many packets it says follow; nil: it does not say.
  private static func lengthTag(
    of packet: MPEGPacket, at place: Int64, _ bytes: inout ForwardBytes
  ) -> (isTag: Bool, packets: Int?) {
    let tag = bytes.at(place + Int64(packet.tagOffset), count: 12)
    if tag.count == 12, tag.starts(with: "Xing".utf8) || tag.starts(with: "Info".utf8) {
      let packets = tag.suffix(4).reduce(0) { $0 << 8 | Int($1) }
      return (true, tag[tag.startIndex + 7] & 1 == 1 && packets > 0 ? packets : nil)
    }
    let vbri = bytes.at(place + 36, count: 18)
    guard vbri.count == 18, vbri.starts(with: "VBRI".utf8) else { return (false, nil) }
    return (true, vbri.suffix(4).reduce(0) { $0 << 8 | Int($1) })
  }

  /// The end of an ID3v2, ID3v1 or APEv2 tag at a place; the place itself if there is none.
  private static func skipTag(at place: Int64, _ bytes: inout ForwardBytes) -> Int64 {
    let start = bytes.at(place, count: 16)
    if start.count >= 10, start.starts(with: "ID3".utf8) {
      let number = start.dropFirst(6).prefix(4)
      return place + 10 + number.reduce(Int64(0)) { $0 << 7 | Int64($1 & 0x7F) }
    }
    if start.starts(with: "TAG".utf8) { return place + 128 }
    if start.count == 16, start.starts(with: "APETAGEX".utf8) {
      return place + 32 + start.suffix(4).reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }
    return place
  }

  /// The next place where two packets follow each other, in a damaged file.
  private static func nextPacket(after place: Int64, _ bytes: inout ForwardBytes) -> Int64? {
    var place = place + 1
    while case let header = bytes.at(place, count: 4), header.count == 4 {
      if let packet = MPEGPacket(header), MPEGPacket(bytes.at(place + packet.bytes, count: 4)) != nil { return place }
      place += 1
    }
    return nil
  }
}
