import ArgumentParser
import ConvAudioKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

struct StreamCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream",
    abstract: "Apply presets, trained models and impulse responses, in the order given, to a pipe, block by block.",
    discussion: """
      Reads WAV, raw samples, or rows of numbers (CSV, NDJSON) from standard input and writes each block to standard \
      output as soon as its frames have come. The output is bit-identical to that of process with the same --latency, \
      whatever the block size. Stops when the input ends or its reader goes away; SIGINT, SIGTERM and SIGHUP stop it after \
      the current block. SIGUSR1 prints how long blocks took.
      """)

  @OptionGroup(title: "Chain") var chain: ChainOptions
  @OptionGroup(title: StageOptions.title) var choices: StageOptions
  @OptionGroup(title: "Stream") var stream: StreamOptions
  @OptionGroup(title: "Convolutions") var response: ResponseOptions
  @OptionGroup(title: "Sound") var sound: SoundOptions
  @OptionGroup(title: "Stream") var truncation: TruncationOptions

  func run() throws {
    let interruption = Interruption.install(catchesReportRequests: true)
    let times = BlockTimes()
    try exitingOnError {
      let (input, output) = (stream.format.format, stream.outputFormat ?? stream.format.format)
      try refuseTerminals(input: input?.rows == nil, output: output?.rows == nil)
      var plan = try chain.plan(choices)
      plan.maximumResponseBytes = response.maximumBytes
      plan.truncatedResponses = truncation.truncated ?? .error
      sound.add(to: &plan)
      let (chain, remarks) = try plan.load()
      plan.announce(quietly: stream.quiet)
      if !stream.quiet {
        remarks.forEach { printError($0.sentence) }
        response.remark(on: chain)
      }
      let runner = StreamRunner(
        chain: chain, settings: settings(of: try response.settings(of: plan, nonFinite: sound.nonFinite ?? .zero)))
      defer { if stream.latencyReport { printError(times.summary) } }
      // Safe because the library asks on the thread that runs the stream, which is this one.
      nonisolated(unsafe) let times = times
      let report = try runner.run(
        from: STDIN_FILENO, to: STDOUT_FILENO, times: times, note: { if !stream.quiet { printError($0) } },
        explain: { if response.explain { printError($0) } },
        cancellation: Cancellation {
          // Only if it does not block: the audio must not wait for the reader of standard error.
          if interruption.takeReportRequest() { printErrorIfTaken(times.summary) }
          return interruption.isRequested
        })
      if report.clippedSamples > 0 {
        let advice = ClippingAdvice(gainOutDecibels: sound.gainOut.value)
        printError(advice.sentence(clipped: report.clippedSamples, peak: report.peak))
      }
      if !stream.quiet { report.remarks.forEach(printError) }
    }
  }

  func validate() throws {
    if try chain.plan(choices).stages.isEmpty {
      throw ValidationError("Nothing to apply: give --preset, --model or --ir.")
    }
    do throws(StreamError) {
      try settings(of: ChainSettings()).check()
    } catch {
      throw ValidationError(sentence(for: error))
    }
  }

  private func settings(of chain: ChainSettings) -> StreamSettings {
    var settings = StreamSettings()
    settings.chain = chain
    settings.format = stream.format.format
    settings.outputFormat = stream.outputFormat
    settings.bitDepth = stream.bitDepth
    settings.dithers = !stream.noDither
    settings.sampleRateHz = stream.rate
    settings.channels = stream.channels
    settings.blockFrames = stream.block
    settings.isAligned = stream.align
    settings.missing = stream.missing
    settings.header = stream.header
    settings.maximumChannels = stream.maxChannels
    settings.truncated = truncation.truncated ?? .keep
    return settings
  }
}
