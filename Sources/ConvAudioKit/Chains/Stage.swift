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

  /// Channels it takes; nil when that depends on the signal.
  var inputChannels: Int? {
    switch self {
    case .network(let stage): stage.network.inputChannels
    case .model(let model): model.model.inputChannels
    case .response(let response): response.pathChannels?.input
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
    case .gain: nil
    }
  }

  /// Multiply-adds of its networks for one frame.
  var multiplyAddsPerFrame: Int { networks.reduce(0) { $0 + NetworkCost(of: $1.network).multiplyAddsPerFrame } }

  /// Its networks, each with its place among the parts of a model.
  var networks: [(part: Int, network: Network)] {
    switch self {
    case .network(let stage): [(0, stage.network)]
    case .model(let model):
      model.parts.enumerated().flatMap { part, stage in stage.networks.map { (part, $0.network) } }
    case .response, .gain: []
    }
  }
}
