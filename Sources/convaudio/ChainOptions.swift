import ArgumentParser
import ConvAudioKit

/// What a signal goes through, in the order in which it is heard: a preset, models, an impulse response.
struct ChainOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: "A preset's name (see convaudio presets) or the path of its .json file.")
  var preset: String?

  @Option(
    help: ArgumentHelp("The .json file of a chain, written like a preset's, in the place of one.", valueName: "file"))
  var chain: String?

  @Option(
    name: .customLong("model"),
    help: ArgumentHelp(
      "A trained model (.nam) behind the preset; several run one behind the other.", valueName: "file"))
  var models: [String] = []

  @Option(help: ArgumentHelp("Size, 0 to 1, of models that were trained for several.", valueName: "share"))
  var slim: Double?

  @Flag(help: "Bring the last model to -18 dB of loudness, by its metadata.")
  var normalizeLoudness = false

  @Option(
    name: .customLong("input-level-dbu"), parsing: .unconditional,
    help: ArgumentHelp(
      """
      Level in dBu RMS of a full-scale sine at the interface that recorded the input; the first model gets the level \
      that it was made for, by its metadata.
      """, valueName: "dBu"))
  var inputLevelDBu: Float?

  @Flag(help: "Let presets and chains name files outside their own folders.")
  var allowOutside = false

  func validate() throws {
    if preset != nil, chain != nil { throw ValidationError("--preset and --chain both begin the chain, expected one.") }
    for (name, value) in [("--preset", preset), ("--chain", chain)] + models.map({ ("--model", $0) }) where value == ""
    {
      throw ValidationError("\(name) is empty, expected a file.")
    }
    if let slim, !(0...1).contains(slim) { throw ValidationError("--slim is \(slim), expected 0 to 1.") }
    if let level = inputLevelDBu, !(-200...200).contains(level) {
      throw ValidationError("--input-level-dbu is \(level) dBu, expected -200 to 200.")
    }
  }

  /// Whether nothing is there to go through.
  var isEmpty: Bool { preset == nil && chain == nil && models.isEmpty }

  /// Makes sure that what is said about models has one to be about.
  func checkThatThereAreModels() throws {
    guard models.isEmpty, slim != nil || normalizeLoudness || inputLevelDBu != nil else { return }
    throw ValidationError(
      "--slim, --normalize-loudness and --input-level-dbu are about models, and there is no --model.")
  }

  /// The whole chain.
  /// - Precondition: It is not empty.
  func load(with response: ResponseOptions) throws -> Chain {
    try load(
      models: models, behind: loadPreset(maximumResponseBytes: response.maxMemory.bytes), before: response.load())
  }

  /// What comes before the models.
  func loadPreset(maximumResponseBytes: Int) throws -> Chain? {
    if let chain {
      return try Chain(path: chain, maximumResponseBytes: maximumResponseBytes, allowOutside: allowOutside)
    }
    return try preset.map {
      try Chain($0, maximumResponseBytes: maximumResponseBytes, allowOutside: allowOutside)
    }
  }

  /// These models one behind the other, between two other chains.
  /// - Precondition: There is something.
  func load(models: [String], behind first: Chain?, before last: Chain?) throws -> Chain {
    var parts = [first].compactMap { $0 }
    for (index, path) in models.enumerated() {
      let description = ModelDescription(
        modelPath: path, size: slim ?? 1, normalizesLoudness: normalizeLoudness && index == models.count - 1,
        inputLevelDBu: index == 0 ? inputLevelDBu : nil)
      parts.append(try Chain(model: path, description))
    }
    parts += [last].compactMap { $0 }
    guard let chain = parts.first else { preconditionFailure("a chain has a beginning") }
    return try parts.dropFirst().reduce(chain) { try $0.followed(by: $1) }
  }
}
