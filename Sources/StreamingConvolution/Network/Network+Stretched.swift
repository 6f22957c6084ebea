import Convolution

extension Network {
  /// The same network for a sample rate `factor` times as high: every dilation is multiplied by `factor`, so that all
  /// taps keep their place in time.
  ///
  /// Linear parts keep their response below the old Nyquist frequency and repeat it above, mirrored; pointwise
  /// functions alias less than at the old rate. Frames t, t + factor, t + 2 · factor … go through as if alone, to the
  /// bit.
  ///
  /// - Returns: nil for a recurrent network, whose state belongs to its rate.
  /// - Throws: `GeometryError` when a history grows beyond what is allowed.
  public func stretched(by factor: Int) throws(GeometryError) -> Network? {
    var nodes: [Node] = []
    for node in self.nodes {
      switch node.operation {
      case .lstm: return nil
      case .convolution(let kernels, let bias):
        var stretched: [CausalKernel] = []
        for kernel in kernels { stretched.append(try kernel.stretched(by: factor)) }
        nodes.append(Node(operation: .convolution(stretched, bias: bias), inputs: node.inputs, channels: node.channels))
      case .affine, .activation, .leakyClamp, .add, .multiply, .concatenate, .slice: nodes.append(node)
      }
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
