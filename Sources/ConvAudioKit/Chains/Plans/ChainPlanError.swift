/// Why a stage of a plan is not what its maker took it for.
package enum ChainPlanError: Error, Equatable, Sendable {
  /// An audio file was named as a preset.
  case responseAsPreset(path: String)
  /// An audio file was named as a model.
  case responseAsModel(path: String)
  /// A preset was named as a model.
  case presetAsModel(path: String)
  /// A model was named as an impulse response.
  case modelAsResponse(path: String)
  /// A preset that is not just convolutions was named as an impulse response.
  case notAResponse(preset: String)
  /// There is neither a file nor a preset of this name.
  case noResponse(name: String, known: [String])
}

extension ChainPlanError: CustomStringConvertible {
  /// The error in one sentence.
  package var description: String {
    switch self {
    case .responseAsPreset(let path): "\(path): is an audio file, not a preset."
    case .responseAsModel(let path): "\(path): is an audio file, not a model."
    case .presetAsModel(let path): "\(path): is a preset, not a model."
    case .modelAsResponse(let path): "\(path): is a model, not an impulse response."
    case .notAResponse(let preset): "\(preset): this preset is not an impulse response."
    case .noResponse(let name, let known):
      if let meant = nearest(to: name, among: known) {
        "\(name): there is no such file or preset; did you mean \(meant)?"
      } else {
        "\(name): there is no such file or preset"
          + (known.isEmpty ? "." : ", expected an audio file or one of \(known.joined(separator: ", ")).")
      }
    }
  }
}
