import Convolution
import ModelFormats
import StreamingConvolution

/// A preset with its weights, ready to be turned into processors.
///
/// ```swift
/// let preset = try LoadedPreset("dilated-stack")
/// let processor = try preset.makeProcessor(channels: 2, maximumBlockFrames: 512)
/// ```
public struct LoadedPreset: Sendable {
  /// One link of the preset's chain.
  public enum Stage: Sendable {
    /// A network, and how its past before the first frame is taken.
    case network(Network, past: Past)
    /// A convolution with impulse responses.
    case response(ResponseStage)
  }

  /// The preset file; nil for a chain that no file describes.
  public let path: String?
  /// What it says.
  public let preset: Preset
  /// Its chain, in the order in which it is heard.
  public private(set) var stages: [Stage]

  /// Loads a preset by its name, from where presets are found, or by path.
  /// - Parameter maximumResponseBytes: What the samples of impulse responses may take together.
  /// - Throws: As below, and `PresetLookupError.notFound`.
  public init(_ nameOrPath: String, maximumResponseBytes: Int = ChainSettings().maximumMemoryBytes) throws {
    try self.init(path: PresetLibrary.standard.path(of: nameOrPath), maximumResponseBytes: maximumResponseBytes)
  }

  /// Loads the preset file at `path`, and the weights and impulse responses that it names.
  /// - Parameter maximumResponseBytes: What the samples of impulse responses may take together.
  /// - Throws: `ModelFormatError`, `PresetLookupError`, `AudioFileError`, `ImpulseResponseError`.
  public init(path: String, maximumResponseBytes: Int = ChainSettings().maximumMemoryBytes) throws {
    self.path = path
    let preset = try Preset(contentsOf: path)
    self.preset = preset
    name = preset.name
    var bytesLeft = maximumResponseBytes
    stages = try preset.stages.enumerated().map { index, stage in
      switch stage {
      case .waveNet(let description):
        let file = try TensorFile(contentsOf: preset.path(of: description.weightsPath))
        let weights = try description.readWeights(from: file)
        do throws(GeometryError) {
          return .network(
            try Network(description, weights: weights), past: description.past == .silence ? .silence : .zeroHistory)
        } catch {
          throw PresetLookupError.network(path: path, stage: index, reason: error)
        }
      case .convolution(let description):
        let file = preset.path(of: description.responsePath)
        let response = try ImpulseResponse(path: file, maximumBytes: bytesLeft)
        bytesLeft -= response.channels.count * response.frames * MemoryLayout<Float>.stride
        return .response(ResponseStage(response, description))
      }
    }
    for (index, (stage, next)) in zip(stages, stages.dropFirst()).enumerated() {
      guard case .network(let first, _) = stage, case .network(let second, _) = next else { continue }
      guard first.outputChannels == second.inputChannels else {
        throw PresetLookupError.stagesDoNotMeet(
          path: path, stage: index + 1, expected: first.outputChannels, actual: second.inputChannels)
      }
    }
  }

  /// A chain of one convolution, or of nothing, that no file describes.
  public init(name: String, response: ResponseStage? = nil) {
    path = nil
    self.name = name
    preset = Preset(name: name, description: response.map { "convolution with \($0.response.path)" } ?? "nothing")
    stages = response.map { [.response($0)] } ?? []
  }

  /// The same chain with a convolution behind it.
  public func followed(by response: ResponseStage, named name: String) -> LoadedPreset {
    var copy = self
    copy.stages.append(.response(response))
    copy.name = "\(self.name).\(name)"
    return copy
  }

  /// The same preset with another chain.
  func with(stages: [Stage]) -> LoadedPreset {
    var copy = self
    copy.stages = stages
    return copy
  }

  /// The preset's name, with those of what follows it.
  public private(set) var name: String

  /// Channels that the chain takes; nil when that depends on the signal.
  public var inputChannels: Int? {
    switch stages.first {
    case .network(let network, _): network.inputChannels
    case .response(let response): response.pathChannels?.input
    case nil: nil
    }
  }
  /// Channels that the chain gives; nil when that depends on the signal.
  public var outputChannels: Int? {
    switch stages.last {
    case .network(let network, _): network.outputChannels
    case .response(let response): response.pathChannels?.output
    case nil: nil
    }
  }

  /// The rate at which the chain runs for a signal of rate `sampleRateHz`, if it has one: the preset's, else the signal's,
  /// else that of the first impulse response, which is then taken sample for sample.
  func sampleRateHz(forSignalOf sampleRateHz: Int?) -> Int? {
    if let rate = preset.sampleRateHz ?? sampleRateHz { return rate }
    for case .response(let stage) in stages { return stage.response.sampleRateHz }
    return nil
  }

  /// A chain that is ready to run.
  public struct Chain {
    /// The whole of it.
    public let processor: any BlockProcessor
    /// What a user should know, a sentence each.
    public let notes: [String]
    /// How convolutions are computed and why, a sentence each.
    public let explanation: [String]
    /// Bytes that the convolutions with impulse responses take.
    public let memoryBytes: Int
    /// Rate at which it runs; nil where nothing depends on it.
    public let sampleRateHz: Int?
  }

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
  ///   a network's history, over all channels, takes more than 1 GiB; `ImpulseResponseError`.
  public func makeChain(_ settings: ChainSettings) throws -> Chain {
    let inputs = settings.channels ?? inputChannels ?? 1
    var settings = settings
    let hasNoRate = settings.sampleRateHz == nil && preset.sampleRateHz == nil
    settings.sampleRateHz = sampleRateHz(forSignalOf: settings.sampleRateHz)
    var channels = inputs
    var processors: [any BlockProcessor] = []
    var resting: [Float]?
    var (notes, explanation): ([String], [String]) = ([], [])
    var bytes = 0
    for (index, stage) in stages.enumerated() {
      switch stage {
      case .network(let network, let past):
        let isMono = network.inputChannels == 1 && network.outputChannels == 1
        let copies = isMono ? channels : 1
        guard isMono || network.inputChannels == channels else {
          throw PresetLookupError.channels(preset: name, expected: network.inputChannels, actual: channels)
        }
        do {
          // Copies of a mono network that rest differently are networks of their own.
          let inputs = resting.map { copies == 1 ? [$0] : $0.map { [$0] } }
          func make(_ resting: [Float]?) throws(GeometryError) -> NetworkProcessor {
            try NetworkProcessor(
              network, past: past, restingInput: resting, maximumBlockFrames: settings.maximumBlockFrames,
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
          throw PresetLookupError.network(path: path ?? name, stage: index, reason: error)
        }
      case .response(let response):
        let prepared = try response.prepare(channels: channels, restingInput: resting, settings: settings)
        processors.append(prepared.processor)
        // All convolutions together stay within the limit.
        settings.maximumMemoryBytes -= prepared.memoryBytes
        resting = prepared.restingOutput
        channels = prepared.processor.outputChannels
        notes += prepared.notes
        explanation += prepared.explanation
        bytes += prepared.memoryBytes
      }
    }
    let chain = ProcessorChain(processors, channels: inputs, maximumBlockFrames: settings.maximumBlockFrames)
    if hasNoRate, let rate = settings.sampleRateHz {
      notes.append(
        "the signal has no sample rate and is taken to have that of the impulse response, \(rate) Hz; --rate gives it one"
      )
    }
    return Chain(
      processor: chain, notes: notes, explanation: explanation, memoryBytes: bytes, sampleRateHz: settings.sampleRateHz)
  }
}
