import Foundation
import TestSupport
import Testing

@testable import ModelFormats

/// A `.nam` file whose weights count up in sixteenths.
func namModel(
  _ architecture: String, _ config: String, weights: Int, version: String = "0.5.4", more: String = ""
) -> String {
  let numbers = (0..<weights).map { "\(Double($0 + 1) / 16)" }.joined(separator: ",")
  return """
    {"version":"\(version)","architecture":"\(architecture)","config":\(config),"weights":[\(numbers)]\(more)}
    """
}

func readNAM(_ text: String) throws(ModelFormatError) -> NAMModel {
  try NAMModel(json: Array(text.utf8), path: "m.nam")
}

/// Two arrays in the layout of 2023: 2 and 1 channels, 2 + 2·(12+2+2+… ) weights.
let oldWaveNet = namModel(
  "WaveNet",
  """
  {"layers":[{"input_size":1,"condition_size":1,"head_size":1,"channels":2,"kernel_size":3,"dilations":[1,2],\
  "activation":"Tanh","gated":false,"head_bias":false},{"input_size":2,"condition_size":1,"head_size":1,"channels":1,\
  "kernel_size":2,"dilations":[4],"activation":"ReLU","gated":true,"head_bias":true}],"head":null,"head_scale":0.02}
  """,
  // rechannel 2, layers 2·(12+2+2+4+2), head 2; rechannel 2, layer 4+2+2+1+1, head 2; scale
  weights: 2 + 2 * 22 + 2 + 2 + 10 + 2 + 1)

@Suite("NAM models")
struct NAMModelTests {
  private func waveNet(_ text: String) throws -> NAMWaveNet {
    guard case .waveNet(let network) = try readNAM(text).architecture else { throw CancellationError() }
    return network
  }

  @Test("the old layout: weights in the order of the format, taps oldest first, the head scale last")
  func oldLayout() throws {
    let model = try readNAM(oldWaveNet)
    #expect(model.sampleRateHz == nil)
    #expect(model.metadata == [:])
    let network = try waveNet(oldWaveNet)
    func sixteenths(_ range: Range<Int>) -> [Float] { range.map { Float($0 + 1) / 16 } }
    #expect(network.arrays.count == 2)
    let first = network.arrays[0]
    #expect(first.rechannel.weights == sixteenths(0..<2) && first.rechannel.bias == nil)
    #expect(first.layers[0].convolution.weights == sixteenths(2..<14))
    #expect(first.layers[0].convolution.bias == sixteenths(14..<16))
    #expect(first.layers[0].mixIn.weights == sixteenths(16..<18))
    #expect(first.layers[0].layer1x1?.weights == sixteenths(18..<22))
    #expect(first.layers[0].layer1x1?.bias == sixteenths(22..<24))
    #expect(first.layers[1].convolution.dilation == 2)
    #expect(first.head.weights == sixteenths(46..<48) && first.head.bias == nil)
    let second = network.arrays[1]
    #expect(second.layers[0].gating == .gated(.plain(.sigmoid)) && second.layers[0].convolution.outputChannels == 2)
    #expect(second.head.bias == [62.0 / 16])
    #expect(network.headScale == 63.0 / 16, "the head scale among the weights counts, not the one in config")
    #expect(network.inputChannels == 1 && network.outputChannels == 1)
  }

