/// A page of an Ogg file, by its header (RFC 3533, section 6).
struct OggPage {
  /// Where it begins.
  let start: Int64
  /// Bytes of header and body.
  let bytes: Int64
  /// Bytes of the header.
  let headerBytes: Int
  /// Whether it is the first, or the last, of its stream.
  let isFirst: Bool
  let isLast: Bool

  /// Reads the header at a place; nil if there is none.
  init?(at start: Int64, in io: SoundFileIO) {
    let header = io.bytes(at: start, count: 27 + 255)
    guard header.count >= 27, header.starts(with: "OggS".utf8), header[4] == 0 else { return nil }
    headerBytes = 27 + Int(header[26])
    guard header.count >= headerBytes else { return nil }
    self.start = start
    bytes = Int64(headerBytes) + header[27..<headerBytes].reduce(0) { $0 + Int64($1) }
    isFirst = header[5] & 2 != 0
    isLast = header[5] & 4 != 0
  }
}

/// The streams of an Ogg file that follow each other ("chained"): internet radio and `cat` make them. libsndfile reads
/// only the first.
struct OggChain {
  /// Where each begins, and how many bytes it has.
  private(set) var parts: [AudioPart] = []
  /// Whether the last page says that it is the last. Otherwise the file may be cut off.
  private(set) var isComplete = false
  /// Whether the channels are in the order of Vorbis; false for Opus without speakers, such as ambisonics.
  private(set) var hasVorbisOrder = false

  /// Walks the pages; nil if it is not an Ogg file.
  /// - Throws: `unsupported`.
  init?(of io: SoundFileIO, name: String) throws(AudioFileError) {
    guard let first = OggPage(at: 0, in: io) else { return nil }
    let head = io.bytes(at: Int64(first.headerBytes), count: 19)
    for (start, format) in [("\u{7F}FLAC", "FLAC in Ogg"), ("Speex   ", "Speex"), ("\u{80}theora", "a video (Theora)")]
    where head.starts(with: start.unicodeScalars.map { UInt8($0.value) }) {
      throw .unsupported(path: name, format: format)
    }
    if head.starts(with: "OpusHead".utf8) {
      hasVorbisOrder = head.count == 19 && head[18] == 1
    } else {
      hasVorbisOrder = head.dropFirst().starts(with: "vorbis".utf8)
    }
    var starts: [Int64] = [0]
    var end = first.bytes
    var isAmongFirst = true
    while let page = OggPage(at: end, in: io) ?? Self.nextPage(after: end, in: io) {
      // Several streams at once begin with a first page each, before any other.
      if page.isFirst, !isAmongFirst { starts.append(page.start) }
      isAmongFirst = page.isFirst
      isComplete = page.isLast && page.start + page.bytes <= io.length
      end = page.start + page.bytes
    }
    let ends = starts.dropFirst() + [io.length]
    parts = zip(starts, ends).map { AudioPart(start: $0, count: $1 - $0) }
  }

  /// Finds the next page in a damaged file.
  private static func nextPage(after place: Int64, in io: SoundFileIO) -> OggPage? {
    var place = place
    while let found = io.find("OggS", from: place + 1) {
      if let page = OggPage(at: found, in: io) { return page }
      place = found
    }
    return nil
  }
}
