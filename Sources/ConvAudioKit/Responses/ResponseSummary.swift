import Convolution
import ModelFormats
import StreamingConvolution

/// What `convaudio info` says of impulse responses.
public struct ResponseSummary {
  /// One fact a line.
  public let lines: [String]

  /// The summary of impulse responses, and of how they would run: in a file, and in a stream that waits for nothing.
  ///
  /// - Parameter costs: The table that plans are made from.
  public init(
    of response: ImpulseResponse, _ description: ConvolutionDescription? = nil, costs: ConvolutionCosts = .standard
  ) {
    let description = description ?? ConvolutionDescription(responsePath: response.path)
    let stage = ResponseStage(response, description)
    let rate = response.sampleRateHz
    let silence = response.leadingSilenceFrames
    var lines = [
      "responses        \(response.channels.count) of \(response.frames) frames at \(rate) Hz "
        + "(\(seconds(response.frames, rate)) s)",
      "leading silence  \(silence) frames",
      "peak gain        \(decibelText(response.peakGain))",
      "energy           \(decibelText(response.energy.squareRoot()))",
    ]
    // The signal that the routing is made for, or the simplest that it takes.
    let counts = [response.channels.count, 1, 2]
    for (title, latency) in [("in a file", ConvolutionLatency.cheapest), ("in a stream", .lowest)] {
      var settings = ChainSettings()
      settings.latency = latency
      settings.sampleRateHz = rate
      settings.costs = costs
      for channels in counts {
        guard let plan = try? stage.planned(channels: channels, settings: settings) else { continue }
        let latency = plan.plan.latencyFrames
        lines.append(
          "\(title)\(String(repeating: " ", count: max(1, 17 - title.count)))"
            + "\(plan.matrix.inputChannels) to \(plan.matrix.outputChannels) channels, latency \(latency) frames, "
            + "\(plan.plan.memoryBytes(for: plan.matrix, maximumBlockFrames: settings.maximumBlockFrames)) bytes")
        lines += PartitionPlanner.explanation(of: plan.plan, for: plan.matrix, costs: costs).map { "  " + $0 }
        break
      }
    }
    self.lines = lines
  }
}

/// With two decimals.
private func seconds(_ frames: Int, _ rate: Int) -> String {
  let hundredths = Int((Double(frames) / Double(rate) * 100).rounded())
  return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
}
