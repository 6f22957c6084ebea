import CConvolutionKernels

/// Batch normalisation for inference: every channel is scaled and shifted by constants from training.
///
/// ```
/// y[b,c,n…] = scale[c] · (x[b,c,n…] − mean[c]) / √(variance[c] + epsilon) + shift[c]
/// ```
/// - Shapes: `[batch, channels, sizes…]` → the same.
/// - Numerics: gain and offset of a channel are computed in double precision and rounded to Float32, then one fused
///   multiply-add per element. With u = 2⁻²⁴, |error| ≤ u(|gain · x| + |offset| + |y|).
public struct BatchNormalisation: Hashable, Sendable {
  /// One per channel.
  public let mean: [Float]
  /// One per channel. `variance + epsilon` must be above zero, or the results are infinite or NaN.
  public let variance: [Float]
  /// Gamma or weight in other frameworks; one per channel.
  public let scale: [Float]
  /// Beta or bias in other frameworks; one per channel.
  public let shift: [Float]
  /// Added to the variance.
  public let epsilon: Double

  /// - Parameters:
  ///   - scale: Default 1.
  ///   - shift: Default 0.
  ///   - epsilon: Default 1e-5, as in PyTorch and ONNX.
  /// - Throws: `GeometryError.count` when there are not as many of each as means.
  public init(
    mean: [Float], variance: [Float], scale: [Float]? = nil, shift: [Float]? = nil, epsilon: Double = 1e-5
  ) throws(GeometryError) {
    self.mean = mean
    self.variance = variance
    self.scale = scale ?? [Float](repeating: 1, count: mean.count)
    self.shift = shift ?? [Float](repeating: 0, count: mean.count)
    self.epsilon = epsilon
    for (what, count) in [
      ("variances", variance.count), ("scales", self.scale.count), ("shifts", self.shift.count),
    ] where count != mean.count {
      throw .count(of: what, expected: mean.count, actual: count)
    }
  }

  /// Channels.
  public var channels: Int { mean.count }

  /// Normalises every channel.
  /// - Throws: `GeometryError.tooSmall` without a channel axis; `.axis` for a wrong number of channels.
  public func apply(to input: Tensor) throws(GeometryError) -> Tensor {
    try checkChannels(of: input.shape, expected: channels)
    return input.affine { _, channel in
      let gain = gain(channel)
      return (gain, Double(shift[channel]) - Double(mean[channel]) * gain)
    }
  }

  /// The weights and biases of a convolution that equals the one of `weights` and `bias` followed by this normalisation.
  ///
  /// ```
  /// weights'[o,…] = gain[o] · weights[o,…],  bias'[o] = gain[o] · (bias[o] − mean[o]) + shift[o]
  /// ```
  /// - Parameters:
  ///   - weights: `[outputChannels, inputChannels / groups, kernel…]`, or of a linear layer `[outputs, inputs]`.
  ///   - bias: One per output channel. Default 0.
  /// - Numerics: double precision, each result rounded once.
  /// - Throws: `GeometryError.tooSmall` without axes; `.axis`, `.count` for a wrong number of channels.
  public func folded(
    into weights: Tensor, bias: [Float]? = nil
  ) throws(GeometryError) -> (weights: Tensor, bias: [Float]) {
    guard weights.shape.rank >= 1 else { throw .tooSmall(what: "the rank", minimum: 1, actual: 0) }
    guard weights.shape[0] == channels else {
      throw .axis(0, of: "weights", expected: channels, actual: weights.shape[0])
    }
    return (scaled(weights, outputsOfRow: { $0..<$0 + 1 }, rows: channels), try foldedBias(bias))
  }

