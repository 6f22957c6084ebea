/// A trained model file (`.nam`) as a stage of a preset.
///
/// ```
/// {"type": "nam", "model": "amp.nam", "slim": 0.5, "inputGainDecibels": 6, "normalizeLoudness": true}
/// ```
/// `Presets/README.md` explains the keys.
package struct ModelDescription: Sendable, Equatable {
  /// The path of the model file, as written in the preset. `Preset.path(of:)` resolves it.
  package var modelPath: String
  /// Which size of a multi-size model to run: 0 smallest, 1 full. Default: 1.
  package var size: Double
  /// What the model assumes before the first frame. Default: silence.
  package var past: PastDescription
  /// Gains before and after the model, and its dry/wet mix.
  package var levels: LevelsDescription
  /// Whether to normalise the output to −18 dB for the trainer's test clip, using the loudness in the model's metadata.
  package var normalizesLoudness: Bool
  /// Level in dBu RMS of a full-scale sine at the interface that recorded the input. The input is scaled to the level
  /// that the model was trained with. nil: no scaling.
  package var inputLevelDBu: Float?

  /// Makes a description from its parts, without checks.
  package init(
    modelPath: String, size: Double = 1, past: PastDescription = .silence, levels: LevelsDescription = .init(),
    normalizesLoudness: Bool = false, inputLevelDBu: Float? = nil
  ) {
    self.modelPath = modelPath
    self.size = size
    self.past = past
    self.levels = levels
    self.normalizesLoudness = normalizesLoudness
    self.inputLevelDBu = inputLevelDBu
  }
}

extension ModelDescription {
  init(_ object: JSONObject, allowOutside: Bool) throws(ModelFormatError) {
    try object.refuseKeys(
      exceptFor: ["type", "model", "slim", "past", "normalizeLoudness", "inputLevelDBu"] + LevelsDescription.keys)
    self.init(
      modelPath: try filePath(
        try object.required("model"), what: "the path of a .nam file", allowOutside: allowOutside),
      size: try object.optional("slim")?.double(in: 0...1) ?? 1,
      past: try object.optional("past")?.choice(PastDescription.self) ?? .silence,
      levels: try LevelsDescription(object),
      normalizesLoudness: try object.optional("normalizeLoudness")?.bool() ?? false,
      inputLevelDBu: try object.optional("inputLevelDBu")?.float(in: LevelsDescription.decibels))
  }
}
