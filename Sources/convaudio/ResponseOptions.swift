import ArgumentParser
import ConvAudioKit
import ModelFormats

extension NamedRouting: ExpressibleByArgument {}

/// Options for all convolutions with impulse responses of a chain.
struct ResponseOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Latency of each convolution, in frames (default: 0 when streaming, cheapest for files).",
      valueName: "frames"))
  var latency: Int?

  @Option(help: ArgumentHelp("Memory limit for all convolutions together, such as 500M or 4G.", valueName: "bytes"))
  var maxMemory = ByteCount(bytes: ChainSettings().maximumMemoryBytes)

  @Flag(help: "Print how convolutions are computed and why.")
  var explain = false

  func validate() throws {
    let latencies = ConvolutionLatency.allowedFrames
    if let latency, !latencies.contains(latency) {
      throw ValidationError("--latency is \(latency), expected 0 to \(latencies.upperBound) frames.")
    }
  }

  /// The settings of a chain: these options, and what was chosen for the whole of it.
  /// - Throws: `CommandError` when the cost table cannot be read.
  func settings(of plan: ChainPlan, nonFinite: NonFinitePolicy) throws -> ChainSettings {
    var settings = ChainSettings()
    settings.choose(plan.whole)
    settings.nonFinite = nonFinite
    settings.latency = latency.map(ConvolutionLatency.frames)
    settings.maximumMemoryBytes = maxMemory.bytes
    settings.costs = try CostTable.selected()
    return settings
  }

  /// Says which of these options have no effect.
  func remark(on chain: Chain) {
    if latency != nil, !chain.hasResponses { printError("--latency has no effect, because there is no impulse response") }
  }
}
