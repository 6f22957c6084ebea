import CSndFile

/// How the samples of a file are stored.
public enum SampleEncoding: Hashable, Sendable {
  /// Integers of 8, 16, 24 or 32 bits; full scale is 2^(bits − 1).
  case pcm(bits: Int)
  /// IEEE 754 single precision; full scale is 1.
  case float32
  /// IEEE 754 double precision; full scale is 1.
  case float64
  /// Vorbis, lossy.
  case vorbis
  /// Opus, lossy.
  case opus
  /// MPEG layer I, II or III, lossy.
  case mpeg
  /// Another encoding that can be read but not written: µ-law, ADPCM, ALAC. The payload is its name.
  case other(String)

  /// A few words for people: `"16-bit"`, `"float"`, `"Vorbis"`.
  public var summary: String {
    switch self {
    case .pcm(let bits): "\(bits)-bit"
    case .float32: "float"
    case .float64: "double"
    case .vorbis: "Vorbis"
    case .opus: "Opus"
    case .mpeg: "MPEG"
    case .other(let name): name
    }
  }

  /// Whether decoding gives only an approximation of the original.
  var isLossy: Bool { self == .vorbis || self == .opus || self == .mpeg }

  /// Bytes of one sample; nil where samples do not have a size of their own.
  var bytesPerSample: Int? {
    switch self {
    case .pcm(let bits): bits / 8
    case .float32: 4
    case .float64: 8
    case .vorbis, .opus, .mpeg, .other: nil
    }
  }

  /// A note for the user about precision lost by reading as Float32; nil if none is.
  ///
  /// - Parameter exactBits: As `decoded` gives it.
  func readingNote(exactBits: Int?) -> String? {
    if exactBits == 32 { return "32-bit integers are rounded to Float32 (24 significant bits)" }
    return self == .float64 ? "doubles are rounded to Float32" : nil
  }

  /// libsndfile's code for the encoding inside this container. 8-bit WAV is unsigned, all other 8-bit signed.
  ///
  /// - Precondition: `container.holds(self)`.
  func subtype(in container: AudioContainer) -> Int {
    switch self {
    case .pcm(bits: 8):
      container == .wav || container == .rf64 || container == .w64 ? SF_FORMAT_PCM_U8 : SF_FORMAT_PCM_S8
    case .pcm(bits: 16): SF_FORMAT_PCM_16
    case .pcm(bits: 24): SF_FORMAT_PCM_24
    case .pcm(bits: 32): SF_FORMAT_PCM_32
    case .float32: SF_FORMAT_FLOAT
    case .float64: SF_FORMAT_DOUBLE
    case .vorbis: SF_FORMAT_VORBIS
    case .opus: SF_FORMAT_OPUS
    case .mpeg: SF_FORMAT_MPEG_LAYER_III
    case .pcm, .other: preconditionFailure("\(summary) is not written")
    }
  }

  /// The encoding of an open file, and the smallest integer size, in bits, that holds every decoded sample exactly
  /// (nil: decoded samples are not integers).
  static func decoded(sndfileFormat format: Int) -> (encoding: SampleEncoding, exactBits: Int?) {
    switch format & SF_FORMAT_SUBMASK {
    case SF_FORMAT_PCM_S8, SF_FORMAT_PCM_U8: (.pcm(bits: 8), 8)
    case SF_FORMAT_PCM_16: (.pcm(bits: 16), 16)
    case SF_FORMAT_PCM_24: (.pcm(bits: 24), 24)
    case SF_FORMAT_PCM_32: (.pcm(bits: 32), 32)
    case SF_FORMAT_FLOAT: (.float32, nil)
    case SF_FORMAT_DOUBLE: (.float64, nil)
    case SF_FORMAT_VORBIS: (.vorbis, nil)
    case SF_FORMAT_OPUS: (.opus, nil)
    case SF_FORMAT_MPEG_LAYER_I, SF_FORMAT_MPEG_LAYER_II, SF_FORMAT_MPEG_LAYER_III: (.mpeg, nil)
    case SF_FORMAT_ULAW: (.other("µ-law"), 16)
    case SF_FORMAT_ALAW: (.other("A-law"), 16)
    case SF_FORMAT_IMA_ADPCM: (.other("IMA ADPCM"), 16)
    case SF_FORMAT_MS_ADPCM: (.other("Microsoft ADPCM"), 16)
    case SF_FORMAT_GSM610: (.other("GSM 6.10"), 16)
    case SF_FORMAT_DPCM_8: (.other("8-bit DPCM"), 8)
    case SF_FORMAT_DWVW_24: (.other("24-bit DWVW"), 24)
    case SF_FORMAT_ALAC_16: (.other("16-bit ALAC"), 16)
    case SF_FORMAT_ALAC_20: (.other("20-bit ALAC"), 20)
    case SF_FORMAT_ALAC_24: (.other("24-bit ALAC"), 24)
    case SF_FORMAT_ALAC_32: (.other("32-bit ALAC"), 32)
    // The remaining codecs of libsndfile (G.721, VOX, DWVW 12 and 16, DPCM 16) decode to 16-bit integers.
    case let subtype: (.other("libsndfile subtype 0x" + String(subtype, radix: 16)), 16)
    }
  }
}

/// The values of `--bit-depth`.
public enum BitDepth: String, CaseIterable, Sendable {
  case pcm8 = "8"
  case pcm16 = "16"
  case pcm24 = "24"
  case pcm32 = "32"
  case float
  case double

  /// The encoding for this bit depth.
  public var encoding: SampleEncoding {
    switch self {
    case .pcm8: .pcm(bits: 8)
    case .pcm16: .pcm(bits: 16)
    case .pcm24: .pcm(bits: 24)
    case .pcm32: .pcm(bits: 32)
    case .float: .float32
    case .double: .float64
    }
  }
}
