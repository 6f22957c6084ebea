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
package struct NAMWaveNet: Sendable, Equatable {
  /// Computes the condition from the input; nil: the input itself is the condition.
  package var conditionModel: NAMModel?
  /// In running order, at least one.
  package var arrays: [NAMLayerArray]
  /// Factor on the last array's head.
  package var headScale: Float
  /// Convolutions after the last array; nil: none.
  package var postHead: NAMPostHead?

  /// Makes a network from its parts, without checks.
  package init(
    conditionModel: NAMModel? = nil, arrays: [NAMLayerArray], headScale: Float, postHead: NAMPostHead? = nil
  ) {
    self.conditionModel = conditionModel
    self.arrays = arrays
    self.headScale = headScale
    self.postHead = postHead
  }

  /// Number of input channels.
  package var inputChannels: Int { arrays.first?.rechannel.inputChannels ?? 1 }
  /// Number of output channels.
  package var outputChannels: Int {
    postHead?.convolutions.last?.outputChannels ?? arrays.last?.head.outputChannels ?? 1
  }
}

/// Layers with the same widths and a common head.
package struct NAMLayerArray: Sendable, Equatable {
  /// 1x1 without bias.
  package var rechannel: NAMConvolution
  /// In running order, at least one; all with the same widths, groups and modulation sites.
  package var layers: [NAMLayer]
  /// Reads the sum of the activations.
  package var head: NAMConvolution
  /// Widths that the array can be slimmed to, ascending, ending with its own; nil: the array is not slimmable.
  package var slimmableChannels: [Int]?

  /// Makes an array from its parts, without checks.
  package init(rechannel: NAMConvolution, layers: [NAMLayer], head: NAMConvolution, slimmableChannels: [Int]? = nil) {
    self.rechannel = rechannel
    self.layers = layers
    self.head = head
    self.slimmableChannels = slimmableChannels
  }

  /// Width C of the residual path.
  package var channels: Int { rechannel.outputChannels }
  /// Width of the sum that the head reads.
  package var sumChannels: Int { head.inputChannels }
}

/// One layer.
package struct NAMLayer: Sendable, Equatable {
  /// C to Z channels, dilated, with bias. Z is B, or 2B with a gate.
  package var convolution: NAMConvolution
  /// 1x1 from the condition to Z, without bias.
  package var mixIn: NAMConvolution
  /// 1x1 from B to C with bias, added to the residual path; nil: nothing is added.
  package var layer1x1: NAMConvolution?
  /// 1x1 from B to the sum, with bias; nil: the activation itself is added to the sum.
  package var head1x1: NAMConvolution?
  /// Modulation by the condition, by site.
  package var films: [NAMFilmSite: NAMFilm]
  /// The activation of z, or of its first half when there is a gate.
  package var activation: NAMActivation
  /// How the second half of z is used.
  package var gating: NAMGating

  /// Makes a layer from its parts, without checks.
  package init(
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
  package var bottleneck: Int { gating == .none ? convolution.outputChannels : convolution.outputChannels / 2 }
}

/// How the two halves of a layer's z are combined.
package enum NAMGating: Sendable, Equatable {
  /// No gate: activation(z).
  case none
  /// activation(z[0 ..< B]) · gate(z[B ..< 2B])
  case gated(NAMActivation)
  /// g · activation(z[0 ..< B]) + (1 − g) · z[0 ..< B] with g = blend(z[B ..< 2B])
  case blended(NAMActivation)
}

/// Feature-wise linear modulation: x · scale(c) + shift(c), where a 1x1 convolution of the condition c gives the scales
/// and shifts.
package struct NAMFilm: Sendable, Equatable {
  /// From the condition to one scale per channel and, if there are shifts, one shift per channel.
  package var convolution: NAMConvolution
  /// Whether there are shifts.
  package var hasShift: Bool

  /// Makes a modulation from its parts, without checks.
  package init(convolution: NAMConvolution, hasShift: Bool) {
    self.convolution = convolution
    self.hasShift = hasShift
  }
}

/// The places in a layer that can be modulated, in the order of the weights.
package enum NAMFilmSite: String, Sendable, CaseIterable {
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
package struct NAMPostHead: Sendable, Equatable {
  /// Applied before every convolution.
  package var activation: NAMActivation
  /// With bias, undilated; at least one.
  package var convolutions: [NAMConvolution]

  /// Makes a head from its parts, without checks.
  package init(activation: NAMActivation, convolutions: [NAMConvolution]) {
    self.activation = activation
    self.convolutions = convolutions
  }
}
