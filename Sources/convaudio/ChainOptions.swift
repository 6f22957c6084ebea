import ArgumentParser
import ConvAudioKit
import ModelFormats

/// What a signal goes through, in order: a preset or chain file, models, an impulse response.
struct ChainOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: "A preset: its name (see convaudio presets) or its .json file.")
  var preset: String?

  @Option(
    help: ArgumentHelp("A chain file (JSON, same format as a preset), used instead of --preset.", valueName: "file"))
  var chain: String?

  @Option(
    name: .customLong("model"),
    help: ArgumentHelp(
      "A trained model (.nam). Repeat to chain models in order.", valueName: "file"))
  var models: [String] = []

  @Option(
    help: ArgumentHelp("Which size of multi-size models to run: 0 smallest, 1 full (default: 1).", valueName: "size"))
  var slim: Double?

  @Flag(help: "Normalize the last model to -18 dB, using the loudness in its metadata.")
  var normalizeLoudness = false

  @Option(
    name: .customLong("input-level-dbu"), parsing: .unconditional,
    help: ArgumentHelp(
      """
      Level of a full-scale sine at the interface that recorded the input, in dBu RMS. The input is scaled to the level \
      in the first model's metadata.
      """, valueName: "dBu"))
  var inputLevelDBu: Float?

  @Flag(help: "Allow presets and chain files to name files outside their own folders.")
  var allowOutside = false

  func validate() throws {
    if preset != nil, chain != nil { throw ValidationError("--preset and --chain cannot be combined.") }
    for (name, value) in [("--preset", preset), ("--chain", chain)] + models.map({ ("--model", $0) }) where value == ""
    {
      throw ValidationError("\(name) is empty, expected a file.")
    }
    if let slim, !(0...1).contains(slim) { throw ValidationError("--slim is \(slim), expected 0 to 1.") }
    if let level = inputLevelDBu, !(-200...200).contains(level) {
      throw ValidationError("--input-level-dbu is \(level) dBu, expected -200 to 200.")
    }
  }

  /// Whether there is neither preset, chain file nor model.
  var isEmpty: Bool { preset == nil && chain == nil && models.isEmpty }

  /// Refuses options for models without a model.
  func checkThatThereAreModels() throws {
    guard models.isEmpty, slim != nil || normalizeLoudness || inputLevelDBu != nil else { return }
    throw ValidationError(
      "--slim, --normalize-loudness and --input-level-dbu need a --model.")
  }

  /// The whole chain.
  /// - Precondition: It is not empty.
  func load(with response: ResponseOptions) throws -> Chain {
    try load(
      models: models, after: loadPreset(maximumResponseBytes: response.maxMemory.bytes), before: response.load())
  }

  /// The preset or chain file before the models.
  func loadPreset(maximumResponseBytes: Int) throws -> Chain? {
    if let chain {
      return try Chain(preset: chain, maximumResponseBytes: maximumResponseBytes, allowOutside: allowOutside)
    }
    return try preset.map {
      try Chain($0, maximumResponseBytes: maximumResponseBytes, allowOutside: allowOutside)
    }
  }

  /// These models in a row, after one chain and before another.
  /// - Precondition: There is at least one of them.
  func load(models: [String], after first: Chain?, before last: Chain?) throws -> Chain {
    var parts = [first].compactMap { $0 }
    for (index, path) in models.enumerated() {
      let description = ModelDescription(
        modelPath: path, size: slim ?? 1, normalizesLoudness: normalizeLoudness && index == models.count - 1,
        inputLevelDBu: index == 0 ? inputLevelDBu : nil)
      parts.append(try Chain(model: path, description))
    }
    parts += [last].compactMap { $0 }
    guard let chain = parts.first else { preconditionFailure("there is nothing to apply") }
    return try parts.dropFirst().reduce(chain) { try $0.followed(by: $1) }
  }
}
