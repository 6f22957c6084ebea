/// What to compute from the spectrum of each window.
public enum SpectralOutput: String, CaseIterable, Sendable {
  /// The power or magnitude of every bin.
  case stft
  /// The sums over mel bands.
  case mel
  /// The logarithms of the mel bands.
  case logmel
  /// The cosine transform of the log-mel bands: mel-frequency cepstral coefficients.
  case mfcc
}

/// The program whose defaults and conventions to follow.
public enum SpectralConvention: String, CaseIterable, Sendable {
  /// `librosa.feature.melspectrogram` and `mfcc` of librosa 0.11.
  case librosa
  /// `torchaudio.transforms.MelSpectrogram`, `AmplitudeToDB` and `MFCC` of torchaudio 2.11.
  case torchaudio
  /// HTK's MFCC as `torchaudio.compliance.kaldi` computes it with `htk_compat`: c0 first, samples of full scale ±1.
  case htk
}

/// How the sum over a band becomes a logarithm.
public enum LogScale: Sendable, Equatable {
  /// 10 · log10(max(x, floor) / reference), in decibels.
  case decibels(reference: Float = 1, floor: Float = 1e-10)
  /// ln(max(x, floor)).
  case natural(floor: Float = 1e-10)
  /// ln(x + offset): torchaudio's `log_mels`.
  case naturalOffset(Float = 1e-6)

  /// Floor, factor of log2 and addend, as the C loop takes them.
  var terms: (floor: Float, scale: Float, offset: Float) {
    switch self {
    case .decibels(let reference, let floor):
      (floor, 3.0102999566398120, Float(-10 * binaryLogarithm(Double(reference)) * 0.30102999566398120))
    case .natural(let floor): (floor, 0.69314718055994531, 0)
    case .naturalOffset: (.leastNormalMagnitude, 0.69314718055994531, 0)
    }
  }
}

/// Settings of the cepstral coefficients.
public struct CepstrumSettings: Sendable, Equatable {
  /// How coefficients are scaled.
  public enum Norm: String, CaseIterable, Sendable {
    /// √(2/N), and √(1/N) for the first coefficient: an orthogonal matrix.
    case ortho
    /// √(2/N) for all: HTK's.
    case htk
  }

  /// Number of coefficients, including the first (c0).
  public var coefficients = 20
  /// How coefficients are scaled.
  public var norm = Norm.ortho
  /// L: coefficient n is multiplied by 1 + L/2 · sin(π(n + first)/L); 0: no lifter.
  public var lifter = 0.0
  /// `first` in the formula above: 1 in librosa, 0 in HTK.
  public var lifterFirst = 1

  /// librosa's defaults.
  public init() {}
}

/// All parameters for computing spectra, mel bands and cepstra from a stream.
public struct SpectralSettings: Sendable, Equatable {
  /// What to compute.
  public var output: SpectralOutput
  /// Length of the transform, in frames; at least the window, which is padded with zeros.
  public var fftFrames: Int
  /// Length of the window, in frames.
  public var windowFrames: Int
  /// Distance between windows, in frames.
  public var hopFrames: Int
  /// The shape of the window.
  public var window = WindowShape.hann
  /// Whether row t is centred on frame `t · hop`, with padding at both ends. Otherwise it begins there.
  public var isCentred = true
  /// What is assumed beyond the ends of the recording, when rows are centred.
  public var padding = EdgePadding.zeros
  /// Subtracts this fraction of the previous sample from each sample of a window (for the first, of itself); 0: none.
  public var preEmphasis: Float = 0
  /// 2: power; 1: magnitude.
  public var exponent = 2
  /// The mel filters.
  public var mel = MelSettings()
  /// The logarithm of the mel bands.
  public var logarithm = LogScale.decibels()
  /// The cepstral coefficients.
  public var cepstrum = CepstrumSettings()
  /// Clamps lower logarithms to this value. For `top_db`: the recording's largest logarithm minus `top_db`.
  public var logarithmFloor: Float?

