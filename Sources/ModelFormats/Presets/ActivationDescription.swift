/// The activations without parameters, as a preset names them. `README.md` in `Presets/` has the formulas.
package enum ActivationName: String, CaseIterable, Sendable {
  case identity, tanh, sigmoid, relu, silu, gelu, geluTanh, softsign, hardTanh, hardSigmoid, hardSwish, softSigmoid
  case fastTanh
}

/// An activation function as a preset describes it.
package enum ActivationDescription: Sendable, Equatable, CustomStringConvertible {
  /// A function without parameters.
  case named(ActivationName)
  /// x where x ≥ 0, else `negativeSlope` · x. Slope 0.01 when the preset names none.
  case leakyReLU(negativeSlope: Float)
  /// `leakyReLU` with a slope for each channel.
  case prelu(slopes: [Float])

  /// The name, with the parameters in brackets.
  package var description: String {
    switch self {
    case .named(let name): name.rawValue
    case .leakyReLU(let slope): "leakyReLU(negativeSlope: \(slope))"
    case .prelu(let slopes): "prelu(slopes: \(slopes))"
    }
  }
}

/// The gate of a layer.
package enum GateDescription: String, Sendable, Equatable, CaseIterable {
  /// activation(z[0 ..< C]) · sigmoid(z[C ..< 2C])
  case sigmoid
  /// activation(z[0 ..< C]) · hardSigmoid(z[C ..< 2C])
  case hardSigmoid
}

/// What the past before the first frame is.
package enum PastDescription: String, Sendable, Equatable, CaseIterable {
  /// The input was always silent, and every layer has settled on that. No pop at the start.
  case silence
  /// Every layer's own history is zero: zero padding in each layer, as PyTorch trains it.
  case zeroHistory
}

extension ActivationDescription {
  /// Every name that a preset may use, in alphabetical order.
  package static let names = (ActivationName.allCases.map(\.rawValue) + ["leakyReLU", "prelu"]).sorted()

  private static let standardLeakyReLU = leakyReLU(negativeSlope: 0.01)

  /// Reads `"tanh"`, `{"type": "leakyReLU", "negativeSlope": 0.2}` or
  /// `{"type": "prelu", "slopes": [one per channel]}`.
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
      let slope = try object.optional("negativeSlope")?.float()
      self = slope.map { .leakyReLU(negativeSlope: $0) } ?? Self.standardLeakyReLU
    case "prelu":
      try object.refuseKeys(exceptFor: ["type", "slopes"])
      let nodes = try object.required("slopes").array(
        "an array of \(channels) slopes, one per channel", counts: channels...channels)
      var slopes: [Float] = []
      for node in nodes { slopes.append(try node.float()) }
      self = .prelu(slopes: slopes)
    case let name:
      try object.refuseKeys(exceptFor: ["type"])
      self = try Self.named(name, at: type)
    }
  }

  private static func named(_ name: String, at node: JSONNode) throws(ModelFormatError) -> Self {
    if let name = ActivationName(rawValue: name) { return .named(name) }
    switch name {
    case "leakyReLU": return standardLeakyReLU
    case "prelu": throw node.failure(expected: "{\"type\": \"prelu\", \"slopes\": [one per channel]}")
    default: throw node.failure(expected: "one of \(names.joined(separator: ", "))")
    }
  }
}
