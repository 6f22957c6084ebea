import Convolution

/// The size and cost of a network, known before anything is allocated.
package struct NetworkCost: Hashable, Sendable {
  /// Trained numbers: weights, biases, scales and slopes.
  package let parameters: Int
  /// Multiply-adds of convolutions and recurrent layers for one frame.
  package let multiplyAddsPerFrame: Int
  /// Past frames that an output depends on, not counting the state of recurrent layers. The receptive field is one
  /// more.
  package let historyFrames: Int
  /// Whether a layer is recurrent, with an unbounded history.
  package let isRecurrent: Bool

  /// The cost of `network`.
  package init(of network: Network) {
    var parameters = 0
    var multiplyAdds = 0
    var history = [0]
    var isRecurrent = false
    for node in network.nodes {
      let facts = node.operation.facts
      parameters += facts.parameters
      multiplyAdds += facts.multiplyAddsPerFrame
      isRecurrent = isRecurrent || facts.isRecurrent
      let own = facts.historyFrames
      history.append(node.inputs.enumerated().map { history[$1.index] + (own.isEmpty ? 0 : own[$0]) }.max() ?? 0)
    }
    self.parameters = parameters
    multiplyAddsPerFrame = multiplyAdds
    historyFrames = history[network.output.index]
    self.isRecurrent = isRecurrent
  }

  /// Frames that an output depends on, including the current one.
  package var receptiveFieldFrames: Int { historyFrames + 1 }
}
