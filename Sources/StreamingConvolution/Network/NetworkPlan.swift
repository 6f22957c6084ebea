import Convolution

/// The order of work for a network, with the patterns that have a fused kernel recognised.
///
/// Fusing saves passes over memory and never changes a bit, because a fused step keeps the order of the unfused ones:
/// convolution and mix-in, activation, residual, running total.
struct NetworkPlan {
  /// A convolution and what follows it while the sums are in registers.
  struct FusedConvolution {
    /// The convolution node.
    var node: Int
    var activation: Activation = .identity
    /// Added after the activation.
    var residual: Network.Value?
    /// What the step gives.
    var output: Network.Value
    /// `total` = `previous` + `output`, in the memory of `previous`.
    var previous: Network.Value?
    var total: Network.Value?
  }

  /// One pass over the channels of a sub-block.
  enum Step {
    case convolution(FusedConvolution)
    /// first(x[0 ..< n]) · second(x[n ..< 2n])
    case gate(Activation, Activation, input: Network.Value, output: Network.Value)
    /// Any other node by itself.
    case pointwise(node: Int)
  }

  let network: Network
  private(set) var steps: [Step] = []
  /// For every value, the past frames that somebody reads of it: 0 needs no ring.
  private(set) var historyFrames: [Int]

  /// - Parameter fused: Whether patterns are recognised; without, every node is a step: the plain twin.
  init(_ network: Network, fused: Bool) {
    self.network = network
    historyFrames = Array(repeating: 0, count: network.nodes.count + 1)
    for node in network.nodes {
      guard case .convolution(let kernels, _) = node.operation else { continue }
      for (input, kernel) in zip(node.inputs, kernels) {
        historyFrames[input.index] = max(historyFrames[input.index], kernel.historyFrames)
      }
    }

    let consumers = Self.consumers(in: network)
    var absorbed = Set<Int>()
    for index in network.nodes.indices where !absorbed.contains(index) {
      switch network.nodes[index].operation {
      case .convolution:
        var step = FusedConvolution(node: index, output: Network.Value(index + 1))
        if fused { extend(&step, consumers: consumers, absorbed: &absorbed) }
        steps.append(.convolution(step))
      case .slice:
        if fused, let gate = gate(startingAt: index, consumers: consumers) {
          absorbed.formUnion(gate.nodes)
          steps.append(gate.step)
        } else {
          steps.append(.pointwise(node: index))
        }
      default:
        steps.append(.pointwise(node: index))
      }
    }
  }

  /// For every value the nodes that read it, in order; the network's output counts as one more reader, behind all.
  private static func consumers(in network: Network) -> [[Int]] {
    var consumers = [[Int]](repeating: [], count: network.nodes.count + 1)
    for (index, node) in network.nodes.enumerated() {
      for input in node.inputs { consumers[input.index].append(index) }
    }
    consumers[network.output.index].append(network.nodes.count)
    return consumers
  }

  /// Takes up the activation, the residual and the running total that follow a convolution.
  private func extend(_ step: inout FusedConvolution, consumers: [[Int]], absorbed: inout Set<Int>) {
    let nodes = network.nodes
    func onlyConsumer() -> Int? {
      let readers = consumers[step.output.index]
      return readers.count == 1 && readers[0] < nodes.count ? readers[0] : nil
    }
    /// The other operand of the sum at node `sum`, when it is known before the convolution runs.
    func earlierOperand(of sum: Int) -> Network.Value? {
      guard case .add = nodes[sum].operation else { return nil }
      let others = nodes[sum].inputs.filter { $0 != step.output }
      return others.count == 1 && others[0].index <= step.node ? others[0] : nil
    }

    if let next = onlyConsumer(), case .activation(let activation) = nodes[next].operation {
      step.activation = activation
      step.output = Network.Value(next + 1)
      absorbed.insert(next)
    }
    if let next = onlyConsumer(), let residual = earlierOperand(of: next) {
      step.residual = residual
      step.output = Network.Value(next + 1)
      absorbed.insert(next)
      return
    }
    for next in consumers[step.output.index] where next < nodes.count {
      // The total takes the memory of what was summed before, so nobody may read that later, or its past.
      guard let previous = earlierOperand(of: next), previous != network.input,
        historyFrames[previous.index] == 0, historyFrames[next + 1] == 0,
        consumers[previous.index].allSatisfy({ $0 == next || $0 < step.node })
      else { continue }
      step.previous = previous
      step.total = Network.Value(next + 1)
      absorbed.insert(next)
      return
    }
  }

  /// Recognises first(x[0 ..< n]) · second(x[n ..< 2n]) from its first slice on, when nobody reads the parts.
  private func gate(startingAt index: Int, consumers: [[Int]]) -> (step: Step, nodes: [Int])? {
    let nodes = network.nodes
    guard case .slice(let first) = nodes[index].operation, first.lowerBound == 0,
      index + 4 < nodes.count,
      case .slice(let second) = nodes[index + 1].operation, nodes[index + 1].inputs == nodes[index].inputs,
      second == first.count..<2 * first.count,
      case .activation(let left) = nodes[index + 2].operation, nodes[index + 2].inputs == [Network.Value(index + 1)],
      case .activation(let right) = nodes[index + 3].operation, nodes[index + 3].inputs == [Network.Value(index + 2)],
      case .multiply = nodes[index + 4].operation,
      nodes[index + 4].inputs == [Network.Value(index + 3), Network.Value(index + 4)],
      (1...4).allSatisfy({ consumers[index + $0].count == 1 })
    else { return nil }
    return (
      .gate(left, right, input: nodes[index].inputs[0], output: Network.Value(index + 5)),
      Array(index...index + 4)
    )
  }

  // MARK: - What a step touches

  /// Values that `step` reads.
  func inputs(of step: Step) -> [Network.Value] {
    switch step {
    case .convolution(let fused):
      network.nodes[fused.node].inputs + [fused.residual, fused.previous].compactMap { $0 }
    case .gate(_, _, let input, _): [input]
    case .pointwise(let node): network.nodes[node].inputs
    }
  }

  /// What `step` gives, besides a running total.
  func output(of step: Step) -> Network.Value {
    switch step {
    case .convolution(let fused): fused.output
    case .gate(_, _, _, let output): output
    case .pointwise(let node): Network.Value(node + 1)
    }
  }
}
