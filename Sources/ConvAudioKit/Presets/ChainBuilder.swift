import Convolution
import ModelFormats
import StreamingConvolution

/// Stages turned into processors one after the other, each settled on what the ones before it give for silence.
struct ChainBuilder {
  /// What errors call the chain.
  let name: String
  let settings: ChainSettings
  /// Channels that the next stage gets.
  private(set) var channels: Int
  /// What the next stage gets for silence; nil: silence.
  private(set) var resting: [Float]?
  private(set) var processors: [any BlockProcessor] = []
  private(set) var notes: [String] = []
  private(set) var explanation: [String] = []
  /// Of the convolutions with impulse responses.
  private(set) var memoryBytes = 0

  init(name: String, settings: ChainSettings, channels: Int, resting: [Float]? = nil) {
    self.name = name
    self.settings = settings
    self.channels = channels
    self.resting = resting
  }

  /// Adds a network. A mono one runs on every channel, each with a state of its own.
  mutating func add(_ network: Network, past: Past, path: String, stage: Int) throws {
    let copies = network.inputChannels == 1 && network.outputChannels == 1 ? channels : 1
    guard copies == channels || network.inputChannels == channels else {
      throw PresetLookupError.channels(preset: name, expected: network.inputChannels, actual: channels)
    }
    do {
      // Copies of a mono network that rest differently are networks of their own.
      let inputs = resting.map { copies == 1 ? [$0] : $0.map { [$0] } }
      let maximumBlockFrames = settings.maximumBlockFrames
      func make(_ resting: [Float]?) throws(GeometryError) -> NetworkProcessor {
        try NetworkProcessor(
          network, past: past, restingInput: resting, maximumBlockFrames: maximumBlockFrames,
          maximumStateBytes: NetworkProcessor.defaultMaximumStateBytes / max(1, copies))
      }
      let first = try make(inputs?.first)
      if copies == 1 {
        processors.append(first)
        resting = first.restingOutput
      } else {
        let isSame = inputs.map { all in all.allSatisfy { $0 == all[0] } } ?? true
        var members = [first]
        for channel in 1..<copies { members.append(isSame ? try first.copy() : try make(inputs?[channel])) }
        resting = members.flatMap(\.restingOutput)
        processors.append(ChannelBank(members))
      }
      channels = copies == 1 ? network.outputChannels : copies
    } catch let error as GeometryError {
      throw PresetLookupError.network(path: path, stage: stage, reason: error)
    }
  }

  /// Adds a convolution with impulse responses.
  mutating func add(_ response: ResponseStage) throws {
    let prepared = try response.prepare(channels: channels, restingInput: resting, settings: settings)
    processors.append(prepared.processor)
    resting = prepared.restingOutput
    channels = prepared.processor.outputChannels
    notes += prepared.notes
    explanation += prepared.explanation
    memoryBytes += prepared.memoryBytes
  }

  /// Adds a trained model between its gains.
  mutating func add(_ model: ModelStage, path: String, stage: Int) throws {
    if model.assumesSampleRate {
      notes.append("\(model.path): names no sample rate, taken as \(model.sampleRateHz) Hz")
    }
    let mix = model.description.mix
    let isPlain = model.gainIn == 1 && model.gainOut == 1 && mix == 1
    let dry = resting?.map { $0 * model.gainIn }
    var inner = ChainBuilder(name: name, settings: settings, channels: channels, resting: dry)
    for part in model.parts {
      switch part {
      case .network(let network):
        let past: Past = model.description.past == .silence ? .silence : .zeroHistory
        try inner.add(network, past: past, path: path, stage: stage)
      case .response(let response): try inner.add(response)
      }
    }
    notes += inner.notes
    explanation += inner.explanation
    memoryBytes += inner.memoryBytes
    if isPlain {
      processors += inner.processors
      resting = inner.resting
    } else {
      let chain = ProcessorChain(
        inner.processors, channels: channels, maximumBlockFrames: settings.maximumBlockFrames)
      guard mix == 1 || GainAndMix.canMix(chain) else {
        throw PresetLookupError.mix(path: path, stage: stage, inputs: chain.inputChannels, outputs: chain.outputChannels)
      }
      resting = (0..<chain.outputChannels).map { channel in
        GainAndMix.resting(
          wet: inner.resting?[channel] ?? 0, dry: dry?[dry?.count == 1 ? 0 : channel] ?? 0, mix: mix,
          gainOut: model.gainOut)
      }
      processors.append(GainAndMix(chain, gainIn: model.gainIn, gainOut: model.gainOut, mix: mix))
    }
    channels = inner.channels
  }
}
