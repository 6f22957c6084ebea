extension NAMWaveNet {
  init(_ config: JSONObject, _ weights: inout NAMWeightList) throws(ModelFormatError) {
    let conditionModel = if let node = config.present("condition_dsp") { try NAMModel(node) } else { nil as NAMModel? }
    let limit = NAMLimits.layers
    var reader = ArrayReader(conditionChannels: conditionModel?.outputChannels)
    for node in try config.required("layers").array("an array of 1 to \(limit) layer arrays", counts: 1...limit) {
      try reader.read(try node.object(), &weights)
    }
    let arrays = reader.arrays
    let inputs = arrays[0].rechannel.inputChannels
    if let node = config.present("in_channels") {
      guard try node.integer(in: NAMLimits.channels) == inputs else {
        throw node.failure(expected: "\(inputs), the input_size of layers[0]")
      }
    }
    if let model = conditionModel, model.inputChannels != inputs {
      throw .invalidValue(
        file: config.file, path: config.place(of: "condition_dsp"),
        expected: "a model with \(inputs) input channels, the input_size of layers[0]",
        actual: "a model with \(model.inputChannels)")
    }
    let postHead =
      if let node = config.present("head") {
        try NAMPostHead(
          try node.object("an object or null"), inputs: arrays[arrays.count - 1].head.outputChannels, &weights)
      } else {
        nil as NAMPostHead?
      }
    // The head scale among the weights counts, as in every player; the one in config only has to be a number.
    _ = try config.present("head_scale")?.float()
    self.init(conditionModel: conditionModel, arrays: arrays, headScale: weights.takeOne(), postHead: postHead)
  }
}

/// Reads the arrays in order, because the input of each depends on the previous one.
private struct ArrayReader {
  /// Output channels of the condition model; nil: the condition is the input.
  let conditionChannels: Int?
  var arrays: [NAMLayerArray] = []
  private var layers = 0

  init(conditionChannels: Int?) { self.conditionChannels = conditionChannels }

  mutating func read(_ object: JSONObject, _ weights: inout NAMWeightList) throws(ModelFormatError) {
    let inputs = try object.required("input_size").integer(in: NAMLimits.channels)
    if let before = arrays.last, before.channels != inputs {
      throw try object.required("input_size").failure(
        expected: "\(before.channels), the channels of the previous array")
    }
    let condition = try object.required("condition_size").integer(in: NAMLimits.channels)
    let given = conditionChannels ?? arrays.first?.rechannel.inputChannels ?? inputs
    guard condition == given else {
      throw try object.required("condition_size").failure(
        expected:
          "\(given), the \(conditionChannels == nil ? "channels of the input" : "output channels of condition_dsp")")
    }
    let channels = try object.required("channels").integer(in: NAMLimits.channels)
    let plans = try layerPlans(object, channels: channels, condition: condition)

    // In the order of the weights.
    let rechannel = weights.take(from: inputs, to: channels, bias: false)
    let layers = plans.map { $0.take(&weights) }
    let sum = plans[0].sumChannels
    let head = try head(object, inputs: sum, &weights)
    if let before = arrays.last, before.head.outputChannels != sum {
      throw .invalidValue(
        file: object.file, path: object.path,
        expected: "an array whose head reads \(before.head.outputChannels) channels, the output of the previous head",
        actual: "an array whose head reads \(sum)")
    }
    var array = NAMLayerArray(rechannel: rechannel, layers: layers, head: head)
    array.slimmableChannels = try slimmable(object, plans: plans, channels: channels, headKernelSize: head.kernelSize)
    arrays.append(array)
  }

  // MARK: Layers

  private mutating func layerPlans(
    _ object: JSONObject, channels: Int, condition: Int
  ) throws(ModelFormatError) -> [LayerPlan] {
    let list = try object.required("dilations")
    let limit = NAMLimits.layers
    let dilations = try list.array("an array of 1 to \(limit) dilations", counts: 1...limit)
    layers += dilations.count
    guard layers <= limit else {
      throw list.failure(expected: "short enough for at most \(limit) layers in the network")
    }
    let count = dilations.count
    let kernels = try kernelSizes(object, count: count)
    let bottleneck = try object.integer("bottleneck", in: NAMLimits.channels, default: channels)
    let layer1x1 = try object.present("layer1x1")?.object()
    let hasLayer1x1 = try layer1x1?.present("active")?.bool() ?? true
    if !hasLayer1x1, bottleneck != channels {
      throw try object.required("bottleneck").failure(
        expected: "\(channels), the channels, because layer1x1 is not active")
    }
    let head1x1 = try object.present("head1x1")?.object()
    let hasHead1x1 = try head1x1?.present("active")?.bool() ?? false
    let activations = try object.required("activation").perLayer(
      count, "an activation, or an array of \(count), one per layer")
    let gatings = try gatings(object, count: count, bottleneck: bottleneck)

    var plans: [LayerPlan] = []
    for index in 0..<count {
      let gating = gatings[index]
      let wide = gating == .none ? bottleneck : 2 * bottleneck
      var plan = LayerPlan(
        channels: channels, condition: condition, bottleneck: bottleneck, wide: wide, kernelSize: kernels[index],
        dilation: try dilations[index].integer(in: NAMLimits.dilation),
        groups: try object.groups("groups_input", from: channels, to: wide),
        mixInGroups: try object.groups("groups_input_mixin", from: condition, to: wide),
        activation: try NAMActivation(activations[index], channels: bottleneck), gating: gating)
      if hasLayer1x1 { plan.layer1x1Groups = try layer1x1?.groups("groups", from: bottleneck, to: channels) ?? 1 }
      if hasHead1x1, let head1x1 {
        let outputs = try head1x1.integer("out_channels", in: NAMLimits.channels, default: channels)
        plan.head1x1 = (outputs, try head1x1.groups("groups", from: bottleneck, to: outputs))
      }
      for site in NAMFilmSite.allCases {
        if let film = try film(object, site, plan: plan) {
          plan.films.append((site, film.channels, film.shift, film.groups))
        }
      }
      plans.append(plan)
    }
    return plans
  }

