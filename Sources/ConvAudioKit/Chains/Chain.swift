import Convolution
import ModelFormats
import StreamingConvolution

/// A preset with its weights, ready to be turned into processors.
///
/// ```swift
/// let preset = try Chain("dilated-stack")
/// let processor = try preset.makeProcessor(channels: 2, maximumBlockFrames: 512)
/// ```
public struct Chain: Sendable {
  /// The preset file; nil for a chain that no file describes.
  public private(set) var path: String?
  /// What it says.
  public private(set) var preset: Preset
  /// Its chain, in the order in which it is heard.
  public private(set) var stages: [Stage]

  /// Loads a preset by its name, from where presets are found, or by path; or the model of a `.nam` file.
  /// - Parameters:
  ///   - maximumResponseBytes: What the samples of impulse responses may take together.
  ///   - allowOutside: Whether the preset may name files outside its own folder.
  /// - Throws: As below, and `PresetLookupError.notFound`.
  public init(
    _ nameOrPath: String, maximumResponseBytes: Int = ChainSettings().maximumMemoryBytes, allowOutside: Bool = false
  ) throws {
    let path = try PresetLibrary.standard.path(of: nameOrPath)
    if path.hasSuffix(".nam") {
      try self.init(model: path)
    } else {
      try self.init(path: path, maximumResponseBytes: maximumResponseBytes, allowOutside: allowOutside)
    }
  }

  /// Loads the preset file at `path`, and the weights and impulse responses that it names.
  /// - Parameters: As above.
  /// - Throws: `ModelFormatError`, `PresetLookupError`, `AudioFileError`, `ImpulseResponseError`.
  public init(
    path: String, maximumResponseBytes: Int = ChainSettings().maximumMemoryBytes, allowOutside: Bool = false
  ) throws {
    self.path = path
    let preset = try Preset(contentsOf: path, allowOutside: allowOutside)
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
            NetworkStage(
              try Network(description, weights: weights), past: Past(description.past),
              levels: StageLevels(description.levels)))
        } catch {
          throw PresetLookupError.network(path: path, stage: index, reason: error)
        }
      case .convolution(let description):
        let file = preset.path(of: description.responsePath)
        let response = try ImpulseResponse(path: file, maximumBytes: bytesLeft)
        bytesLeft -= response.channels.count * response.frames * MemoryLayout<Float>.stride
        return .response(ResponseStage(response, description))
      case .model(let description):
        do {
          return .model(try ModelStage(path: preset.path(of: description.modelPath), description))
        } catch let error as GeometryError {
          throw PresetLookupError.network(path: path, stage: index, reason: error)
        }
      case .gain(let decibels): return .gain(decibels: decibels)
      }
    }
    try settleSampleRate()
    try checkThatStagesMeet()
  }

  private func checkThatStagesMeet() throws(PresetLookupError) {
    for (index, (stage, next)) in zip(stages, stages.dropFirst()).enumerated() {
      // A mono stage runs on every channel.
      guard let outputs = stage.outputChannels, let inputs = next.inputChannels else { continue }
      guard outputs == inputs || inputs == 1 && next.outputChannels == 1 else {
        throw .stagesDoNotMeet(path: path ?? name, stage: index + 1, expected: outputs, actual: inputs)
      }
    }
  }

  /// A chain of one trained model, at the rate that it was made for.
  ///
  /// - Parameters:
  ///   - path: The `.nam` file.
  ///   - description: Size, past and levels; nil: the whole model as it is. Its path is not read.
  /// - Throws: `ModelFormatError`, `ModelStageError`, `GeometryError`.
  public init(model path: String, _ description: ModelDescription? = nil) throws {
    let stage = try ModelStage(path: path, description ?? ModelDescription(modelPath: path))
    self.path = path
    name = OutputNaming.stem(of: path)
    preset = Preset(
      name: name, description: stage.model.name ?? stage.model.architecture.name,
      stages: [.model(stage.description)])
    stages = [.model(stage)]
    try settleSampleRate()
  }

  /// Takes the rate of the first model where the preset names none, and makes sure that all models have the chain's.
  private mutating func settleSampleRate() throws {
    for (index, stage) in stages.enumerated() {
      guard case .model(let model) = stage else { continue }
      guard let rate = preset.sampleRateHz else {
        preset.sampleRateHz = model.sampleRateHz
        continue
      }
      guard rate == model.sampleRateHz || model.assumesSampleRate else {
        throw PresetLookupError.sampleRate(
          path: path ?? name, stage: index, expectedHz: rate, actualHz: model.sampleRateHz)
      }
    }
  }

  /// What a model is made of, as a chain of its own.
  init(name: String, parts: [Stage]) {
    path = nil
    self.name = name
    preset = Preset(name: name, description: "parts")
    stages = parts
  }

  /// A chain of one convolution, or of nothing, that no preset describes.
  public init(name: String, response: ResponseStage? = nil) {
    path = nil
    self.name = name
    preset = Preset(
      name: name, description: response.map { "convolution with \($0.response.path)" } ?? "nothing",
      stages: response.map { [.convolution($0.description)] } ?? [])
    stages = response.map { [.response($0)] } ?? []
  }

  /// This chain and behind it another.
  /// - Throws: `PresetLookupError` when their rates or channels do not go together.
  public func followed(by next: Chain) throws(PresetLookupError) -> Chain {
    var copy = self
    copy.path = nil
    copy.name = "\(name).\(next.name)"
    copy.stages += next.stages
    copy.preset.stages += next.preset.stages
    if let rate = next.preset.sampleRateHz {
      guard preset.sampleRateHz.map({ $0 == rate }) ?? true else {
        throw .sampleRate(
          path: copy.name, stage: stages.count, expectedHz: preset.sampleRateHz ?? rate, actualHz: rate)
      }
      copy.preset.sampleRateHz = rate
    }
    try copy.checkThatStagesMeet()
    return copy
  }

  /// The same preset with other stages, and for another rate where one is named.
  func with(stages: [Stage], sampleRateHz: Int? = nil) -> Chain {
    var copy = self
    copy.stages = stages
    copy.preset.sampleRateHz = sampleRateHz ?? preset.sampleRateHz
    return copy
  }

  /// The preset's name, with those of what follows it.
  public private(set) var name: String

  /// Channels that the chain takes; nil when that depends on the signal.
  public var inputChannels: Int? {
    stages.first?.inputChannels
  }
  /// Channels that the chain gives; nil when that depends on the signal.
  public var outputChannels: Int? {
    stages.last?.outputChannels
  }

  /// Channels of a signal to try the chain with, where there is none: what it takes, or needs, else one.
  public var typicalChannels: Int {
    for case .response(let response) in stages where inputChannels == nil { return response.typicalChannels }
    return inputChannels ?? 1
  }

  /// The rate at which the chain runs for a signal of rate `sampleRateHz`, if it has one: the preset's, else the signal's,
  /// else that of the first impulse response, which is then taken sample for sample.
  func sampleRateHz(forSignalOf sampleRateHz: Int?) -> Int? {
    if let rate = preset.sampleRateHz ?? sampleRateHz { return rate }
    for case .response(let stage) in stages { return stage.response.sampleRateHz }
    return nil
  }
}
