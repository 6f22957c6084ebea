/// A convolution with impulse responses, as described in a preset.
///
/// The responses are the channels of an audio file. `Presets/README.md` explains the keys.
package struct ConvolutionDescription: Sendable, Equatable {
  /// The largest number of paths in a stage.
  package static let maximumPaths = 4096
  /// The longest delay before a response, in milliseconds.
  package static let maximumDelayMilliseconds: Float = 60_000

  /// Which channel of the file connects which input to which output.
  package enum Routing: Sendable, Equatable {
    /// A common routing, by name.
    case named(NamedRouting)
    /// Any routing.
    case paths([Path], inputChannels: Int, outputChannels: Int)
  }

  /// One path from an input to an output.
  package struct Path: Sendable, Equatable {
    /// Input channel, from 0.
    package var input: Int
    /// Output channel, from 0.
    package var output: Int
    /// Channel of the file, from 0.
    package var response: Int
    /// Delay before the response.
    package var delayMilliseconds: Float
    /// Gain of the path.
    package var gainDecibels: Float

    /// Makes a path from its parts, without checks.
    package init(input: Int, output: Int, response: Int, delayMilliseconds: Float = 0, gainDecibels: Float = 0) {
      self.input = input
      self.output = output
      self.response = response
      self.delayMilliseconds = delayMilliseconds
      self.gainDecibels = gainDecibels
    }
  }

  /// The path of the audio file, as written in the preset. `Preset.path(of:)` resolves it.
  package var responsePath: String
  /// Which responses connect which channels.
  package var routing: Routing
  /// How the level of the responses is normalised; one factor for all.
  package var normalization: ResponseNormalization
  /// Gain of all responses, after normalisation.
  package var gainDecibels: Float
  /// Silence before the responses.
  package var predelayMilliseconds: Float
  /// Dry/wet mix: 0 is dry, 1 is wet.
  package var mix: Float
  /// The plan for the partitions, in the planner's notation; nil: the planner's choice.
  package var plan: String?

  /// Makes a description from its parts, without checks.
  package init(
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

/// Common routings from inputs through responses to outputs.
package enum NamedRouting: String, CaseIterable, Sendable {
  /// Depends on the channel counts. One response: for every channel. As many as channels: one each. Several, mono
  /// signal: one output each. Four, stereo signal: true stereo.
  case auto
  /// One response for every channel.
  case mono
  /// Two responses: left and right; a mono signal becomes stereo.
  case stereo
  /// Four responses: left to left, left to right, right to left, right to right.
  case trueStereo = "true-stereo"
  /// One response per channel.
  case perChannel = "per-channel"
  /// A mono signal through every response, to one output each.
  case fanOut = "fan-out"
  /// Every input to every output: first the responses of input 1 to all outputs, then those of input 2, and so on.
  case matrix
}

/// How the level of impulse responses is normalised.
package enum ResponseNormalization: String, CaseIterable, Sendable {
  /// Not at all; samples are used as they are.
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
        if let node = object.optional(key) { throw node.failure(expected: "absent, because there are no paths") }
      }
      self = .named(try object.optional("channels")?.choice(NamedRouting.self) ?? .auto)
      return
    }
    if let channels = object.optional("channels") {
      throw channels.failure(expected: "absent, because paths are given")
    }
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
