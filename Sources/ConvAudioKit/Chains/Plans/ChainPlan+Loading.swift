import AudioFiles
import ByteFiles
import ModelFormats

extension ChainPlan {
  /// What was chosen and changes nothing.
  package enum Remark: Sendable, Equatable {
    /// A size was chosen of a model that has only one.
    case oneSize(model: String)
    /// A tail was chosen for a stage that has none.
    case noTail(stage: String)
  }

  /// Reads the files.
  ///
  /// - Returns: The chain, and what was chosen without effect.
  /// - Throws: `ChainPlanError`, and as `Chain.init`.
  /// - Precondition: There is at least one stage, and none is `.anyModel`.
  package func load() throws -> (chain: Chain, remarks: [Remark]) { try loadFixedParts().chain() }

  /// The chain with the levels of the whole inside, for those who have no settings to put them into.
  package func loadWithLevels() throws -> (chain: Chain, remarks: [Remark]) {
    let (chain, remarks) = try load()
    let levels = StageLevels(
      gainIn: decibelsToFactor(whole.gainInDecibels ?? 0), gainOut: decibelsToFactor(whole.gainDecibels ?? 0),
      mix: whole.mix ?? 1)
    return (chain.grouped(levels, tail: whole.tail), remarks)
  }

  /// What `load` puts together: everything but the stages that are one of many models, which are read when it is their
  /// turn.
  package struct Parts: Sendable {
    fileprivate let plan: ChainPlan
    fileprivate var chains: [Chain?]
    fileprivate var remarks: [Remark]

    /// The chain, with one of many models in its place.
    /// - Throws: As `load`.
    package func chain(model: String? = nil) throws -> (chain: Chain, remarks: [Remark]) {
      var parts = self
      let plan = model.map { parts.plan.with(model: $0) } ?? parts.plan
      for index in plan.stages.indices where chains[index] == nil {
        let part = try plan.part(index, maximumResponseBytes: plan.maximumResponseBytes)
        parts.chains[index] = part.chain
        parts.remarks += part.remarks
      }
      let all = parts.chains.compactMap { $0 }
      guard let first = all.first else { preconditionFailure("a plan without stages makes no chain") }
      let chain = try all.dropFirst().reduce(first) { try $0.followed(by: $1) }
      if plan.whole.tail != nil, !chain.hasResponses { parts.remarks.append(.noTail(stage: chain.name)) }
      return (chain, parts.remarks)
    }

    /// The chain's name with this model in it.
    package func name(model: String) -> String {
      chains.map { $0?.name ?? fileStem(of: model) }.joined(separator: ".")
    }
  }

  /// Reads the files of all stages that are not one of many models.
  /// - Throws: As `load`.
  package func loadFixedParts() throws -> Parts {
    var parts = Parts(plan: self, chains: [], remarks: [])
    var bytesLeft = maximumResponseBytes
    for (index, stage) in stages.enumerated() {
      if case .anyModel = stage.source {
        parts.chains.append(nil)
        continue
      }
      let part = try part(index, maximumResponseBytes: bytesLeft)
      bytesLeft -= part.chain.stages.reduce(0) { $0 + $1.responseBytes }
      parts.chains.append(part.chain)
      parts.remarks += part.remarks
    }
    return parts
  }

  /// One stage, with its levels around it.
  private func part(_ index: Int, maximumResponseBytes: Int) throws -> (chain: Chain, remarks: [Remark]) {
    let source = stages[index].source
    let choices = choices(at: index)
    let chain = try load(source, choices, maximumResponseBytes: maximumResponseBytes)
    var remarks: [Remark] = []
    if choices.size != nil, case .model(let model)? = chain.stages.first, !model.isSlimmable {
      remarks.append(.oneSize(model: source.name))
    }
    if choices.tail != nil, !chain.hasResponses { remarks.append(.noTail(stage: source.name)) }
    let levels = StageLevels(gainOut: decibelsToFactor(choices.gainDecibels ?? 0), mix: choices.mix ?? 1)
    return (chain.grouped(levels, tail: choices.tail), remarks)
  }

  /// What is chosen for a stage: its own choices, and those for the whole that a stage carries out.
  private func choices(at index: Int) -> Choices {
    var choices = stages[index].choices
    choices.routing = choices.routing ?? whole.routing
    choices.responseLevel = choices.responseLevel ?? whole.responseLevel
    let models = stages.indices.filter { stages[$0].source.isModel }
    if models.contains(index) { choices.size = choices.size ?? whole.size }
    if whole.normalizesLoudness, index == models.last { choices.normalizesLoudness = true }
    if index == models.first { choices.inputLevelDBu = choices.inputLevelDBu ?? whole.inputLevelDBu }
    if index == stages.firstIndex(where: \.source.isResponse) {
      choices.predelayMilliseconds = choices.predelayMilliseconds ?? whole.predelayMilliseconds
    }
    return choices
  }

