import StreamingConvolution

/// One link of a chain.
public enum Stage: Sendable {
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
}
