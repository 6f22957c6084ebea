import ArgumentParser
import ByteFiles
import ConvAudioKit

struct ProcessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "process",
    abstract: "Apply a preset, trained models or an impulse response, or several of them, to audio files.",
    discussion: """
      Reads WAV, RF64, W64, AIFF, CAF, AU, FLAC, Ogg Vorbis, Opus and MP3. Keeps the sample rate, channels, sample \
      format and text metadata unless told otherwise. Without -o the output is written beside the input as \
      NAME.CHAIN.EXTENSION, where CHAIN is the names of preset, models and impulse response. An output appears only \
      when it is complete.
      """)

  @Argument(help: "Audio files to process. Use - for standard input (buffered in $TMPDIR).")
  var inputs: [String]

  @Option(
    name: .shortAndLong,
    help: "Output file, - for standard output, or the folder for several outputs (default: beside the input).",
    transform: outputPath)
  var output: String?

  @Option(
    help: """
      What to do with a file whose sample rate is not the chain's: resample it to that rate and back, stretch the \
      chain's dilations (only for whole multiples of its rate), or reject the file.
      """)
  var ratePolicy: RatePolicy = .resample

  @OptionGroup(title: "Chain") var chain: ChainOptions
  @OptionGroup(title: "Many models") var batch: ModelBatchOptions
  @OptionGroup(title: "Impulse response") var response: ResponseOptions
  @OptionGroup(title: "Sound") var sound: SoundOptions
  @OptionGroup(title: "Output format") var format: FormatOptions
  @OptionGroup(title: "Running") var running: RunningOptions
  @OptionGroup(title: "Running") var truncation: TruncationOptions

  func run() throws {
    let interruption = Interruption.install()
    try exitingOnError {
      try refuseTerminals(input: inputs.contains(standardStreamPath), output: writesToStandardOutput)
      let models = try batch.files()
      let paths = outputPaths(models: models.count)
      let printer = reportPrinter(files: inputs.count * paths.chains)
      let results = try printer.reportingFailure(of: inputs) {
        let files = try models.isEmpty ? filesThroughChain(paths) : files(through: models, paths)
        let run = try BatchRun(
          files, jobs: running.jobs, threads: running.threads ?? availableCores(),
          skipsExisting: !models.isEmpty && !running.force, replacesExisting: running.force)
        return try paths.makingFolders(for: files) {
          run.run(progress: printer.progress, finished: printer.finished, cancellation: interruption.cancellation)
        }
      }
      try printer.end(results)
      if interruption.isRequested { throw interruption.exitCode }
      if results.contains(where: \.isFailure) { throw ExitCode.failure }
    }
  }

  /// Every input through the chain.
  private func filesThroughChain(_ paths: OutputPaths) throws -> [BatchFile] {
    let chain = try chain.load(with: response)
    let processor = SharedFileProcessor(FileProcessor(chain: chain, settings: try settings()))
    return paths.files(through: processor)
  }

  /// Every input through the chain with each of the models, which are read when it is their turn.
  private func files(through models: [String], _ paths: OutputPaths) throws -> [BatchFile] {
    let settings = try settings()
    let before = try chain.loadPreset(maximumResponseBytes: response.maxMemory.bytes)
    let after = try response.load()
    return models.flatMap { model in
      let name = [before?.name, fileStem(of: model), after?.name].compactMap { $0 }.joined(separator: ".")
      let processor = SharedFileProcessor(name: name) { [chain] in
        FileProcessor(
          chain: try chain.load(models: [model], after: before, before: after), settings: settings)
      }
      return paths.files(through: processor)
    }
  }

  private func settings() throws -> ProcessingSettings {
    var settings = ProcessingSettings()
    settings.chain = try response.settings(with: sound)
    settings.ratePolicy = ratePolicy
    settings.container = format.format
    settings.bitDepth = format.bitDepth
    settings.dithers = !format.noDither
    settings.replacesExisting = running.force
    settings.maximumChannels = running.maxChannels
    settings.truncated = truncation.truncated
    return settings
  }

  private func outputPaths(models: Int) -> OutputPaths {
    OutputPaths(
      inputs: inputs, output: output, template: batch.names, container: format.format, chains: max(1, models))
  }

  private func reportPrinter(files: Int) -> ReportPrinter {
    ReportPrinter(
      format: running.reportFormat, files: files, isOutputTaken: writesToStandardOutput, explains: response.explain)
  }

  private var writesToStandardOutput: Bool {
    output == standardStreamPath || (output == nil && inputs.contains(standardStreamPath))
  }
}

extension ProcessCommand {
  func validate() throws {
    // What a shell makes of a pattern without quotes.
    if let model = inputs.first(where: { $0.hasSuffix(".nam") }) {
      throw ValidationError(
        "\(model) is a model, not audio; put the pattern of --models in quotes, or write --model before each model.")
    }
    if chain.isEmpty, batch.patterns.isEmpty, response.ir == nil {
      throw ValidationError("Nothing to apply: give --preset, --model, --models or --ir.")
    }
    if !batch.patterns.isEmpty, !chain.models.isEmpty {
      throw ValidationError("--models and --model cannot be combined.")
    }
    if batch.patterns.isEmpty { try chain.checkThatThereAreModels() }
    if output == "" { throw ValidationError("--output is empty, expected the name of a file or folder.") }
    guard writesToStandardOutput else { return }
    if inputs.count > 1 || !batch.patterns.isEmpty {
      throw ValidationError(
        batch.patterns.isEmpty
          ? "--output - takes one input, and there are \(inputs.count)."
          : "--models writes several files; give a folder as --output.")
    }
    if running.json {
      throw ValidationError("--json and audio cannot both go to standard output; give an --output.")
    }
  }
}
