/// A WaveNet-style network as a preset describes it: arrays of dilated causal layers, each array with a head
/// that sums what its layers skip, and convolutions after the last head.
///
/// ```
/// x[0] = input_i · in                       in: the input, or the last x of the array before
/// z    = dilated_j(x[j]) + mixIn_j · c      c: the network's raw input
/// a    = activation(z), or activation(z[0..<C]) · gate(z[C..<2C]) with a gate
/// s   += skip_j(a), or a without skipChannels     s begins at the head output of the array before, else 0
/// x[j+1] = x[j] + residual_j(a)
/// h    = head_i(s)
/// y    = headScale · h of the last array;   then y = head_n(activation_n(y)) for each head convolution
/// ```
/// Every convolution is causal, of stride 1, with taps oldest first; bias where `expectedTensors` lists one.
public struct WaveNetDescription: Sendable, Equatable {
  /// The most layers of a network.
  public static let maximumLayers = 1024
  /// The most frames of history of a network: 2^28, an hour and a half at 48 kHz.
  public static let maximumHistoryFrames = 1 << 28

  /// The safetensors file, as written in the preset. `Preset.path(of:)` finds it.
  public var weightsPath: String
  /// How the past before the first frame is taken. Default: silence.
  public var past: PastDescription
  /// Channels of the input, and of the condition, which is always the raw input. Default: 1.
  public var inputChannels: Int
  /// Factor on the last array's head output. Default: 1.
  public var headScale: Float
  /// The arrays in running order, at least one.
  public var arrays: [WaveNetArray]
  /// Convolutions after the stack. Default: none.
  public var head: [WaveNetHeadConvolution]
  /// Gains around the network, and its share.
  public var levels: LevelsDescription

  /// A description from its parts, unchecked.
  public init(
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

  /// Channels of the output.
  public var outputChannels: Int { head.last?.outputChannels ?? arrays.last?.headChannels ?? inputChannels }

  /// The sum of the histories of all layers and heads: no output depends on more frames before its own, and by a few
  /// (an array's head and the next array stand side by side) it may be fewer.
  public var historyFrames: Int {
    var frames = 0
    for array in arrays {
      for layer in array.layers { frames += layer.historyFrames }
      frames += array.headKernelSize - 1
    }
    for convolution in head { frames += convolution.kernelSize - 1 }
    return frames
  }
}

/// Layers that share their widths and their head.
public struct WaveNetArray: Sendable, Equatable {
  /// Width C of the residual path.
  public var channels: Int
  /// The layers in running order, at least one.
  public var layers: [WaveNetLayer]
  /// Default: tanh.
  public var activation: ActivationDescription
  /// nil: no gate, the default.
  public var gate: GateDescription?
  /// Groups of the dilated convolutions. Default: 1.
  public var groups: Int
  /// Width of the skip sum behind a 1x1 convolution in every layer; nil: the activations are summed as they are.
  public var skipChannels: Int?
  /// Channels of the head's output.
  public var headChannels: Int
  /// Taps of the head. Default: 1.
  public var headKernelSize: Int
  /// Whether the head adds a bias. Default: no.
  public var headBias: Bool

  /// An array from its parts, unchecked.
  public init(
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
  public var activationInputChannels: Int { gate == nil ? channels : 2 * channels }
  /// Width of the skip sum, which the head reads.
  public var skipWidth: Int { skipChannels ?? channels }
}

/// One layer's dilated convolution.
public struct WaveNetLayer: Sendable, Equatable {
  /// Taps.
  public var kernelSize: Int
  /// Frames between taps.
  public var dilation: Int

  /// A layer of so many taps, so many frames apart.
  public init(kernelSize: Int, dilation: Int) {
    self.kernelSize = kernelSize
    self.dilation = dilation
  }

  /// Past frames that the layer reads.
  public var historyFrames: Int { (kernelSize - 1) * dilation }
}

/// A convolution after the stack: y = convolution(activation(y)), with bias.
public struct WaveNetHeadConvolution: Sendable, Equatable {
  /// Applied before the convolution.
  public var activation: ActivationDescription
  /// Channels of its output.
  public var outputChannels: Int
  /// Taps.
  public var kernelSize: Int

  /// A head convolution from its parts, unchecked.
  public init(activation: ActivationDescription, outputChannels: Int, kernelSize: Int = 1) {
    self.activation = activation
    self.outputChannels = outputChannels
    self.kernelSize = kernelSize
  }
}
