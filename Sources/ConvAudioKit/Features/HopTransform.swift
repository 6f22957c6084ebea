import StreamingConvolution
import TimeSeriesFeatures

/// The features to compute from a stream whose sample rate and channels are not known yet: durations may be in seconds,
/// and everything else defaults to the conventions of a program.
public enum HopTransform: Sendable {
  case spectral(SpectralChoice)
  case scattering(ScatteringSettings)
  case statistics(StatisticsChoice)
  case stack(StackChoice)

  /// Windows of a stream.
  public struct Windows: Sendable {
    /// Length of a window.
    public var window: WindowLength
    /// Distance between windows.
    public var hop: WindowLength

    /// Windows of 25 ms every 10 ms, unless given.
    public init(window: WindowLength? = nil, hop: WindowLength? = nil) {
      self.window = window ?? WindowLength("25ms")!
      self.hop = hop ?? WindowLength("10ms")!
    }
  }

  /// Spectra by the conventions of a program, with changes.
  public struct SpectralChoice: Sendable {
    /// What to compute.
    public var output: SpectralOutput
    /// The program whose defaults apply.
    public var convention: SpectralConvention
    /// Length of a window; nil: the program's default.
    public var window: WindowLength?
    /// Distance between windows; nil: the program's default.
    public var hop: WindowLength?
    /// Length of the transform, in frames. Default: the window's; HTK: the next power of two.
    public var fftFrames: Int?
    /// `top_db`: clamps logarithms more than this far below the recording's maximum; reads the recording twice.
    public var topDecibels: Float?
    /// Changes everything else.
    public var adjust: @Sendable (inout SpectralSettings) -> Void = { _ in }

    /// An output with the defaults of a program.
    public init(_ output: SpectralOutput, like convention: SpectralConvention) {
      (self.output, self.convention) = (output, convention)
    }

    /// All settings, for a stream at this sample rate.
    /// - Throws: `WindowError`.
    public func settings(sampleRateHz: Int?) throws(WindowError) -> SpectralSettings {
      var settings = SpectralSettings(convention, output, sampleRateHz: Double(sampleRateHz ?? 1))
      if convention == .htk, sampleRateHz == nil, window == nil || hop == nil { throw .noRate(duration: "25ms") }
      if let hop { settings.hopFrames = try hop.frames(sampleRateHz: sampleRateHz) }
      if let window { settings.windowFrames = try window.frames(sampleRateHz: sampleRateHz) }
      if let fftFrames {
        settings.fftFrames = fftFrames
        if window == nil, convention != .htk { settings.windowFrames = fftFrames }
      } else if window != nil {
        settings.fftFrames =
          convention == .htk ? SpectralSettings.powerOfTwo(atLeast: settings.windowFrames) : settings.windowFrames
      }
      adjust(&settings)
      return settings
    }
  }

  /// Statistics of windows.
  public struct StatisticsChoice: Sendable {
    /// Length and distance of the windows.
    public var windows: Windows
    /// Bands whose energy is computed, too.
    public var bands: [WindowStatistics.Band] = []
    /// Taps of the band filters, odd.
    public var bandTaps = 255

    /// Statistics without bands.
    public init(windows: Windows = Windows()) { self.windows = windows }
  }

  /// A layer of a chain, pooled over windows.
  public struct StackChoice: Sendable {
    /// The chain to run.
    public var chain: Chain
    /// The layer to pool.
    public var layer = LayerChoice.output
    /// How to pool.
    public var poolings: [PooledOutputs.Pooling] = [.mean]
    /// Length and distance of the windows.
    public var windows: Windows

    /// The mean of the chain's output.
    public init(_ chain: Chain, windows: Windows = Windows()) {
      (self.chain, self.windows) = (chain, windows)
    }
  }

  /// The sample rate that signals must have; nil: any.
  public var sampleRateHz: Int? {
    if case .stack(let choice) = self { choice.chain.sampleRateHz } else { nil }
  }

  /// Makes the features of one stream, and notes for the user, one sentence each.
  ///
  /// - Parameter logarithmFloor: The floor that `topDecibels` gives for this recording.
  /// - Throws: `WindowError`, `FeatureError`, `ChainError`.
  public func makeFeatures(
    channels: Int, sampleRateHz: Int?, logarithmFloor: Float? = nil
  ) throws -> (features: any HopFeatures, notes: [String]) {
    var notes: [String] = []
    func each(_ make: () throws -> any HopFeatures) throws -> any HopFeatures {
      channels == 1 ? try make() : try ChannelwiseFeatures(channels: channels, make)
    }
    switch self {
    case .spectral(let choice):
      guard sampleRateHz != nil || choice.output == .stft else {
        throw WindowError.noRate(duration: "a bank of mel filters")
      }
      var settings = try choice.settings(sampleRateHz: sampleRateHz)
      settings.logarithmFloor = logarithmFloor
      let features = try each {
        let one = try SpectralFeatures(settings, sampleRateHz: Double(sampleRateHz ?? 1))
        if notes.isEmpty, let empty = one.filters?.emptyBands, !empty.isEmpty {
          notes.append(Self.note(onEmpty: empty, of: settings))
        }
        return one
      }
      return (features, notes)
    case .scattering(let settings):
      return (try each { try Scattering(settings) }, notes)
    case .statistics(let choice):
      let (window, hop) = try choice.windows.frames(sampleRateHz)
      return (
        try each {
          try WindowStatistics(
            windowFrames: window, hopFrames: hop, bands: choice.bands, bandTaps: choice.bandTaps,
            sampleRateHz: sampleRateHz.map(Double.init))
        }, notes
      )
    case .stack(let choice):
      let (window, hop) = try choice.windows.frames(sampleRateHz)
      let chain = try choice.chain.ending(at: choice.layer).prepare(
        channels: channels, sampleRateHz: sampleRateHz, maximumBlockFrames: 2048)
      return (
        try PooledOutputs(
          chain.processor, poolings: choice.poolings, layer: "\(choice.layer)", windowFrames: window, hopFrames: hop),
        chain.notes
      )
    }
  }

  private static func note(onEmpty bands: [Int], of settings: SpectralSettings) -> String {
    let list = bands.count <= 12 ? bands : Array(bands[..<12])
    return "of \(settings.mel.bands) mel bands \(bands.count == 1 ? "1 is" : "\(bands.count) are") narrower than the "
      + "distance of two bins of a transform of \(settings.fftFrames), and always 0: "
      + list.map(String.init).joined(separator: ", ") + (list.count < bands.count ? ", …" : "")
      + "; fewer bands or a longer transform would resolve them"
  }
}

extension HopTransform.Windows {
  fileprivate func frames(_ sampleRateHz: Int?) throws(WindowError) -> (window: Int, hop: Int) {
    (try window.frames(sampleRateHz: sampleRateHz), try hop.frames(sampleRateHz: sampleRateHz))
  }
}
