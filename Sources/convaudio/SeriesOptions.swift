import ArgumentParser
import ConvAudioKit

/// What is fitted.
struct FittingOptions: ParsableArguments {
  @Option(help: "The seed of a fit, 0 to 4294967295: equal seeds give equal bits on every machine. Default: 0.")
  var seed: Int?

  @Option(
    help: """
      About how many features to fit. Default: minirocket 9996, multirocket 49,728, rocket 20,000, hydra 1024 for each \
      power of two up to an eighth of the series.
      """)
  var features: Int?

  @Option(help: "Which formula differences have in multirocket: the correct one, or aeon's.")
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
  @Option(help: "What stands in for missing values: an error, 0, the last value, or a line to the next one.")
  var missing: MissingValues = .error

  @Option(
    help:
      "Kernels that reach beyond a short series: pool over zeros around it, give NaN, or are an error. Default: pad.")
  var short: ShortSeriesPolicy?

  @Flag(help: "Lines of .csv and .tsv have no label in front.")
  var noLabels = false

  @Option(
    help: ArgumentHelp(
      "Text with one label a line, one for each series; lines of .csv and .tsv then have none.", valueName: "file"))
  var labels: String?

  @Option(
    help: """
      Features of windows of this length, in frames or with a unit: 500, 250ms, 1s. Default: of spectra by --like, of stack \
      and statistics 25ms.
      """, transform: duration)
  var window: WindowLength?

  @Option(
    help: "How far a window moves on. Default: of spectra by --like, of stack and statistics 10ms, else its length.",
    transform: duration)
  var hop: WindowLength?

  @Option(help: "Threads to compute on; they change no bit of the output. What follows a stream takes one.")
  var threads = 1

  func validate() throws {
    guard (1...1024).contains(threads) else { throw ValidationError("--threads is \(threads), expected 1 to 1024.") }
  }

  /// What windows of series need, and do not take. Transforms hop by hop have windows anyway.
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
