import Convolution
import ModelFormats
import StreamingConvolution

/// Facts about impulse responses, for people: length, level, and how they would run.
package struct ResponseSummary {
  /// One fact per line.
  package let lines: [String]

  /// Facts about impulse responses, and how they would run in a file and in a stream without latency.
  ///
  /// - Parameters:
  ///   - description: How a preset uses them; nil: as they are.
  ///   - sampleRateHz: Rate at which they run, in Hz. Default: their own.
  ///   - costs: The cost table that plans are made from.
  /// - Throws: `ImpulseResponseError` when the description does not suit them.
  package init(
    of response: ImpulseResponse, _ description: ConvolutionDescription? = nil, sampleRateHz: Int? = nil,
    costs: ConvolutionCosts = .standard
  ) throws {
    let (rate, silence) = (response.sampleRateHz, response.leadingSilenceFrames)
    var facts = [
      (
        "responses",
        "\(response.channels.count) of \(counted(response.frames, "frame")) at \(rate) Hz (\(seconds(response.frames, rate)) s)"
      ),
      ("leading silence", counted(silence, "frame")),
      ("peak gain", decibelText(response.peakGain)),
      ("energy", decibelText(response.energy.squareRoot())),
    ]
    facts += description.map(Self.facts(of:)) ?? []
    var lines = facts.map(Self.line)
    let stage = ResponseStage(response, description ?? ConvolutionDescription(responsePath: response.path))
    for (title, latency) in [("in a file", ConvolutionLatency.cheapest), ("in a stream", .lowest)] {
      var settings = ChainSettings()
      settings.latency = latency
      settings.costs = costs
      let planned = try stage.planned(sampleRateHz: sampleRateHz ?? rate, settings: settings)
      lines.append(
        Self.line(
          (
            title,
            "\(planned.matrix.inputChannels) to \(counted(planned.matrix.outputChannels, "channel")), latency "
              + "\(counted(planned.latencyFrames, "frame")), \(planned.memoryBytes) bytes"
          )))
      lines += PartitionPlanner.explanation(of: planned.plan, for: planned.matrix, costs: costs).map { "  " + $0 }
    }
    self.lines = lines + response.notes
  }

  /// How a preset uses them.
  private static func facts(of description: ConvolutionDescription) -> [(String, String)] {
    var facts: [(String, String)] = []
    switch description.routing {
    case .named(let name): facts.append(("routing", name.rawValue))
    case .paths(let paths, _, _): facts.append(("routing", counted(paths.count, "path")))
    }
    facts.append(("level", "\(description.normalization.rawValue), \(description.gainDecibels) dB"))
    facts.append(("predelay", "\(description.predelayMilliseconds) ms"))
    facts.append(("mix", "\(description.mix)"))
    if let plan = description.plan { facts.append(("plan", plan)) }
    return facts
  }

  private static func line(_ fact: (title: String, value: String)) -> String {
    fact.title + String(repeating: " ", count: max(1, 17 - fact.title.count)) + fact.value
  }
}

extension ResponseStage {
  /// How the responses would run.
  struct Planned {
    let matrix: ResponseMatrix
    let plan: PartitionPlan
    let latencyFrames: Int
    let memoryBytes: Int
  }

  /// For the number of channels that the routing, or the number of responses, suggests.
  func planned(sampleRateHz rate: Int, settings: ChainSettings) throws -> Planned {
    let (running, lead) = try response.resampled(to: rate, maximumBytes: settings.maximumMemoryBytes)
    let count = running.channels.count
    let signals = pathChannels.map { [$0.input] } ?? (count == 4 ? [2, 4, 1] : [count, 1, 2])
    for (index, channels) in signals.enumerated() {
      do {
        let matrix = try matrix(of: running.channels, channels: channels, gain: 1, sampleRateHz: rate)
        let plan = try plan(for: matrix, sampleRateHz: rate, settings: settings)
        let bytes = memoryBytes(of: plan, for: matrix, leadFrames: lead, maximumBlockFrames: 4096)
        return Planned(matrix: matrix, plan: plan, latencyFrames: plan.latencyFrames + lead, memoryBytes: bytes)
      } catch let error as ResponseError {
        throw ImpulseResponseError.convolution(path: response.path, reason: error)
      } catch ImpulseResponseError.routing where index + 1 < signals.count {
        continue
      }
    }
    preconditionFailure("the loop returns or throws")
  }
}

/// Seconds with two decimals.
private func seconds(_ frames: Int, _ rate: Int) -> String {
  let hundredths = Int((Double(frames) / Double(rate) * 100).rounded())
  return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
}
