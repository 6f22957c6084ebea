import ArgumentParser
import ConvAudioKit

/// Options of all transforms that process a stream hop by hop.
struct HopOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Add a first column `time`: the first frame of a row's window, its middle, or the frame after it; in seconds, or "
        + "in frames if the input has no sample rate.", valueName: "moment"))
  var timestamps: RowTime = .none

  @Option(help: ArgumentHelp("Also draw the rows as a picture.", valueName: "file.png"))
  var plot: String?

  /// Anything but `timestamps`, which windows of fitted transforms have, too.
  var isGiven: Bool { plot != nil }
}

/// Spectra, mel bands, cepstra.
struct SpectralOptions: ParsableArguments {
  @Option(help: "Program whose defaults to use; other options override them (default: librosa).")
  var like: SpectralConvention?

  @Option(
    help: ArgumentHelp(
      "Length of the transform, in frames (default: the window's; htk: the next power of two).", valueName: "n"))
  var fft: Int?

  @Option(help: "Window shape (default: by --like).")
  var windowShape: WindowShape?

  @Option(
    help: ArgumentHelp(
      "Whether a row's window is centred on its frame or begins there (default: by --like).", valueName: "true|false"))
  var centre: Bool?

  @Option(help: "What to assume beyond the ends of the input, for centred rows (default: by --like).")
  var padding: EdgePadding?

  @Option(
    help: ArgumentHelp(
      "Subtract this fraction of the previous sample from each sample (default: by --like).", valueName: "factor"))
  var preEmphasis: Float?

  @Option(help: ArgumentHelp("2 for power, 1 for magnitude (default: 2).", valueName: "1|2"))
  var exponent: Int?

  @Option(help: ArgumentHelp("Number of mel bands (default: by --like).", valueName: "count"))
  var mels: Int?

  @Option(help: ArgumentHelp("Lower edge of the first mel band, in Hz (default: 0).", valueName: "hz"))
  var fmin: Double?

  @Option(
    help: ArgumentHelp("Upper edge of the last mel band, in Hz (default: half the sample rate).", valueName: "hz"))
  var fmax: Double?

  @Option(help: "Mel scale (default: by --like).")
  var melScale: MelScale?

  @Option(help: "How to scale mel filters: none for peaks of 1, slaney for about equal areas (default: by --like).")
  var melNorm: MelSettings.Norm?

  @Option(help: "Axis on which mel filters are triangles (default: by --like).")
  var melAxis: MelSettings.Axis?

  @Option(help: "Logarithm: decibels, natural, or natural after adding a small offset (default: by --like).")
  var log: LogKind?

  @Option(
    help: ArgumentHelp(
      "Smallest value to take the logarithm of, or the offset of ln-offset (default: db 1e-10, ln 1.19e-7, "
        + "ln-offset 1e-6).", valueName: "value"))
  var logFloor: Float?

  @Option(help: ArgumentHelp("Value that is 0 dB (default: 1).", valueName: "value"))
  var reference: Float?

  @Option(
    help: ArgumentHelp(
      "Clamp values more than this many dB below the file's maximum (librosa, torchaudio: 80). Reads the file twice.",
      valueName: "db"))
  var topDb: Float?

  @Option(help: ArgumentHelp("Number of cepstral coefficients, including c0 (default: by --like).", valueName: "count"))
  var coefficients: Int?

  @Option(help: "How to scale cepstral coefficients (default: by --like).")
  var dct: CepstrumSettings.Norm?

  @Option(
    help: ArgumentHelp("Lifter of the cepstral coefficients, 0 for none (default: by --like).", valueName: "length"))
  var lifter: Double?

  enum LogKind: String, CaseIterable, ExpressibleByArgument {
    case db, ln
    case lnOffset = "ln-offset"
  }

