/// A trained model of a file of its own (`.nam`) as a stage of a preset.
///
/// ```
/// {"type": "nam", "model": "amp.nam", "slim": 0.5, "inputGainDecibels": 6, "normalizeLoudness": true}
/// ```
/// `Presets/README.md` says what each of the keys means.
public struct ModelDescription: Sendable, Equatable {
  /// The model file, as written in the preset. `Preset.path(of:)` finds it.
  public var modelPath: String
  /// Share of a model that was trained for several sizes, 0 … 1, the whole by default.
  public var size: Double
  /// How the past before the first frame is taken. Default: silence.
  public var past: PastDescription
  /// Gains around the model, and its share.
  public var levels: LevelsDescription
  /// Whether the output is brought to −18 dB on the trainer's test clip, by what the model says of its loudness.
  public var normalizesLoudness: Bool
  /// Level in dBu RMS of a full-scale sine at the interface that recorded the input; the input is brought from it to
  /// what the model says of its own. nil: it is taken as it is.
  public var inputLevelDBu: Float?

  public init(
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
