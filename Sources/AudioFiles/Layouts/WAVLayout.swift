/// Where a WAV file (RIFF, RIFX, RF64, BW64) holds its format, text and samples.
///
/// libsndfile 1.2.0 loses its way in some well-formed files: after `cue ` chunks whose size and count differ, names of
/// chunks beyond ASCII, lists with padding, tags before the RIFF, and in BW64. So chunks are walked here, and libsndfile
/// reads the same format and samples after a header of ours (`canonicalHeader`). What it does with the samples is not
/// changed.
///
/// Reads a few bytes per chunk; no allocation depends on a size that a header claims, beyond `textLimit`.
struct WAVLayout {
  /// Whether numbers are big-endian (RIFX).
  let isBigEndian: Bool
  /// Whether the file is RF64 or BW64, whose sizes have 64 bits.
  let isWide: Bool
  /// Contents of the `fmt ` chunk.
  private(set) var format: [UInt8] = []
  /// Contents of the `fact` chunk, which compressed samples need; empty if there is none.
  private var fact: [UInt8] = []
  /// Whole entries of INFO lists.
  private var text: [UInt8] = []
  /// Where the first sample is; nil if there is no data chunk.
  private(set) var audioStart: Int64?
  /// Bytes of samples that the header promises; nil if it does not say, and they go on to the end.
  private(set) var declaredBytes: Int64?
  /// Bytes from the first sample to the end of the file.
  private(set) var presentBytes: Int64 = 0
  /// Whether a second data chunk follows.
  private(set) var hasSecondData = false

  private static let formatLimit: Int64 = 4096
  private static let textLimit: Int64 = 1 << 20
  /// More chunks than any program writes.
  private static let chunkLimit = 4096

  /// Bytes of samples to read.
  var audioBytes: Int64 { min(declaredBytes ?? .max, presentBytes) }

  /// Walks a file; nil if it is not WAV.
  init?(of io: SoundFileIO) {
    let start = Self.tagBytes(in: io)
    let magic = io.bytes(at: start, count: 12)
    guard magic.count == 12, magic[8...].elementsEqual("WAVE".utf8) else { return nil }
    switch String(decoding: magic[..<4], as: UTF8.self) {
    case "RIFF": (isBigEndian, isWide) = (false, false)
    case "RIFX": (isBigEndian, isWide) = (true, false)
    case "RF64", "BW64": (isBigEndian, isWide) = (false, true)
    default: return nil
    }
    walk(io, from: start)
  }

  private mutating func walk(_ io: SoundFileIO, from start: Int64) {
    let length = io.length
    guard let riffBytes = io.integer(at: start + 4, bytes: 4, isBigEndian: isBigEndian) else { return }
    let riffEnd = DeclaredLength.isPlaceholder(riffBytes) ? length : min(length, start + 8 + riffBytes)
    var wideBytes: Int64?
    var place = start + 12
    for _ in 0..<Self.chunkLimit {
      guard var size = io.integer(at: place + 4, bytes: 4, isBigEndian: isBigEndian) else { return }
      let name = io.bytes(at: place, count: 4)
      let contents = place + 8
      // Another file after this one, or padding.
      if audioStart != nil, Self.isFile(name) || name.allSatisfy({ $0 == 0 }) { return }
      switch String(decoding: name, as: UTF8.self) {
      case "ds64": wideBytes = io.integer(at: contents + 8, bytes: 8, isBigEndian: false)
      case "fmt " where format.isEmpty: format = io.bytes(at: contents, count: Int(min(size, Self.formatLimit)))
      case "fact" where fact.isEmpty: fact = io.bytes(at: contents, count: Int(min(size, 4)))
      case "LIST" where size <= Self.textLimit: addText(io.bytes(at: contents, count: Int(size)))
      case "data" where audioStart != nil: hasSecondData = true
      case "data":
        (audioStart, presentBytes) = (contents, length - contents)
        declaredBytes = declared(size, wideBytes, isFollowed: isChunk(at: contents, before: riffEnd, in: io))
        size = audioBytes
      default: break
      }
      place = contents + size + size & 1
      guard place < length else { return }
    }
  }

  /// Bytes of an ID3v2 tag at the start (id3.org, section 3.1: seven bits in each byte of its size).
  private static func tagBytes(in io: SoundFileIO) -> Int64 { tagBytes(io.bytes(at: 0, count: 10)) }

  /// Bytes of an ID3v2 tag, by its first 10; 0 for anything else.
  static func tagBytes(_ tag: [UInt8]) -> Int64 {
    guard tag.count == 10, tag[..<3].elementsEqual("ID3".utf8) else { return 0 }
    let footer: Int64 = tag[5] & 0x10 == 0 ? 0 : 10
    return 10 + footer + tag[6...].reduce(Int64(0)) { $0 << 7 | Int64($1 & 0x7F) }
  }

  private static func isFile(_ name: [UInt8]) -> Bool {
    ["RIFF", "RIFX", "RF64", "BW64"].contains { name.elementsEqual($0.utf8) }
  }