  var isGiven: Bool {
    let words: [Any?] = [
      like, fft, windowShape, centre, padding, preEmphasis, exponent, mels, fmin, fmax, melScale, melNorm, melAxis, log,
      logFloor, reference, topDb, coefficients, dct, lifter,
    ]
    return words.contains { $0 != nil }
  }

  func validate() throws {
    if reference != nil, log == .ln || log == .lnOffset || log == nil && like == .htk {
      throw ValidationError("--reference is for --log db.")
    }
    if let topDb, !(topDb > 0) { throw ValidationError("--top-db is \(topDb), expected a positive number.") }
  }

  func choice(_ output: SpectralOutput, _ series: SeriesOptions) throws -> HopTransform.SpectralChoice {
    if topDb != nil, output != .logmel, output != .mfcc {
      throw CommandError("--top-db is for logarithms, --transform logmel or mfcc.")
    }
    var choice = HopTransform.SpectralChoice(output, like: like ?? .librosa)
    (choice.window, choice.hop, choice.fftFrames, choice.topDecibels) = (series.window, series.hop, fft, topDb)
    let words = self
    choice.adjust = { words.adjust(&$0) }
    return choice
  }

  private func adjust(_ settings: inout SpectralSettings) {
    func set<Value>(_ value: Value?, _ path: WritableKeyPath<SpectralSettings, Value>) {
      if let value { settings[keyPath: path] = value }
    }
    set(windowShape, \.window)
    set(centre, \.isCentred)
    set(padding, \.padding)
    set(preEmphasis, \.preEmphasis)
    set(exponent, \.exponent)
    set(mels, \.mel.bands)
    set(fmin, \.mel.lowHz)
    if let fmax { settings.mel.highHz = fmax }
    set(melScale, \.mel.scale)
    set(melNorm, \.mel.norm)
    set(melAxis, \.mel.axis)
    set(coefficients, \.cepstrum.coefficients)
    set(dct, \.cepstrum.norm)
    set(lifter, \.cepstrum.lifter)
    // If the default has more coefficients than there are bands, the user made no mistake.
    if coefficients == nil { settings.cepstrum.coefficients = min(settings.cepstrum.coefficients, settings.mel.bands) }
    guard log != nil || logFloor != nil || reference != nil else { return }
    var kind = LogKind.db
    if case .natural = settings.logarithm { kind = .ln }
    switch log ?? kind {
    case .db: settings.logarithm = .decibels(reference: reference ?? 1, floor: logFloor ?? 1e-10)
    case .ln: settings.logarithm = .natural(floor: logFloor ?? .ulpOfOne)
    case .lnOffset: settings.logarithm = .naturalOffset(logFloor ?? 1e-6)
    }
  }
}

/// Wavelet scattering.
struct ScatteringOptions: ParsableArguments {
  @Option(
    name: .customLong("scale"),
    help: ArgumentHelp("Length of the longest wavelets: 2^j frames (default: 8).", valueName: "j"))
  var scale: Int?

  @Option(
    help: ArgumentHelp(
      "Wavelets per octave, of the first and second order, such as 8 or 8,1 (default: 8,1).", valueName: "q1,q2"))
  var perOctave: String?

  @Option(
    help: ArgumentHelp("Average over 2^n frames, with a row every 2^n frames (default: --scale).", valueName: "n"))
  var averaging: Int?

  @Option(help: "Highest order: 0, 1 or 2 (default: 2).")
  var order: Int?

  @Option(help: "What to assume beyond the ends of the input; reflect matches kymatio for files (default: zeros).")
  var edges: EdgePadding?

  var isGiven: Bool { scale != nil || perOctave != nil || averaging != nil || order != nil || edges != nil }

  func validate() throws { _ = try perOctaves() }

  private func perOctaves() throws -> [Int] {
    guard let perOctave else { return [] }
    let numbers = perOctave.split(separator: ",", omittingEmptySubsequences: false).compactMap { Int($0) }
    guard (1...2).contains(numbers.count), perOctave.split(separator: ",").count == numbers.count else {
      throw ValidationError("--per-octave is \(perOctave), expected one number or two, such as 8 or 8,1.")
    }
    return numbers
  }

