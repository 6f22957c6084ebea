import Convolution
import ModelFormats
import StreamingConvolution

extension Network {
  /// The WaveNet that a preset describes, as a network value.
  ///
  /// For every array: x is the 1×1 projection of the array's input; every layer gives
  /// a = activation(dilated(x) + mixIn(condition)), perhaps gated, adds a (or its 1×1) to the skip sum and the 1×1 of a
  /// to x; the head turns the skip sum into the starting value of the next array's sum. The condition is the network's
  /// input.
  ///
  /// - Throws: `GeometryError` when weights do not fit the description; `readWeights` has made sure that they do.
  package init(_ description: WaveNetDescription, weights: WaveNetWeights) throws(GeometryError) {
    self.init(inputChannels: description.inputChannels)
    let condition = input
    var x = input
    var skip: Value?
    for (array, trained) in zip(description.arrays, weights.arrays) {
      x = try convolve([(x, try CausalKernel(trained.input))])
      let activation = Activation(array.activation)
      for (layer, trained) in zip(array.layers, trained.layers) {
        let z = try convolve(
          [
            (x, try CausalKernel(trained.dilated, dilation: layer.dilation, groups: array.groups)),
            (condition, try CausalKernel(trained.mixIn)),
          ], bias: trained.dilated.bias)
        let a: Value
        if let gate = array.gate {
          let first = try slice(z, channels: 0..<array.channels)
          let second = try slice(z, channels: array.channels..<2 * array.channels)
          let left = try activate(first, activation)
          let right = try activate(second, Activation(gate))
          a = try multiply(left, right)
        } else {
          a = try activate(z, activation)
        }
        let heard =
          if let kernel = trained.skip { try convolve([(a, CausalKernel(kernel))], bias: kernel.bias) } else { a }
        skip = if let sum = skip { try add(sum, heard) } else { heard }
        if let kernel = trained.residual {
          x = try add(x, try convolve([(a, CausalKernel(kernel))], bias: kernel.bias))
        }
      }
      guard let sum = skip else { throw .tooSmall(what: "the number of layers", minimum: 1, actual: 0) }
      skip = try convolve([(sum, try CausalKernel(trained.head))], bias: trained.head.bias)
    }
    guard var y = skip else { throw .tooSmall(what: "the number of layer arrays", minimum: 1, actual: 0) }
    let count = channels(of: y)
    y = try scale(
      y, by: [Float](repeating: description.headScale, count: count), shift: [Float](repeating: 0, count: count))
    for (layer, trained) in zip(description.head, weights.head) {
      y = try convolve(
        [(try activate(y, Activation(layer.activation)), try CausalKernel(trained))], bias: trained.bias)
    }
    output = y
  }
}

extension CausalKernel {
  /// A kernel from a stored tensor of shape [outputs, inputs / groups, taps].
  init(_ stored: ConvolutionWeights, dilation: Int = 1, groups: Int = 1) throws(GeometryError) {
    try self.init(
      outputChannels: stored.shape[0], inputChannels: stored.shape[1] * groups, kernelSize: stored.shape[2],
      dilation: dilation, groups: groups, weights: stored.weight)
  }
}

extension Activation {
  /// The kernels' function for what a preset describes.
  init(_ description: ActivationDescription) {
    switch description {
    case .named(let name): self.init(name)
    case .leakyReLU(let slope): self = .leakyReLU(slope: slope)
    case .prelu(let slopes): self = .prelu(slopes: slopes)
    }
  }

  /// The kernels' function with this name. `ActivationListTests` checks that every name of a file has one.
  init(_ name: ActivationName) { self.init(listed: name.rawValue) }

  init(_ gate: GateDescription) { self.init(listed: gate.rawValue) }

  private init(listed name: String) {
    guard let known = Activation.named(name) else { preconditionFailure("the kernels have no \(name)") }
    self = known
  }
}
