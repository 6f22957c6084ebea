import Convolution

/// The size and cost of a network, known before anything is allocated.
public struct NetworkCost: Hashable, Sendable {
  /// Trained numbers: weights, biases, scales and slopes.
  public let parameters: Int
  /// Multiply-adds of convolutions and recurrent layers for one frame.
  public let multiplyAddsPerFrame: Int
  /// Past frames that an output depends on, not counting the state of recurrent layers. The receptive field is one
  /// more.
  public let historyFrames: Int
  /// Whether a layer is recurrent, with an unbounded history.
  public let isRecurrent: Bool

  /// The cost of `network`.
  public init(of network: Network) {
    var parameters = 0
    var multiplyAdds = 0
    var history = [0]
    var isRecurrent = false
    for node in network.nodes {
      var reach = node.inputs.map { history[$0.index] }.max() ?? 0
      switch node.operation {
      case .convolution(let kernels, let bias):
        parameters += kernels.reduce(0) { $0 + $1.weights.count } + (bias.contains { $0 != 0 } ? bias.count : 0)
        multiplyAdds += kernels.reduce(0) { $0 + $1.weights.count }
        reach = zip(node.inputs, kernels).map { history[$0.index] + $1.historyFrames }.max() ?? 0
      case .affine(let scale, let shift): parameters += scale.count + shift.count
      case .activation(.prelu(let slopes)): parameters += slopes.count
      case .lstm(let cell):
        isRecurrent = true
        parameters += cell.weights.count + cell.bias.count
        multiplyAdds += cell.weights.count
      case .activation, .leakyClamp, .add, .multiply, .concatenate, .slice: break
      }
      history.append(reach)
    }
    self.parameters = parameters
    multiplyAddsPerFrame = multiplyAdds
    historyFrames = history[network.output.index]
    self.isRecurrent = isRecurrent
  }

  /// Frames that an output depends on, including the current one.
  public var receptiveFieldFrames: Int { historyFrames + 1 }
}
