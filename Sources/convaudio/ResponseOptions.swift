import ArgumentParser
import ConvAudioKit

extension NamedRouting: ExpressibleByArgument {}

/// What is said about impulse responses on the command line.
struct ResponseOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "An audio file whose channels are impulse responses; it comes behind preset and models.", valueName: "file"))
  var ir: String?

  @Option(help: "Which channel of --ir goes from which input to which output.")
  var irChannels: NamedRouting = .auto

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Level of --ir: none, peak (highest gain 0 dB), energy (noise keeps its level), or a gain in dB.",
      valueName: "none|peak|energy|dB"))
  var irGain = ResponseGain.normalized(.none)

  @Option(
    help: ArgumentHelp("Silence before --ir, in milliseconds, or with a unit such as 20ms or 0.02s.", valueName: "time")
  )
  var predelay = Predelay(milliseconds: 0)

  @Option(
    help: ArgumentHelp(
      "What is kept of the sound behind the input's end, in seconds, or with a unit such as 500ms.",
      valueName: "keep|cut|time"))
  var tail = TailPolicy.keep

  @Option(
    help: ArgumentHelp(
      "How late each convolution with impulse responses answers. Default: files: whatever is cheapest; streams: 0.",
      valueName: "frames"))
  var latency: Int?

  @Option(help: ArgumentHelp("What all of them may take together, such as 500M or 4G.", valueName: "bytes"))
  var maxMemory = ByteCount(bytes: ChainSettings().maximumMemoryBytes)

  @Flag(help: "Print how they are computed and why.")
  var explain = false

  func validate() throws {
    let latencies = ConvolutionLatency.allowedFrames
    if let latency, !latencies.contains(latency) {
      throw ValidationError("--latency is \(latency), expected 0 to \(latencies.upperBound) frames.")
    }
    guard predelay.milliseconds <= Double(ConvolutionDescription.maximumDelayMilliseconds) else {
      throw ValidationError("--predelay is \(predelay), expected at most 60 seconds.")
    }
    if ir == "" { throw ValidationError("--ir is empty, expected the name of an audio file.") }
    guard ir == nil else { return }
    if irChannels != .auto { throw ValidationError("--ir-channels says how --ir goes, and there is no --ir.") }
    if irGain != .normalized(.none) { throw ValidationError("--ir-gain is the level of --ir, and there is no --ir.") }
    if predelay.milliseconds != 0 { throw ValidationError("--predelay is silence before --ir, and there is no --ir.") }
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
    return Chain(
      name: OutputNaming.stem(of: ir),
      response: ResponseStage(try ImpulseResponse(path: ir, maximumBytes: maxMemory.bytes), description))
  }

  /// Puts what is said about tail, latency and memory into the settings of a run.
  func apply(to settings: inout SoundSettings) throws {
    settings.tail = tail
    settings.latency = latency.map(ConvolutionLatency.frames)
    settings.maximumMemoryBytes = maxMemory.bytes
    settings.costs = try CostTable.selected()
  }
}

/// `none`, `peak`, `energy`, or decibels.
enum ResponseGain: ExpressibleByArgument, Equatable, CustomStringConvertible {
  case normalized(ResponseNormalization)
  case decibels(Float)

  init?(argument: String) {
    if let normalization = ResponseNormalization(rawValue: argument) {
      self = .normalized(normalization)
    } else if let decibels = Float(argument.hasSuffix("dB") ? String(argument.dropLast(2)) : argument),
      (-200...200).contains(decibels)
    {
      self = .decibels(decibels)
    } else {
      return nil
    }
  }

  var description: String {
    switch self {
    case .normalized(let normalization): normalization.rawValue
    case .decibels(let decibels): "\(decibels)"
    }
  }
  var defaultValueDescription: String { description }
}

/// A time before a response. A number alone is milliseconds, as on every reverberator.
struct Predelay: ExpressibleByArgument, CustomStringConvertible {
  let milliseconds: Double

  init(milliseconds: Double) { self.milliseconds = milliseconds }

  init?(argument: String) {
    guard let seconds = secondsOfTime(argument, unit: 1e-3) else { return nil }
    milliseconds = seconds * 1e3
  }

  var description: String { "\(milliseconds)ms" }
  var defaultValueDescription: String { "0" }
}

/// A time that may have a unit, ms or s; without one a number counts in `unit`s, which are seconds.
private func secondsOfTime(_ text: String, unit: Double) -> Double? {
  let (digits, unit): (Substring, Double) =
    text.hasSuffix("ms") ? (text.dropLast(2), 1e-3) : text.hasSuffix("s") ? (text.dropLast(), 1) : (text[...], unit)
  guard let value = Double(digits), value.isFinite, value >= 0 else { return nil }
  return value * unit
}

extension TailPolicy: ExpressibleByArgument {
  public init?(argument: String) {
    switch argument {
    case "keep": self = .keep
    case "cut": self = .cut
    default:
      guard let time = secondsOfTime(argument, unit: 1) else { return nil }
      self = .seconds(time)
    }
  }

  public var defaultValueDescription: String { "keep" }
}

/// A number of bytes, with K, M or G for 2¹⁰, 2²⁰ or 2³⁰ of them.
struct ByteCount: ExpressibleByArgument {
  let bytes: Int

  init(bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    let unit = argument.last.flatMap { units[$0] }
    guard let count = Int(unit == nil ? argument : String(argument.dropLast())), count > 0 else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: unit ?? 1)
    guard !overflow else { return nil }
    self.bytes = bytes
  }

  var defaultValueDescription: String {
    bytes % (1 << 30) == 0 ? "\(bytes >> 30)G" : bytes % (1 << 20) == 0 ? "\(bytes >> 20)M" : "\(bytes)"
  }
}
