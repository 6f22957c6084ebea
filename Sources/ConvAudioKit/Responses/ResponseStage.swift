import Convolution
import ModelFormats
import Resampling
import StreamingConvolution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How long a convolution may take to answer.
public enum ConvolutionLatency: Hashable, Sendable {
  /// It answers at once, unless the preset says how it is divided.
  case lowest
  /// Whatever is cheapest, unless the preset says how it is divided: for files.
  case cheapest
  /// Exactly so many frames of the rate at which it runs.
  case frames(Int)
}

/// What a chain of stages needs to know to become a processor.
public struct ChainSettings: Sendable {
  /// Channels of the signal; nil: what the chain takes, else one.
  public var channels: Int?
  /// The most frames of one call.
  public var maximumBlockFrames = 4096
  /// Rate at which the chain runs, which responses of other rates are brought to; nil: responses are taken as they are.
  public var sampleRateHz: Int?
  /// Of each convolution with impulse responses.
  public var latency = ConvolutionLatency.lowest
  /// What each convolution with impulse responses may take.
  public var maximumMemoryBytes = 4 << 30
  /// The table of costs that plans are made from.
  public var costs = ConvolutionCosts.standard

  /// The defaults above.
  public init() {}
}

/// Impulse responses with all that is said about their use.
public struct ResponseStage: Sendable {
  /// The responses.
  public let response: ImpulseResponse
  /// Routing, levels, mix.
  public let description: ConvolutionDescription

  public init(_ response: ImpulseResponse, _ description: ConvolutionDescription) {
    self.response = response
    self.description = description
  }

  /// A stage that is ready to run.
  struct Prepared {
    let processor: any BlockProcessor
    let restingOutput: [Float]
    /// What a user should know, a sentence each.
    let notes: [String]
    /// How it is computed and why.
    let explanation: [String]
    let memoryBytes: Int
  }

  /// - Parameters:
  ///   - channels: That come in.
  ///   - restingInput: What comes in when there is silence; nil: silence.
  /// - Throws: `ImpulseResponseError`.
  func prepare(channels: Int, restingInput: [Float]?, settings: ChainSettings) throws -> Prepared {
    let path = response.path
    let gain = response.factor(for: description.normalization) * decibels(description.gainDecibels)
    var notes = facts(gain: gain)
    var samples = response.channels
    var lead = 0
    let rate = settings.sampleRateHz ?? response.sampleRateHz
    if rate != response.sampleRateHz {
      do throws(ResamplingError) {
        let resampled = try resampleImpulseResponse(samples, from: response.sampleRateHz, to: rate)
        (samples, lead) = (resampled.channels, resampled.leadFrames)
      } catch {
        throw ImpulseResponseError.resampling(path: path, reason: error)
      }
      notes.append("\(path): impulse response resampled \(response.sampleRateHz) → \(rate) Hz")
    }
    do {
      let matrix = try matrix(of: samples, channels: channels, gain: gain, sampleRateHz: rate)
      let plan = try plan(for: matrix, settings: settings)
      let convolver = try PartitionedConvolver(
        matrix, plan: plan, maximumBlockFrames: settings.maximumBlockFrames,
        maximumMemoryBytes: settings.maximumMemoryBytes)
      let settled = SettledConvolver(convolver, restingInput: restingInput, leadFrames: lead)
      let resting = settled.restingOutput
      let explanation =
        ["\(path): \(plan.text); \(convolver.memoryBytes) bytes"]
        + PartitionPlanner.explanation(of: plan, for: matrix, costs: settings.costs)
      guard description.mix < 1 else {
        return Prepared(
          processor: settled, restingOutput: resting, notes: notes, explanation: explanation,
          memoryBytes: convolver.memoryBytes)
      }
      guard GainAndMix.canMix(settled) else {
        throw ImpulseResponseError.routing(
          path: path, routing: "a mix", expected: "as many outputs as inputs, or one input", responses: samples.count,
          signal: channels)
      }
      let dry = restingInput ?? [Float](repeating: 0, count: channels)
      let mixed = resting.indices.map {
        resting[$0] * description.mix + dry[dry.count == 1 ? 0 : $0] * (1 - description.mix)
      }
      return Prepared(
        processor: GainAndMix(settled, mix: description.mix), restingOutput: mixed, notes: notes,
        explanation: explanation, memoryBytes: convolver.memoryBytes)
    } catch let error as ResponseError {
      throw ImpulseResponseError.convolution(path: path, reason: error)
    }
  }

  /// How the responses would run at their own rate.
  func planned(channels: Int, settings: ChainSettings) throws -> (matrix: ResponseMatrix, plan: PartitionPlan) {
    let matrix = try matrix(of: response.channels, channels: channels, gain: 1, sampleRateHz: response.sampleRateHz)
    return (matrix, try plan(for: matrix, settings: settings))
  }

