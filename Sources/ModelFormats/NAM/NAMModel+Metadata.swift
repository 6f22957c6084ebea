// Known entries of a model's metadata; nil where they are absent. None affects the sound unless the user asks for it.

extension NAMModel {
  /// Level of the output for the trainer's test clip, in dB: 20·log10 of its RMS.
  package var loudnessDecibels: Double? { number("loudness") }
  /// How much the model compresses, from 0 (linear) to 1.
  package var gain: Double? { number("gain") }
  /// Level in dBu RMS of the 1 kHz sine that peaks at full scale at the model's input.
  package var inputLevelDBu: Double? { number("input_level_dbu") }
  /// The same level at the model's output.
  package var outputLevelDBu: Double? { number("output_level_dbu") }
  /// The name of the model.
  package var name: String? { text("name") }
  /// The author of the model.
  package var modeledBy: String? { text("modeled_by") }
  /// `amp`, `pedal`, `pedal_amp`, `amp_cab`, `amp_pedal_cab`, `preamp` or `studio`.
  package var gearType: String? { text("gear_type") }
  /// The manufacturer of the gear.
  package var gearMake: String? { text("gear_make") }
  /// The product name of the gear.
  package var gearModel: String? { text("gear_model") }
  /// `clean`, `overdrive`, `crunch`, `hi_gain` or `fuzz`.
  package var toneType: String? { text("tone_type") }
  /// Error-to-signal ratio on the trainer's validation data.
  package var validationESR: Double? {
    guard case .object(let training)? = metadata["training"] else { return nil }
    return training["validation_esr"]?.asNumber
  }

  private func number(_ key: String) -> Double? { metadata[key]?.asNumber }

  private func text(_ key: String) -> String? {
    guard case .string(let text)? = metadata[key] else { return nil }
    return text
  }
}

extension JSONValue {
  fileprivate var asNumber: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}
