import Convolution
import ModelFormats
import StreamingConvolution

extension Network {
  /// The network of a `.nam` model.
  ///
  /// - Parameter model: Of a container the last submodel runs: `NAMModel.slimmed(to:)` chooses another.
  /// - Throws: `GeometryError` when the model's weights do not fit its sizes; a model that was read fits.
  package init(_ model: NAMModel) throws(GeometryError) {
    self.init(inputChannels: model.inputChannels)
    output = try append(model, to: input, sampleRateHz: NAMModel.assumedSampleRateHz)
  }

  /// Adds a whole model.
  ///
  /// - Parameter rate: Where the model names none.
  /// - Returns: Its output.
  private mutating func append(
    _ model: NAMModel, to value: Value, sampleRateHz rate: Double
  ) throws(GeometryError) -> Value {
    let rate = model.sampleRateHz ?? rate
    switch model.architecture {
    case .waveNet(let network): return try append(network, to: value, sampleRateHz: rate)
    case .convNet(let network): return try append(network, to: value)
    case .linear(let network): return try append(network, to: value)
    case .lstm(let network): return try append(network, to: value, sampleRateHz: rate)
    case .container(let submodels):
      guard let last = submodels.last else { throw .tooSmall(what: "the number of submodels", minimum: 1, actual: 0) }
      return try append(last.model, to: value, sampleRateHz: rate)
    case .sequential(let models):
      var y = value
      for model in models { y = try append(model, to: y, sampleRateHz: rate) }
      return y
    }
  }

  // MARK: - WaveNet

  /// `NAMWaveNet` has the formulas.
  private mutating func append(
    _ network: NAMWaveNet, to value: Value, sampleRateHz: Double
  ) throws(GeometryError) -> Value {
    let condition =
      if let model = network.conditionModel {
        try append(model, to: value, sampleRateHz: sampleRateHz)
      } else {
        value
      }
    var x = value
    var sum: Value?
    for (index, array) in network.arrays.enumerated() {
      x = try convolve(x, array.rechannel)
      for (place, layer) in array.layers.enumerated() {
        // Nobody reads the last residual path of all: its weights are in the file, and that is all.
        let isLast = index == network.arrays.count - 1 && place == array.layers.count - 1
        let a = try append(layer, to: x, condition: condition)
        let heard =
          if let kernel = layer.head1x1 {
            try modulate(convolve(a, kernel), by: layer.films[.head1x1Output], condition)
          } else {
            a
          }
        sum = if let before = sum { try add(before, heard) } else { heard }
        if let kernel = layer.layer1x1, !isLast {
          x = try add(x, modulate(convolve(a, kernel), by: layer.films[.layer1x1Output], condition))
        }
      }
      guard let total = sum else { throw .tooSmall(what: "the number of layers", minimum: 1, actual: 0) }
      sum = try convolve(total, array.head)
    }
    guard var y = sum else { throw .tooSmall(what: "the number of layer arrays", minimum: 1, actual: 0) }
    let count = channels(of: y)
    y = try scale(
      y, by: [Float](repeating: network.headScale, count: count), shift: [Float](repeating: 0, count: count))
    guard let head = network.postHead else { return y }
    for convolution in head.convolutions { y = try convolve(bend(y, head.activation), convolution) }
    return y
  }

  /// What a layer's activation gives, modulated.
  private mutating func append(
    _ layer: NAMLayer, to x: Value, condition: Value
  ) throws(GeometryError) -> Value {
    let films = layer.films
    let input = try modulate(x, by: films[.convolutionInput], condition)
    let mixed = try modulate(condition, by: films[.mixInInput], condition)
    var z: Value
    if films[.convolutionOutput] == nil, films[.mixInOutput] == nil {
      // One chain of sums.
      z = try convolve(
        [(input, try CausalKernel(layer.convolution)), (mixed, try CausalKernel(layer.mixIn))],
        bias: layer.convolution.bias)
    } else {
      let first = try modulate(convolve(input, layer.convolution), by: films[.convolutionOutput], condition)
      let second = try modulate(convolve(mixed, layer.mixIn), by: films[.mixInOutput], condition)
      z = try add(first, second)
    }
    z = try modulate(z, by: films[.activationInput], condition)
    return try modulate(gate(z, layer), by: films[.activationOutput], condition)
  }

  private mutating func gate(_ z: Value, _ layer: NAMLayer) throws(GeometryError) -> Value {
    let half = layer.bottleneck
    switch layer.gating {
    case .none: return try bend(z, layer.activation)
    case .gated(let gate):
      let first = try slice(z, channels: 0..<half)
      let second = try slice(z, channels: half..<2 * half)
      let left = try bend(first, layer.activation)
      let right = try bend(second, gate)
      return try multiply(left, right)
    case .blended(let gate):
      let first = try slice(z, channels: 0..<half)
      let second = try slice(z, channels: half..<2 * half)
      let share = try bend(second, gate)
      let wet = try multiply(share, bend(first, layer.activation))
      let rest = try scale(
        share, by: [Float](repeating: -1, count: half), shift: [Float](repeating: 1, count: half))
      return try add(wet, multiply(rest, first))
    }
  }

