import ArgumentParser
import ConvAudioKit
import Signals

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check that a model or preset gives the right numbers on this machine at every block size.",
    discussion: """
      Runs it in blocks of many sizes, which must agree bit for bit, and compares the output with double precision. With \
      --reference it also compares the output with another program's. Exits with 1 if anything does not agree.
      """)

  @OptionGroup var options: SubjectOptions

  @Option(help: ArgumentHelp("Audio to process (default: a sweep with noise).", valueName: "file"))
  var input: String?

  @Option(help: ArgumentHelp("Another program's output for --input.", valueName: "file"))
  var reference: String?

  @Option(help: "How many frames of the input to process (default: 16000, fewer for very large networks).")
  var frames: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Largest error allowed, in dB relative to the reference.", valueName: "dB"))
  var tolerance = Decibels(Float(ChainVerification.defaultToleranceDecibels))

  @Flag(help: "Print a JSON report.")
  var json = false

  func validate() throws {
    if let frames, !(1...10_000_000).contains(frames) {
      throw ValidationError("--frames is \(frames), expected 1 to 10000000.")
    }
    guard (-400...400).contains(tolerance.value) else {
      throw ValidationError("--tolerance is \(tolerance.value) dB, expected -400 to 400.")
    }
    if reference != nil, input == nil {
      throw ValidationError("--reference needs an --input.")
    }
  }

  func run() throws {
    try exitingOnError {
      let (chain, subject) = (try options.load(), try options.name())
      // Double precision takes a few nanoseconds per multiply-add: at most half a minute by default.
      let frames = frames ?? min(16_000, max(64, 1_000_000_000 / max(1, chain.multiplyAddsPerFrame)))
      let signal = try signal(for: chain, called: subject, frames: frames)
      let proof = try ChainVerification(
        of: chain, on: signal.channels, sampleRateHz: signal.sampleRateHz, costs: try CostTable.selected(),
        toleranceDecibels: Double(tolerance.value))
      let other = try reference.map { path in
        let recording = try Recording(path: path, maximumFrames: frames)
        guard recording.channels.count == proof.output.count else {
          throw CommandError(
            "\(path): has \(recording.channels.count) channels, but the output of \(subject) has \(proof.output.count)."
          )
        }
        guard recording.sampleRateHz == signal.sampleRateHz else {
          throw CommandError(
            "\(path): has a sample rate of \(recording.sampleRateHz) Hz, but the input has \(signal.sampleRateHz) Hz."
          )
        }
        return SignalDifference(of: proof.output, from: recording.channels.map { $0.map(Double.init) })
      }
      let report = VerificationReport(subject: subject, proof: proof, reference: other)
      writeToStandardOutput(json ? report.json : report.text)
      guard report.holds else { throw ExitCode.failure }
    }
  }

  private func signal(for chain: Chain, called subject: String, frames: Int) throws -> Recording {
    guard let input else {
      let rate = chain.sampleRateHz ?? 48_000
      let channels = ChainVerification.testSignal(
        channels: chain.typicalChannels, frames: frames)
      return Recording(channels: channels, sampleRateHz: rate)
    }
    let recording = try Recording(path: input, maximumFrames: frames)
    if let rate = chain.sampleRateHz, rate != recording.sampleRateHz {
      throw CommandError(
        "\(input): has a sample rate of \(recording.sampleRateHz) Hz, but \(subject) was made for \(rate) Hz.")
    }
    return recording
  }
}
