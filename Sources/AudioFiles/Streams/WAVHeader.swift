/// The parts of a WAV header that are needed to read the samples after it.
struct WAVHeader: Equatable {
  /// How samples are stored.
  var samples: RawSampleFormat
  /// Frames per second.
  var sampleRateHz: Int
  /// Samples per frame.
  var channels: Int
  /// Speaker positions, 0 for none.
  var channelMask: UInt32
  /// Bytes of the data chunk; nil if the header does not say, and the samples go on to the end.
  var dataBytes: Int64?
  /// Where the RIFF chunk ends, counted in bytes of the stream; `.max` when the header does not say.
  var riffEnd = Int64.max

  /// Format tags of the `fmt ` chunk (mmreg.h).
  enum Tag {
    static let pcm: UInt16 = 1
    static let float: UInt16 = 3
    static let extensible: UInt16 = 0xFFFE
  }

  /// The last fourteen bytes of a GUID whose first two are a format tag (KSDATAFORMAT_SUBTYPE_WAVEFORMATEX).
  static let guidTail: [UInt8] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]

  /// The same of ambisonic B-format, {00000001-0721-11D3-8644-C8C1CA000000} for PCM and 3 for float.
  static let ambisonicTail: [UInt8] = [0, 0, 0x21, 0x07, 0xD3, 0x11, 0x86, 0x44, 0xC8, 0xC1, 0xCA, 0, 0, 0]

  /// The most bytes of a frame: the field for them has 16 bits.
  static let maximumFrameBytes = 65_535

  /// A length that means "unknown" to programs that read from pipes. Some take 0 as empty.
  private static let unknownLength: UInt32 = 0xFFFF_FFFF

  /// The header of a stream of unknown length: everything before the first sample.
  ///
  /// - Precondition: A frame has at most `maximumFrameBytes`; the rate is positive and fits 31 bits.
  func streamBytes() -> [UInt8] {
    let frameBytes = channels * samples.bytesPerSample
    let bits = UInt16(samples.bytesPerSample * 8)
    let tag = samples.isFloat ? Tag.float : Tag.pcm
    // Microsoft requires the extensible form from three channels and from 17 bits on. Floats have their own tag, which
    // every program knows.
    let isExtensible = channels > 2 || (!samples.isFloat && bits > 16)

    var format: [UInt8] = []
    format.append(isExtensible ? Tag.extensible : tag)
    format.append(UInt16(channels))
    format.append(UInt32(sampleRateHz))
    // Bytes per second. No program needs them, and the field is too small for extreme rates.
    format.append(UInt32(clamping: sampleRateHz * frameBytes))
    format.append(UInt16(frameBytes))
    format.append(bits)
    if isExtensible {
      format.append(UInt16(22))
      format.append(bits)
      format.append(channelMask)
      format.append(tag)
      format += Self.guidTail
    } else if samples.isFloat {
      format.append(UInt16(0))
    }

    var bytes = Array("RIFF".utf8)
    bytes.append(Self.unknownLength)
    bytes += "WAVEfmt ".utf8
    bytes.append(UInt32(format.count))
    bytes += format
    if samples.isFloat {
      bytes += "fact".utf8
      bytes.append(UInt32(4))
      bytes.append(Self.unknownLength)
    }
    bytes += "data".utf8
    bytes.append(Self.unknownLength)
    return bytes
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
