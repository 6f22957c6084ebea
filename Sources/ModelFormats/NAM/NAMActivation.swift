/// An activation function as a `.nam` file describes it.
package enum NAMActivation: Sendable, Equatable {
  /// Those without parameters, as the format spells them. In Swift they have the names of `ActivationName`.
  package enum Plain: String, CaseIterable, Sendable {
    case tanh = "Tanh"
    case fastTanh = "Fasttanh"
    case relu = "ReLU"
    case sigmoid = "Sigmoid"
    case silu = "SiLU"
    case hardSwish = "Hardswish"
    case softsign = "Softsign"
    case softSigmoid = "Softsigmoid"
  }

  /// A function without parameters.
  case plain(Plain)
  /// x clamped to minimum … maximum, −1 … 1 unless the file says otherwise
  case hardTanh(minimum: Float, maximum: Float)
  /// x where x > 0, else slope · x
  case leakyReLU(negativeSlope: Float)
  /// `leakyReLU` with a slope for each channel
  case prelu(slopes: [Float])
  /// x between minimum and maximum, straight lines of other slopes outside
  case leakyHardTanh(minimum: Float, maximum: Float, minimumSlope: Float, maximumSlope: Float)
}

extension NAMActivation.Plain {
  /// The same function by the name that presets use.
  package var name: ActivationName {
    guard let name = ActivationName(rawValue: "\(self)") else { preconditionFailure("no activation is named \(self)") }
    return name
  }
}

extension NAMActivation {
  /// Those with parameters, with the parameters that a bare name stands for.
  private static let parametric: [String: NAMActivation] = [
    "Hardtanh": .hardTanh(minimum: -1, maximum: 1), "LeakyReLU": .leakyReLU(negativeSlope: 0.01),
    "PReLU": .leakyReLU(negativeSlope: 0.01), "LeakyHardtanh": standardLeakyHardTanh,
    "LeakyHardTanh": standardLeakyHardTanh,
  ]
  private static let standardLeakyHardTanh = leakyHardTanh(
    minimum: -1, maximum: 1, minimumSlope: 0.01, maximumSlope: 0.01)

  /// Reads `"Tanh"` or `{"type": "LeakyReLU", "negative_slope": 0.2}`.
  /// - Parameter channels: How many channels go through it, which slopes must match.
  init(_ node: JSONNode, channels: Int) throws(ModelFormatError) {
    guard case .object = node.value else {
      self = try Self.named(node)
      return
    }
    let object = try node.object()
    // The trainer hands the post-stack head's activation on as it was configured, with a name instead of a type.
    let type = try object.required(object.present("type") == nil && object.present("name") != nil ? "name" : "type")
    self = try Self.named(type)
    func float(_ key: String, _ fallback: Float) throws(ModelFormatError) -> Float {
      try object.present(key)?.float() ?? fallback
    }
    switch self {
    case .leakyReLU(let slope):
      if let one = object.present("negative_slope") {
        self = .leakyReLU(negativeSlope: try one.float())
      } else if type.value == .string("PReLU"), let several = object.present("negative_slopes") {
        let slopes = try several.floats()
        guard slopes.count == channels || slopes.count == 1 else {
          throw several.failure(expected: "an array of \(channels) slopes, one per channel")
        }
        self = slopes.count == 1 ? .leakyReLU(negativeSlope: slopes[0]) : .prelu(slopes: slopes)
      } else {
        self = .leakyReLU(negativeSlope: slope)
      }
    case .hardTanh(let minimum, let maximum):
      self = .hardTanh(minimum: try float("min_val", minimum), maximum: try float("max_val", maximum))
    case .leakyHardTanh(let minimum, let maximum, let minimumSlope, let maximumSlope):
      self = .leakyHardTanh(
        minimum: try float("min_val", minimum), maximum: try float("max_val", maximum),
        minimumSlope: try float("min_slope", minimumSlope), maximumSlope: try float("max_slope", maximumSlope))
    default: break
    }
    switch self {
    case .hardTanh(let minimum, let maximum), .leakyHardTanh(let minimum, let maximum, _, _):
      guard minimum <= maximum else {
        throw node.failure(expected: "an activation whose min_val is at most its max_val")
      }
    default: break
    }
  }

  private static func named(_ node: JSONNode) throws(ModelFormatError) -> NAMActivation {
    if case .string(let name) = node.value, let known = Plain(rawValue: name).map(plain) ?? parametric[name] {
      return known
    }
    let names = Plain.allCases.map(\.rawValue) + parametric.keys
    throw node.failure(expected: "one of \(names.sorted().joined(separator: ", "))")
  }

  /// The activation as a file holds it.
  var json: JSONValue {
    func object(_ type: String, _ parameters: [String: Float] = [:]) -> JSONValue {
      .object(parameters.mapValues { .number(Double($0)) }.merging(["type": .string(type)]) { $1 })
    }
    return switch self {
    case .plain(let plain): object(plain.rawValue)
    case .hardTanh(let minimum, let maximum): object("Hardtanh", ["min_val": minimum, "max_val": maximum])
    case .leakyReLU(let slope): object("LeakyReLU", ["negative_slope": slope])
    case .prelu(let slopes):
      .object(["type": .string("PReLU"), "negative_slopes": .array(slopes.map { .number(Double($0)) })])
    case .leakyHardTanh(let minimum, let maximum, let minimumSlope, let maximumSlope):
      object(
        "LeakyHardtanh",
        ["min_val": minimum, "max_val": maximum, "min_slope": minimumSlope, "max_slope": maximumSlope])
    }
  }
}
