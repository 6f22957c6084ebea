import StreamingConvolution

extension Chain {
  /// Multiply-adds of all networks for one frame; convolutions with impulse responses not counted.
  public var multiplyAddsPerFrame: Int { stages.reduce(0) { $0 + $1.multiplyAddsPerFrame } }
}

extension Stage {
  fileprivate var multiplyAddsPerFrame: Int {
    switch self {
    case .network(let stage): NetworkCost(of: stage.network).multiplyAddsPerFrame
    case .model(let model): model.parts.reduce(0) { $0 + $1.multiplyAddsPerFrame }
    case .response, .gain: 0
    }
  }
}
