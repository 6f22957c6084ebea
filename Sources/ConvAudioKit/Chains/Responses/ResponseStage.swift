import Convolution
import ModelFormats
import StreamingConvolution

/// Impulse responses in a chain: their routing, level and mix.
package struct ResponseStage: Sendable {
  /// The responses.
  package let response: ImpulseResponse
  /// Routing, levels, mix.
  package let description: ConvolutionDescription

  /// Impulse responses and how they are used.
  package init(_ response: ImpulseResponse, _ description: ConvolutionDescription) {
    self.response = response
    self.description = description
  }

  /// The responses at the rate at which they run, with routing and levels.
  struct Running {
    let matrix: ResponseMatrix
    /// Frames by which resampling made them start earlier, and so adds to the latency.
    let leadFrames: Int
    let sampleRateHz: Int
    /// Highest gain at any frequency, with all levels, as a factor.
    let peakGain: Double
  }

  /// - Parameter sampleRateHz: Rate at which they run. Default: their own.
  /// - Throws: `ImpulseResponseError`.
  func running(channels: Int, sampleRateHz: Int?, maximumBytes: Int) throws -> Running {
    let rate = sampleRateHz ?? response.sampleRateHz
    let (running, lead) = try response.resampled(to: rate, maximumBytes: maximumBytes)
    // Measured after resampling, so that the level does not depend on the file's sample rate.
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

  /// - Throws: `ImpulseResponseError`.
  func prepare(at place: StagePlace, settings: ChainSettings) throws -> PreparedStage {
    let running = try running(
      channels: place.channels, sampleRateHz: place.sampleRateHz, maximumBytes: settings.maximumMemoryBytes)
    let (matrix, lead) = (running.matrix, running.leadFrames)
    do {
      let plan = try plan(for: matrix, sampleRateHz: running.sampleRateHz, settings: settings)
      let bytes = memoryBytes(
        of: plan, for: matrix, leadFrames: lead, maximumBlockFrames: place.maximumBlockFrames)
      guard bytes <= settings.maximumMemoryBytes else {
        throw ResponseError.memory(maximumBytes: settings.maximumMemoryBytes, actualBytes: bytes)
      }
      let settled = SettledConvolver(
        try PartitionedConvolver(matrix, plan: plan, maximumBlockFrames: place.maximumBlockFrames),
        restingInput: place.restingInput, leadFrames: lead)
      var (processor, resting): (any BlockProcessor, [Float]) = (settled, settled.restingOutput)
      if description.mix < 1 {
        guard GainAndMix.canMix(settled) else {
          throw routingError("a mix", expected: "as many outputs as inputs, or one input", channels: place.channels)
        }
        processor = GainAndMix(settled, mix: description.mix, restingInput: place.restingInput)
        let dry = place.restingInput ?? [Float](repeating: 0, count: place.channels)
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

  /// Memory of plan and buffers, and of the dry signal's delay.
  func memoryBytes(
    of plan: PartitionPlan, for matrix: ResponseMatrix, leadFrames: Int, maximumBlockFrames: Int
  ) -> Int {
    let delayed = description.mix < 1 ? matrix.inputChannels * (plan.latencyFrames + leadFrames) : 0
    return plan.memoryBytes(for: matrix, maximumBlockFrames: maximumBlockFrames)
      + delayed * MemoryLayout<Float>.stride
  }

  func plan(
    for matrix: ResponseMatrix, sampleRateHz: Int, settings: ChainSettings
  ) throws(ResponseError) -> PartitionPlan {
    switch (settings.latency ?? .lowest, description.plan) {
    case (.frames, _), (.seconds, _):
      let allowed = ConvolutionLatency.allowedFrames
      var frames = 0
      if case .frames(let count)? = settings.latency { frames = count }
      if case .seconds(let seconds)? = settings.latency {
        frames = Int(min(1e9, max(-1, (seconds * Double(sampleRateHz)).rounded())))
      }
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

  /// Level, silence, rate and routing, one sentence each.
  private func notes(on running: Running) -> [String] {
    let (rate, lead, matrix) = (running.sampleRateHz, running.leadFrames, running.matrix)
    var notes = ["peak gain \(decibelText(running.peakGain))"]
    let silence = response.leadingSilenceFrames
    if silence == response.frames {
      notes = ["the impulse response is silent"]
    } else if silence > 0 {
      notes.append("the impulse response begins with \(counted(silence, "frame")) of silence, kept as they are")
    }
    if rate != response.sampleRateHz {
      notes.append(
        "impulse response resampled \(response.sampleRateHz) → \(rate) Hz"
          + (lead > 0 ? ", which adds a latency of \(counted(lead, "frame"))" : ""))
    }
    if matrix.inputChannels != matrix.outputChannels {
      notes.append(
        matrix.outputChannels == 2 && matrix.inputChannels == 1
          ? "the output is stereo (mono input, stereo response)"
          : "the output has \(counted(matrix.outputChannels, "channel")), the input \(matrix.inputChannels)")
    }
    return (notes + response.notes).map { "\(response.path): \($0)" }
  }
}