  private func kernelSizes(_ object: JSONObject, count: Int) throws(ModelFormatError) -> [Int] {
    switch (object.present("kernel_size"), object.present("kernel_sizes")) {
    case (nil, nil): throw .missingKey(file: object.file, path: object.place(of: "kernel_size"))
    case (_?, let several?): throw several.failure(expected: "absent, because kernel_size is given")
    case (let one?, nil):
      return [Int](repeating: try one.integer(in: NAMLimits.kernelSize), count: count)
    case (nil, let several?):
      // The trainer always writes the list, even when all sizes are equal.
      var sizes: [Int] = []
      for node in try several.perLayer(count, "an array of \(count) kernel sizes, one per layer") {
        sizes.append(try node.integer(in: NAMLimits.kernelSize))
      }
      return sizes
    }
  }

  private func gatings(_ object: JSONObject, count: Int, bottleneck: Int) throws(ModelFormatError) -> [NAMGating] {
    let isGated = try object.present("gated")?.bool() ?? false
    let modes = try object.present("gating_mode")?.perLayer(count, "a mode, or an array of \(count), one per layer")
    let seconds = try object.present("secondary_activation")?.perLayer(
      count, "an activation, or an array of \(count), one per layer")
    var gatings: [NAMGating] = []
    for index in 0..<count {
      let mode = try modes?[index].string("none, gated or blended") ?? (isGated ? "gated" : "none")
      // Read only when there is a gate; otherwise files hold an empty name or null.
      func second() throws(ModelFormatError) -> NAMActivation {
        guard let node = seconds?[index], node.value != .null else { return .plain(.sigmoid) }
        return try NAMActivation(node, channels: bottleneck)
      }
      switch mode {
      case "none": gatings.append(.none)
      case "gated": gatings.append(.gated(try second()))
      case "blended": gatings.append(.blended(try second()))
      default: throw (modes?[index] ?? object.optional("gated")!).failure(expected: "none, gated or blended")
      }
    }
    return gatings
  }

  private func film(
    _ object: JSONObject, _ site: NAMFilmSite, plan: LayerPlan
  ) throws(ModelFormatError) -> (channels: Int, shift: Bool, groups: Int)? {
    guard let node = object.present(site.rawValue), node.value != .bool(false) else { return nil }
    let film = try node.object("an object or false")
    guard try film.present("active")?.bool() ?? true else { return nil }
    let channels: Int
    switch site {
    case .convolutionInput: channels = plan.channels
    case .convolutionOutput, .mixInOutput, .activationInput: channels = plan.wide
    case .mixInInput: channels = plan.condition
    case .activationOutput: channels = plan.bottleneck
    case .layer1x1Output:
      guard plan.layer1x1Groups != nil else { throw node.failure(expected: "inactive, because layer1x1 is not active") }
      channels = plan.channels
    case .head1x1Output:
      guard let head1x1 = plan.head1x1 else { throw node.failure(expected: "inactive, because head1x1 is not active") }
      channels = head1x1.channels
    }
    let shift = try film.present("shift")?.bool() ?? true
    return (
      channels, shift, try film.groups("groups", from: plan.condition, to: shift ? 2 * channels : channels)
    )
  }

  // MARK: Head and sizes

  private func head(
    _ object: JSONObject, inputs: Int, _ weights: inout NAMWeightList
  ) throws(ModelFormatError) -> NAMConvolution {
    guard let head = try object.present("head")?.object() else {
      return weights.take(
        from: inputs, to: try object.required("head_size").integer(in: NAMLimits.channels),
        bias: try object.required("head_bias").bool())
    }
    return weights.take(
      from: inputs, to: try head.required("out_channels").integer(in: NAMLimits.channels),
      kernelSize: try head.required("kernel_size").integer(in: NAMLimits.kernelSize),
      dilation: try head.integer("head_dilation", in: NAMLimits.dilation, default: 1),
      bias: try head.required("bias").bool())
  }

