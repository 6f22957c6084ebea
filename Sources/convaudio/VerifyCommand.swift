import ArgumentParser
import ConvAudioKit

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Prove on this machine that a model or preset gives the right numbers, whatever the blocks.",
    discussion: """
      Runs it in blocks of many sizes, which must agree bit for bit, and in double precision by its definition, which the \
      output must agree with. With --reference the output is also compared with another program's. Exits with 1 if \
      anything does not hold.
      """)

  @Argument(help: "A model (.nam), a preset's name, or the path of its .json file.")
  var subject: String

  @Option(help: ArgumentHelp("Audio to run. Default: a sweep with noise.", valueName: "file"))
  var input: String?

  @Option(help: ArgumentHelp("What another program made of --input.", valueName: "file"))
  var reference: String?

  @Option(help: "Frames of the input that are run, from its beginning. Default: 16000, fewer of very large networks.")
  var frames: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The most that an error may be against the level of the truth.", valueName: "dB"))
  var tolerance = ChainVerification.defaultToleranceDecibels

  @OptionGroup var options: SubjectOptions

  @Flag(help: "Print a JSON report.")
  var json = false

  func validate() throws {
    if let frames, !(1...10_000_000).contains(frames) {
      throw ValidationError("--frames is \(frames), expected 1 to 10000000.")
    }
    guard (-400...400).contains(tolerance) else {
      throw ValidationError("--tolerance is \(tolerance) dB, expected -400 to 400.")
    }
    if reference != nil, input == nil {
      throw ValidationError("--reference is what another program made of --input, and there is no --input.")
    }
  }

  func run() throws {
    try exitingOnError {
      let preset = try options.load(subject)
      // Double precision takes some nanoseconds for every multiply-add: half a minute at most, unless more is asked for.
      let frames = frames ?? min(16_000, max(64, 1_000_000_000 / max(1, preset.multiplyAddsPerFrame)))
      let signal = try signal(for: preset, frames: frames)
      let proof = try ChainVerification(
        of: preset, on: signal.channels, sampleRateHz: signal.sampleRateHz, costs: try CostTable.selected(),
        toleranceDecibels: tolerance)
      let other = try reference.map { path in
        let recording = try Recording(path: path, maximumFrames: frames)
        guard recording.channels.count == proof.output.count else {
          throw CommandError(
            "\(path): has \(recording.channels.count) channels, expected the \(proof.output.count) that \(subject) gives."
          )
        }
        guard recording.sampleRateHz == signal.sampleRateHz else {
          throw CommandError(
            "\(path): has a sample rate of \(recording.sampleRateHz) Hz, expected the input's \(signal.sampleRateHz) Hz."
          )
        }
        return SignalDifference(of: proof.output, from: recording.channels.map { $0.map(Double.init) })
      }
      let report = VerificationReport(subject: subject, proof: proof, reference: other)
      guard writeToStandardOutput(json ? report.json : report.text) else {
        throw CommandError("standard output: the report could not be written.")
      }
      guard report.holds else { throw ExitCode.failure }
    }
  }

  private func signal(for preset: Chain, frames: Int) throws -> Recording {
    guard let input else {
      let rate = preset.preset.sampleRateHz ?? 48_000
      let channels = ChainVerification.testSignal(
        channels: preset.typicalChannels, frames: frames)
      return Recording(channels: channels, sampleRateHz: rate)
    }
    let recording = try Recording(path: input, maximumFrames: frames)
    if let rate = preset.preset.sampleRateHz, rate != recording.sampleRateHz {
      throw CommandError(
        "\(input): has a sample rate of \(recording.sampleRateHz) Hz, expected the \(rate) Hz of \(subject).")
    }
    return recording
  }
}
