import Convolution

extension Network {
  /// What a node does. All operations are causal and keep the frame rate.
  ///
  /// To add one: a case here with its answers to `facts` and `stretched(by:)`, a method of `Network` that adds it and
  /// checks its channels, how it runs in `NetworkRunner`, and its definition in `ReferenceNetwork`. The compiler names
  /// each place that is missing.
  package enum Operation: Sendable {
    /// bias + the sum of one causal convolution per input. Several inputs share one chain of sums: the mix-in of a
    /// conditioning signal is one more tap.
    case convolution([CausalKernel], bias: [Float])
    /// scale[c] · x + shift[c], as one fused multiply-add.
    case affine(scale: [Float], shift: [Float])
    /// A pointwise function.
    case activation(Activation)
    /// A clamp that may leak, a pointwise function with four parameters.
    case leakyClamp(LeakyClamp)
    /// A recurrent layer, the only operation with an unbounded history.
    case lstm(LSTMCell)
    /// The sum of two inputs with equal channel counts.
    case add
    /// The product of two inputs with equal channel counts.
    case multiply
    /// The channels of all inputs, one input after the other.
    case concatenate
    /// A range of the input's channels.
    case slice(Range<Int>)
  }
}

extension Network.Operation {
  /// What is known of an operation before anything is allocated.
  struct Facts {
    /// Trained numbers: weights, biases, scales and slopes.
    var parameters = 0
    /// Multiply-adds of convolutions and recurrent layers for one frame.
    var multiplyAddsPerFrame = 0
    /// Past frames that are read of each input; empty when the operation reads only the present frame.
    var historyFrames: [Int] = []
    /// Whether an output can depend on the whole past.
    var isRecurrent = false
  }

  /// Cost and history.
  var facts: Facts {
    switch self {
    case .convolution(let kernels, let bias):
      let weights = kernels.reduce(0) { $0 + $1.weights.count }
      return Facts(
        parameters: weights + (bias.contains { $0 != 0 } ? bias.count : 0), multiplyAddsPerFrame: weights,
        historyFrames: kernels.map(\.historyFrames))
    case .affine(let scale, let shift): return Facts(parameters: scale.count + shift.count)
    case .activation(let activation): return Facts(parameters: activation.channelSlopes?.count ?? 0)
    case .lstm(let cell):
      return Facts(
        parameters: cell.weights.count + cell.bias.count, multiplyAddsPerFrame: cell.weights.count, isRecurrent: true)
    case .leakyClamp, .add, .multiply, .concatenate, .slice: return Facts()
    }
  }

  /// The same operation when frames are `factor` times as close in time; nil if there is none.
  /// - Throws: `GeometryError` when a history grows beyond what is allowed.
  fileprivate func stretched(by factor: Int) throws(GeometryError) -> Network.Operation? {
    switch self {
    case .convolution(let kernels, let bias):
      var stretched: [CausalKernel] = []
      for kernel in kernels { stretched.append(try kernel.stretched(by: factor)) }
      return .convolution(stretched, bias: bias)
    case .lstm: return nil
    case .affine, .activation, .leakyClamp, .add, .multiply, .concatenate, .slice: return self
    }
  }
}

extension Network {
  /// The same network for a sample rate `factor` times as high: every dilation is multiplied by `factor`, so that all
  /// taps keep their place in time.
  ///
  /// Linear parts keep their response below the old Nyquist frequency and repeat it above, mirrored; pointwise functions
  /// alias less than at the old rate. Frames t, t + factor, t + 2 · factor … give the same bits as if they were alone.
  ///
  /// - Returns: nil for a recurrent network, whose state belongs to its rate.
  /// - Throws: `GeometryError` when a history grows beyond what is allowed.
  package func stretched(by factor: Int) throws(GeometryError) -> Network? {
    var nodes: [Node] = []
    for node in self.nodes {
      guard let operation = try node.operation.stretched(by: factor) else { return nil }
      nodes.append(Node(operation: operation, inputs: node.inputs, channels: node.channels))
    }
    return replacing(nodes: nodes)
  }
}

extension CausalKernel {
  /// The same taps, `factor` times as far apart.
  fileprivate func stretched(by factor: Int) throws(GeometryError) -> CausalKernel {
    let (dilation, overflow) = dilation.multipliedReportingOverflow(by: factor)
    guard !overflow else { throw .overflow(what: "the dilation") }
    return try CausalKernel(
      outputChannels: outputChannels, inputChannels: inputChannels, kernelSize: kernelSize, dilation: dilation,
      groups: groups, weights: weights)
  }
}
