import ModelFormats
import StreamingConvolution

/// A stage of a chain, ready to run.
struct PreparedStage {
  var processor: any BlockProcessor
  /// What it gives when there is silence before the chain, one constant a channel.
  var restingOutput: [Float]
  /// What a user should know, a sentence each.
  var notes: [String] = []
  /// How it is computed and why, a sentence each.
  var explanation: [String] = []
  /// Bytes that its convolutions with impulse responses take.
  var memoryBytes = 0
  /// Bytes that its networks' histories and working memory take.
  var stateBytes = 0
}

/// Where in a chain a stage stands.
struct StagePlace {
  /// What errors call the chain: its name, and its file or again its name.
  let chain: String
  let path: String
  /// The number of the stage in it.
  let index: Int
  /// Channels that come in.
  let channels: Int
  /// What comes in when there is silence before the chain; nil: silence.
  let restingInput: [Float]?
}

extension Stage {
  /// The stage with memory of its own.
  func prepare(at place: StagePlace, settings: ChainSettings) throws -> PreparedStage {
    switch self {
    case .network(let network): try network.prepare(at: place, settings: settings)
    case .response(let response):
      try response.prepare(channels: place.channels, restingInput: place.restingInput, settings: settings)
    case .model(let model): try model.prepare(at: place, settings: settings)
    case .gain(let decibels):
      try StageLevels(LevelsDescription(gainDecibels: decibels)).around(at: place) { resting in
        PreparedStage(
          processor: ProcessorChain([], channels: place.channels, maximumBlockFrames: settings.maximumBlockFrames),
          restingOutput: resting ?? [Float](repeating: 0, count: place.channels))
      }
    }
  }
}
