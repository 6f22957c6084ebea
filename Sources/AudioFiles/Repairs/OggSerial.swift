/// Gives an Ogg file a serial number that follows from its contents, so that equal samples give equal files. libsndfile
/// takes one by the time of day.
enum OggSerial {
  /// Changes the number in each page, and the page's checksum.
  static func fix(in io: SoundFileIO) {
    let serial = serial(of: io)
    var place: Int64 = 0
    while io.failure == nil, let page = OggPage(at: place, in: io) {
      var bytes = io.bytes(at: place, count: Int(page.bytes))
      guard bytes.count == Int(page.bytes) else { return }
      for index in 0..<4 { bytes[14 + index] = UInt8(truncatingIfNeeded: serial >> UInt32(8 * index)) }
      bytes.replaceSubrange(22..<26, with: [0, 0, 0, 0])
      let sum = checksum(bytes)
      for index in 0..<4 { bytes[22 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * index)) }
      io.write(Array(bytes[..<26]), at: place)
      place += page.bytes
    }
  }

  /// A checksum of all bodies and end positions of pages.
  private static func serial(of io: SoundFileIO) -> UInt32 {
    var sum: UInt32 = 0
    var place: Int64 = 0
    while let page = OggPage(at: place, in: io) {
      let bytes = io.bytes(at: place, count: Int(page.bytes))
      guard bytes.count == Int(page.bytes) else { break }
      sum = checksum(bytes[6..<14] + bytes[page.headerBytes...], after: sum)
      place += page.bytes
    }
    return sum
  }

  /// The checksum of Ogg pages (RFC 3533, section 6): polynomial 0x04C11DB7, highest bit first, no inversion.
  private static func checksum(_ bytes: some Sequence<UInt8>, after start: UInt32 = 0) -> UInt32 {
    bytes.reduce(start) { $0 << 8 ^ table[Int($0 >> 24 ^ UInt32($1))] }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index) << 24) { sum, _ in sum & 0x8000_0000 == 0 ? sum << 1 : sum << 1 ^ 0x04C1_1DB7 }
  }
}
