/// How raw samples are stored, little-endian. WAV's integers and floats are stored the same way.
public enum RawSampleFormat: String, CaseIterable, Sendable {
  /// IEEE 754 single precision; full scale is 1.
  case f32le
  /// IEEE 754 double precision; full scale is 1.
  case f64le
  /// Signed integers of 2 bytes.
  case s16le
  /// Signed integers of 3 bytes, packed.
  case s24le
  /// Signed integers of 4 bytes.
  case s32le
  /// Unsigned integers of 1 byte; 128 is zero.
  case u8

  /// The format that stores this encoding; nil for lossy encodings and other integer sizes.
  public init?(encoding: SampleEncoding) {
    switch encoding {
    case .float32: self = .f32le
    case .float64: self = .f64le
    case .pcm(bits: 16): self = .s16le
    case .pcm(bits: 24): self = .s24le
    case .pcm(bits: 32): self = .s32le
    case .pcm(bits: 8): self = .u8
    case .pcm, .vorbis, .opus, .mpeg, .other: return nil
    }
  }

  /// The encoding, without its byte order. `u8` is `.pcm(bits: 8)`, unsigned as in WAV.
  public var encoding: SampleEncoding {
    switch self {
    case .f32le: .float32
    case .f64le: .float64
    case .s16le: .pcm(bits: 16)
    case .s24le: .pcm(bits: 24)
    case .s32le: .pcm(bits: 32)
    case .u8: .pcm(bits: 8)
    }
  }

  /// Bytes of one sample.
  var bytesPerSample: Int {
    switch self {
    case .u8: 1
    case .s16le: 2
    case .s24le: 3
    case .f32le, .s32le: 4
    case .f64le: 8
    }
  }

  /// Whether samples are IEEE 754 numbers, which are written unchanged, and not integers.
  var isFloat: Bool { self == .f32le || self == .f64le }
}

/// The format of a stream's bytes.
public enum AudioStreamFormat: Hashable, Sendable {
  /// RIFF/WAVE, also RF64 and BW64.
  case wav
  /// Interleaved samples without a header.
  case raw(RawSampleFormat)
}

/// What is known about a stream before its first frame. Its length is not.
package struct AudioStreamInfo: Sendable, Equatable {
  /// The format of the bytes.
  package var format: AudioStreamFormat
  /// How the samples are stored.
  package var encoding: SampleEncoding
  /// Frames per second.
  package var sampleRateHz: Int
  /// Samples per frame.
  package var channels: Int
  /// Speaker positions as WAVE_FORMAT_EXTENSIBLE counts them, one bit per channel from front left on; 0 for none.
  package var channelMask: UInt32

  /// Describes a stream; usually `AudioStreamReader` does.
  package init(
    format: AudioStreamFormat, encoding: SampleEncoding, sampleRateHz: Int, channels: Int, channelMask: UInt32 = 0
  ) {
    self.format = format
    self.encoding = encoding
    self.sampleRateHz = sampleRateHz
    self.channels = channels
    self.channelMask = channelMask
  }
}
