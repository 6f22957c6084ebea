import ArgumentParser
import ByteFiles
import ConvAudioKit

struct ClassifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classify",
    abstract: "Train a classifier of time series, test it, and predict classes.",
    discussion: """
      Computes features, scales them and fits a ridge regression, whose regularisation is chosen by leaving out one \
      series at a time. --fit trains on labelled series and saves the classifier; --params loads it and prints the \
      class of each series, or, if they have labels, the accuracy and confusion matrix. With --window it prints the \
      class of each window of a signal as soon as the window is complete.
      """)

  @Argument(help: "Files or folders of series, as for convaudio features.")
  var inputs: [String]

  @Option(help: "Transform that computes the features (default: minirocket).")
  var transform: FittedTransform.Kind?

  @OptionGroup(title: "Fitting") var fitting: FittingOptions
  @OptionGroup(title: "Series") var series: SeriesOptions
  @OptionGroup(title: "Recordings, pipes and rows of numbers") var signals: SignalOptions

  @Option(help: ArgumentHelp("Train, and save the classifier to this file.", valueName: "file"))
  var fit: String?

  @Option(help: ArgumentHelp("Classify with the classifier saved in this file.", valueName: "file"))
  var params: String?

  @Option(
    name: .shortAndLong,
    help: "Write predictions to this file, one per line; - for standard output (default: - without labels).",
    transform: outputPath)
  var output: String?

  @Flag(help: "Replace existing files.")
  var force = false

  func run() throws {
    Interruption.unblockSignals()
    try exitingOnError {
      try OutputConflict.check(
        outputs: [fit, output].compactMap { $0 }, inputs: inputs + [params, series.labels].compactMap { $0 })
      let interruption = Interruption.install()
      do {
        if let fit { try train(fit, interruption.cancellation) }
        if let params { try predict(SeriesClassifier(contentsOf: params), interruption.cancellation) }
      } catch is CancellationError {
        printError("interrupted; nothing was written.")
        throw interruption.exitCode
      }
    }
  }

  func validate() throws {
    try series.checkWindows()
    guard (fit == nil) != (params == nil) else {
      throw ValidationError("one of --fit and --params is needed: to train a classifier, or to use one.")
    }
    if params != nil, transform != nil || fitting.isGiven {
      throw ValidationError("--params has a fitted transform, so --transform, --seed and --features do not apply.")
    }
    if fit != nil, series.window != nil {
      throw ValidationError("--window is for --params: a stream cannot be trained on.")
    }
    if fit != nil, output != nil {
      throw ValidationError("--output is for --params: training predicts nothing.")
    }
    if series.window != nil, output != nil {
      throw ValidationError(
        "--output is for series; with --window classes go to standard output as they come.")
    }
    if params != nil, series.short != nil {
      throw ValidationError("--short is for --fit, which keeps it with the classifier.")
    }
    if fit != nil, series.short == .nan {
      throw ValidationError(
        "--short nan gives features that a classifier cannot take, expected pad or error.")
    }
    if series.window != nil, inputs.count != 1 {
      throw ValidationError("--window takes one input, but there are \(inputs.count).")
    }
    if fitting.compatibility != nil { throw ValidationError("--compatibility is for convaudio features.") }
  }

  private func train(_ path: String, _ cancellation: Cancellation) throws {
    try ReplacingFile.check(path: path, mayReplace: force)
    let input = try series.input(inputs, signals, cancellation)
    let (set, labels) = try input.all()
    input.notes.forEach(printError)
    let known = labels.compactMap { $0 }
    guard known.count == labels.count else {
      throw CommandError(
        "\(inputs.joined(separator: " ")): \(labels.count - known.count) of \(labels.count) series have no label, expected "
          + "one each; --labels takes them from a file.")
    }
    let classifier: SeriesClassifier
    do throws(FeatureError) {
      classifier = try SeriesClassifier(
        transform ?? .minirocket, fittingTo: set, labels: known, features: fitting.features,
        seed: UInt32(fitting.seed ?? 0), shortSeries: series.short ?? .pad, threads: series.threads)
    } catch {
      throw input.placed(error)
    }
    try cancellation.check()
    try classifier.write(to: path, mayReplace: force)
    writeToStandardOutput(
      "trained on \(set.count) series of \(classifier.ridge.classes.count) classes: "
        + "\(classifier.transform.transform.featureCount) features, regularisation \(rounded(classifier.ridge.regularisation, 4))\n"
    )
  }

  private func predict(_ classifier: SeriesClassifier, _ cancellation: Cancellation) throws {
    if let output, output != "-" { try ReplacingFile.check(path: output, mayReplace: force) }
    if let window = series.window {
      let signal = try Signal.open(
        inputs[0], settings: signals.settings(missing: series.missing), cancellation: cancellation)
      do {
        try signal.slide(
          classifier.transform.transform, window: window, hop: series.hop, cancellation: cancellation
        ) { row, end in
          try printLines(["\(end),\(classifier.predict(row)[0])"], cancellation: cancellation)
        }
        signal.printRemarks()
      } catch ByteFileError.readerClosed {
        // The reader wanted only the beginning.
      } catch is CancellationError {
        // The lines already written are complete.
      }
      return
    }
    let input = try series.input(inputs, signals, cancellation)
    var truth: [String?] = []
    var predicted: [String] = []
    while let (set, labels) = try input.nextBatch(maximumCount: 256) {
      do throws(FeatureError) {
        predicted += try classifier.predict(set, threads: series.threads, firstIndex: truth.count)
      } catch {
        throw input.placed(error)
      }
      truth += labels
    }
    input.notes.forEach(printError)
    if predicted.isEmpty { throw FeatureError.noSeries }
    let known = truth.compactMap { $0 }
    let isLabelled = known.count == truth.count
    if let output = output ?? (isLabelled ? nil : "-") {
      try writeLines(predicted, to: output, mayReplace: force)
    }
    guard isLabelled else { return }
    let matrix = ConfusionMatrix(truth: known, predicted: predicted)
    let text = "accuracy \(rounded(matrix.accuracy, 4)), \(matrix.correct) of \(matrix.total)\n\(matrix.table)\n"
    if output == "-" { writeToStandardError(text) } else { writeToStandardOutput(text) }
  }
}