  @Test(
    "versions from 0.5.0 to 0.7.x are read",
    arguments: [
      ("0.5.0", true), ("0.5.4", true), ("0.6.0", true), ("0.7.0", true), ("0.7.12", true), ("0.4.9", false),
      ("0.8.0", false), ("1.0.0", false), ("1.5.0", false), ("0.5", false), ("0.5.0.1", false), ("0.5.x", false),
      ("-0.5.0", false), ("", false), ("0..5", false), ("0.5.99999999999999999999", false),
    ])
  func versions(_ version: String, _ isRead: Bool) {
    let text = oldWaveNet.replacing("0.5.4", with: version)
    let result = refusal { () throws(ModelFormatError) in try readNAM(text) }
    #expect(
      result == (isRead ? "accepted" : "m.nam: version should be a version from 0.5.0 to 0.7.x, but is \"\(version)\""))
  }

  @Test("metadata are read as values, and null counts as absent")
  func metadata() throws {
    let more = """
      ,"sample_rate":44100,"notes":[1],"metadata":{"loudness":-18.25,"gain":null,"input_level_dbu":12,"name":"Amp é",\
      "gear_type":"pedal_amp","training":{"validation_esr":0.01}}
      """
    let model = try readNAM(namModel("Linear", "{\"receptive_field\":2,\"bias\":true}", weights: 3, more: more))
    #expect(model.sampleRateHz == 44_100)
    #expect(model.loudnessDecibels == -18.25)
    #expect(model.gain == nil && model.outputLevelDBu == nil && model.toneType == nil)
    #expect(model.inputLevelDBu == 12)
    #expect(model.name == "Amp é" && model.gearType == "pedal_amp")
    #expect(model.validationESR == 0.01)
    #expect(model.architecture == .linear(NAMLinear(taps: [1.0 / 16, 2.0 / 16], bias: 3.0 / 16)))
    let empty = try readNAM(
      namModel("Linear", "{\"receptive_field\":1}", weights: 1, more: ",\"metadata\":null,\"sample_rate\":null"))
    #expect(empty.metadata == [:] && empty.sampleRateHz == nil)
  }

  @Test("a byte order mark is skipped, and byte positions in errors include it")
  func byteOrderMark() throws {
    let text = Array("\u{FEFF}".utf8) + Array(oldWaveNet.utf8)
    #expect(try NAMModel(json: text, path: "m") == readNAM(oldWaveNet))
    #expect(
      refusal { () throws(ModelFormatError) in try NAMModel(json: Array("\u{FEFF}{x".utf8), path: "m") }
        == "m: expected a key in quotation marks at byte 4, but found 'x'")
  }

  @Test("a container returns the submodel for a size, with its own metadata")
  func containers() throws {
    func linear(_ taps: Int) -> String { namModel("Linear", "{\"receptive_field\":\(taps)}", weights: taps) }
    let text = """
      {"version":"0.7.0","architecture":"SlimmableContainer","weights":[],"metadata":{"loudness":-3},"config":\
      {"submodels":[{"max_value":0.33,"model":\(linear(1))},{"max_value":0.66,"model":\(linear(2))},\
      {"max_value":1,"model":\(linear(3))}]}}
      """
    let model = try readNAM(text)
    #expect(model.isSlimmable)
    for (size, taps) in [(0, 1), (0.32, 1), (0.33, 2), (0.5, 2), (0.66, 3), (1, 3)] {
      let chosen = model.slimmed(to: size)
      guard case .linear(let linear) = chosen.architecture else { throw CancellationError() }
      #expect(linear.taps.count == taps, "\(size)")
      #expect(chosen.loudnessDecibels == -3)
    }
    #expect(try NAMModel(json: model.serialized(), path: "again") == model)
  }

  @Test("a slimmable network keeps its first channels")
  func slimming() throws {
    let config = """
      {"layers":[{"input_size":1,"condition_size":1,"head_size":1,"channels":3,"kernel_size":2,"dilations":[1],\
      "activation":"Tanh","head_bias":true,"slimmable":{"method":"slice_channels_uniform","kwargs":{"allowed_channels":\
      [1,3]}}}],"head":null,"head_scale":1}
      """
    // rechannel 3; conv 18 + 3; mix-in 3; 1x1 9 + 3; head 3 + 1; scale
    let model = try readNAM(namModel("WaveNet", config, weights: 44))
    #expect(model.isSlimmable)
    #expect(model.slimmed(to: 0.5) == model)
    guard case .waveNet(let network) = model.slimmed(to: 0.49).architecture else { throw CancellationError() }
    let array = network.arrays[0]
    #expect(array.rechannel.weights == [1.0 / 16])
    #expect(array.layers[0].convolution.weights == [4.0 / 16, 5.0 / 16])
    #expect(array.layers[0].convolution.bias == [22.0 / 16])
    #expect(array.layers[0].mixIn.weights == [25.0 / 16])
    #expect(array.layers[0].layer1x1?.weights == [28.0 / 16] && array.layers[0].layer1x1?.bias == [37.0 / 16])
    #expect(array.head.weights == [40.0 / 16] && array.head.bias == [43.0 / 16])
  }

  @Test("the largest standard network: 13,802 weights in 280 kB")
  func standard() throws {
    let text = standardNAM()
    #expect(text.utf8.count > 250_000)
    guard case .waveNet(let network) = try readNAM(text).architecture else { throw CancellationError() }
    #expect(network.arrays.map(\.channels) == [16, 8])
    #expect(network.arrays.map(\.layers.count) == [10, 10])
  }
}

/// The standard model of 20 layers, its weights written with 17 digits.
func standardNAM() -> String {
  let dilations = (0..<10).map { String(1 << $0) }.joined(separator: ",")
  func array(_ inputs: Int, _ channels: Int, _ head: Int, _ bias: Bool) -> String {
    """
    {"input_size":\(inputs),"condition_size":1,"head_size":\(head),"channels":\(channels),"kernel_size":3,"dilations":\
    [\(dilations)],"activation":"Tanh","gated":false,"head_bias":\(bias)}
    """
  }
  var random = SplitMix64(seed: 1)
  let weights = (0..<13_802).map { _ in "\(Double(random.nextSample()))" }.joined(separator: ", ")
  return """
    {"version":"0.5.4","architecture":"WaveNet","config":{"layers":[\(array(1, 16, 8, false)),\(array(16, 8, 1, true))],\
    "head":null,"head_scale":0.02},"weights":[\(weights)],"sample_rate":48000}
    """
}
