import ArgumentParser
import ConvAudioKit

/// Options for fitting.
struct FittingOptions: ParsableArguments {
  @Option(
    help: "Seed of the fit, 0 to 4294967295; the same seed gives the same bits on every machine (default: 0).")
  var seed: Int?

  @Option(
    help: """
      Approximate number of features to fit (default: minirocket 9996, multirocket 49,728, rocket 20,000, hydra 1024 \
      for each power of two up to an eighth of the series).
      """)
  var features: Int?

  @Option(help: "How multirocket transforms differences: as published, or as aeon does (default: correct).")
  var compatibility: MultiRocket.Compatibility?

  var isGiven: Bool { seed != nil || features != nil || compatibility != nil }

  func fit(_ kind: FittedTransform.Kind?, _ makeInput: () throws -> SeriesInput) throws -> FeatureFit {
    try FeatureFit(
      kind ?? .minirocket, to: makeInput, features: features, seed: UInt32(seed ?? 0),
      compatibility: compatibility ?? .correct)
  }

  func validate() throws {
    if let seed, !(0...Int(UInt32.max)).contains(seed) {
      throw ValidationError("--seed is \(seed), expected 0 to \(UInt32.max).")
    }
    if let features, !(1...MiniRocketParameters.maximumFeatures).contains(features) {
      throw ValidationError("--features is \(features), expected 1 to \(MiniRocketParameters.maximumFeatures).")
    }
  }
}

/// How series are read.
struct SeriesOptions: ParsableArguments {
  @Option(help: "What to do with missing values: fail, use 0, repeat the last value, or interpolate to the next one.")
  var missing: MissingValues = .error

  @Option(
    help:
      "What to do with kernels longer than the series: pad it with zeros, give NaN, or fail (default: pad).")
  var short: ShortSeriesPolicy?

  @Flag(help: "Read lines of .csv and .tsv as series without labels.")
  var noLabels = false

  @Option(
    help: ArgumentHelp(
      "Text file with one label per line, in the order of the series; lines of .csv and .tsv then have none.",
      valueName: "file"))
  var labels: String?

  @Option(
    help: """
      Process windows of this length, in frames or with a unit: 500, 250ms, 1s (default: by --like for spectra, 25ms \
      for stack and statistics).
      """, transform: duration)
  var window: WindowLength?

  @Option(
    help: """
      Distance between windows, in frames or with a unit (default: by --like for spectra, 10ms for stack and \
      statistics, else the window's length).
      """, transform: duration)
  var hop: WindowLength?

  @Option(help: "Number of threads; does not affect the output. A signal is processed on one thread, several files at once.")
  var threads = 1

  func validate() throws {
    guard (1...1024).contains(threads) else { throw ValidationError("--threads is \(threads), expected 1 to 1024.") }
  }

  /// Checks the options that --window needs or excludes. Hop-by-hop transforms have windows anyway.
  func checkWindows() throws {
    if window != nil, labels != nil {
      throw ValidationError("--labels is for series; windows have none.")
    }
    if window == nil, hop != nil { throw ValidationError("--hop needs --window.") }
    if window != nil, missing == .linear {
      throw ValidationError(
        "--missing linear needs values that are still to come; with --window, expected error, zero or hold.")
    }
  }

  func input(_ paths: [String], _ signals: SignalOptions, _ cancellation: Cancellation = .never) throws -> SeriesInput {
    var settings = SeriesInput.Settings()
    settings.labelsFirst = !noLabels
    settings.missing = missing
    settings.labelsPath = labels
    settings.signal = signals.settings(missing: missing)
    return try SeriesInput(paths: paths, settings: settings, cancellation: cancellation)
  }
}

extension FittedTransform.Kind: ExpressibleByArgument {}
extension MultiRocket.Compatibility: ExpressibleByArgument {}
extension MissingValues: ExpressibleByArgument {}
extension ShortSeriesPolicy: ExpressibleByArgument {}
extension FeatureOutput.Format: ExpressibleByArgument {}

private func duration(_ text: String) throws -> WindowLength {
  guard let duration = WindowLength(text) else {
    throw ValidationError("expected a positive number of frames, or a duration with a unit, such as 512, 25ms or 1.5s.")
  }
  return duration
}
