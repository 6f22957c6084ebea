import ByteFiles

/// Reads a WAV header from a source that cannot seek, up to the first sample.
///
/// Chunks are read in order. No allocation depends on a size that the header claims, and a header that claims more than
/// `maximumBytes` before its samples is refused without waiting for them.
struct WAVHeaderParser {
  /// The most bytes before the first sample. The largest in practice are pictures in a tag.
  static let maximumBytes: Int64 = 64 << 20

  private let source: StreamSource
  private let name: String
  private var format: WAVHeader?
  /// Where the RIFF chunk ends by its header, counted in bytes of the stream.
  private var riffEnd: Int64 = 0
  /// The length of the data chunk from a `ds64` chunk (RF64 and BW64, EBU Tech 3306).
  private var wideDataBytes: UInt64?

  private init(source: StreamSource, name: String) {
    self.source = source
    self.name = name
  }

  /// - Parameter source: At its start before the call, at the first sample after it.
  /// - Throws: `AudioStreamError`, or what the source throws.
  /// - Precondition: The first twelve bytes are those of a WAV header (`ByteFormat.wave`).
  static func parse(_ source: StreamSource, name: String) throws -> WAVHeader {
    var parser = WAVHeaderParser(source: source, name: name)
    return try parser.parse()
  }

  private mutating func parse() throws -> WAVHeader {
    try require(12)
    let riffBytes = Int64(source.integer(4, as: UInt32.self))
    riffEnd = source.position + 8 + riffBytes
    source.use(12)
    while true {
      try require(8)
      let chunk = source.prefix(4)
      let size = Int64(source.integer(4, as: UInt32.self))
      source.use(8)
      if chunk.elementsEqual("data".utf8) {
        guard var header = format else {
          throw AudioStreamError.badHeader(
            name: name, expected: "one before the data chunk", actual: "no fmt chunk")
        }
        header.dataBytes = try dataBytes(declared: size)
        header.riffEnd = DeclaredLength.isPlaceholder(riffBytes) ? .max : riffEnd
        return header
      }
      // Odd chunks are followed by a padding byte.
      let padded = size + size & 1
      guard source.position + padded <= Self.maximumBytes else {
        throw AudioStreamError.headerTooLong(
          name: name, expectedBytes: Self.maximumBytes, actualBytes: source.position + padded)
      }
      let end = source.position + padded
      if chunk.elementsEqual("fmt ".utf8) {
        try readFormat(size: size)
      } else if chunk.elementsEqual("ds64".utf8) {
        try readWideSizes(size: size)
      }
      guard try source.skip(end - source.position) else { throw truncated() }
    }
  }

  private func require(_ bytes: Int) throws {
    guard try source.require(bytes) else { throw truncated() }
  }

  private func truncated() -> AudioStreamError {
    .truncatedHeader(name: name, afterBytes: source.position + Int64(source.available))
  }

  private func bad(expected: String, actual: String) -> AudioStreamError {
    .badHeader(name: name, expected: expected, actual: actual)
  }

  // MARK: - Chunks

  private mutating func readFormat(size: Int64) throws {
    guard format == nil else { throw bad(expected: "one fmt chunk", actual: "a second fmt chunk") }
    guard size >= 16 else { throw bad(expected: "at least 16", actual: "a fmt chunk of \(size) bytes") }
    try require(Int(min(size, 40)))
    var tag = source.integer(0, as: UInt16.self)
    let channels = Int(source.integer(2, as: UInt16.self))
    let rate = source.integer(4, as: UInt32.self)
    let frameBytes = Int(source.integer(12, as: UInt16.self))
    let bits = Int(source.integer(14, as: UInt16.self))
    var mask: UInt32 = 0
    if tag == WAVHeader.Tag.extensible {
      guard size >= 40 else {
        throw bad(expected: "40 for an extensible format", actual: "a fmt chunk of \(size) bytes")
      }
      let validBits = Int(source.integer(18, as: UInt16.self))
      guard validBits <= bits else {
        throw bad(expected: "at most \(bits), the size of a sample", actual: "\(validBits) valid bits")
      }
      mask = source.integer(20, as: UInt32.self)
      tag = source.integer(24, as: UInt16.self)
      let tail = source.prefix(40)[26...]
      guard tail.elementsEqual(WAVHeader.guidTail) || tail.elementsEqual(WAVHeader.ambisonicTail) else {
        throw otherEncoding("samples of an unknown GUID")
      }
    }
    guard channels > 0 else { throw bad(expected: "1 to 65535 channels", actual: "0 channels") }
    guard (1...UInt32(Int32.max)).contains(rate) else {
      throw bad(expected: "1 to 2147483647 Hz", actual: "a sample rate of \(rate) Hz")
    }
    let samples = try sampleFormat(tag: tag, bits: bits)
    guard frameBytes == channels * samples.bytesPerSample else {
      throw bad(
        expected: "\(channels * samples.bytesPerSample) for \(channelCount(channels)) of \(bits) bits",
        actual: "frames of \(frameBytes) bytes")
    }
    format = WAVHeader(
      samples: samples, sampleRateHz: Int(rate), channels: channels, channelMask: mask, dataBytes: nil)
  }

