import CSndFile

/// A kind of file that can be written, and what it can hold.
///
/// Reading supports more: everything that libsndfile recognises. `AudioFileInfo.container` is nil for a kind that is
/// not in this list.
public enum AudioContainer: String, CaseIterable, Sendable {
  /// Microsoft WAV; becomes RF64 when it may pass 4 GiB.
  case wav
  /// WAV with 64-bit sizes (EBU Tech 3306).
  case rf64
  /// Sony Wave64.
  case w64
  /// Apple AIFF (AIFF-C for float).
  case aiff
  /// Apple Core Audio Format.
  case caf
  /// Sun/NeXT AU.
  case au
  /// FLAC, lossless compression.
  case flac
  /// Ogg with Vorbis inside, lossy.
  case ogg
  /// Ogg with Opus inside, lossy.
  case opus
  /// MPEG-1/2 layer III, lossy.
  case mp3

  /// The container for a file name's extension; nil for an unknown extension.
  ///
  /// - Parameter fileExtension: Without the dot, in any case: `"wav"`, `"AIF"`.
  public init?(fileExtension: String) {
    switch fileExtension.lowercased() {
    case "wav", "wave": self = .wav
    case "rf64": self = .rf64
    case "w64": self = .w64
    case "aiff", "aif", "aifc": self = .aiff
    case "caf": self = .caf
    case "au", "snd": self = .au
    case "flac": self = .flac
    case "ogg", "oga": self = .ogg
    case "opus": self = .opus
    case "mp3": self = .mp3
    default: return nil
    }
  }

  /// The extension of a new file, without the dot.
  public var fileExtension: String { rawValue }

  /// The usual name: `"WAV"`, `"Ogg Vorbis"`.
  public var displayName: String {
    switch self {
    case .ogg: "Ogg Vorbis"
    case .opus: "Ogg Opus"
    case .wav, .rf64, .w64, .aiff, .caf, .au, .flac, .mp3: rawValue.uppercased()
    }
  }

  /// The one encoding of a lossy container; nil for the others, which offer a choice.
  public var lossyEncoding: SampleEncoding? {
    switch self {
    case .ogg: .vorbis
    case .opus: .opus
    case .mp3: .mpeg
    case .wav, .rf64, .w64, .aiff, .caf, .au, .flac: nil
    }
  }

  /// Whether samples of this encoding can be written here.
  public func holds(_ encoding: SampleEncoding) -> Bool {
    if let lossyEncoding { return encoding == lossyEncoding }
    return switch encoding {
    case .pcm(bits: 8), .pcm(bits: 16), .pcm(bits: 24): true
    case .pcm(bits: 32), .float32, .float64: self != .flac
    case .pcm, .vorbis, .opus, .mpeg, .other: false
    }
  }

  /// The most channels that can be written. WAV and its kin could hold more; libsndfile stops at 1024.
  public var maximumChannels: Int {
    switch self {
    case .flac: 8
    case .ogg, .opus: 255
    case .mp3: 2
    case .wav, .rf64, .w64, .aiff, .caf, .au: 1024
    }
  }

  /// The text fields that libsndfile 1.2.0 can store in this container.
  public var storableText: Set<AudioText> {
    switch self {
    case .wav, .rf64: Set(AudioText.allCases).subtracting([.license])
    case .caf, .flac, .ogg, .opus: Set(AudioText.allCases)
    case .aiff: [.title, .copyright, .software, .artist, .comment]
    case .mp3: [.title, .artist, .comment, .date, .album, .genre, .trackNumber]
    case .w64, .au: []
    }
  }

  /// The speakers that a number of channels stands for without more words; nil where a file has to name them.
  func impliedSpeakers(_ channels: Int) -> ChannelLayout? {
    switch self {
    case .ogg, .opus: .standard(channels: channels)
    // Programs differ on whether the last of 5 and 6 channels are at the back or at the sides.
    case .flac: channels == 5 || channels == 6 ? nil : .standard(channels: channels)
    case .wav, .rf64, .w64, .aiff, .caf, .au, .mp3: nil
    }
  }

