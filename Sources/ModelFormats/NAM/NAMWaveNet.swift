/// Arrays of dilated causal layers whose activations are summed for a head, as trained for guitar amplifiers.
///
/// ```
/// c = condition model(in), or in
/// for every array:
///   x = rechannel(x)                       x: the input, or the x of the previous array
///   for every layer:
///     z = conv(x·conv_pre)·conv_post + mixIn(c·mixin_pre)·mixin_post, then ·activation_pre
///     a = activate(z)·activation_post      plain, gated or blended
///     s = s + head1x1(a)·head1x1_post, or a
///     x = x + layer1x1(a)·layer1x1_post, or x
///   s = head(s)                            the next array's sum starts from it
/// y = headScale · s, then y = convolution(activation(y)) for every layer of the post-stack head
/// ```
/// Here ·site is feature-wise modulation by the condition (`NAMFilm`), which is usually absent.
public struct NAMWaveNet: Sendable, Equatable {
  /// Computes the condition from the input; nil: the input itself is the condition.
  public var conditionModel: NAMModel?
  /// In running order, at least one.
  public var arrays: [NAMLayerArray]
  /// Factor on the last array's head.
  public var headScale: Float
  /// Convolutions after the last array; nil: none.
  public var postHead: NAMPostHead?

  /// Makes a network from its parts, without checks.
  public init(
    conditionModel: NAMModel? = nil, arrays: [NAMLayerArray], headScale: Float, postHead: NAMPostHead? = nil
  ) {
    self.conditionModel = conditionModel
    self.arrays = arrays
    self.headScale = headScale
    self.postHead = postHead
  }

  /// Number of input channels.
  public var inputChannels: Int { arrays.first?.rechannel.inputChannels ?? 1 }
  /// Number of output channels.
  public var outputChannels: Int {
    postHead?.convolutions.last?.outputChannels ?? arrays.last?.head.outputChannels ?? 1
  }
}

/// Layers with the same widths and a common head.
public struct NAMLayerArray: Sendable, Equatable {
  /// 1x1 without bias.
  public var rechannel: NAMConvolution
  /// In running order, at least one; all with the same widths, groups and modulation sites.
  public var layers: [NAMLayer]
  /// Reads the sum of the activations.
  public var head: NAMConvolution
  /// Widths that the array can be slimmed to, ascending, ending with its own; nil: the array is not slimmable.
  public var slimmableChannels: [Int]?

  /// Makes an array from its parts, without checks.
  public init(rechannel: NAMConvolution, layers: [NAMLayer], head: NAMConvolution, slimmableChannels: [Int]? = nil) {
    self.rechannel = rechannel
    self.layers = layers
    self.head = head
    self.slimmableChannels = slimmableChannels
  }

  /// Width C of the residual path.
  public var channels: Int { rechannel.outputChannels }
  /// Width of the sum that the head reads.
  public var sumChannels: Int { head.inputChannels }
}

/// One layer.
public struct NAMLayer: Sendable, Equatable {
  /// C to Z channels, dilated, with bias. Z is B, or 2B with a gate.
  public var convolution: NAMConvolution
  /// 1x1 from the condition to Z, without bias.
  public var mixIn: NAMConvolution
  /// 1x1 from B to C with bias, added to the residual path; nil: nothing is added.
  public var layer1x1: NAMConvolution?
  /// 1x1 from B to the sum, with bias; nil: the activation itself is added to the sum.
  public var head1x1: NAMConvolution?
  /// Modulation by the condition, by site.
  public var films: [NAMFilmSite: NAMFilm]
  /// The activation of z, or of its first half when there is a gate.
  public var activation: NAMActivation
  /// How the second half of z is used.
  public var gating: NAMGating

  /// Makes a layer from its parts, without checks.
  public init(
    convolution: NAMConvolution, mixIn: NAMConvolution, layer1x1: NAMConvolution?, head1x1: NAMConvolution? = nil,
    films: [NAMFilmSite: NAMFilm] = [:], activation: NAMActivation, gating: NAMGating = .none
  ) {
    self.convolution = convolution
    self.mixIn = mixIn
    self.layer1x1 = layer1x1
    self.head1x1 = head1x1
    self.films = films
    self.activation = activation
    self.gating = gating
  }

  /// Width B after the activation.
  public var bottleneck: Int { gating == .none ? convolution.outputChannels : convolution.outputChannels / 2 }
}

/// How the two halves of a layer's z are combined.
public enum NAMGating: Sendable, Equatable {
  /// No gate: activation(z).
  case none
  /// activation(z[0 ..< B]) · gate(z[B ..< 2B])
  case gated(NAMActivation)
  /// g · activation(z[0 ..< B]) + (1 − g) · z[0 ..< B] with g = blend(z[B ..< 2B])
  case blended(NAMActivation)
}

/// Feature-wise linear modulation: x · scale(c) + shift(c), where a 1x1 convolution of the condition c gives the scales
/// and shifts.
public struct NAMFilm: Sendable, Equatable {
  /// From the condition to one scale per channel and, if there are shifts, one shift per channel.
  public var convolution: NAMConvolution
  /// Whether there are shifts.
  public var hasShift: Bool

  /// Makes a modulation from its parts, without checks.
  public init(convolution: NAMConvolution, hasShift: Bool) {
    self.convolution = convolution
    self.hasShift = hasShift
  }
}

/// The places in a layer that can be modulated, in the order of the weights.
public enum NAMFilmSite: String, Sendable, CaseIterable {
  /// The input of the dilated convolution.
  case convolutionInput = "conv_pre_film"
  /// The output of the dilated convolution.
  case convolutionOutput = "conv_post_film"
  /// The input of the mix-in.
  case mixInInput = "input_mixin_pre_film"
  /// The output of the mix-in.
  case mixInOutput = "input_mixin_post_film"
  /// The sum of both.
  case activationInput = "activation_pre_film"
  /// The output of the activation.
  case activationOutput = "activation_post_film"
  /// The output of layer1x1, before it is added to the residual path.
  case layer1x1Output = "layer1x1_post_film"
  /// The output of head1x1, before it is added to the sum.
  case head1x1Output = "head1x1_post_film"
}

/// Convolutions after the last array, each preceded by the same activation.
public struct NAMPostHead: Sendable, Equatable {
  /// Applied before every convolution.
  public var activation: NAMActivation
  /// With bias, undilated; at least one.
  public var convolutions: [NAMConvolution]

  /// Makes a head from its parts, without checks.
  public init(activation: NAMActivation, convolutions: [NAMConvolution]) {
    self.activation = activation
    self.convolutions = convolutions
  }
}
