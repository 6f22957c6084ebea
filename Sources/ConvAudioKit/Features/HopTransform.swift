import StreamingConvolution
import TimeSeriesFeatures

/// Which features of a stream are wanted, before its rate and its channels are known: durations may be in seconds, and what
/// is left open follows the conventions of a program.
public enum HopTransform: Sendable {
  case spectral(SpectralChoice)
  case scattering(ScatteringSettings)
  case statistics(StatisticsChoice)
  case stack(StackChoice)

  /// Windows of a stream.
  public struct Windows: Sendable {
    public var window: WindowLength
    public var hop: WindowLength

    public init(window: WindowLength? = nil, hop: WindowLength? = nil) {
      self.window = window ?? WindowLength("25ms")!
      self.hop = hop ?? WindowLength("10ms")!
    }
  }

  /// Spectra by the conventions of a program, and what is to be different.
  public struct SpectralChoice: Sendable {
    public var output: SpectralOutput
    public var convention: SpectralConvention
    public var window: WindowLength?
    public var hop: WindowLength?
    /// Default: the window's length, for HTK the next power of two.
    public var fftFrames: Int?
    /// `top_db`: logarithms further below the largest of a recording are raised; a recording is read twice then.
    public var topDecibels: Float?
    /// Changes everything else.
    public var adjust: @Sendable (inout SpectralSettings) -> Void = { _ in }

    public init(_ output: SpectralOutput, like convention: SpectralConvention) {
      (self.output, self.convention) = (output, convention)
    }

    /// Everything, for a stream of a rate.
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

  /// Plain figures of windows.
  public struct StatisticsChoice: Sendable {
    public var windows: Windows
    public var bands: [WindowStatistics.Band] = []
    public var bandTaps = 255

    public init(windows: Windows = Windows()) { self.windows = windows }
  }

  /// A layer of a chain, pooled over windows.
  public struct StackChoice: Sendable {
    public var chain: Chain
    public var layer = LayerChoice.output
    public var poolings: [PooledOutputs.Pooling] = [.mean]
    public var windows: Windows

    public init(_ chain: Chain, windows: Windows = Windows()) {
      (self.chain, self.windows) = (chain, windows)
    }
  }

  /// The rate that signals must have, where the transform says it.
  public var sampleRateHz: Int? {
    if case .stack(let choice) = self { choice.chain.sampleRateHz } else { nil }
  }

  /// Makes the features of one stream, with what a user should know, a sentence each.
  ///
  /// - Parameter logarithmFloor: What `topDecibels` comes to for this recording.
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