  private func load(_ source: Source, _ choices: Choices, maximumResponseBytes: Int) throws -> Chain {
    switch source {
    case .preset(let name):
      if isModelFile(name) { return try load(.model(name), choices, maximumResponseBytes: maximumResponseBytes) }
      if isAudioFile(name) { throw ChainPlanError.responseAsPreset(path: name) }
      return try Chain(name, maximumResponseBytes: maximumResponseBytes, allowOutside: allowsOutside)
    case .model(let path):
      if isAudioFile(path) { throw ChainPlanError.responseAsModel(path: path) }
      if path.hasSuffix(".json"), isPreset(path) { throw ChainPlanError.presetAsModel(path: path) }
      if !FileKind.isFile(path), PresetLibrary.standard.names().contains(path) {
        throw ChainPlanError.presetAsModel(path: path)
      }
      return try Chain(
        model: path,
        ModelDescription(
          modelPath: path, size: choices.size ?? 1, normalizesLoudness: choices.normalizesLoudness,
          inputLevelDBu: choices.inputLevelDBu))
    case .response(let name): return try response(name, choices, maximumBytes: maximumResponseBytes)
    case .anyModel: preconditionFailure("every model makes a plan of its own: with(model:)")
    }
  }

  /// A file of impulse responses, or a preset of convolutions only.
  private func response(_ name: String, _ choices: Choices, maximumBytes: Int) throws -> Chain {
    if isModelFile(name) { throw ChainPlanError.modelAsResponse(path: name) }
    let library = PresetLibrary.standard
    // A file is meant where there is one, and also where the name looks like that of a file.
    let isFile = FileKind.isFile(name) || isAudioFile(name) || name.contains("/")
    let isFolder = (try? FileKind.of(name)) == .folder && !library.names().contains(name)
    guard name.hasSuffix(".json") || !isFile && !isFolder else {
      var description = ConvolutionDescription(responsePath: name)
      description.choose(choices)
      let response = try ImpulseResponse(path: name, maximumBytes: maximumBytes, truncated: truncatedResponses)
      return Chain(ResponseStage(response, description))
    }
    let path: String
    do throws(ChainError) {
      path = try library.path(of: name)
    } catch {
      throw ChainPlanError.noResponse(name: name, known: library.names())
    }
    let preset = try Chain(preset: path, maximumResponseBytes: maximumBytes, allowOutside: allowsOutside)
    guard preset.hasResponses, !preset.stages.contains(where: \.isNonlinear) else {
      throw ChainPlanError.notAResponse(preset: name)
    }
    var isChosen = false
    return preset.with(
      stages: preset.stages.map { stage in
        guard case .response(let response) = stage, !isChosen else { return stage }
        isChosen = true
        var description = response.description
        description.choose(choices)
        return .response(ResponseStage(response.response, description))
      })
  }

  private func isPreset(_ path: String) -> Bool { (try? Preset(contentsOf: path, allowOutside: true)) != nil }
}

extension ConvolutionDescription {
  fileprivate mutating func choose(_ choices: ChainPlan.Choices) {
    if let routing = choices.routing { self.routing = .named(routing) }
    switch choices.responseLevel {
    case .normalized(let rule): normalization = rule
    case .decibels(let decibels): gainDecibels = decibels
    case nil: break
    }
    if let predelay = choices.predelayMilliseconds { predelayMilliseconds += predelay }
  }
}

extension Stage {
  fileprivate var isNonlinear: Bool {
    switch self {
    case .network, .model: true
    case .group(let group): group.stages.contains(where: \.isNonlinear)
    case .response, .gain: false
    }
  }
}

extension Stage {
  /// Memory of its impulse responses' samples.
  fileprivate var responseBytes: Int {
    switch self {
    case .response(let response): response.response.byteCount
    case .group(let group): group.stages.reduce(0) { $0 + $1.responseBytes }
    case .network, .model, .gain: 0
    }
  }
}

/// Whether a name ends like that of an audio file.
package func isAudioFile(_ path: String) -> Bool {
  AudioContainer(fileExtension: fileNameParts(path.split(separator: "/").last.map(String.init) ?? "").ending) != nil
}
