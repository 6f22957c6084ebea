/// A WaveNet-style network, as described in a preset: arrays of dilated causal layers, each array with a head that
/// reads the sum of its layers' skip outputs, and convolutions after the last head.
///
/// ```
/// x[0] = input_i · in                       in: the input, or the last x of the previous array
/// z    = dilated_j(x[j]) + mixIn_j · c      c: the network's raw input
/// a    = activation(z), or activation(z[0..<C]) · gate(z[C..<2C]) with a gate
/// s   += skip_j(a), or a without skipChannels     s starts with the previous array's head output, or 0
/// x[j+1] = x[j] + residual_j(a)
/// h    = head_i(s)
/// y    = headScale · h of the last array;   then y = head_n(activation_n(y)) for each head convolution
/// ```
/// Every convolution is causal with stride 1 and taps oldest first; `expectedTensors` says which have a bias.
package struct WaveNetDescription: Sendable, Equatable {
  /// The largest number of layers in a network.
  package static let maximumLayers = 1024
  /// The longest history of a network, in frames: 2^28, an hour and a half at 48 kHz.
  package static let maximumHistoryFrames = 1 << 28

  /// The path of the safetensors file, as written in the preset. `Preset.path(of:)` resolves it.
  package var weightsPath: String
  /// What the network assumes before the first frame. Default: silence.
  package var past: PastDescription
  /// Number of channels of the input and of the condition, which is always the raw input. Default: 1.
  package var inputChannels: Int
  /// Factor on the last array's head output. Default: 1.
  package var headScale: Float
  /// The arrays in running order, at least one.
  package var arrays: [WaveNetArray]
  /// Convolutions after the stack. Default: none.
  package var head: [WaveNetHeadConvolution]
  /// Gains before and after the network, and its dry/wet mix.
  package var levels: LevelsDescription

  /// Makes a description from its parts, without checks.
  package init(
    weightsPath: String, past: PastDescription = .silence, inputChannels: Int = 1, headScale: Float = 1,
    arrays: [WaveNetArray], head: [WaveNetHeadConvolution] = [], levels: LevelsDescription = .init()
  ) {
    self.weightsPath = weightsPath
    self.past = past
    self.inputChannels = inputChannels
    self.headScale = headScale
    self.arrays = arrays
    self.head = head
    self.levels = levels
  }

  /// Number of output channels.
  package var outputChannels: Int { head.last?.outputChannels ?? arrays.last?.headChannels ?? inputChannels }

  /// The sum of the histories of all layers and heads, in frames. No output depends on input further back; the true
  /// history can be slightly shorter, because an array's head and the next array run in parallel.
  package var historyFrames: Int {
    var frames = 0
    for array in arrays {
      for layer in array.layers { frames += layer.historyFrames }
      frames += array.headKernelSize - 1
    }
    for convolution in head { frames += convolution.kernelSize - 1 }
    return frames
  }
}

/// Layers with the same widths and a common head.
package struct WaveNetArray: Sendable, Equatable {
  /// Width C of the residual path.
  package var channels: Int
  /// The layers in running order, at least one.
  package var layers: [WaveNetLayer]
  /// Default: tanh.
  package var activation: ActivationDescription
  /// nil: no gate, the default.
  package var gate: GateDescription?
  /// Groups of the dilated convolutions. Default: 1.
  package var groups: Int
  /// Width of the skip sum, which a 1x1 convolution in every layer produces; nil: the activations themselves are
  /// summed.
  package var skipChannels: Int?
  /// Number of channels of the head's output.
  package var headChannels: Int
  /// Number of taps of the head. Default: 1.
  package var headKernelSize: Int
  /// Whether the head adds a bias. Default: no.
  package var headBias: Bool

  /// Makes an array from its parts, without checks.
  package init(
    channels: Int, layers: [WaveNetLayer], activation: ActivationDescription = .named(.tanh),
    gate: GateDescription? = nil, groups: Int = 1, skipChannels: Int? = nil, headChannels: Int,
    headKernelSize: Int = 1, headBias: Bool = false
  ) {
    self.channels = channels
    self.layers = layers
    self.activation = activation
    self.gate = gate
    self.groups = groups
    self.skipChannels = skipChannels
    self.headChannels = headChannels
    self.headKernelSize = headKernelSize
    self.headBias = headBias
  }

  /// Width Z before the activation: C, or 2C with a gate.
  package var activationInputChannels: Int { gate == nil ? channels : 2 * channels }
  /// Width of the skip sum, which the head reads.
  package var skipWidth: Int { skipChannels ?? channels }
}

/// One layer's dilated convolution.
package struct WaveNetLayer: Sendable, Equatable {
  /// Taps.
  package var kernelSize: Int
  /// Frames between taps.
  package var dilation: Int

  /// Makes a layer from its parts.
  package init(kernelSize: Int, dilation: Int) {
    self.kernelSize = kernelSize
    self.dilation = dilation
  }

  /// Number of past frames that the layer reads.
  package var historyFrames: Int { (kernelSize - 1) * dilation }
}

/// A convolution after the stack: y = convolution(activation(y)), with bias.
package struct WaveNetHeadConvolution: Sendable, Equatable {
  /// Applied before the convolution.
  package var activation: ActivationDescription
  /// Number of output channels.
  package var outputChannels: Int
  /// Taps.
  package var kernelSize: Int

  /// Makes a head convolution from its parts, without checks.
  package init(activation: ActivationDescription, outputChannels: Int, kernelSize: Int = 1) {
    self.activation = activation
    self.outputChannels = outputChannels
    self.kernelSize = kernelSize
  }
}
