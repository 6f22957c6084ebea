import StreamingConvolution

extension ModelStage {
  /// The model between its gains, ready to run.
  ///
  /// - Parameters:
  ///   - channels: That come in. A mono model runs on every channel, each with a state of its own.
  ///   - restingInput: What comes in when there is silence; nil: silence.
  ///   - path: Of the chain that the stage stands in, and
  ///   - stage: where, for errors.
  func prepare(
    channels: Int, restingInput: [Float]?, settings: ChainSettings, path: String, stage: Int
  ) throws -> ResponseStage.Prepared {
    var settings = settings
    settings.channels = channels
    let dry = restingInput?.map { $0 * gainIn }
    let inner: (chain: LoadedPreset.Chain, restingOutput: [Float]?)
    do {
      inner = try LoadedPreset(name: self.path, parts: parts).makeChain(settings, restingInput: dry)
    } catch PresetLookupError.network(_, _, let reason) {
      throw PresetLookupError.network(path: path, stage: stage, reason: reason)
    }
    let chain = inner.chain
    var notes = chain.notes
    if assumesSampleRate { notes.append("\(self.path): names no sample rate, taken as \(sampleRateHz) Hz") }
    var resting = inner.restingOutput ?? [Float](repeating: 0, count: chain.processor.outputChannels)
    var processor = chain.processor
    let mix = description.mix
    if gainIn != 1 || gainOut != 1 || mix != 1 {
      guard mix == 1 || GainAndMix.canMix(processor) else {
        throw PresetLookupError.mix(
          path: path, stage: stage, inputs: processor.inputChannels, outputs: processor.outputChannels)
      }
      resting = resting.indices.map { channel in
        GainAndMix.resting(
          wet: resting[channel], dry: dry.map { $0[$0.count == 1 ? 0 : channel] } ?? 0, mix: mix, gainOut: gainOut)
      }
      processor = GainAndMix(processor, gainIn: gainIn, gainOut: gainOut, mix: mix, restingInput: restingInput)
    }
    return ResponseStage.Prepared(
      processor: processor, restingOutput: resting, notes: notes, explanation: chain.explanation,
      memoryBytes: chain.memoryBytes)
  }
}
