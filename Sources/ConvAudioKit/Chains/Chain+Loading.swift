import Convolution
import ModelFormats
import StreamingConvolution

extension Chain {
  /// Loads a preset by name, a preset file (`.json`) or a trained model (`.nam`).
  ///
  /// - Parameters:
  ///   - nameOrPath: A name that `PresetLibrary.standard` finds, or a path.
  ///   - maximumResponseBytes: What the samples of impulse responses may take together.
  ///   - allowOutside: Whether a preset may name files outside its own folder.
  /// - Throws: As `init(preset:)` and `init(model:)`, and `ChainError.notFound`.
  public init(
    _ nameOrPath: String, maximumResponseBytes: Int = ChainSettings().maximumMemoryBytes, allowOutside: Bool = false
  ) throws {
    let path = try PresetLibrary.standard.path(of: nameOrPath)
    if isModelFile(path) {
      try self.init(model: path)
    } else {
      try self.init(preset: path, maximumResponseBytes: maximumResponseBytes, allowOutside: allowOutside)
    }
  }

  /// Loads a preset file, and the weights, models and impulse responses that it names.
  ///
  /// - Parameters:
  ///   - path: The `.json` file.
  ///   - maximumResponseBytes: As above.
  ///   - allowOutside: As above.
  /// - Throws: `ModelFormatError`, `ChainError`, `AudioFileError`, `ImpulseResponseError`.
  public init(
    preset path: String, maximumResponseBytes: Int = ChainSettings().maximumMemoryBytes, allowOutside: Bool = false
  ) throws {
    let preset = try Preset(contentsOf: path, allowOutside: allowOutside)
    var bytesLeft = maximumResponseBytes
    var stages: [Stage] = []
    for (index, description) in preset.stages.enumerated() {
      do {
        let stage = try Stage(description, of: preset, maximumResponseBytes: bytesLeft)
        if case .response(let response) = stage { bytesLeft -= response.response.byteCount }
        stages.append(stage)
      } catch let reason as GeometryError {
        throw ChainError.network(path: path, stage: index, reason: reason)
      }
    }
    try self.init(
      name: preset.name, origin: .preset, path: path, about: preset.description, sampleRateHz: preset.sampleRateHz,
      stages: stages)
  }

  /// A chain of one trained model, at the sample rate that it was made for.
  ///
  /// - Parameters:
  ///   - path: The `.nam` file.
  ///   - description: Size, past and levels; nil: the whole model as it is. Its path is not used.
  /// - Throws: `ModelFormatError`, `ChainError`, `GeometryError`.
  package init(model path: String, _ description: ModelDescription? = nil) throws {
    let stage = try ModelStage(path: path, description ?? ModelDescription(modelPath: path))
    try self.init(
      name: fileStem(of: path), origin: .model, path: path, about: stage.model.name ?? stage.model.architecture.name,
      sampleRateHz: nil, stages: [.model(stage)])
  }
}

extension Stage {
  /// Loads a stage of a preset.
  fileprivate init(_ description: PresetStage, of preset: Preset, maximumResponseBytes: Int) throws {
    switch description {
    case .waveNet(let description):
      let file = try TensorFile(contentsOf: preset.path(of: description.weightsPath))
      self = .network(try NetworkStage(description, weights: description.readWeights(from: file)))
    case .convolution(let description):
      let file = preset.path(of: description.responsePath)
      let response = try ImpulseResponse(path: file, maximumBytes: maximumResponseBytes)
      self = .response(ResponseStage(response, description))
    case .model(let description):
      self = .model(try ModelStage(path: preset.path(of: description.modelPath), description))
    case .gain(let decibels): self = .gain(decibels: decibels)
    }
  }
}
