extension NAMModel {
  /// The model as a `.nam` file with the keys of version 0.7, some of which older readers do not know.
  ///
  /// Reading it back gives an equal value. Weights keep every bit: they are written with the digits of double
  /// precision, as the trainer does.
  /// - Precondition: All layers of an array have the same widths, groups and modulation sites, as in every model that
  ///   was read from a file.
  package func serialized() -> [UInt8] {
    var text = ""
    append(to: &text)
    return Array(text.utf8)
  }

  private func append(to text: inout String) {
    text += "{\"version\":\(JSONParser.literal(version)),\"metadata\":"
    JSONValue.object(metadata).append(to: &text)
    text += ",\"architecture\":\(JSONParser.literal(architecture.name)),\"config\":"
    var weights: [Float] = []
    switch architecture {
    case .waveNet(let network): network.append(to: &text, weights: &weights)
    case .convNet(let network): network.append(to: &text, weights: &weights)
    case .linear(let network):
      text += "{\"receptive_field\":\(network.taps.count),\"bias\":\(network.bias != nil)}"
      weights = network.taps + (network.bias.map { [$0] } ?? [])
    case .lstm(let network): network.append(to: &text, weights: &weights)
    case .container(let submodels):
      text += "{\"submodels\":["
      for (index, submodel) in submodels.enumerated() {
        text += "\(index == 0 ? "" : ",")\n{\"max_value\":\(submodel.maximumValue),\"model\":"
        submodel.model.append(to: &text)
        text += "}"
      }
      text += "]}"
    case .sequential(let models):
      text += "{\"models\":["
      for (index, model) in models.enumerated() {
        text += index == 0 ? "\n" : ",\n"
        model.append(to: &text)
      }
      text += "]}"
    }
    text += ",\"weights\":["
    for (index, weight) in weights.enumerated() { text += "\(index == 0 ? "" : ",")\(Double(weight))" }
    text += "]"
    if let rate = sampleRateHz { text += ",\"sample_rate\":\(JSONValue.number(rate).text)" }
    text += "}"
  }
}

extension NAMWaveNet {
  fileprivate func append(to text: inout String, weights: inout [Float]) {
    text += "{"
    if let model = conditionModel {
      text += "\"condition_dsp\":\(String(decoding: model.serialized(), as: UTF8.self)),"
    }
    text += "\"in_channels\":\(inputChannels),\"layers\":["
    let condition = conditionModel?.outputChannels ?? inputChannels
    for (index, array) in arrays.enumerated() {
      text += index == 0 ? "\n" : ",\n"
      array.json(condition: condition).append(to: &text)
      array.append(to: &weights)
    }
    text += "],\"head\":"
    if let postHead {
      postHead.json.append(to: &text)
      for convolution in postHead.convolutions { convolution.append(to: &weights) }
    } else {
      text += "null"
    }
    text += ",\"head_scale\":\(Double(headScale))}"
    weights.append(headScale)
  }
}

extension NAMLayerArray {
  fileprivate func json(condition: Int) -> JSONValue {
    let first = layers[0]
    func integers(_ values: [Int]) -> JSONValue { .array(values.map(JSONValue.integer)) }
    var members: [String: JSONValue] = [
      "input_size": .integer(rechannel.inputChannels), "condition_size": .integer(condition),
      "channels": .integer(channels), "bottleneck": .integer(first.bottleneck),
      "kernel_sizes": integers(layers.map(\.convolution.kernelSize)),
      "dilations": integers(layers.map(\.convolution.dilation)),
      "activation": .array(layers.map(\.activation.json)),
      "groups_input": .integer(first.convolution.groups), "groups_input_mixin": .integer(first.mixIn.groups),
      "layer1x1": .object(["active": .bool(first.layer1x1 != nil), "groups": .integer(first.layer1x1?.groups ?? 1)]),
      "head1x1": .object([
        "active": .bool(first.head1x1 != nil),
        "out_channels": .integer(first.head1x1?.outputChannels ?? channels),
        "groups": .integer(first.head1x1?.groups ?? 1),
      ]),
      "head": .object([
        "out_channels": .integer(head.outputChannels), "kernel_size": .integer(head.kernelSize),
        "head_dilation": .integer(head.dilation), "bias": .bool(head.bias != nil),
      ]),
    ]
    var modes: [JSONValue] = []
    var seconds: [JSONValue] = []
    for layer in layers {
      switch layer.gating {
      case .none: (modes, seconds) = (modes + [.string("none")], seconds + [.null])
      case .gated(let gate): (modes, seconds) = (modes + [.string("gated")], seconds + [gate.json])
      case .blended(let gate): (modes, seconds) = (modes + [.string("blended")], seconds + [gate.json])
      }
    }
    members["gating_mode"] = .array(modes)
    members["secondary_activation"] = .array(seconds)
    for (site, film) in first.films {
      members[site.rawValue] = .object([
        "active": .bool(true), "shift": .bool(film.hasShift), "groups": .integer(film.convolution.groups),
      ])
    }
    if let slimmableChannels {
      members["slimmable"] = .object([
        "method": .string("slice_channels_uniform"),
        "kwargs": .object(["allowed_channels": integers(slimmableChannels)]),
      ])
    }
    return .object(members)
  }

  fileprivate func append(to weights: inout [Float]) {
    rechannel.append(to: &weights)
    for layer in layers {
      layer.convolution.append(to: &weights)
      layer.mixIn.append(to: &weights)
      layer.layer1x1?.append(to: &weights)
      layer.head1x1?.append(to: &weights)
      for site in NAMFilmSite.allCases { layer.films[site]?.convolution.append(to: &weights) }
    }
    head.append(to: &weights)
  }
}

extension NAMPostHead {
  fileprivate var json: JSONValue {
    .object([
      "channels": .integer(convolutions[0].outputChannels), "activation": activation.json,
      "out_channels": .integer(convolutions[convolutions.count - 1].outputChannels),
      "kernel_sizes": .array(convolutions.map { .integer($0.kernelSize) }),
    ])
  }
}

extension NAMConvNet {
  fileprivate func append(to text: inout String, weights: inout [Float]) {
    JSONValue.object([
      "channels": .integer(head.inputChannels), "in_channels": .integer(inputChannels),
      "out_channels": .integer(head.outputChannels), "groups": .integer(blocks[0].convolution.groups),
      "dilations": .array(blocks.map { .integer($0.convolution.dilation) }),
      "batchnorm": .bool(blocks[0].normalisation != nil), "activation": activation.json,
    ]).append(to: &text)
    for block in blocks {
      block.convolution.append(to: &weights)
      guard let normalisation = block.normalisation else { continue }
      weights += normalisation.mean + normalisation.variance + normalisation.scale + normalisation.shift
      weights.append(normalisation.epsilon)
    }
    head.append(to: &weights)
  }
}

extension NAMLSTM {
  fileprivate func append(to text: inout String, weights: inout [Float]) {
    text +=
      "{\"num_layers\":\(cells.count),\"input_size\":\(inputChannels),\"hidden_size\":\(head.inputChannels),"
      + "\"out_channels\":\(head.outputChannels)}"
    for cell in cells { weights += cell.weights + cell.bias + cell.initialHidden + cell.initialCell }
    head.append(to: &weights)
  }
}

extension NAMConvolution {
  fileprivate func append(to list: inout [Float]) {
    list += weights
    if let bias { list += bias }
  }
}