  /// The same for a transposed convolution, whose weights have the input channels first.
  ///
  /// - Parameters:
  ///   - weights: `[inputChannels, outputChannels / groups, kernel…]`.
  ///   - groups: A divisor of both channel counts. Default 1.
  /// - Throws: `GeometryError.tooSmall`, `.indivisible`, `.axis`, `.count`.
  public func folded(
    intoTransposed weights: Tensor, bias: [Float]? = nil, groups: Int = 1
  ) throws(GeometryError) -> (weights: Tensor, bias: [Float]) {
    guard weights.shape.rank >= 2 else { throw .tooSmall(what: "the rank", minimum: 2, actual: weights.shape.rank) }
    guard groups >= 1 else { throw .tooSmall(what: "groups", minimum: 1, actual: groups) }
    for (what, count) in [("input channels", weights.shape[0]), ("output channels", channels)]
    where count % groups != 0 {
      throw .indivisible(what: what, channels: count, groups: groups)
    }
    let groupOutputs = channels / groups
    guard weights.shape[1] == groupOutputs else {
      throw .axis(1, of: "weights", expected: groupOutputs, actual: weights.shape[1])
    }
    let groupInputs = weights.shape[0] / groups
    let folded = scaled(
      weights, outputsOfRow: { ($0 / groupInputs * groupOutputs)..<(($0 / groupInputs + 1) * groupOutputs) },
      rows: weights.shape[0])
    return (folded, try foldedBias(bias))
  }

  /// scale / √(variance + epsilon)
  private func gain(_ channel: Int) -> Double {
    Double(scale[channel]) / (Double(variance[channel]) + epsilon).squareRoot()
  }

  /// The weights times the gain of their output channel; `outputsOfRow` gives the output channels along a row of the
  /// first axis.
  private func scaled(_ weights: Tensor, outputsOfRow: (Int) -> Range<Int>, rows: Int) -> Tensor {
    var result = weights
    guard result.count > 0 else { return result }
    let gains = (0..<channels).map(gain)
    result.withUnsafeMutableValues { values in
      var place = 0
      for row in 0..<rows {
        let outputs = outputsOfRow(row)
        let run = values.count / rows / outputs.count
        for output in outputs {
          for index in place..<place + run { values[index] = Float(Double(values[index]) * gains[output]) }
          place += run
        }
      }
    }
    return result
  }

  private func foldedBias(_ bias: [Float]?) throws(GeometryError) -> [Float] {
    if let bias, bias.count != channels { throw .count(of: "biases", expected: channels, actual: bias.count) }
    return (0..<channels).map { channel in
      let bias = bias.map { Double($0[channel]) } ?? 0
      return Float((bias - Double(mean[channel])) * gain(channel) + Double(shift[channel]))
    }
  }
}

/// Throws for an input without a channel axis or with a wrong number of channels.
func checkChannels(of input: Shape, expected: Int) throws(GeometryError) {
  guard input.rank >= 2 else { throw .tooSmall(what: "the rank", minimum: 2, actual: input.rank) }
  guard input[1] == expected else { throw .axis(1, of: "input", expected: expected, actual: input[1]) }
}

extension Tensor {
  /// gain · x + offset, fused, with numbers for each channel.
  ///
  /// - Parameter numbers: Gain and offset of a channel in an element of the batch; rounded to Float32 here.
  /// - Precondition: The rank is at least 2.
  func affine(_ numbers: (_ batch: Int, _ channel: Int) -> (gain: Double, offset: Double)) -> Tensor {
    var output = Tensor(shape)
    guard count > 0 else { return output }
    let kernels = KernelLevel.selected.kernels
    let channels = shape[1]
    let run = count / (shape[0] * channels)
    // Safe because a tensor's memory is readable for CCK_READ_SLACK floats after its end, so also after every row.
    output.withUnsafeMutableValues { output in
      withUnsafeValues { input in
        for row in 0..<shape[0] * channels {
          let (gain, offset) = numbers(row / channels, row % channels)
          let start = row * run
          kernels.pointee.affine(
            Float(gain), Float(offset), input.baseAddress! + start, output.baseAddress! + start, run)
        }
      }
    }
    return output
  }
}
