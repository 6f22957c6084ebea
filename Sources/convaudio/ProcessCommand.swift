import ArgumentParser
import ConvAudioKit

struct ProcessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "process",
    abstract: "Process audio files through a preset, an impulse response, or both.",
    discussion: """
      Reads WAV, RF64, W64, AIFF, CAF, AU, FLAC, Ogg Vorbis, Opus and MP3. Keeps the sample rate, channels, sample \
      format and text metadata unless told otherwise. Without -o the output stands beside the input as \
      NAME.PRESET.EXTENSION. An output appears only when it is complete.
      """)

  @Argument(help: "The files to process; - is standard input, kept in $TMPDIR meanwhile.")
  var inputs: [String]

  @Option(name: .shortAndLong, help: "A preset's name (see convaudio presets) or the path of its .json file.")
  var preset: String?

  @Option(name: .shortAndLong, help: "The output file, - for standard output; for several inputs the folder for them.")
  var output: String?

  @Option(
    help: "What to do with a file of another sample rate than the preset's: bring it there and back, or refuse it.")
  var ratePolicy: RatePolicy = .resample

  @OptionGroup(title: "Impulse response") var response: ResponseOptions
  @OptionGroup(title: "Sound") var sound: SoundOptions
  @OptionGroup(title: "Output format") var format: FormatOptions
  @OptionGroup(title: "Running") var running: RunningOptions

  func run() throws {
    let interruption = Interruption.install()
    let printer = ReportPrinter(
      format: running.reportFormat, files: inputs.count, isOutputTaken: writesToStandardOutput,
      explains: response.explain)
    try exitingOnError {
      let results: [BatchResult]
      try refuseTerminals(input: inputs.contains(FileProcessor.standardStream), output: writesToStandardOutput)
      do {
        let processor = FileProcessor(preset: try response.chain(preset: preset), settings: try settings())
        let names = OutputNames(inputs: inputs, output: output)
        let batch = try BatchRun(processor, files: try names.files(by: processor), jobs: running.jobs)
        let folder = try names.makeFolder()
        results = batch.run(
          progress: printer.progress, finished: printer.finished, isCancelled: { interruption.isRequested })
        folder.removeIfEmpty()
      } catch {
        _ = printer.end(inputs.map { BatchResult(input: $0, result: .failure(error)) })
        throw error
      }
      guard printer.end(results) else { throw CommandError("standard output: the report could not be written.") }
      if interruption.isRequested { throw ExitCode(130) }
      if results.contains(where: \.isFailure) { throw ExitCode.failure }
    }
  }

  func validate() throws {
    if preset == nil, response.ir == nil {
      throw ValidationError("there is nothing to process with: --preset, --ir, or both say what.")
    }
    if output == "" { throw ValidationError("--output is empty, expected the name of a file or folder.") }
    guard writesToStandardOutput else { return }
    if inputs.count > 1 {
      throw ValidationError("--output is -, which takes one input, and there are \(inputs.count).")
    }
    if running.json {
      throw ValidationError("--json needs standard output, which the audio goes to; name an --output.")
    }
  }

  private var writesToStandardOutput: Bool {
    output == FileProcessor.standardStream || (output == nil && inputs.contains(FileProcessor.standardStream))
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
