/// Group normalisation: the channels of a group with all axes after them are brought to mean 0 and variance 1 together,
/// then every channel is scaled and shifted. With as many groups as channels it is instance normalisation.
///
/// ```
/// y[b,c,n…] = scale[c] · (x[b,c,n…] − mean[b,g]) / √(variance[b,g] + epsilon) + shift[c]
/// ```
/// - Shapes: `[batch, channels, sizes…]` → the same.
/// - Numerics: mean and variance (divided by the count) in double precision, see `RunSums`; gain and offset of a
///   channel rounded to Float32, then one fused multiply-add per element. With u = 2⁻²⁴,
///   |error| ≤ u(|gain · x| + |offset| + |y|): digits are lost where the mean is large compared with the deviation.
public struct GroupNormalisation: Hashable, Sendable {
  /// The number of independent groups of channels, all of one size.
  public let groups: Int
  /// Gamma or weight in other frameworks; one per channel.
  public let scale: [Float]
  /// Beta or bias in other frameworks; one per channel.
  public let shift: [Float]
  /// Added to the variance.
  public let epsilon: Double

  /// - Parameters:
  ///   - groups: A divisor of the channels.
  ///   - scale: One per channel. Default 1.
  ///   - shift: One per channel. Default 0.
  ///   - epsilon: Default 1e-5, as in PyTorch and ONNX.
  /// - Throws: `GeometryError.tooSmall`, `.indivisible`, `.count`.
  public init(
    groups: Int, channels: Int, scale: [Float]? = nil, shift: [Float]? = nil, epsilon: Double = 1e-5
  ) throws(GeometryError) {
    for (what, value) in [("groups", groups), ("channels", channels)] where value < 1 {
      throw .tooSmall(what: what, minimum: 1, actual: value)
    }
    guard channels % groups == 0 else { throw .indivisible(what: "channels", channels: channels, groups: groups) }
    self.groups = groups
    self.scale = scale ?? [Float](repeating: 1, count: channels)
    self.shift = shift ?? [Float](repeating: 0, count: channels)
    self.epsilon = epsilon
    for (what, count) in [("scales", self.scale.count), ("shifts", self.shift.count)] where count != channels {
      throw .count(of: what, expected: channels, actual: count)
    }
  }

  /// Instance normalisation: every channel separately, over all axes after it.
  /// - Throws: as `init`.
  public static func instance(
    channels: Int, scale: [Float]? = nil, shift: [Float]? = nil, epsilon: Double = 1e-5
  ) throws(GeometryError) -> GroupNormalisation {
    try GroupNormalisation(groups: channels, channels: channels, scale: scale, shift: shift, epsilon: epsilon)
  }

  /// Channels.
  public var channels: Int { scale.count }

  /// Normalises every group.
  /// - Throws: `GeometryError.tooSmall` without a channel axis; `.axis` for a wrong number of channels.
  public func apply(to input: Tensor) throws(GeometryError) -> Tensor {
    try checkChannels(of: input.shape, expected: channels)
    guard input.count > 0 else { return input }
    let run = input.count / (input.shape[0] * groups)
    let statistics = input.withUnsafeValues { input in
      (0..<input.count / run).map { index in
        RunSums.standardising(
          UnsafeBufferPointer(rebasing: input[index * run..<(index + 1) * run]), epsilon: epsilon)
      }
    }
    let groupChannels = channels / groups
    return input.affine { batch, channel in
      let (mean, gain) = statistics[batch * groups + channel / groupChannels]
      let channelGain = gain * Double(scale[channel])
      return (channelGain, Double(shift[channel]) - mean * channelGain)
    }
  }
}