  /// The length that the header promises; nil for none.
  private func declared(_ size: Int64, _ wide: Int64?, isFollowed: Bool) -> Int64? {
    if size == 0xFFFF_FFFF, let wide { return wide <= 0 ? nil : wide }
    // Crashed recorders leave 0. Where a chunk follows that fits, the file is empty.
    if size == 0 { return isFollowed ? 0 : nil }
    return DeclaredLength.isPlaceholder(size) ? nil : size
  }

  private func isChunk(at place: Int64, before end: Int64, in io: SoundFileIO) -> Bool {
    guard place < end else { return true }
    guard let size = io.integer(at: place + 4, bytes: 4, isBigEndian: isBigEndian) else { return false }
    return io.bytes(at: place, count: 4).allSatisfy { (0x20...0x7E).contains($0) } && place + 8 + size <= end
  }

  /// Keeps the entries of an INFO list that fit into it.
  private mutating func addText(_ list: [UInt8]) {
    guard list.starts(with: "INFO".utf8) else { return }
    var place = 4
    while place + 8 <= list.count {
      let size = Int(Self.integer(list[place + 4..<place + 8], isBigEndian))
      guard size <= list.count - place - 8 else { return }
      text += list[place..<place + 8 + size]
      if size & 1 == 1 { text.append(0) }
      place += 8 + size + size & 1
    }
  }

  private static func integer(_ bytes: ArraySlice<UInt8>, _ isBigEndian: Bool) -> UInt32 {
    isBigEndian ? bytes.reduce(0) { $0 << 8 | UInt32($1) } : bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  // MARK: - What the format says

  /// A number of two bytes in the `fmt ` chunk; nil beyond its end.
  private func number(_ offset: Int) -> Int? {
    guard offset + 2 <= format.count else { return nil }
    let (first, second) = (Int(format[offset]), Int(format[offset + 1]))
    return isBigEndian ? first << 8 | second : second << 8 | first
  }

  /// Bytes of a frame of PCM or float; nil for compressed samples.
  var frameBytes: Int? {
    guard var tag = number(0) else { return nil }
    if tag == Int(WAVHeader.Tag.extensible), let inner = number(24) { tag = inner }
    let isPlain = tag == Int(WAVHeader.Tag.pcm) || tag == Int(WAVHeader.Tag.float)
    guard isPlain, let bytes = number(12), bytes > 0 else { return nil }
    return bytes
  }

  /// Bytes of a frame by its number of channels and bits; nil for compressed samples.
  var expectedFrameBytes: Int? {
    guard frameBytes != nil, let channels = number(2), let bits = number(14), bits > 0 else { return nil }
    return channels * ((bits + 7) / 8)
  }

  /// The speakers of the channels; nil if the file does not name them.
  var speakers: ChannelLayout? {
    guard number(0) == Int(WAVHeader.Tag.extensible), format.count >= 40, let low = number(20), let high = number(22)
    else { return nil }
    return ChannelLayout(
      mask: UInt32(low) | UInt32(high) << 16, isAmbisonic: format[26..<40].elementsEqual(WAVHeader.ambisonicTail))
  }

  /// Refuses a file without format or samples, and one whose frames have another size than their channels need.
  func check(name: String) throws(AudioFileError) {
    guard !format.isEmpty else {
      throw .badHeader(path: name, expected: "one before the data chunk", actual: "no fmt chunk")
    }
    guard audioStart != nil else {
      throw .badHeader(path: name, expected: "one after the fmt chunk", actual: "no data chunk")
    }
    if let actual = frameBytes, let expected = expectedFrameBytes, expected > 0, actual != expected {
      throw .badHeader(path: name, expected: "\(expected), by channels and bits", actual: "frames of \(actual) bytes")
    }
  }

  // MARK: - A header that libsndfile reads right

  /// A WAV file's bytes before its first sample: format, text, nothing else.
  func canonicalHeader() -> [UInt8] {
    var chunks = chunk("fmt ", format)
    if !fact.isEmpty { chunks += chunk("fact", fact) }
    if !text.isEmpty { chunks += chunk("LIST", Array("INFO".utf8) + text) }
    let riffBytes = 4 + Int64(chunks.count) + 8 + audioBytes + audioBytes & 1
    guard isWide || riffBytes >= 0xFFFF_0000 else {
      return Array((isBigEndian ? "RIFX" : "RIFF").utf8) + bytes(UInt32(riffBytes)) + "WAVE".utf8 + chunks
        + "data".utf8 + bytes(UInt32(audioBytes))
    }
    // EBU Tech 3306: the sizes that matter are in the ds64 chunk.
    let frames = frameBytes.map { audioBytes / Int64($0) } ?? 0
    let sizes = bytes(UInt64(riffBytes + 36)) + bytes(UInt64(audioBytes)) + bytes(UInt64(frames)) + bytes(UInt32(0))
    return Array("RF64".utf8) + bytes(UInt32.max) + "WAVE".utf8 + chunk("ds64", sizes) + chunks + "data".utf8
      + bytes(UInt32.max)
  }

  private func chunk(_ name: String, _ contents: [UInt8]) -> [UInt8] {
    Array(name.utf8) + bytes(UInt32(contents.count)) + contents + (contents.count & 1 == 1 ? [0] : [])
  }

  private func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { Array($0) }
  }
}
