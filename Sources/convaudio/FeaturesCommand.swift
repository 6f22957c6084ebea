import ArgumentParser
import ByteFiles
import ConvAudioKit

struct FeaturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "Turn time series and sound into features: ROCKET family, mel, MFCC, scattering, networks.",
    discussion: """
      Reads series from .ts files, text with one series per line and its label first (.csv, .tsv: the UCR layout), \
      NumPy arrays [cases, points] or [cases, channels, points], and signals, one series each: recordings, NDJSON with \
      one frame per line, raw samples (--input-format), or folders of them. Use - for standard input in any of these \
      formats; a FIFO works the same way. Without --params the transform is fitted to the input, and --fit saves it. \
      With --window the input is one signal (rows of CSV are frames, too), and each window gives a row as soon as it \
      is complete. Text (- or .csv, .tsv) has a header and, if there are labels, a first column of them; an .npz holds \
      features, names and labels. Threads and batches do not affect the output.

      stft, mel, logmel, mfcc, scattering, stack and statistics need no fit. They process signals (recordings, pipes, \
      rows of numbers) hop by hop and write each row as soon as its last sample has arrived; the block size does not \
      affect the output. --like uses another program's conventions, down to the numbers. The rows of several inputs, \
      or of the files in a folder, follow each other; text then begins with a column `file`.
      """)

  @Argument(help: "Files or folders of series, or recordings. Use - for standard input.")
  var inputs: [String]

  @Option(help: "Transform to compute.")
  var transform: FeatureTransform?

  @OptionGroup(title: "Fitting (minirocket, multirocket, rocket, hydra)") var fitting: FittingOptions
  @OptionGroup(title: "Series") var series: SeriesOptions
  @OptionGroup(title: "Recordings, pipes and rows of numbers") var signals: SignalOptions
  @OptionGroup(title: "Hop by hop (all others)") var hops: HopOptions
  @OptionGroup(title: "Spectra (stft, mel, logmel, mfcc)") var spectral: SpectralOptions
  @OptionGroup(title: "Scattering") var scattering: ScatteringOptions
  @OptionGroup(title: "Stack, statistics") var windowed: WindowedOptions

  @Option(help: ArgumentHelp("Load a fitted transform from this file instead of fitting.", valueName: "file"))
  var params: String?

  @Option(help: ArgumentHelp("Save the fitted transform to this file.", valueName: "file"))
  var fit: String?

  @Option(
    name: .shortAndLong, help: "Output file (.npy, .npz, .csv or .tsv), - for standard output.", transform: outputPath)
  var output: String

  @Option(help: "Output format (default: by the output's extension, or csv when writing to -).")
  var format: FeatureOutput.Format?

  @Flag(help: "Replace existing outputs.")
  var force = false

  @Flag(help: "Print only errors.")
  var quiet = false

  func run() throws {
    Interruption.unblockSignals()
    try exitingOnError {
      let format = try outputFormat()
      if output != "-" { try ReplacingFile.check(path: output, mayReplace: force) }
      if let fit { try ReplacingFile.check(path: fit, mayReplace: force) }
      try OutputConflict.check(
        outputs: [output, fit, hops.plot].compactMap { $0 }, inputs: inputs + [params, series.labels].compactMap { $0 })
      if let transform, transform.isHopwise { return try followHops(transform, format) }
      let interruption = Interruption.install()
      do {
        let (transform, input) = try fitted(interruption)
        let count =
          try series.window == nil
          ? batches(transform, input, format, interruption) : windows(transform, format, interruption)
        if !quiet, output != "-" {
          writeToStandardOutput(
            "\(count) \(series.window == nil ? "series" : "windows") × \(transform.transform.featureCount) features\n")
        }
      } catch ByteFileError.readerClosed {
        // The reader wanted only the beginning.
      } catch is CancellationError {
        // The rows of text already written to a pipe are complete.
        if output == "-", series.window != nil, format == .csv || format == .tsv { return }
        printError("\(output): was interrupted; nothing was written.")
        throw interruption.exitCode
      }
    }
  }

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output is empty, expected the name of a file.") }
    try refuseForeignOptions()
    if let transform, transform.isHopwise { return }
    if params != nil, fit != nil { throw ValidationError("--params and --fit exclude each other.") }
    if params == nil, transform == nil {
      throw ValidationError("no transform given; use --transform or --params.")
    }
    if params != nil, transform != nil || fitting.isGiven {
      throw ValidationError("--params has a fitted transform, so --transform, --seed and --features do not apply.")
    }
    try series.checkWindows()
    if series.window != nil, params == nil {
      throw ValidationError("--window needs --params: a stream cannot be fitted to.")
    }
    if series.window != nil, inputs.count != 1 {
      throw ValidationError("--window takes one input, but there are \(inputs.count).")
    }
    if fitting.compatibility != nil, transform != .multirocket {
      throw ValidationError("--compatibility is for --transform multirocket.")
    }
  }

  /// Rejects options that belong to another transform.
  private func refuseForeignOptions() throws {
    let isHopwise = transform?.isHopwise ?? false
    let groups: [(isGiven: Bool, isWelcome: Bool, what: String)] = [
      (
        fitting.isGiven || params != nil || fit != nil, !isHopwise,
        "--params, --fit, --seed, --features and --compatibility are for minirocket, multirocket, rocket and hydra."
      ),
      (hops.isGiven, isHopwise, "--plot is for transforms hop by hop."),
      (
        hops.timestamps != .none, isHopwise || series.window != nil,
        "--timestamps is for windows and for transforms hop by hop: series have no times."
      ),
      (
        spectral.isGiven, transform?.spectral != nil,
        "--like and what belongs to it are for stft, mel, logmel and mfcc."
      ),
      (
        scattering.isGiven, transform == .scattering,
        "--scale, --per-octave, --averaging, --order and --edges are for scattering."
      ),
      (windowed.isStackGiven, transform == .stack, "--model, --layer and --pool are for --transform stack."),
      (windowed.isStatisticsGiven, transform == .statistics, "--bands and --band-taps are for --transform statistics."),
      (
        series.short != nil || series.noLabels || series.labels != nil, !isHopwise,
        "--short, --labels and --no-labels are for series, not for streams."
      ),
    ]
    for group in groups where group.isGiven && !group.isWelcome { throw ValidationError(group.what) }
    if isHopwise, series.missing == .linear {
      throw ValidationError("--missing linear needs values that are still to come, expected error, zero or hold.")
    }
    if transform == .scattering, series.window != nil || series.hop != nil {
      throw ValidationError("--window and --hop are not for scattering: --averaging says how far apart rows are.")
    }
    if transform == .stack, windowed.model == nil { throw ValidationError("--transform stack needs --model.") }
  }

  private func outputFormat() throws -> FeatureOutput.Format {
    if let format { return format }
    if output == "-" { return .csv }
    guard let format = FeatureOutput.Format(path: output) else {
      throw CommandError(
        "\(output): has an unknown extension, expected a name ending in .npy, .npz, .csv or .tsv, or --format.")
    }
    return format
  }

  /// The transform, and what it was fitted to.
  private func fitted(_ interruption: Interruption) throws -> (FittedTransform, SeriesInput?) {
    var transform: FittedTransform
    var input: SeriesInput?
    if let params {
      transform = try FittedTransform(contentsOf: params)
    } else {
      let fit = try fitting.fit(self.transform?.fitted) {
        try series.input(inputs, signals, interruption.cancellation)
      }
      (transform, input) = (fit.transform, fit.input)
    }
    if let short = series.short { transform.shortSeries = short }
    if let fit { try transform.write(to: fit, mayReplace: force) }
    return (transform, input)
  }

  private func batches(
    _ transform: FittedTransform, _ input: SeriesInput?, _ format: FeatureOutput.Format, _ interruption: Interruption
  ) throws -> Int {
    let input = try input ?? series.input(inputs, signals, interruption.cancellation)
    let progress = ProgressLine(isShown: !quiet)
    defer { progress.clear() }
    let count = try FeatureExtraction(transform, threads: series.threads).run(
      input,
      to: { names, hasLabels in
        try FeatureOutput(
          path: output, format: format, names: names, hasLabels: hasLabels, mayReplace: force,
          cancellation: interruption.cancellation)
      },
      progress: { progress.draw("\($0) series") }, cancellation: interruption.cancellation)
    input.notes.forEach(printError)
    return count
  }

  private func windows(
    _ transform: FittedTransform, _ format: FeatureOutput.Format, _ interruption: Interruption
  ) throws -> Int {
    let signal = try Signal.open(
      inputs[0], settings: signals.settings(missing: series.missing), cancellation: interruption.cancellation)
    let rate = signal.sampleRateHz
    let windowFrames = try series.window!.frames(sampleRateHz: rate)
    var rows: FeatureOutput?
    let count = try signal.slide(
      transform.transform, window: series.window!, hop: series.hop, cancellation: interruption.cancellation
    ) { row, end in
      let target =
        try rows
        ?? FeatureOutput(
          path: output, format: format, names: transform.transform.featureNames, hasLabels: false,
          hasTimes: hops.timestamps != .none, mayReplace: force,
          cancellation: interruption.cancellation)
      rows = target
      let frame = hops.timestamps.frame(start: end - windowFrames, end: end)
      try row.values.withUnsafeBufferPointer {
        try target.write(row: $0, time: frame / Double(rate ?? 1), label: nil)
      }
    }
    try rows?.finish()
    if !quiet { signal.printRemarks() }
    return count
  }
}
