import StreamingConvolution

extension LoadedPreset {
  /// Multiply-adds of all networks for one frame; convolutions with impulse responses not counted.
  public var multiplyAddsPerFrame: Int { stages.reduce(0) { $0 + $1.multiplyAddsPerFrame } }
}

extension LoadedPreset.Stage {
  fileprivate var multiplyAddsPerFrame: Int {
    switch self {
    case .network(let network, _): NetworkCost(of: network).multiplyAddsPerFrame
    case .model(let model): model.parts.reduce(0) { $0 + $1.multiplyAddsPerFrame }
    case .response: 0
    }
  }
}