  /// x · scale(condition) + shift(condition), or x itself without a modulation.
  private mutating func modulate(
    _ x: Value, by film: NAMFilm?, _ condition: Value
  ) throws(GeometryError) -> Value {
    guard let film else { return x }
    let count = channels(of: x)
    let both = try convolve(condition, film.convolution)
    guard film.hasShift else { return try multiply(x, both) }
    let scaled = try multiply(x, slice(both, channels: 0..<count))
    return try add(scaled, slice(both, channels: count..<2 * count))
  }

  // MARK: - The other architectures

  private mutating func append(_ network: NAMConvNet, to value: Value) throws(GeometryError) -> Value {
    var y = value
    for block in network.blocks { y = try bend(convolve(y, block.folded), network.activation) }
    return try convolve(y, network.head)
  }

  private mutating func append(_ network: NAMLinear, to value: Value) throws(GeometryError) -> Value {
    let kernel = try CausalKernel(
      outputChannels: 1, inputChannels: 1, kernelSize: network.taps.count, weights: network.taps.reversed())
    return try convolve([(value, kernel)], bias: network.bias.map { [$0] })
  }

  private mutating func append(
    _ network: NAMLSTM, to value: Value, sampleRateHz: Double
  ) throws(GeometryError) -> Value {
    // As players do: half a second of silence from the trained state on.
    let settling = min(LSTMCell.maximumSettlingFrames, Int(0.5 * sampleRateHz))
    var y = value
    for cell in network.cells {
      y = try recur(
        y,
        LSTMCell(
          inputChannels: cell.inputChannels, hiddenChannels: cell.hiddenChannels, weights: cell.weights,
          bias: cell.bias, initialHidden: cell.initialHidden, initialCell: cell.initialCell,
          settlingFrames: settling))
    }
    return try convolve(y, network.head)
  }

  // MARK: - Parts

  private mutating func convolve(_ value: Value, _ convolution: NAMConvolution) throws(GeometryError) -> Value {
    try convolve([(value, try CausalKernel(convolution))], bias: convolution.bias)
  }

  private mutating func bend(_ value: Value, _ activation: NAMActivation) throws(GeometryError) -> Value {
    let function: Activation
    switch activation {
    case .plain(let plain): function = Activation(plain.name)
    case .hardTanh(-1, 1): function = .hardTanh
    case .leakyReLU(let slope): function = .leakyReLU(slope: slope)
    case .prelu(let slopes): function = .prelu(slopes: slopes)
    case .hardTanh(let minimum, let maximum): return clamp(value, LeakyClamp(minimum: minimum, maximum: maximum))
    case .leakyHardTanh(let minimum, let maximum, let slopeBelow, let slopeAbove):
      return clamp(
        value, LeakyClamp(minimum: minimum, maximum: maximum, slopeBelow: slopeBelow, slopeAbove: slopeAbove))
    }
    return try activate(value, function)
  }
}

extension NAMModel {
  /// What players take a model to be made for that does not say it.
  package static let assumedSampleRateHz = 48_000.0
}

extension NAMConvNet.Block {
  /// The convolution with the normalisation in its weights: what a normalisation of fixed statistics is, computed in
  /// double precision and rounded once.
  fileprivate var folded: NAMConvolution {
    guard let normalisation else { return convolution }
    var result = convolution
    let row = convolution.weights.count / convolution.outputChannels
    var bias: [Float] = []
    for channel in 0..<convolution.outputChannels {
      let deviation = (Double(normalisation.variance[channel]) + Double(normalisation.epsilon)).squareRoot()
      let factor = Double(normalisation.scale[channel]) / deviation
      for index in channel * row..<(channel + 1) * row {
        result.weights[index] = Float(Double(convolution.weights[index]) * factor)
      }
      let mean = Double(normalisation.mean[channel]) - Double(convolution.bias?[channel] ?? 0)
      bias.append(Float(Double(normalisation.shift[channel]) - factor * mean))
    }
    result.bias = bias
    return result
  }
}

extension CausalKernel {
  /// The kernel of a convolution of a `.nam` model.
  init(_ convolution: NAMConvolution) throws(GeometryError) {
    try self.init(
      outputChannels: convolution.outputChannels, inputChannels: convolution.inputChannels,
      kernelSize: convolution.kernelSize, dilation: convolution.dilation, groups: convolution.groups,
      weights: convolution.weights)
  }
}
