import ArgumentParser
import ByteFiles
import ConvAudioKit

struct FeaturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "Turn time series and sound into features: ROCKET family, mel, MFCC, scattering, networks.",
    discussion: """
      Series come from .ts files, from text with one series a line and its label first (.csv, .tsv: the UCR layout), from \
      NumPy arrays [cases, points] or [cases, channels, points], and from signals, one series each: recordings, NDJSON with \
      one frame a line, raw samples (--input-format), or folders of them. - is standard input, any of these; a FIFO works \
      like it. Without --params the transform is fitted to the input, and --fit keeps what was \
      fitted. With --window the input is one signal, where the rows of CSV are frames, too, and each window gives a row as \
      soon as it is complete. Text (- or .csv, .tsv) has a header and, where there are labels, a first column of them; an \
      .npz holds features, names and labels. Threads and batches change no bit.

      stft, mel, logmel, mfcc, scattering, stack and statistics need no fit: they follow signals hop by hop (recordings, pipes, \
      rows of numbers), and give a row as soon as its last sample has come; the cutting into blocks \
      changes no bit. --like takes over another program's conventions, down to the numbers. Several inputs, or the files \
      of a folder, stand one behind the other, with a first column `file` in text.
      """)

  @Argument(help: "Files or folders of series; recordings; - is standard input.")
  var inputs: [String]

  @Option(help: "What to compute.")
  var transform: FeatureTransform?

  @OptionGroup(title: "Fitting (minirocket, multirocket, rocket, hydra)") var fitting: FittingOptions
  @OptionGroup(title: "Series") var series: SeriesOptions
  @OptionGroup(title: "Recordings, pipes and rows of numbers") var signals: SignalOptions
  @OptionGroup(title: "Hop by hop (all others)") var hops: HopOptions
  @OptionGroup(title: "Spectra (stft, mel, logmel, mfcc)") var spectral: SpectralOptions
  @OptionGroup(title: "Scattering") var scattering: ScatteringOptions
  @OptionGroup(title: "Stack, statistics") var windowed: WindowedOptions

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
      try OutputConflict.check(
        outputs: [output, fit, hops.plot].compactMap { $0 }, inputs: inputs + [params, series.labels].compactMap { $0 })
      if let transform, transform.isHopwise { return try followHops(transform, format) }
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
      } catch ByteFileError.readerClosed {
        // A reader that wants only the beginning is content.
      } catch is CancellationError {
        // Rows of text that went to a pipe are whole.
        if output == "-", series.window != nil, format == .csv || format == .tsv { return }
        printError("\(output): was interrupted; nothing was written.")
        throw ExitCode(130)
      }
    }
  }

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output is empty, expected the name of a file.") }
    try refuseForeignOptions()
    if let transform, transform.isHopwise { return }
    if params != nil, fit != nil { throw ValidationError("--params and --fit exclude each other.") }
    if params == nil, transform == nil {
      throw ValidationError("there is no transform: --transform or --params says which.")
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

  /// Options of a transform that is not asked for are mistakes.
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
      let fit = try fitting.fit(self.transform?.fitted) { try series.input(inputs, signals) }
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
