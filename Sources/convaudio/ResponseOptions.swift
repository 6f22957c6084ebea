import ArgumentParser
import ConvAudioKit
import ModelFormats

extension NamedRouting: ExpressibleByArgument {}

/// Options for impulse responses.
struct ResponseOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Impulse response: an audio file, applied after preset and models.", valueName: "file"))
  var ir: String?

  @Option(help: "How the channels of --ir connect inputs and outputs.")
  var irChannels: NamedRouting = .auto

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Level of --ir: none (unchanged), peak (highest gain 0 dB), energy (noise keeps its level), or a gain in dB.",
      valueName: "none|peak|energy|dB"))
  var irGain = ResponseGain.normalized(.none)

  @Option(
    help: ArgumentHelp("Silence before --ir, in milliseconds or with a unit (20ms, 0.02s).", valueName: "time")
  )
  var predelay = Predelay(milliseconds: 0)

  @Option(
    help: ArgumentHelp(
      "How much of the reverb tail to keep after the input ends: all, nothing, or a time in seconds or with a unit (500ms).",
      valueName: "keep|cut|time"))
  var tail = TailPolicy.keep

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
    guard predelay.milliseconds <= Double(ConvolutionDescription.maximumDelayMilliseconds) else {
      throw ValidationError("--predelay is \(predelay), expected at most 60 seconds.")
    }
    if ir == "" { throw ValidationError("--ir is empty, expected an audio file.") }
    guard ir == nil else { return }
    if irChannels != .auto { throw ValidationError("--ir-channels needs an --ir.") }
    if irGain != .normalized(.none) { throw ValidationError("--ir-gain needs an --ir.") }
    if predelay.milliseconds != 0 { throw ValidationError("--predelay needs an --ir.") }
  }

  /// The impulse responses as a chain of their own; nil without --ir.
  func load() throws -> Chain? {
    guard let ir else { return nil }
    var description = ConvolutionDescription(responsePath: ir, routing: .named(irChannels))
    switch irGain {
    case .normalized(let normalization): description.normalization = normalization
    case .decibels(let decibels): description.gainDecibels = decibels
    }
    description.predelayMilliseconds = Float(predelay.milliseconds)
    return Chain(ResponseStage(try ImpulseResponse(path: ir, maximumBytes: maxMemory.bytes), description))
  }

  /// The settings of a chain: these options and those for sound.
  /// - Throws: `CommandError` when the cost table cannot be read.
  func settings(with sound: SoundOptions) throws -> ChainSettings {
    var settings = ChainSettings()
    settings.gainInDecibels = sound.gainIn
    settings.gainOutDecibels = sound.gainOut
    settings.mix = sound.mix
    settings.nonFinite = sound.nonFinite
    settings.tail = tail
    settings.latency = latency.map(ConvolutionLatency.frames)
    settings.maximumMemoryBytes = maxMemory.bytes
    settings.costs = try CostTable.selected()
    return settings
  }
}
