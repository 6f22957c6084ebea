import ModelFormats

/// What a chain is to be made of: presets, models and impulse responses in the order in which the signal passes them, each
/// with its own choices, and choices for all of them together. Nothing has been read yet.
///
/// The command line fills it in from left to right; `load` reads the files.
///
/// ```swift
/// var plan = ChainPlan()
/// plan.stages = [.init(.model("amp.nam")), .init(.response("hall"), ChainPlan.Choices(mix: 0.3))]
/// print(plan)                        // amp (.nam) → hall (30 % wet)
/// let chain = try plan.load().chain
/// ```
package struct ChainPlan: Sendable, Equatable {
  /// Where a stage comes from.
  package enum Source: Sendable, Equatable {
    /// A preset, by its name or its `.json` file.
    case preset(String)
    /// A trained model's file.
    case model(String)
    /// An audio file of impulse responses, or a preset of convolutions only, by its name.
    case response(String)
    /// One of many models, each of which makes a chain of its own: what they are called together.
    case anyModel(String)

    /// The name or path.
    package var name: String {
      switch self {
      case .preset(let name), .model(let name), .response(let name), .anyModel(let name): name
      }
    }
  }

  /// How loud impulse responses are made.
  package enum ResponseLevel: Sendable, Equatable {
    /// A rule.
    case normalized(ResponseNormalization)
    /// A gain.
    case decibels(Float)
  }

  /// What can be chosen for a stage, or for all of them. nil: not chosen.
  package struct Choices: Sendable, Equatable {
    /// Dry/wet mix: 0 dry, 1 wet.
    package var mix: Float?
    /// Gain in dB before the whole chain and its dry signal; stages have none.
    package var gainInDecibels: Float?
    /// Gain in dB after the stage and its mix.
    package var gainDecibels: Float?
    /// How much of the tail counts for the length of an output.
    package var tail: TailPolicy?
    /// Silence before impulse responses.
    package var predelayMilliseconds: Float?
    /// How the channels of impulse responses connect inputs and outputs.
    package var routing: NamedRouting?
    /// Level of impulse responses.
    package var responseLevel: ResponseLevel?
    /// Which size of a multi-size model runs: 0 smallest, 1 full.
    package var size: Double?
    /// Whether a model's output is brought to −18 dB.
    package var normalizesLoudness = false
    /// Level of a full-scale sine at the interface that recorded the input, in dBu RMS.
    package var inputLevelDBu: Float?

    /// Nothing is chosen but the mix, where there is one.
    package init(mix: Float? = nil) { self.mix = mix }
  }

  /// A stage and what was chosen for it.
  package struct Stage: Sendable, Equatable {
    /// Where it comes from.
    package var source: Source
    /// What was chosen for it.
    package var choices: Choices

    /// A stage.
    package init(_ source: Source, _ choices: Choices = Choices()) { (self.source, self.choices) = (source, choices) }
  }

  /// The stages, in order.
  package var stages: [Stage] = []
  /// What was chosen for all of them together: mix, gain and tail around the whole chain; routing and level of every
  /// impulse response, predelay of the first; the size of every model, loudness of the last and input level of the first.
  package var whole = Choices()
  /// Whether presets may name files outside their own folders.
  package var allowsOutside = false
  /// Limit on the memory of impulse responses together, in bytes.
  /// What to do with impulse responses that end before their header says.
  package var truncatedResponses = TruncatedPolicy.error
  package var maximumResponseBytes = ChainSettings().maximumMemoryBytes

  /// No stages.
  package init() {}

  /// The plan with every `.anyModel` replaced by this model.
  package func with(model path: String) -> ChainPlan {
    var plan = self
    for index in stages.indices {
      if case .anyModel = stages[index].source { plan.stages[index].source = .model(path) }
    }
    return plan
  }
}

extension ChainPlan.Source {
  /// Whether it is a trained model, also where it was named as a preset.
  package var isModel: Bool {
    switch self {
    case .model, .anyModel: true
    case .preset(let name): isModelFile(name)
    case .response: false
    }
  }

  /// Whether it is an impulse response.
  package var isResponse: Bool { if case .response = self { true } else { false } }
}

/// Whether a file's name is that of a trained model, ours or of a format that is refused by its name. The case of the
/// ending does not matter.
package func isModelFile(_ path: String) -> Bool {
  let name = path.lowercased()
  return name.hasSuffix(".nam") || name.hasSuffix(".aidax")
}
