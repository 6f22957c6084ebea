import StreamingConvolution

/// A place in a chain of networks whose signal is wanted.
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

  /// As it stands in names of columns.
  public var description: String {
    switch self {
    case .output: "output"
    case .layer(let number): "layer\(number)"
    case .node(let number): "node\(number)"
    }
  }
}

/// A chain has no such layer.
public struct LayerError: Error, Equatable, Sendable, CustomStringConvertible {
  public let preset: String
  public let layer: LayerChoice
  public let layers: Int
  public let nodes: Int

  public var description: String {
    let what =
      layers == 0
      ? "no network, only output"
      : "layers 1 to \(layers)" + (nodes > 0 ? ", nodes node1 to node\(nodes)," : "") + " and output"
    return "preset \(preset): has no \(layer), expected one of what it has: \(what)."
  }
}

extension Chain {
  /// The chain up to a layer, whose channels then are the output. Gains behind the layer, and mixes, are left out.
  /// - Throws: `LayerError`.
  public func ending(at layer: LayerChoice) throws(LayerError) -> Chain {
    let networks = stages.enumerated().flatMap { index, stage in
      stage.networks.map { (stage: index, part: $0.part, network: $0.network) }
    }
    let layers = networks.flatMap { place in place.network.layers.map { (place: place, value: $0) } }
    let error = LayerError(
      preset: name, layer: layer, layers: layers.count, nodes: networks.count == 1 ? networks[0].network.nodes.count : 0)
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

  private func ending(in stage: Int, part: Int, at value: Network.Value) -> Chain {
    with(stages: stages[..<stage] + [stages[stage].ending(inPart: part, at: value)])
  }
}

extension Stage {
  /// The networks in it, each with its place among the stage's parts.
  fileprivate var networks: [(part: Int, network: Network)] {
    switch self {
    case .network(let stage): [(0, stage.network)]
    case .model(let model): model.parts.enumerated().flatMap { part, stage in stage.networks.map { (part, $0.network) } }
    case .response, .gain: []
    }
  }

  /// The stage up to a value of the network in one of its parts.
  fileprivate func ending(inPart part: Int, at value: Network.Value) -> Stage {
    switch self {
    case .network(let stage):
      return .network(
        NetworkStage(
          stage.network.ending(at: value), past: stage.past, levels: StageLevels(gainIn: stage.levels.gainIn)))
    case .model(var model):
      model.parts = model.parts[..<part] + [model.parts[part].ending(inPart: 0, at: value)]
      model.levels = StageLevels(gainIn: model.levels.gainIn)
      return .model(model)
    case .response, .gain: preconditionFailure("a value is in a network")
    }
  }
}