  private func sampleFormat(tag: UInt16, bits: Int) throws -> RawSampleFormat {
    switch tag {
    case WAVHeader.Tag.pcm:
      guard let samples = RawSampleFormat(encoding: .pcm(bits: bits)) else {
        throw bad(expected: "8, 16, 24 or 32", actual: "integers of \(bits) bits")
      }
      return samples
    case WAVHeader.Tag.float:
      guard bits == 32 || bits == 64 else { throw bad(expected: "32 or 64", actual: "floats of \(bits) bits") }
      return bits == 32 ? .f32le : .f64le
    case 0x02: throw otherEncoding("Microsoft ADPCM")
    case 0x06: throw otherEncoding("A-law")
    case 0x07: throw otherEncoding("µ-law")
    case 0x11: throw otherEncoding("IMA ADPCM")
    case 0x31: throw otherEncoding("GSM 6.10")
    case 0x50, 0x55: throw otherEncoding("MPEG audio")
    default: throw otherEncoding("samples of format tag \(tag)")
    }
  }

  private func otherEncoding(_ actual: String) -> AudioStreamError {
    .otherEncoding(name: name, actual: actual, remedy: ByteFormat.convert)
  }

  private mutating func readWideSizes(size: Int64) throws {
    guard size >= 28 else { throw bad(expected: "at least 28", actual: "a ds64 chunk of \(size) bytes") }
    try require(28)
    wideDataBytes = source.integer(8, as: UInt64.self)
  }

  // MARK: - Length of the samples

  /// The length to use; nil to read to the end.
  private func dataBytes(declared: Int64) throws -> Int64? {
    if declared == 0xFFFF_FFFF, let wideDataBytes {
      // 0, or too large for a signed number: not known when the header was written.
      return Int64(exactly: wideDataBytes).flatMap { $0 == 0 ? nil : $0 }
    }
    if declared == 0, try isFollowedByChunk() { return 0 }
    return DeclaredLength.isPlaceholder(declared) ? nil : declared
  }

  /// Whether an empty data chunk is truly empty: the RIFF chunk goes on, and the next bytes look like a chunk that fits
  /// into it. Otherwise 0 means "unknown".
  private func isFollowedByChunk() throws -> Bool {
    let rest = riffEnd - source.position
    guard (8...Self.maximumBytes).contains(rest), try source.require(8) else { return false }
    let isName = source.prefix(4).allSatisfy { (0x20...0x7E).contains($0) }
    return isName && 8 + Int64(source.integer(4, as: UInt32.self)) <= rest
  }

  // MARK: - After the samples

  /// The size of the next chunk after the samples, including its header and padding; nil if the next bytes are not a
  /// chunk of this WAV: they do not fit into the RIFF chunk, or begin another file or more samples.
  static func chunkBytes(_ source: StreamSource, riffEnd: Int64) throws -> Int64? {
    guard try source.require(8) else { return nil }
    let name = source.prefix(4)
    let size = Int64(source.integer(4, as: UInt32.self))
    let isName = name.allSatisfy { (0x20...0x7E).contains($0) }
    let isFile = ["RIFF", "RF64", "BW64", "data"].contains { name.elementsEqual($0.utf8) }
    return isName && !isFile && source.position + 8 + size <= riffEnd ? 8 + size + size & 1 : nil
  }
}
