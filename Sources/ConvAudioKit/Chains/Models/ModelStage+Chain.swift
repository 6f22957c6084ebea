import StreamingConvolution

extension ModelStage {
  /// The model between its gains, ready to run. A mono model runs on every channel, each with a state of its own.
  func prepare(at place: StagePlace, settings: ChainSettings) throws -> PreparedStage {
    var settings = settings
    settings.channels = place.channels
    var stage = try levels.around(at: place) { resting in
      do {
        let (chain, output) = try Chain(name: path, parts: parts).makeChain(settings, restingInput: resting)
        return PreparedStage(
          processor: chain.processor,
          restingOutput: output ?? [Float](repeating: 0, count: chain.processor.outputChannels), notes: chain.notes,
          explanation: chain.explanation, memoryBytes: chain.memoryBytes, stateBytes: chain.stateBytes)
      } catch PresetLookupError.network(_, _, let reason) {
        throw PresetLookupError.network(path: place.path, stage: place.index, reason: reason)
      }
    }
    if assumesSampleRate { stage.notes.append("\(path): names no sample rate, taken as \(sampleRateHz) Hz") }
    return stage
  }
}
