/// An activation function as a preset names it. `README.md` in `Presets/` has the formulas.
public enum ActivationDescription: Sendable, Equatable {
  /// x
  case identity
  /// tanh x
  case tanh
  /// 1 / (1 + e^−x)
  case sigmoid
  /// max(0, x)
  case relu
  /// x where x ≥ 0, else `negativeSlope` · x. Slope 0.01 when the preset names none.
  case leakyReLU(negativeSlope: Float)
  /// `leakyReLU` with a slope of its own for every channel.
  case prelu(slopes: [Float])
  /// x · sigmoid x
  case silu
  /// x · (1 + erf(x / √2)) / 2
  case gelu
  /// x · (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2
  case geluTanh
  /// x / (1 + |x|)
  case softsign
  /// x, held to −1 … 1
  case hardTanh
  /// (x + 3) / 6, held to 0 … 1
  case hardSigmoid
  /// x · hardSigmoid x
  case hardSwish
}

/// The gate of a layer.
public enum GateDescription: String, Sendable, Equatable, CaseIterable {
  /// activation(z[0 ..< C]) · sigmoid(z[C ..< 2C])
  case sigmoid
  /// activation(z[0 ..< C]) · hardSigmoid(z[C ..< 2C])
  case hardSigmoid
}

/// How the past before the first frame is taken.
public enum PastDescription: String, Sendable, Equatable, CaseIterable {
  /// The input was silent for ever, and every layer has settled on that. No pop at the start.
  case silence
  /// Every layer's own history is zero: zero padding in each layer, as PyTorch trains it.
  case zeroHistory
}

extension ActivationDescription {
  /// Those that are spelled by their name alone.
  private static let plainNames: [String: ActivationDescription] = [
    "identity": .identity, "tanh": .tanh, "sigmoid": .sigmoid, "relu": .relu,
    "leakyReLU": .leakyReLU(negativeSlope: 0.01), "silu": .silu, "gelu": .gelu, "geluTanh": .geluTanh,
    "softsign": .softsign, "hardTanh": .hardTanh, "hardSigmoid": .hardSigmoid, "hardSwish": .hardSwish,
  ]

  /// Reads `"tanh"`, `{"type": "leakyReLU", "negativeSlope": 0.2}` or
  /// `{"type": "prelu", "slopes": [one a channel]}`.
  init(_ node: JSONNode, channels: Int) throws(ModelFormatError) {
    if case .string(let name) = node.value {
      self = try Self.named(name, at: node)
      return
    }
    let object = try node.object("the name of an activation, or an object with its type")
    let type = try object.required("type")
    switch try type.string("the name of an activation") {
    case "leakyReLU":
      try object.refuseKeys(exceptFor: ["type", "negativeSlope"])
      self = .leakyReLU(negativeSlope: try object.optional("negativeSlope")?.float() ?? 0.01)
    case "prelu":
      try object.refuseKeys(exceptFor: ["type", "slopes"])
      let nodes = try object.required("slopes").array(
        "an array of \(channels) slopes, one a channel", counts: channels...channels)
      var slopes: [Float] = []
      for node in nodes { slopes.append(try node.float()) }
      self = .prelu(slopes: slopes)
    case let name:
      try object.refuseKeys(exceptFor: ["type"])
      self = try Self.named(name, at: type)
    }
  }

  private static func named(_ name: String, at node: JSONNode) throws(ModelFormatError) -> Self {
    if let activation = plainNames[name] { return activation }
    if name == "prelu" {
      throw node.failure(expected: "{\"type\": \"prelu\", \"slopes\": [one a channel]}")
    }
    throw node.failure(expected: "one of \((plainNames.keys + ["prelu"]).sorted().joined(separator: ", "))")
  }
}
