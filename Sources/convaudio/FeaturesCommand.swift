import ArgumentParser
import ConvAudioKit

struct FeaturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "Turn time series into features: MiniRocket, MultiRocket, ROCKET, Hydra.",
    discussion: """
      Series come from .ts files, from text of the UCR layout (.csv, .tsv: one series a line, its label first), from NumPy \
      arrays [cases, points] or [cases, channels, points], and from recordings, one series each, or folders of them; - is \
      standard input, any of these. Without --params the transform is fitted to the input, and --fit keeps what was \
      fitted. With --window the input is one recording, or rows of numbers, one frame each, and each window gives a row as \
      soon as it is complete. Text (- or .csv, .tsv) has a header and, where there are labels, a first column of them; an \
      .npz holds features, names and labels. Threads and batches change no bit.
      """)

  @Argument(help: "Files or folders of series.")
  var inputs: [String]

  @OptionGroup(title: "Transform") var fitting: FittingOptions
  @OptionGroup(title: "Series") var series: SeriesOptions

  @Option(help: ArgumentHelp("Take a fitted transform from this file instead of fitting.", valueName: "file"))
  var params: String?

  @Option(help: ArgumentHelp("Save the fitted transform to this file.", valueName: "file"))
  var fit: String?

  @Option(name: .shortAndLong, help: "The file to make: .npy, .npz, .csv or .tsv; - is text on standard output.")
  var output: String

  @Option(help: "How rows are written. Default: by the name of the output; csv on standard output.")
  var format: FeatureOutput.Format?

  @Flag(help: "Replace outputs that exist.")
  var force = false

  @Flag(help: "Print nothing but errors.")
  var quiet = false

  func run() throws {
    Interruption.unblockSignals()
    try exitingOnError {
      let format = try outputFormat()
      if output != "-" { try ReplacingFile.check(path: output, mayReplace: force) }
      if let fit { try ReplacingFile.check(path: fit, mayReplace: force) }
      let (transform, input) = try fitted()
      let interruption = Interruption.install()
      do {
        let count =
          try series.window == nil
          ? batches(transform, input, format, interruption) : windows(transform, format, interruption)
        if !quiet, output != "-" {
          writeToStandardOutput(
            "\(count) \(series.window == nil ? "series" : "windows") × \(transform.transform.featureCount) features\n")
        }
      } catch is ReaderClosed {
        // A reader that wants only the beginning is content.
      } catch is CancellationError {
        printError("\(output): was interrupted; nothing was written.")
        throw ExitCode(130)
      }
    }
  }

  func validate() throws {
    if params != nil, fit != nil { throw ValidationError("--params and --fit exclude each other.") }
    if params == nil, fitting.transform == nil {
      throw ValidationError("there is no transform: --transform or --params says which.")
    }
    if params != nil, fitting.isGiven {
      throw ValidationError("--params has a fitted transform, so --transform, --seed and --features do not apply.")
    }
    if series.window != nil, params == nil {
      throw ValidationError("--window needs --params: a stream cannot be fitted to.")
    }
    if series.window != nil, inputs.count != 1 {
      throw ValidationError("--window takes one input, but there are \(inputs.count).")
    }
    if output.isEmpty { throw ValidationError("--output is empty, expected the name of a file.") }
  }

  private func outputFormat() throws -> FeatureOutput.Format {
    if let format { return format }
    if output == "-" { return .csv }
    guard let format = FeatureOutput.Format(path: output) else {
      throw CommandError(
        "\(output): says nothing of its format, expected a name ending in .npy, .npz, .csv or .tsv, or --format.")
    }
    return format
  }

  /// The transform, and what it was fitted to.
  private func fitted() throws -> (FittedTransform, SeriesInput?) {
    var transform: FittedTransform
    var input: SeriesInput?
    if let params {
      transform = try FittedTransform(contentsOf: params)
    } else {
      let fit = try fitting.fit { try series.input(inputs) }
      (transform, input) = (fit.transform, fit.input)
    }
    if let short = series.short { transform.shortSeries = short }
    if let fit { try transform.write(to: fit, mayReplace: force) }
    return (transform, input)
  }

  private func batches(
    _ transform: FittedTransform, _ input: SeriesInput?, _ format: FeatureOutput.Format, _ interruption: Interruption
  ) throws -> Int {
    let input = try input ?? series.input(inputs)
    let progress = ProgressLine(isShown: !quiet)
    defer { progress.clear() }
    let count = try FeatureExtraction(transform, threads: series.threads).run(
      input,
      to: { names, hasLabels in
        try FeatureOutput(
          path: output, format: format, names: names, hasLabels: hasLabels, mayReplace: force,
          isCancelled: { interruption.isRequested })
      },
      progress: { progress.draw("\($0) series") }, isCancelled: { interruption.isRequested })
    input.notes.forEach(printError)
    return count
  }

  private func windows(
    _ transform: FittedTransform, _ format: FeatureOutput.Format, _ interruption: Interruption
  ) throws -> Int {
    let stream = try series.stream(inputs[0], interruption)
    var rows: FeatureOutput?
    let count = try stream.slide(transform.transform, window: series.window!, hop: series.hop) { row, _ in
      let target =
        try rows
        ?? FeatureOutput(
          path: output, format: format, names: transform.transform.featureNames, hasLabels: false, mayReplace: force,
          isCancelled: { interruption.isRequested })
      rows = target
      try target.write(row, labels: [nil])
    }
    try rows?.finish()
    return count
  }
}
