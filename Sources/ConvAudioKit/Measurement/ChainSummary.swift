import Convolution
import ModelFormats
import StreamingConvolution

/// Facts about a chain, for people: stages, cost, latency, memory.
package struct ChainSummary {
  /// One fact per line.
  package let lines: [String]

  /// Facts about a chain.
  ///
  /// - Parameter costs: The cost table that plans for impulse responses are made from.
  /// - Throws: `ImpulseResponseError` for a convolution that cannot run.
  package init(of chain: Chain, costs: ConvolutionCosts = .standard) throws {
    var lines = ["\(chain.name): \(Self.printable(chain.about))"]
    lines.append("  file               \(chain.path ?? "none")")
    lines.append("  sample rate        " + (chain.sampleRateHz.map { "\($0) Hz" } ?? "any"))
    lines.append(
      "  channels           "
        + (chain.inputChannels.map { input in
          "\(input) in, \(chain.outputChannels ?? input) out"
            + (input == 1 && chain.outputChannels == 1 ? " (runs on every channel of a file)" : "")
        } ?? "any"))
    if chain.stages.isEmpty { lines.append("  stages             none: gives its input back") }
    for (index, stage) in chain.stages.enumerated() {
      lines += try Self.facts(of: stage, number: "\(index + 1)", sampleRateHz: chain.sampleRateHz, costs: costs)
    }
    lines.append("  kernels            \(KernelLevel.selected.name)")
    self.lines = lines
  }

  private static func facts(
    of stage: Stage, number: String, sampleRateHz: Int?, costs: ConvolutionCosts
  ) throws -> [String] {
    switch stage {
    case .network(let stage):
      var parameters = NetworkCost(of: stage.network).parameters
      var layers: [String] = []
      if let description = stage.description {
        layers = Self.layers(of: description)
        parameters = description.expectedTensors().reduce(0) { $0 + $1.shape.reduce(1, *) }
      }
      return ["  stage \(number): network of \(stage.network.nodes.count) nodes, past: \(stage.past.rawValue)"]
        + layers + facts(of: stage.network, parameters: parameters, sampleRateHz: sampleRateHz)
    case .model(let stage):
      return [
        "  stage \(number): \(stage.model.architecture.name) of \(stage.path), past: \(stage.description.past.rawValue)"
      ] + (try facts(of: stage, costs: costs))
    case .response(let response):
      let summary = try ResponseSummary(
        of: response.response, response.description, sampleRateHz: sampleRateHz, costs: costs)
      return ["  stage \(number): convolution with \(response.response.path)"] + summary.lines.map { "    " + $0 }
    case .gain(let decibels): return ["  stage \(number): gain of \(decibels) dB"]
    case .group(let group):
      let levels = group.levels
      var facts = ["  stage \(number): \(group.name), a group of \(counted(group.stages.count, "stage"))"]
      if levels.mix < 1 { facts.append("    wet              \(decimal(Double(levels.mix) * 100)) %") }
      if levels.gainOut != 1 { facts.append("    gain             \(decibelText(Double(levels.gainOut)))") }
      for (index, stage) in group.stages.enumerated() {
        facts += try Self.facts(
          of: stage, number: "\(number).\(index + 1)", sampleRateHz: sampleRateHz, costs: costs)
      }
      return facts
    }
  }

  private static func facts(of network: Network, parameters: Int, sampleRateHz: Int?) -> [String] {
    let cost = NetworkCost(of: network)
    let rate = sampleRateHz.map { Double($0) }
    let field = cost.receptiveFieldFrames
    let history = cost.isRecurrent ? "endless (recurrent)" : "\(field) frames"
    return [
      "    parameters       \(parameters)",
      "    receptive field  \(history)"
        + ((cost.isRecurrent ? nil : rate).map { " (\(decimal(Double(field) / $0 * 1000)) ms)" } ?? ""),
      "    multiply-adds    \(cost.multiplyAddsPerFrame) a frame"
        + (rate.map { " (\(decimal(Double(cost.multiplyAddsPerFrame) * $0 / 1e6)) million a second)" } ?? ""),
      "    latency          0 frames",
      "    state            \(NetworkProcessor.stateBytes(of: network)) bytes"
        + (network.inputChannels == 1 ? " a channel" : ""),
    ]
  }

  /// A trained model: its networks and responses, and its maker's metadata.
  private static func facts(of stage: ModelStage, costs: ConvolutionCosts) throws -> [String] {
    let model = stage.model
    var lines: [String] = []
    for part in stage.parts {
      switch part {
      case .network(let part):
        lines += facts(
          of: part.network, parameters: NetworkCost(of: part.network).parameters, sampleRateHz: stage.sampleRateHz)
      case .response(let response):
        lines += try ResponseSummary(of: response.response, response.description, costs: costs).lines.map {
          "    " + $0
        }
      case .model, .gain, .group: preconditionFailure("a model has networks and responses only")
      }
    }
    let facts: [(String, String?)] = [
      ("size", stage.isSlimmable ? "\(stage.description.size) of 0 to 1" : nil), ("name", model.name),
      ("made by", model.modeledBy),
      ("gear", [model.gearMake, model.gearModel, model.gearType].compactMap { $0 }.joined(separator: ", ")),
      ("tone", model.toneType), ("loudness", model.loudnessDecibels.map { "\($0) dB" }),
      ("input level", model.inputLevelDBu.map { "\($0) dBu" }),
      ("output level", model.outputLevelDBu.map { "\($0) dBu" }),
    ]
    for case (let name, let text?) in facts where !text.isEmpty {
      let padded = name + String(repeating: " ", count: max(1, 17 - name.count))
      lines.append("    " + padded + printable(text))
    }
    return lines
  }

  /// Text from a file, without characters that would move the cursor or change the writing direction.
  private static func printable(_ text: String) -> String {
    let scalars = text.unicodeScalars.prefix(200).filter {
      ![.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
    }
    return String(String.UnicodeScalarView(scalars))
  }

  private static func layers(of description: WaveNetDescription) -> [String] {
    description.arrays.enumerated().map { index, array in
      let sizes = Set(array.layers.map(\.kernelSize)).sorted().map(String.init).joined(separator: ", ")
      let dilations = array.layers.map { String($0.dilation) }.joined(separator: " ")
      return
        "    array \(index + 1)          \(array.layers.count) layers of \(array.channels) channels, kernel \(sizes), "
        + "\(array.activation)\(array.gate.map { " gated by \($0)" } ?? ""), head of \(array.headChannels); dilations \(dilations)"
    }
  }

  /// One decimal.
  private static func decimal(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
