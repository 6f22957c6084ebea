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

extension LoadedPreset {
  /// The chain up to a layer, whose channels then are the output.
  /// - Throws: `LayerError`.
  public func ending(at layer: LayerChoice) throws -> LoadedPreset {
    if layer == .output { return self }
    var networks: [(stage: Int, network: Network, past: Past)] = []
    for (index, stage) in stages.enumerated() {
      if case .network(let network, let past) = stage { networks.append((index, network, past)) }
    }
    let layers = networks.flatMap { entry in entry.network.layers.map { (entry, $0) } }
    let error = LayerError(
      preset: name, layer: layer, layers: layers.count,
      nodes: networks.count == 1 ? networks[0].network.nodes.count : 0)
    let entry: (stage: Int, network: Network, past: Past)
    let value: Network.Value
    switch layer {
    case .layer(let number):
      guard layers.indices.contains(number - 1) else { throw error }
      (entry, value) = layers[number - 1]
    case .node(let number):
      guard networks.count == 1, let found = networks[0].network.value(ofNode: number) else { throw error }
      (entry, value) = (networks[0], found)
    case .output: return self
    }
    return with(
      stages: Array(stages[..<entry.stage]) + [.network(entry.network.ending(at: value), past: entry.past)])
  }
}