  func settings() throws -> ScatteringSettings {
    var settings = ScatteringSettings()
    settings.scale = scale ?? settings.scale
    settings.averagingScale = averaging
    settings.order = order ?? settings.order
    settings.edges = edges ?? settings.edges
    let perOctaves = try perOctaves()
    settings.firstPerOctave = perOctaves.first ?? settings.firstPerOctave
    settings.secondPerOctave = perOctaves.dropFirst().first ?? settings.secondPerOctave
    return settings
  }
}

/// Layers of networks, and statistics of windows.
struct WindowedOptions: ParsableArguments {
  @Option(help: "For stack: a model (.nam) or a preset (name or .json file).")
  var model: String?

  @Option(help: "For stack: layer to pool, counted from 1, or a signal such as node12 or output (default: output).")
  var layer: LayerArgument?

  @Option(
    help: ArgumentHelp(
      "For stack: how to pool: mean, max, last or ppv, or several: mean,max (default: mean).", valueName: "kinds"))
  var pool: String?

  @Option(
    help: ArgumentHelp(
      "For statistics: also compute the energy of these bands, in Hz: 0-300,300-3400.", valueName: "hz-hz,…"))
  var bands: String?

  @Option(help: ArgumentHelp("For statistics: taps of the band filters, odd (default: 255).", valueName: "count"))
  var bandTaps: Int?

  struct LayerArgument: ExpressibleByArgument {
    let choice: LayerChoice
    init?(argument: String) {
      guard let choice = LayerChoice(argument) else { return nil }
      self.choice = choice
    }
  }

  var isStackGiven: Bool { model != nil || layer != nil || pool != nil }
  var isStatisticsGiven: Bool { bands != nil || bandTaps != nil }

  func poolings() throws -> [PooledOutputs.Pooling] {
    try (pool ?? "mean").split(separator: ",", omittingEmptySubsequences: false).map { word in
      guard let pooling = PooledOutputs.Pooling(rawValue: String(word)) else {
        throw ValidationError(
          "--pool is \(pool ?? ""), expected mean, max, last or ppv, or several with commas between.")
      }
      return pooling
    }
  }

  func bandList() throws -> [WindowStatistics.Band] {
    try (bands.map { $0.split(separator: ",", omittingEmptySubsequences: false) } ?? []).map { word in
      guard let band = WindowStatistics.Band(String(word)) else {
        throw ValidationError("--bands is \(bands ?? ""), expected bands in hertz such as 0-300,300-3400.")
      }
      return band
    }
  }

  func validate() throws {
    _ = try poolings()
    _ = try bandList()
    if bandTaps != nil, bands == nil { throw ValidationError("--band-taps is for --bands.") }
  }

  func stack(_ windows: HopTransform.Windows) throws -> HopTransform.StackChoice {
    var choice = HopTransform.StackChoice(try Chain(model ?? ""), windows: windows)
    choice.layer = layer?.choice ?? .output
    choice.poolings = try poolings()
    return choice
  }

  func statistics(_ windows: HopTransform.Windows) throws -> HopTransform.StatisticsChoice {
    var choice = HopTransform.StatisticsChoice(windows: windows)
    choice.bands = try bandList()
    choice.bandTaps = bandTaps ?? choice.bandTaps
    return choice
  }
}

extension RowTime: ExpressibleByArgument {}
extension SpectralConvention: ExpressibleByArgument {}
extension WindowShape: ExpressibleByArgument {}
extension EdgePadding: ExpressibleByArgument {}
extension MelScale: ExpressibleByArgument {}
extension MelSettings.Norm: ExpressibleByArgument {}
extension MelSettings.Axis: ExpressibleByArgument {}
extension CepstrumSettings.Norm: ExpressibleByArgument {}
