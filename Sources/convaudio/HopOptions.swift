import ArgumentParser
import ConvAudioKit

/// What all transforms share that follow a stream hop by hop.
struct HopOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A first column `time`: the first frame of a row's window, its middle, or the frame behind it; in seconds, or frames of "
        + "rows without a rate.", valueName: "moment"))
  var timestamps: RowTime = .none

  @Option(help: ArgumentHelp("Draw the rows as a picture, too.", valueName: "file.png"))
  var plot: String?

  /// Anything but `timestamps`, which windows of fitted transforms have, too.
  var isGiven: Bool { plot != nil }
}

/// Spectra, mel bands, cepstra.
struct SpectralOptions: ParsableArguments {
  @Option(help: "Whose conventions hold where nothing else is said. Default: librosa.")
  var like: SpectralConvention?

  @Option(
    help: ArgumentHelp("Frames of the transform. Default: the window's; htk: the next power of two.", valueName: "n"))
  var fft: Int?

  @Option(help: "What frames are multiplied with.")
  var windowShape: WindowShape?

  @Option(help: ArgumentHelp("Whether a row describes the frames around its own.", valueName: "true|false"))
  var centre: Bool?

  @Option(help: "What stands beyond the ends of centred rows.")
  var padding: EdgePadding?

  @Option(help: ArgumentHelp("Each sample less so much of the one before.", valueName: "factor"))
  var preEmphasis: Float?

  @Option(help: ArgumentHelp("2: powers; 1: magnitudes.", valueName: "1|2"))
  var exponent: Int?

  @Option(help: ArgumentHelp("Mel bands.", valueName: "count"))
  var mels: Int?

  @Option(help: ArgumentHelp("Where the first mel band begins.", valueName: "hz"))
  var fmin: Double?

  @Option(help: ArgumentHelp("Where the last mel band ends. Default: half of the rate.", valueName: "hz"))
  var fmax: Double?

  @Option(help: "The mel scale.")
  var melScale: MelScale?

  @Option(help: "How heavy mel filters are.")
  var melNorm: MelSettings.Norm?

  @Option(help: "The axis on which mel filters are triangles.")
  var melAxis: MelSettings.Axis?

  @Option(help: "Logarithms: decibels, natural, or natural of the sum and a small offset.")
  var log: LogKind?

  @Option(help: ArgumentHelp("The least that a logarithm is taken of, or the offset.", valueName: "value"))
  var logFloor: Float?

  @Option(help: ArgumentHelp("What 0 dB is. Default: 1.", valueName: "value"))
  var reference: Float?

  @Option(
    help: ArgumentHelp(
      "Raise what lies further below the largest of a whole file, as librosa and torchaudio do with 80; a file is read twice.",
      valueName: "db"))
  var topDb: Float?

  @Option(help: ArgumentHelp("Cepstral coefficients, c0 included.", valueName: "count"))
  var coefficients: Int?

  @Option(help: "How cepstral coefficients are scaled.")
  var dct: CepstrumSettings.Norm?

  @Option(help: ArgumentHelp("The lifter of cepstral coefficients; 0: none.", valueName: "length"))
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
    // Fewer bands than coefficients by default are no error of the user's.
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
  @Option(name: .customLong("scale"), help: ArgumentHelp("Wavelets as long as 2^J frames. Default: 8.", valueName: "j"))
  var scale: Int?

  @Option(help: ArgumentHelp("Wavelets an octave, and of the second order: 8 or 8,1, the default.", valueName: "q1,q2"))
  var perOctave: String?

  @Option(help: ArgumentHelp("Rows every 2^n frames, averaged as long. Default: the scale.", valueName: "n"))
  var averaging: Int?

  @Option(help: "The highest order: 0, 1 or 2. Default: 2.")
  var order: Int?

  @Option(help: "What stands beyond the ends; reflect, of files, as kymatio. Default: zeros.")
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

/// Layers of networks, and plain figures of windows.
struct WindowedOptions: ParsableArguments {
  @Option(help: "stack: a model (.nam), a preset's name, or the path of its .json file.")
  var model: String?

  @Option(help: "stack: whose output is pooled: a layer's number, counted from 1; node12; or output, the default.")
  var layer: LayerArgument?

  @Option(help: ArgumentHelp("stack: mean, max, last or ppv, or several: mean,max. Default: mean.", valueName: "kinds"))
  var pool: String?

  @Option(help: ArgumentHelp("statistics: energies in these bands: 0-300,300-3400.", valueName: "hz-hz,…"))
  var bands: String?

  @Option(help: ArgumentHelp("statistics: taps of the bands' filters, odd. Default: 255.", valueName: "count"))
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