  /// The defaults of a program.
  /// - Parameter sampleRateHz: Used where defaults are durations (HTK: windows of 25 ms, hops of 10 ms).
  public init(_ convention: SpectralConvention, _ output: SpectralOutput, sampleRateHz: Double) {
    self.output = output
    switch convention {
    case .librosa:
      (fftFrames, windowFrames, hopFrames) = (2048, 2048, 512)
    case .torchaudio:
      (fftFrames, windowFrames, hopFrames) = (400, 400, 200)
      padding = .reflect
      (mel.scale, mel.norm) = (.htk, .none)
      cepstrum.coefficients = 40
    case .htk:
      windowFrames = max(1, Int((0.025 * sampleRateHz).rounded()))
      hopFrames = max(1, Int((0.010 * sampleRateHz).rounded()))
      fftFrames = Self.powerOfTwo(atLeast: windowFrames)
      window = .hammingSymmetric
      isCentred = false
      preEmphasis = 0.97
      (mel.bands, mel.scale, mel.norm, mel.axis) = (26, .htk, .none, .mel)
      logarithm = .natural(floor: .ulpOfOne)
      cepstrum.coefficients = 13
      (cepstrum.norm, cepstrum.lifter, cepstrum.lifterFirst) = (.htk, 22, 0)
    }
  }

  /// The smallest power of two that is at least `count`.
  public static func powerOfTwo(atLeast count: Int) -> Int {
    var power = 1
    while power < count { power *= 2 }
    return power
  }

  /// Frames of a centred window before the frame that it is centred on.
  var lead: Int { isCentred ? fftFrames / 2 - (fftFrames - windowFrames) / 2 : 0 }

  /// The number of rows for a recording of `frames` frames.
  public func rows(frames: Int) -> Int {
    if isCentred {
      let padded = frames + fftFrames / 2 * 2 - fftFrames
      return frames == 0 || padded < 0 ? 0 : 1 + padded / hopFrames
    }
    return frames < windowFrames ? 0 : 1 + (frames - windowFrames) / hopFrames
  }

  /// Checks ranges and combinations.
  /// - Throws: `FeatureError`.
  func check() throws(FeatureError) {
    guard (1...FrameCutter.largest).contains(fftFrames) else {
      throw .outOfRange(what: "the transform length", expected: "1 to \(FrameCutter.largest) frames", actual: fftFrames)
    }
    for (what, value, limit) in [("the window", windowFrames, fftFrames), ("the hop", hopFrames, FrameCutter.largest)] {
      guard (1...limit).contains(value) else {
        throw .outOfRange(
          what: what, expected: "1 to \(limit) frames" + (limit == fftFrames ? ", the length of the transform" : ""),
          actual: value)
      }
    }
    guard (1...2).contains(exponent) else {
      throw .outOfRange(what: "the exponent", expected: "1 or 2", actual: exponent)
    }
    guard preEmphasis.isFinite else {
      throw .invalidParameters(place: "pre-emphasis", expected: "a finite number", actual: "\(preEmphasis)")
    }
    let (reference, floor): (Float, Float) =
      switch logarithm {
      case .decibels(let reference, let floor): (reference, floor)
      case .natural(let floor): (1, floor)
      case .naturalOffset(let offset): (1, offset)
      }
    for (what, value) in [("the decibel reference", reference), ("the floor of the logarithm", floor)]
    where !(value.isNormal && value > 0) {
      throw .invalidParameters(place: what, expected: "a positive number", actual: "\(value)")
    }
    guard output == .stft || (1...4096).contains(mel.bands) else {
      throw .outOfRange(what: "the number of mel bands", expected: "1 to 4096", actual: mel.bands)
    }
    guard output != .mfcc || (1...mel.bands).contains(cepstrum.coefficients) else {
      throw .outOfRange(
        what: "the number of coefficients", expected: "1 to the number of mel bands, \(mel.bands)",
        actual: cepstrum.coefficients)
    }
    guard cepstrum.lifter.isFinite, cepstrum.lifter >= 0 else {
      throw .invalidParameters(place: "the lifter", expected: "0 or more", actual: "\(cepstrum.lifter)")
    }
  }
}
