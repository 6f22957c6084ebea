import ArgumentParser
import ByteFiles
import ConvAudioKit
import ModelFormats

extension NamedRouting: ExpressibleByArgument {}

/// Options for all convolutions with impulse responses of a chain.
struct ResponseOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Latency of each convolution, in frames or with a unit (5ms) (default: 0 when streaming, cheapest for files).",
      valueName: "frames|time"))
  var latency: Latency?

  @Option(help: ArgumentHelp("Memory limit for all convolutions together, such as 500M or 4G.", valueName: "bytes"))
  var maxMemory = ByteCount(bytes: 4 << 30)

  @Flag(help: "Print how convolutions are computed and why.")
  var explain = false

  func validate() throws {
    let latencies = ConvolutionLatency.allowedFrames
    if case .frames(let frames)? = latency?.value, !latencies.contains(frames) {
      throw ValidationError("--latency is \(frames), expected 0 to \(latencies.upperBound) frames.")
    }
  }

  /// The limit, and never more than the process may have.
  var maximumBytes: Int { min(maxMemory.bytes, MemoryBudget.bytes) }

  /// The settings of a chain: these options, and what was chosen for the whole of it.
  /// - Throws: `CommandError` when the cost table cannot be read.
  func settings(of plan: ChainPlan, nonFinite: NonFinitePolicy) throws -> ChainSettings {
    var settings = ChainSettings()
    settings.choose(plan.whole)
    settings.nonFinite = nonFinite
    settings.latency = latency?.value
    settings.maximumMemoryBytes = maximumBytes
    settings.costs = try CostTable.selected()
    return settings
  }

  /// Says which of these options have no effect.
  func remark(on chain: Chain) {
    if latency != nil, !chain.hasResponses { printError("--latency has no effect, because there is no impulse response") }
  }
}
