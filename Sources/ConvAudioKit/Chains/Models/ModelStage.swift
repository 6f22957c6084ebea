import ModelFormats
import StreamingConvolution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A trained model of a `.nam` file with all that is said about its use.
public struct ModelStage: Sendable {
  /// The model's file.
  public let path: String
  /// The model at the size that was asked for.
  public let model: NAMModel
  /// What was asked for.
  public let description: ModelDescription
  /// Whether the file has more sizes than this one.
  public let isSlimmable: Bool
  /// What the model runs as: networks and, for Linear ones, impulse responses, in running order.
  var parts: [Stage]
  /// Gains around the model, and its share.
  public internal(set) var levels: StageLevels

  /// Reads the model at `path`.
  /// - Throws: `ModelFormatError`; `ModelStageError` when the model does not say what is asked for; `GeometryError`.
  public init(path: String, _ description: ModelDescription) throws {
    try self.init(try NAMModel(contentsOf: path), path: path, description)
  }

  /// A model that is there already.
  /// - Parameter path: What messages call it.
  public init(_ model: NAMModel, path: String, _ description: ModelDescription) throws {
    self.path = path
    self.model = model.slimmed(to: description.size)
    self.description = description
    isSlimmable = model.isSlimmable
    parts = try Self.parts(
      of: self.model, past: Past(description.past), path: path)
    var input = Double(description.levels.inputGainDecibels)
    if let level = description.inputLevelDBu {
      guard let own = self.model.inputLevelDBu else {
        throw ModelStageError.unknown(path: path, key: "input_level_dbu", wanted: "an input level")
      }
      input += Double(level) - own
    }
    var output = Double(description.levels.gainDecibels)
    if description.normalizesLoudness {
      guard let loudness = self.model.loudnessDecibels else {
        throw ModelStageError.unknown(path: path, key: "loudness", wanted: "a normalised loudness")
      }
      output += Self.normalLoudnessDecibels - loudness
    }
    guard Self.gains.contains(input), Self.gains.contains(output) else {
      throw ModelStageError.levels(path: path, inputDecibels: input, outputDecibels: output)
    }
    levels = StageLevels(
      gainIn: input == 0 ? 1 : Float(pow(10, input / 20)), gainOut: output == 0 ? 1 : Float(pow(10, output / 20)),
      mix: description.levels.mix)
  }

  /// What `normalizesLoudness` brings a model to on the trainer's test clip, as players do.
  static let normalLoudnessDecibels = -18.0

  /// What gains and metadata may come to, in dB: what is said twice of 200 dB at most, and factors far from what Float32
  /// can hold. A model that calls itself 1e308 dB loud would come out silent.
  private static let gains = -400.0...400.0

  /// The rate that the model was made for, in whole frames a second.
  public var sampleRateHz: Int { Int((model.sampleRateHz ?? NAMModel.assumedSampleRateHz).rounded()) }
  /// Whether only the custom says what rate that is.
  public var assumesSampleRate: Bool { model.sampleRateHz == nil }

  /// Networks in a row are one network; a Linear model is an impulse response, for which long ones have a convolver that
  /// short ones do not need.
  private static func parts(of model: NAMModel, past: Past, path: String) throws -> [Stage] {
    switch model.architecture {
    case .sequential(let models): return try models.flatMap { try parts(of: $0, past: past, path: path) }
    case .linear(let linear):
      let rate = Int((model.sampleRateHz ?? NAMModel.assumedSampleRateHz).rounded())
      let response = ResponseStage(
        ImpulseResponse(path: path, sampleRateHz: rate, channels: [linear.taps]),
        ConvolutionDescription(responsePath: path, routing: .named(.mono)))
      guard let bias = linear.bias, bias != 0 else { return [.response(response)] }
      var network = Network(inputChannels: 1)
      network.output = try network.scale(network.input, by: [1], shift: [bias])
      return [.response(response), .network(NetworkStage(network, past: past))]
    case .container(let submodels):
      guard let last = submodels.last else { return [] }
      return try parts(of: last.model, past: past, path: path)
    case .waveNet, .convNet, .lstm: return [.network(NetworkStage(try Network(model), past: past))]
    }
  }
}

/// Why a model cannot be used as it was asked for.
public enum ModelStageError: Error, Equatable, Sendable {
  /// The metadata do not have the number that would be needed.
  case unknown(path: String, key: String, wanted: String)
  /// The gains are beyond what a factor can be.
  case levels(path: String, inputDecibels: Double, outputDecibels: Double)
}

extension ModelStageError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknown(let path, let key, let wanted):
      "\(path): metadata.\(key) is no number, expected one because \(wanted) is asked for."
    case .levels(let path, let input, let output):
      "\(path): the gains come to \(input) dB before the model and \(output) dB behind it, expected -400 to 400."
    }
  }
}
