/// The text at the ends of an MP3 file. libsndfile writes UTF-8 and says that it is Latin-1; short text it puts only at the
/// end, in an ID3v1 tag, which has no characters beyond Latin-1.
enum ID3Tag {
  /// Turns an ID3v2.3 tag into version 2.4, which knows UTF-8 (id3.org, "ID3 tag version 2.4.0", section 4), or adds one,
  /// and turns the text of an ID3v1 tag into Latin-1.
  static func correct(_ text: [AudioText: String], in io: SoundFileIO) {
    let head = io.bytes(at: 0, count: 10)
    if head.count == 10, head.starts(with: "ID3".utf8), head[3] == 3 {
      let size = head[6...].reduce(0) { $0 << 7 | Int($1 & 0x7F) }
      var tag = io.bytes(at: 0, count: 10 + size)
      if tag.count == 10 + size, convert(&tag) { io.write(tag, at: 0) }
    } else if !head.starts(with: "ID3".utf8) {
      io.insert(tag(of: text), at: 0)
    }
    let start = io.length - 128
    var last = io.bytes(at: start, count: 128)
    guard last.count == 128, last.starts(with: "TAG".utf8) else { return }
    for field in [3..<33, 33..<63, 63..<93, 97..<125] {
      last.replaceSubrange(field, with: latin1(last[field]))
    }
    io.write(last, at: start)
  }

  /// A tag with the text as UTF-8.
  private static func tag(of text: [AudioText: String]) -> [UInt8] {
    let names: [(AudioText, String)] = [
      (.title, "TIT2"), (.artist, "TPE1"), (.album, "TALB"), (.date, "TDRC"), (.genre, "TCON"), (.trackNumber, "TRCK"),
      (.comment, "COMM"),
    ]
    let utf8: UInt8 = 3
    var frames: [UInt8] = []
    for (field, name) in names {
      guard let value = text[field], !value.isEmpty else { continue }
      // A comment begins with its language, unknown here, and a description, empty here.
      let start = field == .comment ? [utf8] + Array("XXX\0".utf8) : [utf8]
      let contents = start + Array(value.utf8)
      frames += Array(name.utf8) + sevenBits(contents.count) + [0, 0] + contents
    }
    return Array("ID3".utf8) + [4, 0, 0] + sevenBits(frames.count) + frames
  }

  /// A size in four bytes of seven bits.
  private static func sevenBits(_ size: Int) -> [UInt8] { (0..<4).map { UInt8(size >> (7 * (3 - $0)) & 0x7F) } }

  /// Changes version, sizes and encodings in place; false for a tag that cannot be changed so.
  private static func convert(_ tag: inout [UInt8]) -> Bool {
    tag[3] = 4
    var place = 10
    while place + 10 < tag.count, tag[place] != 0 {
      let size = tag[place + 4..<place + 8].reduce(0) { $0 << 8 | Int($1) }
      guard size > 0, size < 1 << 28, place + 10 + size <= tag.count else { return false }
      tag.replaceSubrange(place + 4..<place + 8, with: sevenBits(size))
      let name = String(decoding: tag[place..<place + 4], as: UTF8.self)
      if name == "TYER" { tag.replaceSubrange(place..<place + 4, with: "TDRC".utf8) }
      let latin1: UInt8 = 0
      let utf8: UInt8 = 3
      if name.hasPrefix("T") || name == "COMM", tag[place + 10] == latin1 { tag[place + 10] = utf8 }
      place += 10 + size
    }
    return true
  }

  /// The text in as many bytes; characters beyond Latin-1 become question marks.
  private static func latin1(_ field: ArraySlice<UInt8>) -> [UInt8] {
    var bytes = Array(field.prefix { $0 != 0 })
    // The last character may have been cut.
    while let last = bytes.last, last >= 0x80, String(validating: bytes, as: UTF8.self) == nil { bytes.removeLast() }
    let text = String(decoding: bytes, as: UTF8.self).unicodeScalars.map { UInt8(exactly: $0.value) ?? UInt8(ascii: "?") }
    return text + [UInt8](repeating: 0, count: field.count - text.count)
  }
}
