import ModelFormats
import StreamingConvolution
import Verification

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A trained model (`.nam`) in a chain: its size, its past and the levels around it.
package struct ModelStage: Sendable {
  /// The model's file.
  package let path: String
  /// The model at its chosen size.
  package let model: NAMModel
  /// Size, past and levels as they were chosen.
  package let description: ModelDescription
  /// Whether the file has several sizes.
  package let isSlimmable: Bool
  /// How its loudness was found, where it had to be measured.
  private var measurement: String?
  /// What the model runs as, in order: networks, and impulse responses for Linear models.
  var parts: [Stage]
  /// Gains around the model, and its share beside the dry signal.
  package internal(set) var levels: StageLevels

  /// Reads the model at `path`.
  /// - Throws: `ModelFormatError`; `ChainError.noMetadata`, `.gains`; `GeometryError`.
  package init(path: String, _ description: ModelDescription) throws {
    try self.init(try NAMModel(contentsOf: path), path: path, description)
  }

  /// A model in memory.
  /// - Parameter path: What errors and notes call it.
  /// - Throws: `ChainError.noMetadata`, `.gains`; `GeometryError`.
  package init(_ model: NAMModel, path: String, _ description: ModelDescription) throws {
    self.path = path
    self.model = model.slimmed(to: description.size)
    self.description = description
    isSlimmable = model.isSlimmable
    parts = try Self.parts(
      of: self.model, past: Past(description.past), path: path)
    var input = Double(description.levels.inputGainDecibels)
    if let level = description.inputLevelDBu {
      guard let own = self.model.inputLevelDBu else {
        throw ChainError.noMetadata(path: path, key: "input_level_dbu")
      }
      input += Double(level) - own
    }
    var output = Double(description.levels.gainDecibels)
    if description.normalizesLoudness {
      if let loudness = self.model.loudnessDecibels {
        output += Self.normalLoudnessDecibels - loudness
      } else if let loudness = try Self.measuredLoudness(of: parts, path: path, model: self.model) {
        output += Self.normalLoudnessDecibels - loudness
        measurement = "\(path): has no loudness in its metadata; measured \(decibelText(pow(10, loudness / 20)))"
      } else {
        measurement = "\(path): is silent on a test signal, so its level was not changed"
      }
    }
    guard Self.gains.contains(input), Self.gains.contains(output) else {
      throw ChainError.gains(path: path, inputDecibels: input, outputDecibels: output)
    }
    levels = StageLevels(
      gainIn: input == 0 ? 1 : Float(pow(10, input / 20)), gainOut: output == 0 ? 1 : Float(pow(10, output / 20)),
      mix: description.levels.mix)
  }

  /// The loudness that `normalizesLoudness` gives a model on the trainer's test clip, in dB, as in other players.
  static let normalLoudnessDecibels = -18.0

  /// The loudness of a model on a test signal, in dB; nil when it is silent.
  private static func measuredLoudness(of parts: [Stage], path: String, model: NAMModel) throws -> Double? {
    let rate = Int((model.sampleRateHz ?? NAMModel.assumedSampleRateHz).rounded())
    let signal = LoudnessTestSignal.samples(sampleRateHz: rate)
    let place = StagePlace(
      chain: Chain.Label(.model, fileStem(of: path)), path: path, input: nil, channels: model.inputChannels,
      sampleRateHz: rate, maximumBlockFrames: 4096)
    let processor = try parts.prepare(at: place, settings: ChainSettings()).processor
    let input = [[Float]](repeating: signal, count: model.inputChannels)
    let output = processor.run(input, in: .blocks(of: 4096))
    let squares = output.reduce(0) { sum, channel in channel.reduce(sum) { $0 + Double($1) * Double($1) } }
    let mean = squares / Double(max(1, output.count * signal.count))
    return mean > 0 && mean.isFinite ? 10 * log10(mean) : nil
  }

  /// Allowed sums of gains and metadata, in dB: twice the 200 dB that one of them may have. Without a limit, a model
  /// whose metadata say 1e308 dB would be silent.
  private static let gains = -400.0...400.0

  /// The sample rate that the model was made for, rounded to whole Hz.
  package var sampleRateHz: Int { Int((model.sampleRateHz ?? NAMModel.assumedSampleRateHz).rounded()) }
  /// Whether the file has no sample rate, so that the usual one is assumed.
  package var assumesSampleRate: Bool { model.sampleRateHz == nil }

  /// A Linear model is an impulse response, so that a long one runs on the partitioned convolver.
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

  /// The model between its gains, ready to run. A mono model runs on every channel, each with a state of its own.
  func prepare(at place: StagePlace, settings: ChainSettings) throws -> PreparedStage {
    var stage = try levels.around(place) { try parts.prepare(at: $0, settings: settings) }
    if let measurement { stage.notes.append(measurement) }
    if assumesSampleRate { stage.notes.append("\(path): has no sample rate, assumed to be \(sampleRateHz) Hz") }
    return stage
  }
}
