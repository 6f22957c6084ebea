import StreamingConvolution

/// A chain with memory of its own, ready to run.
public struct PreparedChain {
  /// The whole chain, with its gains and mix.
  public let processor: any BlockProcessor
  /// What a user should know, one sentence each.
  public let notes: [String]
  /// How convolutions are computed and why, one sentence each.
  public let explanation: [String]
  /// Memory of the convolutions with impulse responses, in bytes.
  public let memoryBytes: Int
  /// Histories and working memory of the networks, in bytes.
  public let stateBytes: Int
  /// Frames of its tail that count for the length of an output: all, or less where a stage has a limit of its own.
  let tailFrames: Int
  /// The rate at which the chain runs, in Hz; nil where nothing depends on it.
  public let sampleRateHz: Int?
}

extension Chain {
  /// A processor for a signal, with default settings. A mono network runs on every channel, each with a state of its own.
  ///
  /// - Parameters:
  ///   - channels: Of the signal. Default: what the chain takes.
  ///   - sampleRateHz: Of the signal. Impulse responses are resampled to it. Default: the chain's, else that of its first
  ///     impulse response.
  ///   - maximumBlockFrames: The most frames of one call.
  /// - Throws: As `prepare`.
  public func makeProcessor(
    channels: Int? = nil, sampleRateHz: Int? = nil, maximumBlockFrames: Int = 4096
  ) throws -> any BlockProcessor {
    try prepare(channels: channels, sampleRateHz: sampleRateHz, maximumBlockFrames: maximumBlockFrames).processor
  }

  /// The chain, ready to run. Every stage starts settled on what the stages before it give for silence.
  ///
  /// - Parameters:
  ///   - channels: As above.
  ///   - sampleRateHz: As above.
  ///   - maximumBlockFrames: As above.
  ///   - settings: Levels, mix, latency, limits.
  ///   - input: What errors call the signal.
  /// - Throws: `ChainError.channels` when a network is neither mono nor made for this many channels, `.network` when the
  ///   networks take more memory than the settings allow, `.mix`; `ImpulseResponseError`.
  public func prepare(
    channels: Int? = nil, sampleRateHz: Int? = nil, maximumBlockFrames: Int = 4096,
    settings: ChainSettings = ChainSettings(), input: String? = nil
  ) throws -> PreparedChain {
    let rate = self.sampleRateHz(forSignalOf: sampleRateHz)
    let place = StagePlace(
      chain: label, path: path ?? name, input: input, channels: channels ?? inputChannels ?? 1, sampleRateHz: rate,
      maximumBlockFrames: maximumBlockFrames)
    var whole = try StageLevels(settings).around(place) { try stages.prepare(at: $0, settings: settings) }
    if sampleRateHz == nil, self.sampleRateHz == nil, let rate {
      whole.notes.append(
        "the signal has no sample rate; the impulse response runs at its own, \(rate) Hz, unless another is given")
    }
    return PreparedChain(
      processor: whole.processor, notes: whole.notes, explanation: whole.explanation, memoryBytes: whole.memoryBytes,
      stateBytes: whole.stateBytes, tailFrames: whole.processor.tailFrames - whole.omittedTailFrames, sampleRateHz: rate)
  }
}
