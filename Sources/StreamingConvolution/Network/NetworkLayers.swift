extension Network {
  /// What the layers of the network give, in running order: the results of its activations, a product of two of them (a
  /// gate) counting as one; of a network without activations, those of its convolutions.
  public var layers: [Value] {
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

  /// What node number `number`, counted from 1, gives; nil where there is none.
  public func value(ofNode number: Int) -> Value? { nodes.indices.contains(number - 1) ? Value(number) : nil }
}
