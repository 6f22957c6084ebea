// Limits far beyond any network that can run, and small enough that no product of them overflows.
private let channelRange = 1...4096
private let kernelRange = 1...65_536
private let dilationRange = 1...(1 << 24)

extension WaveNetDescription {
  init(_ object: JSONObject, allowOutside: Bool) throws(ModelFormatError) {
    try object.refuseKeys(
      exceptFor: ["type", "weights", "past", "inputChannels", "headScale", "arrays", "head"] + LevelsDescription.keys)
    self.init(
      weightsPath: try filePath(
        try object.required("weights"), what: "the path of a safetensors file", allowOutside: allowOutside),
      past: try object.optional("past")?.choice(PastDescription.self) ?? .silence,
      inputChannels: try object.optional("inputChannels")?.integer(in: channelRange) ?? 1,
      headScale: try object.optional("headScale")?.float() ?? 1, arrays: [],
      levels: try LevelsDescription(object))

    var budget = Budget()
    let limit = Self.maximumLayers
    for node in try object.required("arrays").array("an array of 1 to \(limit) arrays", counts: 1...limit) {
      let array = try WaveNetArray(node, budget: &budget)
      if let before = arrays.last, before.headChannels != array.skipWidth {
        // The skip sum of this array starts with the head output of the previous one.
        throw .invalidValue(
          file: object.file, path: "\(object.place(of: "arrays"))[\(arrays.count - 1)].headChannels",
          expected: "\(array.skipWidth), the width of the skip sum of arrays[\(arrays.count)]",
          actual: "\(before.headChannels)")
      }
      arrays.append(array)
    }
    guard let node = object.optional("head") else { return }
    for node in try node.array("an array of at most \(limit) convolutions", counts: 0...limit) {
      head.append(try WaveNetHeadConvolution(node, inputChannels: outputChannels, budget: &budget))
    }
  }
}

/// The layers and history frames that a network has used so far; both are limited.
private struct Budget {
  var layers = 0
  var historyFrames = 0

  /// - Parameter node: The value to name in the error when the history grows too long.
  mutating func use(historyFrames frames: Int, at node: JSONNode) throws(ModelFormatError) {
    let (sum, overflow) = historyFrames.addingReportingOverflow(frames)
    guard !overflow, sum <= WaveNetDescription.maximumHistoryFrames else {
      throw node.failure(
        expected: "small enough for a network history of at most \(WaveNetDescription.maximumHistoryFrames) frames")
    }
    historyFrames = sum
  }
}

extension WaveNetArray {
  fileprivate init(_ node: JSONNode, budget: inout Budget) throws(ModelFormatError) {
    let object = try node.object()
    try object.refuseKeys(exceptFor: [
      "channels", "kernelSize", "kernelSizes", "dilations", "activation", "gate", "groups", "skipChannels",
      "headChannels", "headKernelSize", "headBias",
    ])
    let channels = try object.required("channels").integer(in: channelRange)
    self.init(
      channels: channels,
      layers: try Self.layers(object, budget: &budget),
      gate: try object.optional("gate")?.choice(GateDescription.self),
      skipChannels: try object.optional("skipChannels")?.integer(in: channelRange),
      headChannels: try object.required("headChannels").integer(in: channelRange),
      headKernelSize: try object.optional("headKernelSize")?.integer(in: kernelRange) ?? 1,
      headBias: try object.optional("headBias")?.bool() ?? false)
    if let activation = object.optional("activation") {
      self.activation = try ActivationDescription(activation, channels: channels)
    }
    if let groups = object.optional("groups") {
      self.groups = try groups.integer(in: channelRange)
      guard channels.isMultiple(of: self.groups) else {
        throw groups.failure(expected: "a divisor of the \(channels) channels")
      }
    }
    try budget.use(historyFrames: headKernelSize - 1, at: object.optional("headKernelSize") ?? node)
  }

  private static func layers(
    _ object: JSONObject, budget: inout Budget
  ) throws(ModelFormatError) -> [WaveNetLayer] {
    let list = try object.required("dilations")
    let limit = WaveNetDescription.maximumLayers
    let dilations = try list.array("an array of 1 to \(limit) dilations", counts: 1...limit)
    guard budget.layers + dilations.count <= limit else {
      throw list.failure(expected: "short enough for at most \(limit) layers in the network")
    }
    budget.layers += dilations.count

    let kernels: [JSONNode]
    switch (object.optional("kernelSize"), object.optional("kernelSizes")) {
    case (let one?, nil): kernels = dilations.map { _ in one }
    case (nil, let several?):
      kernels = try several.array(
        "an array of \(dilations.count) kernel sizes, one per layer", counts: dilations.count...dilations.count)
    case (nil, nil): throw .missingKey(file: object.file, path: object.place(of: "kernelSize"))
    case (_, let several?):
      throw several.failure(expected: "absent, because kernelSize is given")
    }
    var layers: [WaveNetLayer] = []
    for (kernel, dilation) in zip(kernels, dilations) {
      let layer = WaveNetLayer(
        kernelSize: try kernel.integer(in: kernelRange), dilation: try dilation.integer(in: dilationRange))
      try budget.use(historyFrames: layer.historyFrames, at: dilation)
      layers.append(layer)
    }
    return layers
  }
}

extension WaveNetHeadConvolution {
  fileprivate init(_ node: JSONNode, inputChannels: Int, budget: inout Budget) throws(ModelFormatError) {
    let object = try node.object()
    try object.refuseKeys(exceptFor: ["activation", "outputChannels", "kernelSize"])
    self.init(
      activation: try ActivationDescription(try object.required("activation"), channels: inputChannels),
      outputChannels: try object.required("outputChannels").integer(in: channelRange),
      kernelSize: try object.optional("kernelSize")?.integer(in: kernelRange) ?? 1)
    try budget.use(historyFrames: kernelSize - 1, at: object.optional("kernelSize") ?? node)
  }
}