  /// The responses on their ways.
  func matrix(
    of samples: [[Float]], channels: Int, gain: Double, sampleRateHz: Int
  ) throws -> ResponseMatrix {
    func frames(_ milliseconds: Float) -> Int { Int((Double(milliseconds) * Double(sampleRateHz) / 1000).rounded()) }
    let predelay = frames(description.predelayMilliseconds)
    let count = samples.count
    var paths: [ResponsePath] = []
    let (inputs, outputs): (Int, Int)
    func add(_ input: Int, _ output: Int, _ response: Int) {
      paths.append(ResponsePath(input: input, output: output, response: response, delayFrames: predelay, gain: gain))
    }
    switch description.routing {
    case .paths(let all, let inputChannels, let outputChannels):
      (inputs, outputs) = (inputChannels, outputChannels)
      guard channels == inputs else {
        throw routingError("paths", expected: "a signal of \(inputs)", channels: channels)
      }
      for (index, path) in all.enumerated() {
        guard path.response < count else {
          throw ImpulseResponseError.path(path: response.path, index: index, expected: count, actual: path.response)
        }
        paths.append(
          ResponsePath(
            input: path.input, output: path.output, response: path.response,
            delayFrames: predelay + frames(path.delayMilliseconds), gain: gain * decibels(path.gainDecibels)))
      }
    case .named(let name):
      switch try resolve(name, responses: count, channels: channels) {
      case .mono:
        (inputs, outputs) = (channels, channels)
        for channel in 0..<channels { add(channel, channel, 0) }
      case .perChannel,
        .stereo where channels == count:
        (inputs, outputs) = (count, count)
        for channel in 0..<count { add(channel, channel, channel) }
      case .fanOut, .stereo:
        (inputs, outputs) = (1, count)
        for channel in 0..<count { add(0, channel, channel) }
      case .trueStereo, .matrix, .auto:
        (inputs, outputs) = (channels, count / channels)
        for input in 0..<inputs { for output in 0..<outputs { add(input, output, input * outputs + output) } }
      }
    }
    return try ResponseMatrix(inputChannels: inputs, outputChannels: outputs, responses: samples, paths: paths)
  }

  /// The routing that a name stands for, checked against the channels of file and signal.
  private func resolve(_ name: NamedRouting, responses: Int, channels: Int) throws -> NamedRouting {
    let (fits, expected): (Bool, String)
    switch name {
    case .auto:
      if responses == 1 { return .mono }
      if responses == channels { return .perChannel }
      if channels == 1 { return .fanOut }
      if responses == 4, channels == 2 { return .trueStereo }
      (fits, expected) = (false, "one response, one for each channel, any number for a mono signal, or four for stereo")
    case .mono: (fits, expected) = (responses == 1, "one response")
    case .stereo:
      (fits, expected) = (responses == 2 && channels <= 2, "two responses and a signal of one or two channels")
    case .trueStereo:
      (fits, expected) = (responses == 4 && channels == 2, "four responses and a signal of two channels")
    case .perChannel: (fits, expected) = (responses == channels, "as many responses as the signal has channels")
    case .fanOut: (fits, expected) = (channels == 1, "a signal of one channel")
    case .matrix:
      (fits, expected) = (responses % channels == 0, "a multiple of the signal's channels, as many for each of them")
    }
    guard fits else { throw routingError(name.rawValue, expected: expected, channels: channels) }
    return name
  }

  private func routingError(_ name: String, expected: String, channels: Int) -> ImpulseResponseError {
    .routing(
      path: response.path, routing: "routing \(name)", expected: expected, responses: response.channels.count,
      signal: channels)
  }

  private func plan(for matrix: ResponseMatrix, settings: ChainSettings) throws(ResponseError) -> PartitionPlan {
    switch (settings.latency, description.plan) {
    case (.frames(let frames), _):
      try PartitionPlanner.plan(for: matrix, latencyFrames: frames, costs: settings.costs)
    case (_, let pinned?): try PartitionPlan(text: pinned)
    case (.lowest, nil): try PartitionPlanner.plan(for: matrix, costs: settings.costs)
    case (.cheapest, nil): try PartitionPlanner.offlinePlan(for: matrix, costs: settings.costs)
    }
  }

  /// Level and leading silence, for people.
  private func facts(gain: Double) -> [String] {
    var notes = ["\(response.path): peak gain \(decibelText(response.peakGain * gain))"]
    if response.leadingSilenceFrames == response.frames {
      notes.append("\(response.path): the impulse response is silent")
    } else if response.leadingSilenceFrames > 0 {
      notes.append(
        "\(response.path): the impulse response begins with \(response.leadingSilenceFrames) frames of silence, which are kept")
    }
    return notes
  }
}

private func decibels(_ decibels: Float) -> Double { decibels == 0 ? 1 : pow(10, Double(decibels) / 20) }

/// A factor in decibels with one decimal.
func decibelText(_ factor: Double) -> String {
  guard factor > 0 else { return "−∞ dB" }
  let tenths = Int((200 * log10(factor)).rounded())
  return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10) dB"
}
