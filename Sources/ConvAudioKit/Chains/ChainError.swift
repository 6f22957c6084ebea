import Convolution

/// Why a chain cannot be found, made or prepared.
public enum ChainError: Error, Equatable, Sendable {
  /// No folder has a preset of this name.
  case notFound(name: String, searched: [String], known: [String])
  /// A stage takes another number of channels than the stage before it gives.
  case stagesDoNotMeet(path: String, stage: Int, expected: Int, actual: Int)
  /// A stage's network cannot be built, or takes too much memory.
  case network(path: String, stage: Int, reason: GeometryError)
  /// A stage was made for another sample rate than the chain.
  case sampleRate(path: String, stage: Int, expectedHz: Int, actualHz: Int)
  /// A dry signal cannot be mixed in, because the channels change. `stage` nil: around the whole chain.
  case mix(path: String, stage: Int?, inputs: Int, outputs: Int)
  /// The signal has a number of channels that the chain does not take. `input`: the signal's name, if it has one.
  case channels(input: String?, chain: Chain.Label, expected: Int, actual: Int)
  /// A model's metadata lack a number that is needed.
  case noMetadata(path: String, key: String)
  /// Gains and metadata of a model add up to more than a factor can be.
  case gains(path: String, inputDecibels: Double, outputDecibels: Double)
  /// The chain has no such layer.
  case noLayer(LayerChoice, chain: Chain.Label, layers: Int, nodes: Int)
  /// Dilations can be stretched only to a whole multiple of the chain's sample rate.
  case notAMultiple(ofHz: Int, actualHz: Int)
  /// A recurrent stage cannot be stretched to another sample rate.
  case recurrent(stage: Int)
  /// A stage's history would become too long.
  case history(stage: Int, reason: GeometryError)
}

extension ChainError: CustomStringConvertible {
  /// The error in one sentence.
  public var description: String {
    switch self {
    case .notFound(let name, let searched, let known):
      searched.isEmpty
        ? "preset \(name): no folder of presets was found; set CONVAUDIO_PRESETS or give the path of a .json file."
        : "preset \(name): not found in \(searched.joined(separator: ", ")); "
          + (nearest(to: name, among: known).map { "did you mean \($0)? If not, " } ?? "")
          + (known.isEmpty
            ? "there are none; give the path of a .json file."
            : "choose one of \(known.joined(separator: ", ")), or give the path of a .json file.")
    case .stagesDoNotMeet(let path, let stage, let expected, let actual):
      "\(path): stages[\(stage)] takes \(counted(actual, "channel")), but the stage before it gives \(expected)."
    case .network(let path, let stage, let reason): "\(path): stages[\(stage)]: \(reason)."
    case .sampleRate(let path, let stage, let expected, let actual):
      "\(path): stages[\(stage)] was made for \(actual) Hz, but the chain runs at \(expected) Hz."
    case .mix(let path, let stage, let inputs, let outputs):
      "\(path): \(stage.map { "stages[\($0)]" } ?? "the chain") turns \(counted(inputs, "channel")) into \(outputs), "
        + "so the dry signal cannot be mixed in; use a mono input or as many outputs as inputs."
    case .channels(let input?, let chain, let expected, let actual):
      "\(input): has \(counted(actual, "channel")), but \(chain) takes \(expected)."
    case .channels(nil, let chain, let expected, let actual):
      "\(chain): takes \(counted(expected, "channel")), but the signal has \(actual)."
    case .noMetadata(let path, let key): "\(path): has no number for \(key) in its metadata."
    case .gains(let path, let input, let output):
      "\(path): the gains add up to \(input) dB before the model and \(output) dB after it, expected -400 to 400."
    case .noLayer(let layer, let chain, let layers, let nodes):
      "\(chain): has no \(layer); it has "
        + (layers == 0
          ? "no network, only output."
          : "layers 1 to \(layers)" + (nodes > 0 ? ", nodes node1 to node\(nodes)," : "") + " and output.")
    case .notAMultiple(let own, let actual): "\(actual) Hz is not a whole multiple of \(own) Hz."
    case .recurrent(let stage): "stages[\(stage)] is recurrent and runs at its own sample rate only."
    case .history(let stage, let reason): "stages[\(stage)]: \(reason)."
    }
  }
}

/// A number of things in words: "1 channel", "2 channels".
func counted(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }
