import ModelFormats
import StreamingConvolution

/// A stage, or several in a row, with memory of their own.
struct PreparedStage {
  var processor: any BlockProcessor
  /// The output while the chain is fed silence, one constant per channel.
  var restingOutput: [Float]
  /// What a user should know, one sentence each.
  var notes: [String] = []
  /// How convolutions are computed and why, one sentence each.
  var explanation: [String] = []
  /// Memory of convolutions with impulse responses, in bytes.
  var memoryBytes = 0
  /// Histories and working memory of networks, in bytes.
  var stateBytes = 0
  /// Frames of the processor's tail that do not count for the length of an output.
  var omittedTailFrames = 0
}

/// A stage's place in a chain, and its input.
struct StagePlace {
  /// What errors call the chain.
  let chain: Chain.Label
  /// What errors call the chain's file: its path, or the chain's name.
  let path: String
  /// The stage's number; nil: the chain as a whole.
  var index: Int?
  /// What errors call the signal.
  let input: String?
  /// Channels that come in.
  var channels: Int
  /// The rate at which the chain runs.
  let sampleRateHz: Int?
  /// The most frames of one call.
  let maximumBlockFrames: Int
  /// The stage's input while the chain is fed silence; nil: silence.
  var restingInput: [Float]?
}

extension [Stage] {
  /// The stages one after another. Together they stay within the limits of the settings.
  func prepare(at place: StagePlace, settings: ChainSettings) throws -> PreparedStage {
    var (place, left) = (place, settings)
    let (inputs, isWhole) = (place.channels, place.index == nil)
    var processors: [any BlockProcessor] = []
    var (notes, explanation): ([String], [String]) = ([], [])
    var omittedTailFrames = 0
    for (index, stage) in enumerated() {
      // The parts of a model keep the number of the model, which is the one that the user can count.
      if isWhole { place.index = index }
      let prepared = try stage.prepare(at: place, settings: left)
      processors.append(prepared.processor)
      left.maximumMemoryBytes -= prepared.memoryBytes
      left.maximumStateBytes -= prepared.stateBytes
      place.restingInput = prepared.restingOutput
      place.channels = prepared.processor.outputChannels
      // Once, even when several stages say the same.
      notes += prepared.notes.filter { !notes.contains($0) }
      explanation += prepared.explanation
      omittedTailFrames += prepared.omittedTailFrames
    }
    return PreparedStage(
      processor: ProcessorChain(processors, channels: inputs, maximumBlockFrames: place.maximumBlockFrames),
      restingOutput: place.restingInput ?? [Float](repeating: 0, count: place.channels), notes: notes,
      explanation: explanation, memoryBytes: settings.maximumMemoryBytes - left.maximumMemoryBytes,
      stateBytes: settings.maximumStateBytes - left.maximumStateBytes, omittedTailFrames: omittedTailFrames)
  }
}

extension Stage {
  fileprivate func prepare(at place: StagePlace, settings: ChainSettings) throws -> PreparedStage {
    switch self {
    case .network(let network): try network.prepare(at: place, settings: settings)
    case .response(let response): try response.prepare(at: place, settings: settings)
    case .model(let model): try model.prepare(at: place, settings: settings)
    case .group(let group): try group.prepare(at: place, settings: settings)
    case .gain(let decibels):
      try StageLevels(LevelsDescription(gainDecibels: decibels)).around(place) {
        try [Stage]().prepare(at: $0, settings: settings)
      }
    }
  }
}
