extension NAMConvNet {
  init(_ config: JSONObject, _ weights: inout NAMWeightList) throws(ModelFormatError) {
    let channels = try config.required("channels").integer(in: NAMLimits.channels)
    let inputs = try config.integer("in_channels", in: NAMLimits.channels, default: 1)
    let outputs = try config.integer("out_channels", in: NAMLimits.channels, default: 1)
    let normalises = try config.present("batchnorm")?.bool() ?? false
    let activation = try NAMActivation(try config.required("activation"), channels: channels)
    let groups = try config.groups("groups", from: inputs, to: channels)
    if let node = config.present("groups"), !channels.isMultiple(of: groups) {
      throw node.failure(expected: "a divisor of the \(channels) channels")
    }
    var blocks: [Block] = []
    let limit = NAMLimits.layers
    for dilation in try config.required("dilations").array("an array of 1 to \(limit) dilations", counts: 1...limit) {
      var block = Block(
        convolution: weights.take(
          from: blocks.isEmpty ? inputs : channels, to: channels, kernelSize: 2,
          dilation: try dilation.integer(in: NAMLimits.dilation), groups: groups, bias: !normalises))
      if normalises {
        block.normalisation = NAMBatchNormalisation(
          mean: weights.take(channels), variance: weights.take(channels), scale: weights.take(channels),
          shift: weights.take(channels), epsilon: weights.takeOne())
      }
      blocks.append(block)
    }
    self.init(blocks: blocks, activation: activation, head: weights.take(from: channels, to: outputs, bias: true))
    // Networks with too few weights are rejected by `finish`, which names the correct number.
    for (index, block) in blocks.enumerated() {
      guard let normalisation = block.normalisation else { continue }
      if let channel = normalisation.variance.firstIndex(where: { !($0 + normalisation.epsilon > 0) }) {
        throw .invalidValue(
          file: config.file, path: "weights", expected: "weights with a positive variance + epsilon in every channel",
          actual: "\(normalisation.variance[channel] + normalisation.epsilon) in channel \(channel) of block \(index)")
      }
    }
  }
}

extension NAMLinear {
  /// The longest response: two minutes at 48 kHz.
  static let maximumTaps = 1 << 23

  init(_ config: JSONObject, _ weights: inout NAMWeightList) throws(ModelFormatError) {
    let count = try config.required("receptive_field").integer(in: 1...Self.maximumTaps)
    for key in ["in_channels", "out_channels"] {
      guard let node = config.present(key), try node.integer(in: NAMLimits.channels) != 1 else { continue }
      throw node.failure(expected: "1, because only Linear models with one channel are read")
    }
    let hasBias = try config.present("bias")?.bool() ?? false
    let taps = weights.take(count)
    self.init(taps: taps, bias: hasBias ? weights.takeOne() : nil)
  }
}

extension NAMLSTM {
  init(_ config: JSONObject, _ weights: inout NAMWeightList) throws(ModelFormatError) {
    let count = try config.required("num_layers").integer(in: 1...256)
    let hidden = try config.required("hidden_size").integer(in: NAMLimits.channels)
    let inputs = try config.required("input_size").integer(in: NAMLimits.channels)
    if let node = config.present("in_channels") {
      guard try node.integer(in: NAMLimits.channels) == inputs else {
        throw node.failure(expected: "\(inputs), the same as input_size")
      }
    }
    let outputs = try config.integer("out_channels", in: NAMLimits.channels, default: 1)
    var cells: [Cell] = []
    for index in 0..<count {
      let width = index == 0 ? inputs : hidden
      cells.append(
        Cell(
          inputChannels: width, hiddenChannels: hidden, weights: weights.take(4 * hidden * (width + hidden)),
          bias: weights.take(4 * hidden), initialHidden: weights.take(hidden), initialCell: weights.take(hidden)))
    }
    self.init(cells: cells, head: weights.take(from: hidden, to: outputs, bias: true))
  }
}
