extension NAMModel {
  /// The model at a size from 0, the smallest that it was trained for, to 1, the full model.
  ///
  /// - Containers use the first submodel whose limit is above the size, or the last one, with the container's own
  ///   metadata if there is any.
  /// - A WaveNet with slimmable arrays keeps the first channels of each: with n widths to choose from, the one at index
  ///   min(⌊size·n⌋, n − 1). The input of the first array and the output of the last keep their channels.
  /// - In a sequence every model is slimmed. All other models have one size.
  ///
  /// - Precondition: `size` is in 0 … 1.
  package func slimmed(to size: Double) -> NAMModel {
    precondition((0...1).contains(size), "a size is from 0 to 1")
    var result = self
    switch architecture {
    case .container(let submodels):
      guard let chosen = (submodels.first { size < $0.maximumValue } ?? submodels.last)?.model else { return self }
      result = chosen.slimmed(to: 1)
      if !metadata.isEmpty { result.metadata = metadata }
      if let rate = sampleRateHz { result.sampleRateHz = rate }
    case .waveNet(let network): result.architecture = .waveNet(network.slimmed(to: size))
    case .sequential(let models): result.architecture = .sequential(models.map { $0.slimmed(to: size) })
    case .convNet, .linear, .lstm: break
    }
    return result
  }

  /// Whether the model has more than one size.
  package var isSlimmable: Bool {
    switch architecture {
    case .container(let submodels): submodels.count > 1
    case .waveNet(let network): network.arrays.contains { $0.slimmableChannels?.count ?? 1 > 1 }
    case .sequential(let models): models.contains(where: \.isSlimmable)
    case .convNet, .linear, .lstm: false
    }
  }
}

extension NAMWaveNet {
  fileprivate func slimmed(to size: Double) -> NAMWaveNet {
    var result = self
    var inputs = inputChannels
    var sum: Int?
    for index in arrays.indices {
      let array = arrays[index]
      let widths = array.slimmableChannels ?? [array.channels]
      let channels = widths[min(Int(size * Double(widths.count)), widths.count - 1)]
      // The sum of this array starts with the head output of the previous one, so both must have the same width.
      let cut = array.cut(
        from: inputs, to: channels,
        head: index + 1 < arrays.count ? arrays[index + 1].sumWidth(at: size) : array.head.outputChannels)
      precondition(sum == nil || sum == cut.sumChannels, "the head output is as wide as the sum of the next array")
      sum = cut.head.outputChannels
      inputs = channels
      result.arrays[index] = cut
    }
    return result
  }
}

extension NAMLayerArray {
  /// Width of the sum when the array is slimmed to `size`.
  fileprivate func sumWidth(at size: Double) -> Int {
    guard let widths = slimmableChannels, layers[0].head1x1 == nil else { return sumChannels }
    return bottleneck(at: widths[min(Int(size * Double(widths.count)), widths.count - 1)])
  }

  private func bottleneck(at width: Int) -> Int { max(1, layers[0].bottleneck * width / channels) }

  /// The first `width` channels of the array.
  fileprivate func cut(from inputs: Int, to width: Int, head outputs: Int) -> NAMLayerArray {
    let inner = slimmableChannels == nil ? layers[0].bottleneck : bottleneck(at: width)
    var result = self
    result.rechannel = rechannel.cut(from: inputs, to: width)
    result.layers = layers.map { layer in
      var result = layer
      let wide = layer.gating == .none ? inner : 2 * inner
      result.convolution = layer.convolution.cut(from: width, to: wide)
      result.mixIn = layer.mixIn.cut(from: layer.mixIn.inputChannels, to: wide)
      result.layer1x1 = layer.layer1x1?.cut(from: inner, to: width)
      result.activation = layer.activation.cut(to: inner)
      switch layer.gating {
      case .none: break
      case .gated(let gate): result.gating = .gated(gate.cut(to: inner))
      case .blended(let gate): result.gating = .blended(gate.cut(to: inner))
      }
      return result
    }
    result.head = head.cut(from: layers[0].head1x1 == nil ? inner : sumChannels, to: outputs)
    if slimmableChannels != nil { result.slimmableChannels = slimmableChannels?.filter { $0 <= width } }
    return result
  }
}

extension NAMActivation {
  fileprivate func cut(to channels: Int) -> NAMActivation {
    guard case .prelu(let slopes) = self else { return self }
    return .prelu(slopes: Array(slopes.prefix(channels)))
  }
}

extension NAMConvolution {
  /// The first rows and columns.
  fileprivate func cut(from inputs: Int, to outputs: Int) -> NAMConvolution {
    guard inputs != inputChannels || outputs != outputChannels else { return self }
    var kept: [Float] = []
    kept.reserveCapacity(outputs * inputs * kernelSize)
    for output in 0..<outputs {
      let row = output * inputChannels * kernelSize
      kept += weights[row..<row + inputs * kernelSize]
    }
    return NAMConvolution(
      outputChannels: outputs, inputChannels: inputs, kernelSize: kernelSize, dilation: dilation, groups: groups,
      weights: kept, bias: bias.map { Array($0.prefix(outputs)) })
  }
}