  /// Whether a file can name these speakers.
  func holds(_ speakers: ChannelLayout) -> Bool {
    switch self {
    case .wav, .rf64: true
    case .caf, .flac: !speakers.isAmbisonic
    case .w64, .aiff, .au, .ogg, .opus, .mp3: false
    }
  }

  /// The largest file in bytes; nil when sizes are 64 bits wide. The sizes of AIFF and AU are 32 bits wide and
  /// libsndfile wraps them silently, so the writer stops before.
  var maximumFileBytes: Int64? {
    switch self {
    case .wav, .aiff, .au: 0xFFFF_FFFF
    case .rf64, .w64, .caf, .flac, .ogg, .opus, .mp3: nil
    }
  }

  /// Which sample rates can be written, in words, and whether this one is among them. Found by trying each with
  /// libsndfile 1.2.0 (FLAC: its streamable subset; Vorbis: the rates that libvorbis has set-ups for).
  func rateLimit(sampleRateHz: Int) -> (isHeld: Bool, expected: String) {
    switch self {
    case .opus:
      return ([8000, 12000, 16000, 24000, 48000].contains(sampleRateHz), "8000, 12000, 16000, 24000 or 48000 Hz")
    case .mp3:
      let rates = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000]
      return (rates.contains(sampleRateHz), "8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100 or 48000 Hz")
    case .ogg:
      return ((1...200_000).contains(sampleRateHz), "1 to 200000 Hz")
    case .flac:
      let isHeld = (1...65_535).contains(sampleRateHz) || (sampleRateHz <= 655_350 && sampleRateHz % 10 == 0)
      return (isHeld && sampleRateHz > 0, "1 to 65535 Hz, or a multiple of 10 up to 655350 Hz")
    case .wav, .rf64, .w64, .aiff, .caf, .au:
      return ((1...Int(Int32.max)).contains(sampleRateHz), "1 to 2147483647 Hz")
    }
  }

  /// Refuses a rate or a number of channels that this container cannot hold.
  func check(sampleRateHz: Int, channels: Int) throws(AudioFileError) {
    guard (1...maximumChannels).contains(channels) else {
      throw .cannotHold(
        container: self, expected: maximumChannels == 2 ? "1 or 2 channels" : "1 to \(maximumChannels) channels",
        actual: channelCount(channels))
    }
    let limit = rateLimit(sampleRateHz: sampleRateHz)
    guard limit.isHeld else {
      throw .cannotHold(container: self, expected: limit.expected, actual: "\(sampleRateHz) Hz")
    }
  }

  /// libsndfile's code for this container.
  var majorFormat: Int {
    switch self {
    case .wav: SF_FORMAT_WAV
    case .rf64: SF_FORMAT_RF64
    case .w64: SF_FORMAT_W64
    case .aiff: SF_FORMAT_AIFF
    case .caf: SF_FORMAT_CAF
    case .au: SF_FORMAT_AU
    case .flac: SF_FORMAT_FLAC
    case .ogg, .opus: SF_FORMAT_OGG
    case .mp3: SF_FORMAT_MPEG
    }
  }

  /// The container of an open file; nil for one that has no name here.
  init?(sndfileFormat format: Int) {
    switch format & SF_FORMAT_TYPEMASK {
    case SF_FORMAT_WAV, SF_FORMAT_WAVEX: self = .wav
    case SF_FORMAT_RF64: self = .rf64
    case SF_FORMAT_W64: self = .w64
    case SF_FORMAT_AIFF: self = .aiff
    case SF_FORMAT_CAF: self = .caf
    case SF_FORMAT_AU: self = .au
    case SF_FORMAT_FLAC: self = .flac
    case SF_FORMAT_OGG:
      switch format & SF_FORMAT_SUBMASK {
      case SF_FORMAT_VORBIS: self = .ogg
      case SF_FORMAT_OPUS: self = .opus
      default: return nil
      }
    case SF_FORMAT_MPEG: self = .mp3
    default: return nil
    }
  }
}
