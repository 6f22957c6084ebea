/// A convolution with impulse responses as a preset describes it.
///
/// The responses are the channels of an audio file. `Presets/README.md` says what each of the keys means.
public struct ConvolutionDescription: Sendable, Equatable {
  /// The most paths of a stage.
  public static let maximumPaths = 4096
  /// Longest delay before a response, in milliseconds.
  public static let maximumDelayMilliseconds: Float = 60_000

  /// Which channel of the file goes from which input to which output.
  public enum Routing: Sendable, Equatable {
    /// One of the usual ways, by name.
    case named(NamedRouting)
    /// Any way.
    case paths([Path], inputChannels: Int, outputChannels: Int)
  }

  /// One way from an input to an output.
  public struct Path: Sendable, Equatable {
    public var input: Int
    public var output: Int
    /// Channel of the file.
    public var response: Int
    public var delayMilliseconds: Float
    public var gainDecibels: Float

    public init(input: Int, output: Int, response: Int, delayMilliseconds: Float = 0, gainDecibels: Float = 0) {
      self.input = input
      self.output = output
      self.response = response
      self.delayMilliseconds = delayMilliseconds
      self.gainDecibels = gainDecibels
    }
  }

  /// The audio file, as written in the preset. `Preset.path(of:)` finds it.
  public var responsePath: String
  public var routing: Routing
  /// What the level of the responses is brought to, all by one factor.
  public var normalization: ResponseNormalization
  /// Gain of all responses, after that.
  public var gainDecibels: Float
  /// Silence before the responses.
  public var predelayMilliseconds: Float
  /// Share of the convolved signal, 0 … 1.
  public var mix: Float
  /// How the responses are divided, as the planner writes it; nil: as the planner chooses.
  public var plan: String?

  public init(
    responsePath: String, routing: Routing = .named(.auto), normalization: ResponseNormalization = .none,
    gainDecibels: Float = 0, predelayMilliseconds: Float = 0, mix: Float = 1, plan: String? = nil
  ) {
    self.responsePath = responsePath
    self.routing = routing
    self.normalization = normalization
    self.gainDecibels = gainDecibels
    self.predelayMilliseconds = predelayMilliseconds
    self.mix = mix
    self.plan = plan
  }
}

/// The usual ways from inputs through responses to outputs.
public enum NamedRouting: String, CaseIterable, Sendable {
  /// By the numbers of channels: one response for every channel; as many as channels: one each; several for a mono
  /// signal: as many outputs; four for a stereo signal: true stereo.
  case auto
  /// One response for every channel.
  case mono
  /// Two responses: left and right; a mono signal becomes stereo.
  case stereo
  /// Four responses: left to left, left to right, right to left, right to right.
  case trueStereo = "true-stereo"
  /// As many responses as channels, one each.
  case perChannel = "per-channel"
  /// A mono signal through every response, to as many outputs.
  case fanOut = "fan-out"
  /// Every input to every output: the responses of input 1 to all outputs, then those of input 2, and so on.
  case matrix
}

/// What the level of impulse responses is brought to.
public enum ResponseNormalization: String, CaseIterable, Sendable {
  /// Nothing: the samples count as they are.
  case none
  /// The highest gain at any frequency is 0 dB.
  case peak
  /// The response with the most energy has energy 1: white noise keeps its level.
  case energy
}

extension ConvolutionDescription {
  init(_ object: JSONObject, allowOutside: Bool) throws(ModelFormatError) {
    try object.refuseKeys(exceptFor: [
      "type", "response", "channels", "inputChannels", "outputChannels", "paths", "normalize", "gainDecibels",
      "predelayMilliseconds", "mix", "plan",
    ])
    self.init(
      responsePath: try filePath(
        try object.required("response"), what: "the path of an audio file", allowOutside: allowOutside),
      routing: try Routing(object),
      normalization: try object.optional("normalize")?.choice(ResponseNormalization.self) ?? .none,
      gainDecibels: try object.optional("gainDecibels")?.float(in: -200...200) ?? 0,
      predelayMilliseconds: try object.optional("predelayMilliseconds")?.float(in: 0...Self.maximumDelayMilliseconds)
        ?? 0,
      mix: try object.optional("mix")?.float(in: 0...1) ?? 1, plan: try object.optional("plan")?.string())
  }
}

extension ConvolutionDescription.Routing {
  fileprivate init(_ object: JSONObject) throws(ModelFormatError) {
    guard let paths = object.optional("paths") else {
      for key in ["inputChannels", "outputChannels"] {
        if let node = object.optional(key) { throw node.failure(expected: "nothing without paths") }
      }
      self = .named(try object.optional("channels")?.choice(NamedRouting.self) ?? .auto)
      return
    }
    if let channels = object.optional("channels") { throw channels.failure(expected: "nothing beside paths") }
    let inputs = try object.required("inputChannels").integer(in: 1...1024)
    let outputs = try object.required("outputChannels").integer(in: 1...1024)
    let limit = ConvolutionDescription.maximumPaths
    var all: [ConvolutionDescription.Path] = []
    for node in try paths.array("an array of 1 to \(limit) paths", counts: 1...limit) {
      let path = try node.object()
      try path.refuseKeys(exceptFor: ["input", "output", "response", "delayMilliseconds", "gainDecibels"])
      all.append(
        ConvolutionDescription.Path(
          input: try path.required("input").integer(in: 0...inputs - 1),
          output: try path.required("output").integer(in: 0...outputs - 1),
          response: try path.required("response").integer(in: 0...1023),
          delayMilliseconds: try path.optional("delayMilliseconds")?.float(
            in: 0...ConvolutionDescription.maximumDelayMilliseconds) ?? 0,
          gainDecibels: try path.optional("gainDecibels")?.float(in: -200...200) ?? 0))
    }
    self = .paths(all, inputChannels: inputs, outputChannels: outputs)
  }
}
