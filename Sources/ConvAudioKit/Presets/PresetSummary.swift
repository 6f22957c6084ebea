import Convolution
import ModelFormats
import StreamingConvolution

/// What `convaudio info` says of a preset.
public struct PresetSummary {
  /// One fact a line.
  public let lines: [String]

  /// The summary of a loaded preset.
  ///
  /// - Parameter costs: The table that plans for impulse responses are made from.
  /// - Throws: `ImpulseResponseError` for a convolution that cannot run.
  public init(of loaded: LoadedPreset, costs: ConvolutionCosts = .standard) throws {
    let preset = loaded.preset
    var lines = ["\(preset.name): \(preset.description)", "  file               \(loaded.path ?? "none")"]
    lines.append("  sample rate        " + (preset.sampleRateHz.map { "\($0) Hz" } ?? "any"))
    lines.append(
      "  channels           "
        + (loaded.inputChannels.map { input in
          "\(input) in, \(loaded.outputChannels ?? input) out"
            + (input == 1 && loaded.outputChannels == 1 ? " (runs on every channel of a file)" : "")
        } ?? "any"))
    if loaded.stages.isEmpty { lines.append("  stages             none: gives its input back") }
    for (index, stage) in loaded.stages.enumerated() {
      switch stage {
      case .network(let network, let past):
        lines.append("  stage \(index + 1): network of \(network.nodes.count) nodes, past: \(past.rawValue)")
        var parameters = 0
        if case .waveNet(let description) = preset.stages[index] {
          lines += Self.layers(of: description)
          parameters = description.expectedTensors().reduce(0) { $0 + $1.shape.reduce(1, *) }
        }
        lines += Self.facts(of: network, parameters: parameters, sampleRateHz: preset.sampleRateHz)
      case .response(let response):
        lines.append("  stage \(index + 1): convolution with \(response.response.path)")
        let summary = try ResponseSummary(
          of: response.response, response.description, sampleRateHz: preset.sampleRateHz, costs: costs)
        lines += summary.lines.map { "    " + $0 }
      }
    }
    lines.append("  kernels            \(KernelLevel.selected.name)")
    self.lines = lines
  }

  private static func facts(of network: Network, parameters: Int, sampleRateHz: Int?) -> [String] {
    let cost = NetworkCost(of: network)
    let rate = sampleRateHz.map { Double($0) }
    let field = cost.receptiveFieldFrames
    return [
      "    parameters       \(parameters)",
      "    receptive field  \(field) frames" + (rate.map { " (\(decimal(Double(field) / $0 * 1000)) ms)" } ?? ""),
      "    multiply-adds    \(cost.multiplyAddsPerFrame) a frame"
        + (rate.map { " (\(decimal(Double(cost.multiplyAddsPerFrame) * $0 / 1e6)) million a second)" } ?? ""),
      "    latency          0 frames",
      "    state            \(NetworkProcessor.stateBytes(of: network)) bytes"
        + (network.inputChannels == 1 ? " a channel" : ""),
    ]
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
