import CConvolutionKernels
import Convolution

/// The steps that run a network, in order. Patterns that have a fused kernel become one step.
///
/// Fusing saves passes over memory and never changes a bit, because a fused step keeps the order of the unfused ones:
/// convolution and mix-in, activation, residual, running total. A convolution of kernel size 1 that reads another one's
/// output runs together with it, piece by piece: a whole WaveNet layer is one step.
struct NetworkPlan {
  /// A convolution and what follows it while the sums are in registers.
  struct FusedConvolution {
    /// The convolution node.
    var node: Int
    var activation: Activation = .identity
    /// Added after the activation.
    var residual: Network.Value?
    /// The step's result.
    var output: Network.Value
    /// `total` = `previous` + `output`, in the memory of `previous`.
    var previous: Network.Value?
    var total: Network.Value?
    /// Whether `output` goes to memory. Not needed if only the running total and a convolution of the same step read
    /// it.
    var isStored = true
  }

  /// One pass over the channels of a sub-block.
  enum Step {
    /// `then` is a convolution of kernel size 1 that reads the first one's output.
    case convolution(FusedConvolution, then: FusedConvolution?)
    /// first(x[0 ..< n]) · second(x[n ..< 2n])
    case gate(Activation, Activation, input: Network.Value, output: Network.Value)
    /// Any other node by itself.
    case pointwise(node: Int)
  }

  let network: Network
  private(set) var steps: [Step] = []
  /// For every value, how many past frames of it are read. 0 needs no ring.
  private(set) var historyFrames: [Int]

  /// - Parameter fused: Whether to fuse patterns. If not, every node is a step of its own: the plain twin.
  init(_ network: Network, fused: Bool) {
    self.network = network
    historyFrames = Array(repeating: 0, count: network.nodes.count + 1)
    for node in network.nodes {
      for (input, frames) in zip(node.inputs, node.operation.facts.historyFrames) {
        historyFrames[input.index] = max(historyFrames[input.index], frames)
      }
    }

    let consumers = Self.consumers(in: network)
    var absorbed = Set<Int>()
    for index in network.nodes.indices where !absorbed.contains(index) {
      switch network.nodes[index].operation {
      case .convolution:
        var step = FusedConvolution(node: index, output: Network.Value(index + 1))
        var then: FusedConvolution?
        if fused {
          extend(&step, runningAt: index, consumers: consumers, absorbed: &absorbed)
          then = following(&step, consumers: consumers, absorbed: &absorbed)
        }
        steps.append(.convolution(step, then: then))
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

  /// For every value, the nodes that read it, in order. The network's output counts as one more reader, after all
  /// nodes.
  private static func consumers(in network: Network) -> [[Int]] {
    var consumers = [[Int]](repeating: [], count: network.nodes.count + 1)
    for (index, node) in network.nodes.enumerated() {
      for input in node.inputs { consumers[input.index].append(index) }
    }
    consumers[network.output.index].append(network.nodes.count)
    return consumers
  }

  /// Adds the activation, the residual and the running total that follow a convolution to its step.
  /// - Parameter start: The node in whose place the step runs. Everything before it has been computed.
  private func extend(
    _ step: inout FusedConvolution, runningAt start: Int, consumers: [[Int]], absorbed: inout Set<Int>
  ) {
    let nodes = network.nodes
    func onlyConsumer() -> Int? {
      let readers = consumers[step.output.index]
      return readers.count == 1 && readers[0] < nodes.count ? readers[0] : nil
    }
    /// The other operand of the sum at node `sum`, if it is known before the step runs.
    func earlierOperand(of sum: Int) -> Network.Value? {
      guard case .add = nodes[sum].operation else { return nil }
      let others = nodes[sum].inputs.filter { $0 != step.output }
      return others.count == 1 && others[0].index <= start ? others[0] : nil
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
      // The total overwrites the previous sum, so nothing may read that sum, or its past, later.
      guard let previous = earlierOperand(of: next), previous != network.input,
        historyFrames[previous.index] == 0, historyFrames[next + 1] == 0,
        consumers[previous.index].allSatisfy({ $0 == next || $0 < start })
      else { continue }
      step.previous = previous
      step.total = Network.Value(next + 1)
      absorbed.insert(next)
      return
    }
  }

  /// The first convolution of kernel size 1 that reads the output of `step`, with what follows it.
  private func following(
    _ step: inout FusedConvolution, consumers: [[Int]], absorbed: inout Set<Int>
  ) -> FusedConvolution? {
    let nodes = network.nodes
    func isUngrouped(_ node: Int) -> Bool {
      guard case .convolution(let kernels, _) = nodes[node].operation else { return false }
      return kernels.allSatisfy { $0.groups == 1 }
    }
    guard isUngrouped(step.node), nodes[step.node].channels <= Int(CCK_MOST_THEN) else { return nil }
    let readers = consumers[step.output.index]
    let next = readers.first { reader in
      guard reader < nodes.count, case .convolution(let kernels, _) = nodes[reader].operation else { return false }
      return nodes[reader].inputs == [step.output] && kernels[0].kernelSize == 1 && isUngrouped(reader)
    }
    guard let next else { return nil }
    var then = FusedConvolution(node: next, output: Network.Value(next + 1))
    absorbed.insert(next)
    extend(&then, runningAt: step.node, consumers: consumers, absorbed: &absorbed)
    let sum = step.total.map { $0.index - 1 }
    step.isStored = historyFrames[step.output.index] > 0 || readers.contains { $0 != next && $0 != sum }
    return then
  }

  /// Recognises first(x[0 ..< n]) · second(x[n ..< 2n]) from its first slice on, if nothing else reads the parts.
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

  /// Values that `step` reads from memory.
  func inputs(of step: Step) -> [Network.Value] {
    switch step {
    case .convolution(let fused, let then):
      network.nodes[fused.node].inputs
        + [fused.residual, fused.previous, then?.residual, then?.previous].compactMap { $0 }
    case .gate(_, _, let input, _): [input]
    case .pointwise(let node): network.nodes[node].inputs
    }
  }

  /// Values that `step` writes to memory of their own.
  func outputs(of step: Step) -> [Network.Value] {
    switch step {
    case .convolution(let fused, let then): (fused.isStored ? [fused.output] : []) + (then.map { [$0.output] } ?? [])
    case .gate(_, _, _, let output): [output]
    case .pointwise(let node): [Network.Value(node + 1)]
    }
  }

  /// The running totals that `step` writes over the previous sum.
  func totals(of step: Step) -> [(previous: Network.Value, total: Network.Value)] {
    guard case .convolution(let fused, let then) = step else { return [] }
    return [fused, then].compactMap { fused in
      guard let fused, let previous = fused.previous, let total = fused.total else { return nil }
      return (previous, total)
    }
  }
}
