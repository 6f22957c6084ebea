/// The format of bytes, by their beginning. Rows of numbers and raw samples cannot be recognised this way.
package enum ByteFormat: Equatable, Sendable {
  /// RIFF, RF64 or BW64 with WAVE inside.
  case wave
  /// RIFF with another form inside, four characters.
  case riff(form: String)
  /// RIFX: big-endian WAV.
  case bigEndianWave
  case wave64, aiff, aiffC, flac, ogg, caf, au, mpeg
  /// A NumPy array.
  case numpy

  /// Bytes that `init` needs. Fewer are fine at the end of the input.
  package static let bytes = 12

  private static let anyRIFF = ByteFormat.riff(form: "????")

  /// The known beginnings; the first match counts. A byte of 0 matches any.
  private static let beginnings: [(bytes: [UInt8], format: ByteFormat)] = [
    (Array("RIFF\0\0\0\0WAVE".utf8), .wave), (Array("RF64\0\0\0\0WAVE".utf8), .wave),
    (Array("BW64\0\0\0\0WAVE".utf8), .wave), (Array("RIFF\0\0\0\0\0\0\0\0".utf8), anyRIFF),
    (Array("RIFX".utf8), .bigEndianWave), (Array("riff".utf8) + [0x2E, 0x91, 0xCF, 0x11], .wave64),
    (Array("FORM\0\0\0\0AIFF".utf8), .aiff), (Array("FORM\0\0\0\0AIFC".utf8), .aiffC), (Array("fLaC".utf8), .flac),
    (Array("OggS".utf8), .ogg), (Array("caff".utf8), .caf), (Array(".snd".utf8), .au), (Array("ID3".utf8), .mpeg),
    ([0x93] + Array("NUMPY".utf8), .numpy),
  ]

  /// - Parameter start: The first bytes; the result is nil if they match no known format.
  package init?(start: [UInt8]) {
    if let known = ByteFormat(known: start) {
      self = known
    } else if Self.isMPEGHeader(start) {
      self = .mpeg
    } else {
      return nil
    }
  }

  /// As `init(start:)`, but ignores MPEG audio packets, whose header is too short to distinguish from samples.
  package init?(known start: [UInt8]) {
    guard
      let known = Self.beginnings.first(where: { beginning in
        start.count >= beginning.bytes.count && start.withUnsafeBytes { Self.fits($0, beginning.bytes) }
      })
    else { return nil }
    self = known.format
    if self == Self.anyRIFF {
      let letters = start[8..<12].map { Character(UnicodeScalar($0)) }
      self = .riff(form: String(letters.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "?" }))
    }
  }

  /// Whether more bytes are needed to recognise the format. Allocates nothing.
  package static func isOpen(_ start: UnsafeRawBufferPointer) -> Bool {
    var couldBe = false
    for beginning in beginnings where fits(start, beginning.bytes) {
      if start.count >= beginning.bytes.count { return false }
      couldBe = true
    }
    return couldBe
  }

  /// Whether the bytes match a beginning, over the length of the shorter.
  private static func fits(_ start: UnsafeRawBufferPointer, _ beginning: [UInt8]) -> Bool {
    for place in 0..<min(start.count, beginning.count) {
      guard beginning[place] == 0 || beginning[place] == start[place] else { return false }
    }
    return true
  }

  /// Whether this is the header of an MPEG audio packet: eleven ones, and no reserved values.
  private static func isMPEGHeader(_ start: [UInt8]) -> Bool {
    guard start.count >= 4, start[0] == 0xFF, start[1] & 0xE0 == 0xE0 else { return false }
    let version = start[1] >> 3 & 3
    let layer = start[1] >> 1 & 3
    let bitRate = start[2] >> 4
    let sampleRate = start[2] >> 2 & 3
    return version != 1 && layer != 0 && bitRate != 15 && sampleRate != 3
  }
}

/// Bytes whose format is recognised before they are read.
package final class PeekedBytes {
  /// Fills the front of the buffer and returns how many bytes; 0 at the end.
  package typealias Read = (UnsafeMutableRawBufferPointer) throws -> Int

  /// Their format; nil for text, and anything else that is unknown.
  package let format: ByteFormat?
  /// As much of the beginning as was needed to recognise it: one byte for text.
  package private(set) var start: [UInt8] = []
  private var used = 0
  private let source: Read

  /// Waits for as many bytes as are needed to recognise the format.
  /// - Throws: What `source` throws.
  package init(_ source: @escaping Read) throws {
    self.source = source
    func isOpen(_ start: [UInt8]) -> Bool {
      start.withUnsafeBytes(ByteFormat.isOpen) || (start[0] == 0xFF && start.count < 4)
    }
    var start: [UInt8] = []
    while start.isEmpty || isOpen(start), let byte = try Self.next(source) { start.append(byte) }
    self.start = start
    format = ByteFormat(start: start)
  }

  private static func next(_ source: Read) throws -> UInt8? {
    var byte: UInt8 = 0
    return try withUnsafeMutableBytes(of: &byte) { try source($0) } == 1 ? byte : nil
  }

  /// The first byte after `start` that is not in `skipped`, without consuming it; nil at the end.
  package func peek(after skipped: Set<UInt8>) throws -> UInt8? {
    while let byte = try Self.next(source) {
      start.append(byte)
      if !skipped.contains(byte) { return byte }
    }
    return nil
  }

  /// Fills the front of the buffer; 0 at the end.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard used < start.count else { return try source(buffer) }
    let count = min(buffer.count, start.count - used)
    buffer.copyBytes(from: start[used..<(used + count)])
    used += count
    return count
  }
}
