extension FLACComments {
  /// Adds the speakers to the comments (RFC 9639, section 8.6.2), unless they are those that FLAC implies.
  static func add(_ speakers: ChannelLayout, to io: SoundFileIO) {
    let digits = String(speakers.mask, radix: 16, uppercase: true)
    let text = Array("\(maskName)=0x\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)".utf8)
    let entry = bytes(text.count) + text
    guard let comments = FLACComments(of: io) else {
      addBlock(bytes(0) + bytes(1) + entry, to: io)
      return
    }
    let name = io.integer(at: comments.start, bytes: 4, isBigEndian: false) ?? 0
    let countPlace = comments.start + 4 + name
    guard let count = io.integer(at: countPlace, bytes: 4, isBigEndian: false) else { return }
    let first = io.bytes(at: comments.start - 4, count: 1).first ?? 0
    io.write(bytes(Int(count) + 1), at: countPlace)
    io.patch(UInt32(first) << 24 | UInt32(comments.bytes + entry.count), at: comments.start - 4)
    io.insert(entry, at: comments.start + Int64(comments.bytes))
  }

  /// Adds a block of comments after the first block, which is the stream information.
  private static func addBlock(_ contents: [UInt8], to io: SoundFileIO) {
    let head = io.bytes(at: 4, count: 4)
    guard head.count == 4 else { return }
    let isLast = head[0] & 0x80
    io.write([head[0] & 0x7F], at: 4)
    let length = UInt32(contents.count).bigEndian
    var block = withUnsafeBytes(of: length) { Array($0) } + contents
    block[0] = 4 | isLast
    io.insert(block, at: 8 + 34)
  }

  private static func bytes(_ value: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt32(value).littleEndian) { Array($0) }
  }
}
