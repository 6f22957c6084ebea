import Convolution
import StreamingConvolution

/// A chain that is ready to run.
public struct PreparedChain {
  /// The whole of it.
  public let processor: any BlockProcessor
  /// What a user should know, a sentence each.
  public let notes: [String]
  /// How convolutions are computed and why, a sentence each.
  public let explanation: [String]
  /// Bytes that the convolutions with impulse responses take.
  public let memoryBytes: Int
  /// Bytes that the networks' histories and working memory take.
  public let stateBytes: Int
  /// Rate at which it runs; nil where nothing depends on it.
  public let sampleRateHz: Int?
}

extension Chain {
  /// A processor for a signal of so many channels. A mono network runs on every channel, each with a state of its own.
  ///
  /// - Parameters:
  ///   - channels: Of the signal. Default: what the chain takes.
  ///   - sampleRateHz: Of the signal; impulse responses of other rates are brought to it. Default: the preset's, else that
  ///     of its first impulse response.
  ///   - maximumBlockFrames: The most frames of one call.
  /// - Throws: As `makeChain`.
  public func makeProcessor(
    channels: Int? = nil, sampleRateHz: Int? = nil, maximumBlockFrames: Int = 4096
  ) throws -> any BlockProcessor {
    var settings = ChainSettings()
    settings.channels = channels
    settings.sampleRateHz = sampleRateHz
    settings.maximumBlockFrames = maximumBlockFrames
    return try makeChain(settings).processor
  }

  /// The chain, ready to run. Every stage starts settled on what the stages before it give for silence.
  ///
  /// - Throws: `PresetLookupError.channels` when a network is neither mono nor made for so many channels; `.network` when
  ///   the networks' histories, over all channels, take more than the settings allow; `ImpulseResponseError`.
  public func makeChain(_ settings: ChainSettings) throws -> PreparedChain {
    try makeChain(settings, restingInput: nil).chain
  }

  /// The same for a chain within another.
  /// - Parameter restingInput: What comes in when there is silence; nil: silence.
  /// - Returns: The chain, and what it gives when there is silence.
  func makeChain(
    _ settings: ChainSettings, restingInput: [Float]?
  ) throws -> (chain: PreparedChain, restingOutput: [Float]?) {
    let inputs = settings.channels ?? inputChannels ?? 1
    var settings = settings
    let hasNoRate = settings.sampleRateHz == nil && preset.sampleRateHz == nil
    settings.sampleRateHz = sampleRateHz(forSignalOf: settings.sampleRateHz)
    var channels = inputs
    var processors: [any BlockProcessor] = []
    var resting = restingInput
    var (notes, explanation): ([String], [String]) = ([], [])
    var (bytes, stateBytes) = (0, 0)
    for (index, stage) in stages.enumerated() {
      let place = StagePlace(
        chain: name, path: path ?? name, index: index, channels: channels, restingInput: resting)
      let prepared = try stage.prepare(at: place, settings: settings)
      processors.append(prepared.processor)
      // All stages together stay within the limits.
      settings.maximumMemoryBytes -= prepared.memoryBytes
      settings.maximumStateBytes -= prepared.stateBytes
      resting = prepared.restingOutput
      channels = prepared.processor.outputChannels
      // Once, however many stages have the same to say.
      notes += prepared.notes.filter { !notes.contains($0) }
      explanation += prepared.explanation
      bytes += prepared.memoryBytes
      stateBytes += prepared.stateBytes
    }
    let chain = ProcessorChain(processors, channels: inputs, maximumBlockFrames: settings.maximumBlockFrames)
    if hasNoRate, let rate = settings.sampleRateHz {
      notes.append(
        "the signal has no sample rate and is taken to have that of the impulse response, \(rate) Hz; --rate gives it one"
      )
    }
    return (
      PreparedChain(
        processor: chain, notes: notes, explanation: explanation, memoryBytes: bytes, stateBytes: stateBytes,
        sampleRateHz: settings.sampleRateHz), resting
    )
  }
}
