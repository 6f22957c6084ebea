import ArgumentParser
import ConvAudioKit

struct ProcessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "process",
    abstract: "Process audio files through a preset, trained models, an impulse response, or several of them.",
    discussion: """
      Reads WAV, RF64, W64, AIFF, CAF, AU, FLAC, Ogg Vorbis, Opus and MP3. Keeps the sample rate, channels, sample \
      format and text metadata unless told otherwise. Without -o the output stands beside the input as \
      NAME.CHAIN.EXTENSION, where the chain is called by preset, models and impulse response. An output appears only \
      when it is complete.
      """)

  @Argument(help: "The files to process; - is standard input, kept in $TMPDIR meanwhile.")
  var inputs: [String]

  @Option(name: .shortAndLong, help: "The output file, - for standard output; for several inputs the folder for them.")
  var output: String?

  @Option(
    help: """
      What to do with a file of another sample rate than the chain's: bring it there and back, lengthen the chain's \
      dilations (for whole multiples of its rate), or refuse the file.
      """)
  var ratePolicy: RatePolicy = .resample

  @OptionGroup(title: "Chain") var chain: ChainOptions
  @OptionGroup(title: "Many models") var batch: ModelBatchOptions
  @OptionGroup(title: "Impulse response") var response: ResponseOptions
  @OptionGroup(title: "Sound") var sound: SoundOptions
  @OptionGroup(title: "Output format") var format: FormatOptions
  @OptionGroup(title: "Running") var running: RunningOptions

  func run() throws {
    let interruption = Interruption.install()
    try exitingOnError {
      try refuseTerminals(input: inputs.contains(standardStreamPath), output: writesToStandardOutput)
      let models = try batch.files()
      let names = OutputNames(
        inputs: inputs, output: output, template: batch.names, container: format.format, chains: max(1, models.count))
      let printer = ReportPrinter(
        format: running.reportFormat, files: inputs.count * max(1, models.count),
        isOutputTaken: writesToStandardOutput, explains: response.explain)
      let results: [BatchResult]
      do {
        let files = try models.isEmpty ? self.files(named: names) : self.files(through: models, named: names)
        let run = try BatchRun(
          files, jobs: running.jobs, skipsExisting: !models.isEmpty && !running.force, replacesExisting: running.force)
        let folders = try names.makeFolders(for: files.map(\.output))
        results = run.run(
          progress: printer.progress, finished: printer.finished, cancellation: interruption.cancellation)
        folders.removeIfEmpty()
      } catch {
        _ = printer.end(inputs.map { BatchResult(input: $0, output: nil, chain: nil, outcome: .failed(error)) })
        throw error
      }
      guard printer.end(results) else { throw CommandError("standard output: the report could not be written.") }
      if interruption.isRequested { throw ExitCode(130) }
      if results.contains(where: \.isFailure) { throw ExitCode.failure }
    }
  }

  /// Every input through the chain.
  private func files(named names: OutputNames) throws -> [BatchFile] {
    let chain = try self.chain.load(with: response)
    let processor = SharedFileProcessor(FileProcessor(preset: chain, settings: try settings()))
    return names.files(through: chain.name).map {
      BatchFile(input: $0.input, output: $0.output, processor: processor)
    }
  }

  /// Every input through the chain with each of the models, which are read when it is their turn.
  private func files(through models: [String], named names: OutputNames) throws -> [BatchFile] {
    let settings = try settings()
    let before = try chain.loadPreset(maximumResponseBytes: response.maxMemory.bytes)
    let after = try response.load()
    return models.flatMap { model in
      let name = [before?.name, OutputNaming.stem(of: model), after?.name].compactMap { $0 }.joined(separator: ".")
      let processor = SharedFileProcessor(name: name) { [chain] in
        FileProcessor(
          preset: try chain.load(models: [model], behind: before, before: after), settings: settings)
      }
      return names.files(through: name).map { BatchFile(input: $0.input, output: $0.output, processor: processor) }
    }
  }

  func validate() throws {
    // What a shell makes of a pattern without quotes.
    if let model = inputs.first(where: { $0.hasSuffix(".nam") }) {
      throw ValidationError(
        "\(model) is a model, expected audio; a pattern of --models stands in quotes, and each model behind a --model.")
    }
    if chain.isEmpty, batch.patterns.isEmpty, response.ir == nil {
      throw ValidationError(
        "there is nothing to process with: --preset, --model, --models, --ir, or several of them say what.")
    }
    if !batch.patterns.isEmpty, !chain.models.isEmpty {
      throw ValidationError("--models takes the place of --model, expected one of them.")
    }
    if batch.patterns.isEmpty { try chain.checkThatThereAreModels() }
    if output == "" { throw ValidationError("--output is empty, expected the name of a file or folder.") }
    guard writesToStandardOutput else { return }
    if inputs.count > 1 || !batch.patterns.isEmpty {
      throw ValidationError(
        batch.patterns.isEmpty
          ? "--output is -, which takes one input, and there are \(inputs.count)."
          : "--models makes several files, expected a folder for --output.")
    }
    if running.json {
      throw ValidationError("--json needs standard output, which the audio goes to; name an --output.")
    }
  }

  private var writesToStandardOutput: Bool {
    output == standardStreamPath || (output == nil && inputs.contains(standardStreamPath))
  }

  private func settings() throws -> ProcessingSettings {
    var settings = ProcessingSettings()
    settings.sound = sound.settings
    try response.apply(to: &settings.sound)
    settings.ratePolicy = ratePolicy
    settings.container = format.format
    settings.bitDepth = format.bitDepth
    settings.dithers = !format.noDither
    settings.replacesExisting = running.force
    settings.maximumChannels = running.maxChannels
    return settings
  }
}
