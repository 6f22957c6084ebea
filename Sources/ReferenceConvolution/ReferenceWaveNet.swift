/// What a reference network assumes about the past before its first frame.
package enum ReferencePast: String, Hashable, Sendable, CaseIterable {
  /// The input was always zero: every layer's history is the constant to which it has settled.
  case silence
  /// Every layer's own history is zero, as with zero padding in every layer.
  case zeroHistory
}

/// A WaveNet-style network by its definition, in double precision on Float32 weights.
///
/// With the raw input c, for every array in order:
/// ```
/// x = input(previous array's x, or c)
/// s = previous array's head output, or nothing
/// for every layer:
///   z = dilated(x) + mixIn(c)
///   a = activation(z), or activation(z[0 ..< C]) · gate(z[C ..< 2C])
///   s = s + (skip(a), or a)
///   x = x + residual(a)                      (the very last layer of the last array has none)
/// head output = head(s)
/// ```
/// and at the end y = `headScale` · the last head output, then for every layer of the post-stack head
/// y = convolution(activation(y)).
package struct ReferenceWaveNet: Sendable {
  /// One layer of an array.
  package struct Layer: Sendable {
    /// The dilated convolution: C channels to Z, which is C, or 2C with a gate.
    package var dilated: ReferenceCausalConvolution
    /// The 1x1 mix-in of the raw input, without bias.
    package var mixIn: ReferenceCausalConvolution
    /// The activation of all of z, or of its first half.
    package var activation: ReferenceActivation
    /// The activation of the second half of z; nil without a gate.
    package var gate: ReferenceActivation?
    /// 1x1 to the skip sum; nil: a itself is added.
    package var skip: ReferenceCausalConvolution?
    /// 1x1 to the residual; nil: x does not change, for the very last layer.
    package var residual: ReferenceCausalConvolution?

    /// A layer of these parts; without the optional ones it has no gate, adds its activation to the sum and keeps x.
    package init(
      dilated: ReferenceCausalConvolution, mixIn: ReferenceCausalConvolution, activation: ReferenceActivation,
      gate: ReferenceActivation? = nil, skip: ReferenceCausalConvolution? = nil,
      residual: ReferenceCausalConvolution? = nil
    ) {
      self.dilated = dilated
      self.mixIn = mixIn
      self.activation = activation
      self.gate = gate
      self.skip = skip
      self.residual = residual
    }
  }

  /// A stack of layers with one number of channels, between its input projection and its head.
  package struct LayerArray: Sendable {
    /// 1x1, without bias, from the raw input or the previous array's x.
    package var input: ReferenceCausalConvolution
    /// In running order.
    package var layers: [Layer]
    /// From the skip sum to the head output.
    package var head: ReferenceCausalConvolution

    /// An array of these parts.
    package init(input: ReferenceCausalConvolution, layers: [Layer], head: ReferenceCausalConvolution) {
      self.input = input
      self.layers = layers
      self.head = head
    }
  }

  /// One layer of the post-stack head: the activation comes first.
  package struct HeadLayer: Sendable {
    /// The activation, which comes first.
    package var activation: ReferenceActivation
    /// The convolution after it, with bias.
    package var convolution: ReferenceCausalConvolution

    /// A layer of these parts.
    package init(activation: ReferenceActivation, convolution: ReferenceCausalConvolution) {
      self.activation = activation
      self.convolution = convolution
    }
  }

  /// In running order; at least one.
  package var arrays: [LayerArray]
  /// The factor of the last array's head output.
  package var headScale: Float
  /// The post-stack head, often empty.
  package var head: [HeadLayer]

  /// A network of these parts.
  /// - Precondition: There is at least one array.
  package init(arrays: [LayerArray], headScale: Float, head: [HeadLayer] = []) {
    self.arrays = arrays
    self.headScale = headScale
    self.head = head
  }

  /// The sum of the histories of all layers and heads: the most frames before its own that an output depends on.
  package var historyFrames: Int {
    let inArrays = arrays.map { array in
      array.head.historyFrames + array.layers.reduce(0) { $0 + $1.dilated.historyFrames }
    }
    return inArrays.reduce(0, +) + head.reduce(0) { $0 + $1.convolution.historyFrames }
  }

  /// The network's output for planar `input`, with as many frames.
  package func run(_ input: [[Double]], past: ReferencePast) -> [[Double]] {
    let raw = Signal(frames: input, rest: input.map { _ in 0 })
    var x = raw
    var headOutput: Signal?
    for array in arrays {
      x = x.through(array.input, past)
      var skip = headOutput
      for layer in array.layers {
        let a = layer.answer(to: x, raw: raw, past)
        let contribution = layer.skip.map { a.through($0, past) } ?? a
        skip = skip.map { $0 + contribution } ?? contribution
        if let residual = layer.residual { x = x + a.through(residual, past) }
      }
      headOutput = skip?.through(array.head, past)
    }
    guard var y = headOutput else { preconditionFailure("a network has at least one array with a layer") }
    y = y.map { ReferenceOperations.scale($0, by: Double(headScale)) }
    for layer in head { y = y.map(layer.activation.apply).through(layer.convolution, past) }
    return y.frames
  }
}

extension ReferenceWaveNet.Layer {
  fileprivate func answer(to x: Signal, raw: Signal, _ past: ReferencePast) -> Signal {
    let z = x.through(dilated, past) + raw.through(mixIn, past)
    guard let gate else { return z.map(activation.apply) }
    let half = dilated.outputChannels / 2
    return z.map { z in
      ReferenceOperations.multiply(
        activation.apply(to: ReferenceOperations.slice(z, channels: 0..<half)),
        gate.apply(to: ReferenceOperations.slice(z, channels: half..<2 * half)))
    }
  }
}

/// A signal from frame 0 on, and its constant value before.
private struct Signal {
  var frames: [[Double]]
  /// One number per channel: the output for an input that was always zero.
  var rest: [Double]

  /// The convolution of the signal. With `.zeroHistory` the frames before 0 count as zero.
  func through(_ convolution: ReferenceCausalConvolution, _ past: ReferencePast) -> Signal {
    let history = past == .silence ? rest : rest.map { _ in 0 }
    return Signal(
      frames: convolution.apply(to: frames, past: history), rest: convolution.settled(on: rest))
  }

  /// An operation without history, on the frames and on the constant before them.
  func map(_ operation: ([[Double]]) -> [[Double]]) -> Signal {
    Signal(frames: operation(frames), rest: operation(rest.map { [$0] }).map { $0[0] })
  }

  static func + (first: Signal, second: Signal) -> Signal {
    Signal(
      frames: ReferenceOperations.add(first.frames, second.frames),
      rest: zip(first.rest, second.rest).map(+))
  }
}
