import StreamingConvolution

/// Several stages that count as one, with levels of their own around them: a preset with its own dry/wet mix, in a longer
/// chain.
package struct GroupStage: Sendable {
  /// What people call it.
  package let name: String
  /// The stages, in the order in which the signal passes them.
  package let stages: [Stage]
  /// Gains around them, and their share beside the dry signal.
  package let levels: StageLevels
  /// How much of their tail counts for the length of an output; nil: all of it, as far as the chain's own policy goes.
  package let tail: TailPolicy?

  /// These stages, as one.
  package init(name: String, stages: [Stage], levels: StageLevels = StageLevels(), tail: TailPolicy? = nil) {
    (self.name, self.stages, self.levels, self.tail) = (name, stages, levels, tail)
  }

  /// The same with other stages.
  func with(_ stages: [Stage], levels: StageLevels? = nil) -> GroupStage {
    GroupStage(name: name, stages: stages, levels: levels ?? self.levels, tail: tail)
  }

  /// The stages between their gains.
  func prepare(at place: StagePlace, settings: ChainSettings) throws -> PreparedStage {
    var stage = try levels.around(place) { try stages.prepare(at: $0, settings: settings) }
    guard let tail else { return stage }
    let whole = stage.processor.tailFrames
    stage.omittedTailFrames =
      whole - tail.frames(of: whole - stage.omittedTailFrames, sampleRateHz: place.sampleRateHz)
    return stage
  }
}

extension Chain {
  /// The same chain as one stage of a longer one, with levels around it. Unchanged where there are none.
  func grouped(_ levels: StageLevels, tail: TailPolicy? = nil) -> Chain {
    guard levels != StageLevels() || tail != nil else { return self }
    return with(stages: [.group(GroupStage(name: name, stages: stages, levels: levels, tail: tail))])
  }

  /// Whether a convolution with impulse responses is in it, and so a latency, and a tail.
  package var hasResponses: Bool { stages.contains(where: \.hasResponses) }
}

extension Stage {
  /// Whether it is a convolution with impulse responses, or has one inside.
  var hasResponses: Bool {
    switch self {
    case .response: true
    case .group(let group): group.stages.contains(where: \.hasResponses)
    case .model(let model): model.parts.contains(where: \.hasResponses)
    case .network, .gain: false
    }
  }

  /// The first impulse response in it that a user named; nil where there is none.
  var firstResponse: ResponseStage? {
    switch self {
    case .response(let response): response
    case .group(let group): group.stages.lazy.compactMap(\.firstResponse).first
    case .network, .model, .gain: nil
    }
  }
}
