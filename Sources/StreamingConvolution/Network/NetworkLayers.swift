extension Network {
  /// The outputs of the network's layers, in running order: the results of its activations, where a product of two (a
  /// gate) counts as one; or of its convolutions, if it has no activations.
  package var layers: [Value] {
    var isPart = Set<Value>()
    func isActivation(_ value: Value) -> Bool {
      guard value.index > 0, case .activation = nodes[value.index - 1].operation else { return false }
      return true
    }
    var gates: [Value] = []
    for (index, node) in nodes.enumerated() {
      guard case .multiply = node.operation, node.inputs.allSatisfy(isActivation) else { continue }
      gates.append(Value(index + 1))
      isPart.formUnion(node.inputs)
    }
    let values = nodes.indices.map { Value($0 + 1) }
    let activations = values.filter { (isActivation($0) && !isPart.contains($0)) || gates.contains($0) }
    if !activations.isEmpty { return activations }
    return values.filter {
      if case .convolution = nodes[$0.index - 1].operation { true } else { false }
    }
  }

  /// The output of node `number`, counted from 1; nil if there is no such node.
  package func value(ofNode number: Int) -> Value? { nodes.indices.contains(number - 1) ? Value(number) : nil }
}
