import StreamingConvolution

/// One link of a chain.
package enum Stage: Sendable {
  /// A network.
  case network(NetworkStage)
  /// A convolution with impulse responses.
  case response(ResponseStage)
  /// A trained model of a `.nam` file.
  case model(ModelStage)
  /// A gain in decibels.
  case gain(decibels: Float)
  /// Several stages that count as one.
  case group(GroupStage)

  /// Channels it takes; nil when that depends on the signal.
  var inputChannels: Int? {
    switch self {
    case .network(let stage): stage.network.inputChannels
    case .model(let model): model.model.inputChannels
    case .response(let response): response.pathChannels?.input
    case .group(let group): group.stages.first?.inputChannels
    case .gain: nil
    }
  }

  /// Channels it gives; nil when that depends on the signal.
  var outputChannels: Int? {
    switch self {
    case .network(let stage): stage.network.outputChannels
    // Its parts end where the model does, or at one of its layers.
    case .model(let model): model.parts.last?.outputChannels ?? model.model.outputChannels
    case .response(let response): response.pathChannels?.output
    case .group(let group): group.stages.last?.outputChannels
    case .gain: nil
    }
  }

  /// Multiply-adds of its networks for one frame.
  var multiplyAddsPerFrame: Int { networks.reduce(0) { $0 + NetworkCost(of: $1.network).multiplyAddsPerFrame } }

  /// Its networks, each with its place: the number of a model's part, or of a group's stage and its place in there.
  var networks: [(place: [Int], network: Network)] {
    switch self {
    case .network(let stage): [([], stage.network)]
    case .model(let model): Self.networks(of: model.parts)
    case .group(let group): Self.networks(of: group.stages)
    case .response, .gain: []
    }
  }

  private static func networks(of stages: [Stage]) -> [(place: [Int], network: Network)] {
    stages.enumerated().flatMap { index, stage in stage.networks.map { ([index] + $0.place, $0.network) } }
  }
}
