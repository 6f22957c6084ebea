import ArgumentParser
import ByteFiles
import ConvAudioKit

struct ProcessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "process",
    abstract: "Apply presets, trained models and impulse responses, in the order given, to audio files.",
    discussion: """
      Reads WAV, RF64, W64, AIFF, CAF, AU, FLAC, Ogg Vorbis, Opus and MP3. Keeps the sample rate, channels, sample \
      format and text metadata unless told otherwise. Without -o the output is written beside the input as \
      NAME.CHAIN.EXTENSION, where CHAIN is the names of the stages. An output appears only when it is complete.
      """)

  @Argument(
    help: """
      Audio files to process, folders with all their subfolders, or quoted patterns such as 'takes/**/*.wav'. Use - for \
      standard input (buffered in $TMPDIR).
      """)
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
  @OptionGroup(title: StageOptions.title) var choices: StageOptions
  @OptionGroup(title: "Many models") var batch: ModelBatchOptions
  @OptionGroup(title: "Convolutions") var response: ResponseOptions
  @OptionGroup(title: "Sound") var sound: SoundOptions
  @OptionGroup(title: "Level of the output") var level: LevelOptions
  @OptionGroup(title: "Output format") var format: FormatOptions
  @OptionGroup(title: "Running") var running: RunningOptions
  @OptionGroup(title: "Running") var truncation: TruncationOptions

  func run() throws {
    let interruption = Interruption.install()
    try exitingOnError {
      try refuseTerminals(input: inputs.contains(standardStreamPath), output: writesToStandardOutput)
      let models = try batch.files()
      var found = try inputFiles()
      let printer = reportPrinter(files: found.files.count * max(1, models.count))
      let results = try printer.reportingFailure(of: found.files.map(\.path)) {
        let chains = try models.isEmpty ? [chainOfAll()] : chains(through: models)
        var paths = outputPaths(for: found.files, chains: chains.count)
        found.leaveOutOutputs { input in chains.map { paths.path(for: input, through: $0.name) } }
        paths = outputPaths(for: found.files, chains: chains.count)
        let files = chains.flatMap(paths.files)
        printer.expect(files: files.count)
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

  /// The chain, for every input.
  private func chainOfAll() throws -> SharedFileProcessor {
    let plan = try plan()
    let (chain, remarks) = try plan.load()
    plan.announce(quietly: running.quiet)
    say(remarks)
    if !running.quiet { response.remark(on: chain) }
    return SharedFileProcessor(FileProcessor(chain: chain, settings: try settings(of: plan)))
  }

  /// The chain with each of the models, which are read when it is their turn.
  private func chains(through models: [String]) throws -> [SharedFileProcessor] {
    let plan = try plan()
    let settings = try settings(of: plan)
    let parts = try plan.loadFixedParts()
    plan.announce(quietly: running.quiet)
    return models.map { model in
      SharedFileProcessor(name: parts.name(model: model)) {
        let (chain, remarks) = try parts.chain(model: model)
        say(remarks)
        return FileProcessor(chain: chain, settings: settings)
      }
    }
  }

  /// The chain as it was typed, with the levels around it.
  private func plan() throws -> ChainPlan {
    var plan = try chain.plan(choices)
    plan.maximumResponseBytes = response.maximumBytes
    plan.truncatedResponses = truncation.truncated ?? .error
    sound.add(to: &plan)
    return plan
  }

  private func say(_ remarks: [ChainPlan.Remark]) {
    if !running.quiet { remarks.forEach { printError($0.sentence) } }
  }

  private func settings(of plan: ChainPlan) throws -> ProcessingSettings {
    var settings = ProcessingSettings()
    settings.chain = try response.settings(of: plan, nonFinite: sound.nonFinite ?? .keep)
    settings.outputLevel = level.level
    settings.ratePolicy = ratePolicy
    settings.container = format.format
    settings.bitDepth = format.bitDepth
    settings.dithers = !format.noDither
    settings.replacesExisting = running.force
    settings.maximumChannels = running.maxChannels
    settings.truncated = truncation.truncated
    return settings
  }

  /// The files that the arguments stand for.
  private func inputFiles() throws -> InputFiles {
    let found = try InputFiles(inputs, .audio, outside: output)
    if !found.others.isEmpty, !running.quiet {
      printError(InputFiles.listed(found.others, "skipped"))
    }
    guard found.files.count > 1, writesToStandardOutput else { return found }
    throw CommandError("--output - takes one input, and there are \(found.files.count).")
  }

  private func outputPaths(for inputs: [InputFile], chains: Int) -> OutputPaths {
    OutputPaths(inputs: inputs, output: output, template: batch.names, container: format.format, chains: chains)
  }

  private func reportPrinter(files: Int) -> ReportPrinter {
    ReportPrinter(
      format: running.reportFormat, files: files, isOutputTaken: writesToStandardOutput, explains: response.explain,
      clipping: ClippingAdvice(gainOutDecibels: sound.gainOut.value, level: level.level))
  }

  private var writesToStandardOutput: Bool {
    output == standardStreamPath || (output == nil && inputs.contains(standardStreamPath))
  }
}

extension ProcessCommand {
  func validate() throws {
    // What a shell makes of a pattern without quotes.
    if let model = inputs.first(where: isModelFile) {
      throw ValidationError(
        "\(model) is a model, not audio; put the pattern of --models in quotes, or write --model before each model.")
    }
    if try chain.plan(choices).stages.isEmpty {
      throw ValidationError("Nothing to apply: give --preset, --model, --models or --ir.")
    }
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
