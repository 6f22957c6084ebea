import StreamingConvolution

/// A signal inside a chain: its end, a layer, or a node of a network.
public enum LayerChoice: Sendable, Equatable, CustomStringConvertible {
  /// The end of the chain.
  case output
  /// Layer n, counted from 1 over all networks of the chain (`Network.layers`).
  case layer(Int)
  /// Node n of the chain's only network, counted from 1: any signal inside.
  case node(Int)

  /// Reads `output`, `7` or `node12`; nil for anything else.
  public init?(_ text: String) {
    if text == "output" {
      self = .output
    } else if let number = Int(text) {
      self = .layer(number)
    } else if text.hasPrefix("node"), let number = Int(text.dropFirst(4)) {
      self = .node(number)
    } else {
      return nil
    }
  }

  /// As in the names of columns.
  public var description: String {
    switch self {
    case .output: "output"
    case .layer(let number): "layer\(number)"
    case .node(let number): "node\(number)"
    }
  }
}

extension Chain {
  /// The chain up to a layer, whose channels become the output. Gains and mixes after the layer are left out.
  /// - Throws: `ChainError.noLayer`.
  public func ending(at layer: LayerChoice) throws(ChainError) -> Chain {
    let networks = stages.enumerated().flatMap { index, stage in
      stage.networks.map { (stage: index, part: $0.place, network: $0.network) }
    }
    let layers = networks.flatMap { place in place.network.layers.map { (place: place, value: $0) } }
    let error = ChainError.noLayer(
      layer, chain: label, layers: layers.count, nodes: networks.count == 1 ? networks[0].network.nodes.count : 0)
    switch layer {
    case .output: return self
    case .layer(let number):
      guard layers.indices.contains(number - 1) else { throw error }
      let (place, value) = layers[number - 1]
      return ending(in: place.stage, part: place.part, at: value)
    case .node(let number):
      guard networks.count == 1, let value = networks[0].network.value(ofNode: number) else { throw error }
      return ending(in: networks[0].stage, part: networks[0].part, at: value)
    }
  }

  private func ending(in stage: Int, part: [Int], at value: Network.Value) -> Chain {
    with(stages: stages[..<stage] + [stages[stage].ending(in: part[...], at: value)])
  }
}

extension Stage {
  /// The stage up to a value of the network at a place in it (`networks`).
  fileprivate func ending(in place: ArraySlice<Int>, at value: Network.Value) -> Stage {
    func ending(_ stages: [Stage]) -> [Stage] {
      guard let part = place.first else { preconditionFailure("the place of a network leads to it") }
      return stages[..<part] + [stages[part].ending(in: place.dropFirst(), at: value)]
    }
    switch self {
    case .network(let stage):
      return .network(
        NetworkStage(
          stage.network.ending(at: value), past: stage.past, levels: StageLevels(gainIn: stage.levels.gainIn)))
    case .model(var model):
      model.parts = ending(model.parts)
      model.levels = StageLevels(gainIn: model.levels.gainIn)
      return .model(model)
    case .group(let group):
      return .group(group.with(ending(group.stages), levels: StageLevels(gainIn: group.levels.gainIn)))
    case .response, .gain: preconditionFailure("a value is in a network")
    }
  }
}
