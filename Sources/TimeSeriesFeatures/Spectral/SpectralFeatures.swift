import CConvolutionKernels
import Convolution

/// Spectra, mel bands, log-mel bands, or mel-frequency cepstral coefficients of one channel, hop by hop.
///
/// ```swift
/// let settings = SpectralSettings(.librosa, .mfcc, sampleRateHz: 22_050)
/// let mfcc = try SpectralFeatures(settings, sampleRateHz: 22_050)
/// ```
/// - Shapes: samples of one channel → rows of `names.count` numbers. The number of rows is that of the program whose
///   conventions are used: `SpectralSettings.rows(frames:)`.
/// - Units: samples with full scale ±1; powers are not divided by the window or the length.
/// - Streaming: a row is ready with the last sample of its window, which is half a window after its centre when rows
///   are centred. `finish` emits the rows of the last `windowFrames / 2` samples. Values that depend on the whole
///   recording, such as librosa's `top_db`, are not computed here; use `logarithmFloor`.
/// - Numerics: Float32; the largest error of mel powers is 1e-6 of their maximum. The bits depend on the instruction
///   set only through FFTW.
/// - Complexity: O(n log n) per row for a transform of n frames, and O(n) for the bands.
public final class SpectralFeatures: HopFeatures {
  /// The settings it was made with.
  public let settings: SpectralSettings
  public let channels = 1
  public let names: [String]
  /// The filters; nil for plain spectra.
  public let filters: MelFilterBank?
  /// The largest logarithm so far, before `logarithmFloor`; `top_db` counts down from it.
  public private(set) var largestLogarithm = -Float.infinity

  private let cutter: FrameCutter
  private let transform: RealTransform
  private let kernels: UnsafePointer<cck_spectral_kernels>
  private let plain: UnsafePointer<cck_kernels>
  private let cosines: CosineTransform?
  private let window: AlignedMemory
  private let powers: AlignedMemory
  private let sums: AlignedMemory
  private let row: AlignedMemory
  private let logTerms: (floor: Float, scale: Float, offset: Float)
  private var rows = 0

  /// Plans the transform and the filters.
  /// - Parameters:
  ///   - sampleRateHz: Determines the frequencies of the bins.
  ///   - level: The instruction set.
  /// - Throws: `FeatureError` when settings are out of range or contradict each other.
  public init(
    _ settings: SpectralSettings, sampleRateHz: Double, level: KernelLevel = .selected
  ) throws(FeatureError) {
    try settings.check()
    guard sampleRateHz.isFinite, sampleRateHz > 0 else {
      throw .invalidParameters(place: "the sample rate", expected: "a positive number", actual: "\(sampleRateHz)")
    }
    self.settings = settings
    cutter = try FrameCutter(
      windowFrames: settings.windowFrames, hopFrames: settings.hopFrames, lead: settings.lead,
      padding: settings.padding)
    transform = RealTransform(count: settings.fftFrames, level: level)
    kernels = level.spectralKernels
    plain = level.kernels
    filters =
      settings.output == .stft
      ? nil : try MelFilterBank(settings.mel, fftFrames: settings.fftFrames, sampleRateHz: sampleRateHz)
    cosines =
      settings.output == .mfcc ? CosineTransform(settings.cepstrum, inputs: settings.mel.bands) : nil
    window = AlignedMemory(count: settings.windowFrames + RealTransform.slack)
    for (index, weight) in settings.window.weights(count: settings.windowFrames).enumerated() {
      window.base[index] = Float(weight)
    }
    powers = AlignedMemory(count: transform.bins + RealTransform.slack)
    sums = AlignedMemory(count: settings.mel.bands + RealTransform.slack)
    row = AlignedMemory(count: settings.mel.bands + RealTransform.slack)
    logTerms = settings.logarithm.terms
    names =
      switch settings.output {
      case .stft: (0..<transform.bins).map { "stft_k\($0)" }
      case .mel: (0..<settings.mel.bands).map { "mel_b\($0)" }
      case .logmel: (0..<settings.mel.bands).map { "logmel_b\($0)" }
      case .mfcc: (0..<settings.cepstrum.coefficients).map { "mfcc_c\($0)" }
      }
  }

  public var framesToNextRow: Int { cutter.framesToNextWindow }

  public func push(
    _ input: UnsafePointer<UnsafePointer<Float>>, frames: Int, _ body: (HopRow) throws -> Void
  ) throws {
    try cutter.push(input[0], count: frames) { try emit($0, start: $1, body) }
  }

  public func finish(_ body: (HopRow) throws -> Void) throws {
    let count = settings.rows(frames: cutter.frames)
    guard count > 0 else {
      throw FeatureError.tooShort(
        series: 0, expected: settings.isCentred ? 1 : settings.windowFrames, actual: cutter.frames)
    }
    try cutter.finish(windows: count) { try emit($0, start: $1, body) }
  }

  private func emit(_ frame: UnsafePointer<Float>, start: Int, _ body: (HopRow) throws -> Void) throws {
    let values = values(of: frame)
    try body(
      HopRow(
        values: UnsafeBufferPointer(start: values, count: names.count), start: start,
        end: start + settings.windowFrames))
  }

  /// The features of a window; valid until the next call.
  private func values(of frame: UnsafePointer<Float>) -> UnsafePointer<Float> {
    let (count, samples) = (settings.windowFrames, transform.samples)
    if settings.preEmphasis == 0 {
      plain.pointee.multiply(frame, window.base, samples, count)
    } else {
      let factor = settings.preEmphasis
      samples[0] = frame[0] - factor * frame[0]
      for index in 1..<max(1, count) { samples[index] = frame[index] - factor * frame[index - 1] }
      plain.pointee.multiply(samples, window.base, samples, count)
    }
    (samples + count).update(repeating: 0, count: settings.fftFrames - count)
    transform.power(to: powers.base)
    if settings.exponent == 1 {
      for bin in 0..<transform.bins { powers.base[bin] = powers.base[bin].squareRoot() }
    }
    guard let filters else { return UnsafePointer(powers.base) }
    let bands = filters.bands.count
    filters.bands.withUnsafeBufferPointer {
      kernels.pointee.band_sums(powers.base, $0.baseAddress!, bands, sums.base)
    }
    if settings.output == .mel { return UnsafePointer(sums.base) }
    takeLogarithm(bands)
    guard let cosines else { return UnsafePointer(sums.base) }
    cosines.bands.withUnsafeBufferPointer {
      kernels.pointee.band_sums(sums.base, $0.baseAddress!, $0.count, row.base)
    }
    return UnsafePointer(row.base)
  }

  private func takeLogarithm(_ bands: Int) {
    if case .naturalOffset(let offset) = settings.logarithm {
      for band in 0..<bands { sums.base[band] += offset }
    }
    kernels.pointee.logarithm(sums.base, logTerms.floor, logTerms.scale, logTerms.offset, sums.base, bands)
    var largest = largestLogarithm
    for band in 0..<bands where sums.base[band] > largest { largest = sums.base[band] }
    largestLogarithm = largest
    if let floor = settings.logarithmFloor {
      for band in 0..<bands where sums.base[band] < floor { sums.base[band] = floor }
    }
  }
}
