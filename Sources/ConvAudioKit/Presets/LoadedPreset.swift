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
  public struct Stage: Sendable {
    /// What runs.
    public let network: Network
    /// How its past before the first frame is taken.
    public let past: Past
  }

  /// The preset file.
  public let path: String
  /// What it says.
  public let preset: Preset
  /// Its chain, in the order in which it is heard.
  public let stages: [Stage]

  /// Loads a preset by its name, from where presets are found, or by path.
  /// - Throws: `PresetLookupError`, `ModelFormatError`, `GeometryError`.
  public init(_ nameOrPath: String) throws {
    try self.init(path: PresetLibrary.standard.path(of: nameOrPath))
  }

  /// Loads the preset file at `path` and the weights that it names.
  /// - Throws: `ModelFormatError`, `GeometryError`.
  public init(path: String) throws {
    self.path = path
    let preset = try Preset(contentsOf: path)
    self.preset = preset
    stages = try preset.stages.enumerated().map { index, stage in
      switch stage {
      case .waveNet(let description):
        let weights = try description.readWeights(from: TensorFile(contentsOf: preset.path(of: description.weightsPath)))
        do throws(GeometryError) {
          return Stage(
            network: try Network(description, weights: weights),
            past: description.past == .silence ? .silence : .zeroHistory)
        } catch {
          throw PresetLookupError.network(path: path, stage: index, reason: error)
        }
      }
    }
    for (index, (stage, next)) in zip(stages, stages.dropFirst()).enumerated()
    where stage.network.outputChannels != next.network.inputChannels {
      throw PresetLookupError.stagesDoNotMeet(
        path: path, stage: index + 1, expected: stage.network.outputChannels, actual: next.network.inputChannels)
    }
  }

  /// Channels that the chain takes; nil when it takes any, having no stages.
  public var inputChannels: Int? { stages.first?.network.inputChannels }
  /// Channels that the chain gives; nil when it gives what it takes.
  public var outputChannels: Int? { stages.last?.network.outputChannels }

  /// A processor for a signal of so many channels. A mono chain runs on every channel, each with a state of its own.
  ///
  /// - Parameters:
  ///   - channels: Of the signal. Default: what the chain takes.
  ///   - maximumBlockFrames: The most frames of one call.
  /// - Throws: `PresetLookupError.channels` when the chain is neither mono nor made for so many channels; `.network` when
  ///   a network's history, over all channels, takes more than 1 GiB.
  public func makeProcessor(channels: Int? = nil, maximumBlockFrames: Int = 4096) throws -> any BlockProcessor {
    let channels = channels ?? inputChannels ?? 1
    var processors: [any BlockProcessor] = []
    var resting: [Float]?
    let copies = inputChannels == 1 ? channels : 1
    for (index, stage) in stages.enumerated() {
      do throws(GeometryError) {
        let processor = try NetworkProcessor(
          stage.network, past: stage.past, restingInput: resting, maximumBlockFrames: maximumBlockFrames,
          maximumStateBytes: NetworkProcessor.defaultMaximumStateBytes / max(1, copies))
        resting = processor.restingOutput
        processors.append(processor)
      } catch {
        throw PresetLookupError.network(path: path, stage: index, reason: error)
      }
    }
    let chain = ProcessorChain(processors, channels: channels, maximumBlockFrames: maximumBlockFrames)
    if chain.inputChannels == channels { return chain }
    guard chain.inputChannels == 1, chain.outputChannels == 1 else {
      throw PresetLookupError.channels(preset: preset.name, expected: chain.inputChannels, actual: channels)
    }
    return try ChannelBank(of: chain, channels: channels)
  }
}