  /// The widths that an array can be slimmed to.
  private func slimmable(
    _ object: JSONObject, plans: [LayerPlan], channels: Int, headKernelSize: Int
  ) throws(ModelFormatError) -> [Int]? {
    guard let node = object.present("slimmable") else { return nil }
    let slimmable = try node.object("an object or null")
    let method = try slimmable.required("method")
    guard method.value == .string("slice_channels_uniform") else {
      throw method.failure(expected: "\"slice_channels_uniform\"")
    }
    let isPlain = plans.allSatisfy { plan in
      plan.groups == 1 && plan.mixInGroups == 1 && plan.layer1x1Groups ?? 1 == 1 && plan.head1x1 == nil
        && plan.films.isEmpty
    }
    guard isPlain, headKernelSize == 1 else {
      throw node.failure(expected: "null, because groups, a head kernel, head1x1 or modulation cannot be slimmed")
    }
    guard let list = try slimmable.present("kwargs")?.object().present("allowed_channels") else {
      return Array(1...channels)
    }
    var allowed: [Int] = []
    for node in try list.array("an array of 1 to \(channels) widths", counts: 1...channels) {
      allowed.append(try node.integer(in: (allowed.last ?? 0) + 1...max(channels, (allowed.last ?? 0) + 1)))
    }
    guard allowed.last == channels else {
      throw list.failure(expected: "an array that ends with \(channels), the channels")
    }
    return allowed
  }
}

/// The checked sizes of one layer, before its weights are read.
private struct LayerPlan {
  let channels: Int
  let condition: Int
  let bottleneck: Int
  /// Width Z before the activation.
  let wide: Int
  let kernelSize: Int
  let dilation: Int
  let groups: Int
  let mixInGroups: Int
  let activation: NAMActivation
  let gating: NAMGating
  /// nil: no layer1x1.
  var layer1x1Groups: Int?
  var head1x1: (channels: Int, groups: Int)?
  var films: [(site: NAMFilmSite, channels: Int, shift: Bool, groups: Int)] = []

  var sumChannels: Int { head1x1?.channels ?? bottleneck }

  func take(_ weights: inout NAMWeightList) -> NAMLayer {
    var layer = NAMLayer(
      convolution: weights.take(
        from: channels, to: wide, kernelSize: kernelSize, dilation: dilation, groups: groups, bias: true),
      mixIn: weights.take(from: condition, to: wide, groups: mixInGroups, bias: false),
      layer1x1: layer1x1Groups.map { weights.take(from: bottleneck, to: channels, groups: $0, bias: true) },
      head1x1: head1x1.map { weights.take(from: bottleneck, to: $0.channels, groups: $0.groups, bias: true) },
      activation: activation, gating: gating)
    for film in films {
      layer.films[film.site] = NAMFilm(
        convolution: weights.take(
          from: condition, to: film.shift ? 2 * film.channels : film.channels, groups: film.groups, bias: true),
        hasShift: film.shift)
    }
    return layer
  }
}

extension NAMPostHead {
  fileprivate init(_ object: JSONObject, inputs: Int, _ weights: inout NAMWeightList) throws(ModelFormatError) {
    let list = try object.required("kernel_sizes")
    let limit = NAMLimits.layers
    let kernels = try list.array("an array of 1 to \(limit) kernel sizes", counts: 1...limit)
    let hidden = try object.required("channels").integer(in: NAMLimits.channels)
    let outputs = try object.required("out_channels").integer(in: NAMLimits.channels)
    if let node = object.present("in_channels"), try node.integer(in: NAMLimits.channels) != inputs {
      throw node.failure(expected: "\(inputs), the channels of the last array's head")
    }
    let activation = try object.required("activation")
    var convolutions: [NAMConvolution] = []
    for (index, kernel) in kernels.enumerated() {
      let width = index == 0 ? inputs : hidden
      // Per-channel slopes are valid only when all widths are equal.
      _ = try NAMActivation(activation, channels: width)
      convolutions.append(
        weights.take(
          from: width, to: index == kernels.count - 1 ? outputs : hidden,
          kernelSize: try kernel.integer(in: NAMLimits.kernelSize), bias: true))
    }
    self.init(activation: try NAMActivation(activation, channels: inputs), convolutions: convolutions)
  }
}

extension JSONNode {
  /// One value per layer: the value itself repeated, or the elements of an array.
  fileprivate func perLayer(_ count: Int, _ expected: String) throws(ModelFormatError) -> [JSONNode] {
    guard case .array = value else { return [JSONNode](repeating: self, count: count) }
    return try array(expected, counts: count...count)
  }
}
