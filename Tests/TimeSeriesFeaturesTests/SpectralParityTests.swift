import TestSupport
import Testing

@testable import TimeSeriesFeatures

/// The settings of a case of the golden file.
struct SpectralCase: CustomTestStringConvertible, Sendable {
  let name: String
  let settings: SpectralSettings
  let rate: Double
  var topDecibels: Float?
  var testDescription: String { name }

  init(
    _ name: String, _ convention: SpectralConvention, _ output: SpectralOutput, rate: Double,
    topDecibels: Float? = nil, _ change: (inout SpectralSettings) -> Void = { _ in }
  ) {
    self.name = name
    self.rate = rate
    self.topDecibels = topDecibels
    var settings = SpectralSettings(convention, output, sampleRateHz: rate)
    change(&settings)
    self.settings = settings
  }

  private static func librosa(
    _ name: String, _ output: SpectralOutput, top: Float? = nil, _ change: (inout SpectralSettings) -> Void = { _ in }
  ) -> SpectralCase { SpectralCase(name, .librosa, output, rate: 22_050, topDecibels: top, change) }

  private static func torchaudio(
    _ name: String, _ output: SpectralOutput, top: Float? = nil, _ change: (inout SpectralSettings) -> Void = { _ in }
  ) -> SpectralCase { SpectralCase(name, .torchaudio, output, rate: 16_000, topDecibels: top, change) }

  static let all: [SpectralCase] = [
    librosa("stft", .stft),
    librosa("stft-magnitude-odd", .stft) {
      ($0.fftFrames, $0.windowFrames, $0.hopFrames, $0.window, $0.exponent) = (501, 501, 200, .hamming, 1)
    },
    librosa("mel", .mel),
    librosa("mel-short", .mel) {
      ($0.fftFrames, $0.windowFrames, $0.hopFrames) = (1024, 600, 300)
      ($0.mel.bands, $0.mel.lowHz, $0.mel.highHz) = (40, 50, 8000)
    },
    librosa("mel-not-centred", .mel) { $0.isCentred = false },
    librosa("mel-reflect", .mel) { $0.padding = .reflect },
    librosa("mel-htk", .mel) { ($0.mel.scale, $0.mel.norm, $0.exponent) = (.htk, .none, 1) },
    librosa("logmel", .logmel),
    librosa("logmel-top", .logmel, top: 30) { $0.logarithm = .decibels(reference: 0.5) },
    librosa("mfcc", .mfcc),
    librosa("mfcc-top", .mfcc, top: 80) { ($0.cepstrum.coefficients, $0.cepstrum.lifter) = (13, 22) },
    torchaudio("torchaudio-mel", .mel),
    torchaudio("torchaudio-mel-512", .mel) {
      ($0.fftFrames, $0.hopFrames, $0.mel.bands) = (512, 160, 64)
    },
    torchaudio("torchaudio-logmel", .logmel) { ($0.fftFrames, $0.hopFrames, $0.mel.bands) = (512, 160, 64) },
    torchaudio("torchaudio-mfcc", .mfcc, top: 80) {
      ($0.fftFrames, $0.hopFrames, $0.mel.bands) = (512, 200, 64)
    },
    torchaudio("torchaudio-mfcc-log", .mfcc) {
      ($0.fftFrames, $0.hopFrames, $0.mel.bands, $0.cepstrum.coefficients) = (512, 200, 64, 20)
      $0.logarithm = .naturalOffset()
    },
    SpectralCase("htk-mfcc", .htk, .mfcc, rate: 16_000),
    SpectralCase("htk-logmel", .htk, .logmel, rate: 16_000),
  ]

  /// Our rows for a recording; with `top_db` in two passes, as for a file.
  func rows(of input: [Float]) throws -> HopRows {
    var settings = settings
    if let topDecibels {
      let first = try SpectralFeatures(settings, sampleRateHz: rate)
      _ = try HopRows(first, [input])
      settings.logarithmFloor = first.largestLogarithm - topDecibels
    }
    return try HopRows(SpectralFeatures(settings, sampleRateHz: rate), [input])
  }
}

@Suite("Parity with librosa, torchaudio and Kaldi's HTK mode")
struct SpectralParityTests {
  @Test("rows equal the peer's, within the tolerance of each kind", arguments: SpectralCase.all)
  func parity(_ test: SpectralCase) throws {
    let golden = try SpectralGolden("spectral")
    let truth = golden.values(test.name)
    let rows = try test.rows(of: golden.values("input"))
    #expect(rows.values.count == truth.count, "the numbers of rows or columns differ")
    guard rows.values.count == truth.count else { return }
    let columns = golden.columns(test.name)
    #expect(try SpectralFeatures(test.settings, sampleRateHz: test.rate).names.count == columns)
    let largest = truth.max()!
    var worst = 0.0
    for (index, pair) in zip(rows.values, truth).enumerated() {
      let error = abs(Double(pair.0) - Double(pair.1))
      switch test.settings.output {
      case .stft, .mel:
        let relative = error / Double(largest)
        worst = max(worst, relative)
        let tolerance = test.name.hasPrefix("torchaudio") ? 1e-5 : 1e-6
        #expect(relative <= tolerance, "row \(index / columns), column \(index % columns)")
      case .logmel:
        let range: Float = test.name.hasPrefix("htk") ? 18.4 : 80  // 80 dB are 18.4 nepers of power
        guard pair.1 >= largest - range else { continue }
        worst = max(worst, error)
        #expect(error <= 0.02, "row \(index / columns), column \(index % columns)")
      case .mfcc:
        worst = max(worst, error)
        #expect(error <= 0.02, "row \(index / columns), coefficient \(index % columns)")
      }
    }
  }

  @Test("the comparison notices a window off by one frame, and a filter bank with another norm")
  func bites() throws {
    let golden = try SpectralGolden("spectral")
    let truth = golden.values("mel")
    func worst(_ input: [Float], _ change: (inout SpectralSettings) -> Void) throws -> Float {
      var settings = SpectralSettings(.librosa, .mel, sampleRateHz: 22_050)
      change(&settings)
      let rows = try HopRows(SpectralFeatures(settings, sampleRateHz: 22_050), [input]).values
      return zip(rows, truth).map { abs($0 - $1) }.max()! / truth.max()!
    }
    let input = golden.values("input")
    #expect(try worst(input) { _ in } <= 1e-6)
    #expect(try worst([0] + input) { _ in } > 1e-4)
    #expect(try worst(input) { $0.window = .hannSymmetric } > 1e-5)
    #expect(try worst(input) { $0.mel.norm = .none } > 1e-2)
    #expect(try worst(input) { $0.mel.axis = .mel } > 1e-4)
  }
}
