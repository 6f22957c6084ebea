import Convolution
import ModelFormats
import StreamingConvolution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

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

  /// The responses at the rate at which they run, on their ways, with their levels.
  struct Running {
    let matrix: ResponseMatrix
    /// Frames that come before their time, since they were resampled.
    let leadFrames: Int
    let sampleRateHz: Int
    /// Highest gain at any frequency, all levels included.
    let peakGain: Double
  }

  /// - Throws: `ImpulseResponseError`.
  func running(channels: Int, settings: ChainSettings) throws -> Running {
    let rate = settings.sampleRateHz ?? response.sampleRateHz
    let (running, lead) = try response.resampled(to: rate, maximumBytes: settings.maximumMemoryBytes)
    // Measured at the rate at which they run, so that the level does not depend on the rate of their file.
    let peakGain = running.peakGain
    let gain =
      running.factor(for: description.normalization, peakGain: peakGain) * factor(ofDecibels: description.gainDecibels)
    do {
      return Running(
        matrix: try matrix(of: running.channels, channels: channels, gain: gain, sampleRateHz: rate), leadFrames: lead,
        sampleRateHz: rate, peakGain: peakGain * gain)
    } catch let error as ResponseError {
      throw ImpulseResponseError.convolution(path: response.path, reason: error)
    }
  }

  /// - Parameters:
  ///   - channels: That come in.
  ///   - restingInput: What comes in when there is silence; nil: silence.
  /// - Throws: `ImpulseResponseError`.
  func prepare(channels: Int, restingInput: [Float]?, settings: ChainSettings) throws -> PreparedStage {
    let running = try running(channels: channels, settings: settings)
    let (matrix, lead) = (running.matrix, running.leadFrames)
    do {
      let plan = try plan(for: matrix, settings: settings)
      let bytes = memoryBytes(of: plan, for: matrix, leadFrames: lead, settings: settings)
      guard bytes <= settings.maximumMemoryBytes else {
        throw ResponseError.memory(maximumBytes: settings.maximumMemoryBytes, actualBytes: bytes)
      }
      let settled = SettledConvolver(
        try PartitionedConvolver(matrix, plan: plan, maximumBlockFrames: settings.maximumBlockFrames),
        restingInput: restingInput, leadFrames: lead)
      var (processor, resting): (any BlockProcessor, [Float]) = (settled, settled.restingOutput)
      if description.mix < 1 {
        guard GainAndMix.canMix(settled) else {
          throw routingError("a mix", expected: "as many outputs as inputs, or one input", channels: channels)
        }
        processor = GainAndMix(settled, mix: description.mix, restingInput: restingInput)
        let dry = restingInput ?? [Float](repeating: 0, count: channels)
        resting = resting.indices.map {
          resting[$0] * description.mix + dry[dry.count == 1 ? 0 : $0] * (1 - description.mix)
        }
      }
      return PreparedStage(
        processor: processor, restingOutput: resting,
        notes: notes(on: running),
        explanation: ["\(response.path): \(plan.text); \(bytes) bytes"]
          + PartitionPlanner.explanation(of: plan, for: matrix, costs: settings.costs),
        memoryBytes: bytes)
    } catch let error as ResponseError {
      throw ImpulseResponseError.convolution(path: response.path, reason: error)
    }
  }

  /// What plan, buffers and the delay of a dry signal take.
  func memoryBytes(
    of plan: PartitionPlan, for matrix: ResponseMatrix, leadFrames: Int, settings: ChainSettings
  ) -> Int {
    let delayed = description.mix < 1 ? matrix.inputChannels * (plan.latencyFrames + leadFrames) : 0
    return plan.memoryBytes(for: matrix, maximumBlockFrames: settings.maximumBlockFrames)
      + delayed * MemoryLayout<Float>.stride
  }

  func plan(for matrix: ResponseMatrix, settings: ChainSettings) throws(ResponseError) -> PartitionPlan {
    switch (settings.latency, description.plan) {
    case (.frames(let frames), _):
      let allowed = ConvolutionLatency.allowedFrames
      guard allowed.contains(frames) else {
        throw .setting("the latency in frames", expected: allowed, actual: frames)
      }
      return try PartitionPlanner.plan(for: matrix, latencyFrames: frames, costs: settings.costs)
    case (_, let pinned?):
      let plan = try PartitionPlan(text: pinned)
      guard plan.grainFrames == 1 else {
        throw .plan(
          "the plan \"\(pinned)\" has a grain of \(plan.grainFrames), expected 1, because presets take any block")
      }
      guard plan.latencyFrames <= ConvolutionLatency.allowedFrames.upperBound else {
        throw .setting(
          "the latency of the plan in frames", expected: ConvolutionLatency.allowedFrames, actual: plan.latencyFrames)
      }
      guard plan.capacityFrames >= matrix.frames else {
        throw .planTooShort(expectedFrames: matrix.frames, actualFrames: plan.capacityFrames)
      }
      return plan
    case (.lowest, nil): return try PartitionPlanner.plan(for: matrix, costs: settings.costs)
    case (.cheapest, nil): return try PartitionPlanner.offlinePlan(for: matrix, costs: settings.costs)
    }
  }

  /// Level, silence, rate and routing, for people.
  private func notes(on running: Running) -> [String] {
    let (rate, lead, matrix) = (running.sampleRateHz, running.leadFrames, running.matrix)
    var notes = ["peak gain \(decibelText(running.peakGain))"]
    let silence = response.leadingSilenceFrames
    if silence == response.frames {
      notes = ["the impulse response is silent"]
    } else if silence > 0 {
      notes.append("the impulse response begins with \(counted(silence, "frame")) of silence, which are kept")
    }
    if rate != response.sampleRateHz {
      notes.append(
        "impulse response resampled \(response.sampleRateHz) → \(rate) Hz"
          + (lead > 0 ? ", which adds a latency of \(counted(lead, "frame"))" : ""))
    }
    if matrix.inputChannels != matrix.outputChannels {
      notes.append("makes \(counted(matrix.outputChannels, "channel")) of \(matrix.inputChannels)")
    }
    return (notes + response.notes).map { "\(response.path): \($0)" }
  }
}

/// A factor in decibels with one decimal.
func decibelText(_ factor: Double) -> String {
  guard factor > 0 else { return "−∞ dB" }
  let tenths = Int((200 * log10(factor)).rounded())
  return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10) dB"
}
