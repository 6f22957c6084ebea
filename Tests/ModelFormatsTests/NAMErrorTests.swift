import Foundation
import TestSupport
import Testing

@testable import ModelFormats

@Suite("NAM errors")
struct NAMErrorTests {
  struct Case: Sendable, CustomStringConvertible {
    let old: String
    let new: String
    let message: String
    init(_ old: String, _ new: String, _ message: String) { (self.old, self.new, self.message) = (old, new, message) }
    var description: String { "\(old) → \(new)" }
  }

  /// Every key that a layer array can have, with a condition model, a head kernel and a post-stack head.
  static let full = """
    {"version":"0.7.0","architecture":"WaveNet","sample_rate":48000,"metadata":{},"config":{"in_channels":1,"layers":[\
    {"input_size":1,"condition_size":2,"channels":4,"bottleneck":2,"kernel_sizes":[3,2],"dilations":[1,2],\
    "activation":["Tanh",{"type":"PReLU","negative_slopes":[0.5,0.25]}],"gating_mode":["gated","none"],\
    "secondary_activation":["Sigmoid",""],"groups_input":2,"groups_input_mixin":2,"layer1x1":{"active":true,"groups":2},\
    "head1x1":{"active":true,"out_channels":3,"groups":1},"activation_pre_film":{"active":true,"shift":true,"groups":1},\
    "head":{"out_channels":2,"kernel_size":2,"bias":true},"slimmable":null}],\
    "head":{"channels":3,"out_channels":1,"kernel_sizes":[2,1],"activation":"ReLU"},"head_scale":0.5,\
    "condition_dsp":{"version":"0.5.4","architecture":"ConvNet","config":{"channels":2,"dilations":[1],"batchnorm":true,\
    "activation":"Tanh","out_channels":2},"weights":[\(numbers(4 + 9 + 6))]}},\
    "weights":[\(numbers(fullCount))]}
    """
  static func numbers(_ count: Int) -> String { (1...count).map { "0.\($0)" }.joined(separator: ",") }
  // rechannel 4; gated layer: conv 24 + 4, mix-in 4, 1x1 4 + 4, head1x1 6 + 3, film 16 + 8; plain: 8 + 2, 2, 8, 9, 8 + 4;
  // head 12 + 2; post-stack 12 + 3, 3 + 1; scale
  static let fullCount = 4 + 73 + 41 + 14 + 19 + 1

  static let cases: [Case] = [
    Case("\"version\":\"0.7.0\",", "", "version is missing"),
    Case("\"WaveNet\"", "\"wavenet\"", "architecture should be one of \(architectures), but is \"wavenet\""),
    Case("\"WaveNet\"", "7", "architecture should be one of \(architectures), but is 7"),
    Case("48000", "0", "sample_rate should be a number from 1.0 to 10000000.0, but is 0"),
    Case("48000", "\"48k\"", "sample_rate should be a number from 1.0 to 10000000.0, but is \"48k\""),
    Case("\"metadata\":{}", "\"metadata\":[]", "metadata should be an object or null, but is an array of 0 values"),
    Case(
      "\"in_channels\":1", "\"in_channels\":2", "config.in_channels should be 1, the input_size of layers[0], but is 2"),
    Case(
      "\"channels\":4", "\"channels\":2147483648",
      "config.layers[0].channels should be an integer from 1 to 4096, but is 2147483648"),
    Case("\"channels\":4", "\"channels\":0", "config.layers[0].channels should be an integer from 1 to 4096, but is 0"),
    Case(
      "\"channels\":4", "\"channels\":\"4\"",
      "config.layers[0].channels should be an integer from 1 to 4096, but is \"4\""),
    Case(
      "\"condition_size\":2", "\"condition_size\":1",
      "config.layers[0].condition_size should be 2, the output channels of condition_dsp, but is 1"),
    Case(
      "\"kernel_sizes\":[3,2]", "\"kernel_sizes\":[3]",
      "config.layers[0].kernel_sizes should be an array of 2 kernel sizes, one per layer, but is an array of 1 value"),
    Case("\"kernel_sizes\":[3,2],", "", "config.layers[0].kernel_size is missing"),
    Case(
      "\"kernel_sizes\":[3,2]", "\"kernel_size\":3,\"kernel_sizes\":[3,2]",
      "config.layers[0].kernel_sizes should be absent, because kernel_size is given, but is an array of 2 values"),
    Case(
      "\"dilations\":[1,2]", "\"dilations\":[]",
      "config.layers[0].dilations should be an array of 1 to 1024 dilations, but is an array of 0 values"),
    Case(
      "\"dilations\":[1,2]", "\"dilations\":[1,16777217]",
      "config.layers[0].dilations[1] should be an integer from 1 to 16777216, but is 16777217"),
    Case(
      "[0.5,0.25]", "[0.5,0.25,1]",
      "config.layers[0].activation[1].negative_slopes should be an array of 2 slopes, one per channel, but is an array of 3 values"
    ),
    Case("\"Tanh\",{", "\"Sinh\",{", "config.layers[0].activation[0] should be one of \(activations), but is \"Sinh\""),
    Case(
      "[\"gated\",\"none\"]", "[\"gated\",\"open\"]",
      "config.layers[0].gating_mode[1] should be none, gated or blended, but is \"open\""),
    Case(
      "[\"Sigmoid\",\"\"]", "[\"\",\"\"]",
      "config.layers[0].secondary_activation[0] should be one of \(activations), but is \"\""),
    Case(
      "\"groups_input\":2", "\"groups_input\":3",
      "config.layers[0].groups_input should be a divisor of 4 input and 4 output channels, but is 3"),
    Case(
      "{\"active\":true,\"groups\":2}", "{\"active\":false,\"groups\":2}",
      "config.layers[0].bottleneck should be 4, the channels, because layer1x1 is not active, but is 2"),
    Case(
      "\"activation_pre_film\":{\"active\":true,\"shift\":true,\"groups\":1}", "\"activation_pre_film\":true",
      "config.layers[0].activation_pre_film should be an object or false, but is true"),
    Case(
      "\"kernel_size\":2,\"bias\"", "\"kernel_size\":0,\"bias\"",
      "config.layers[0].head.kernel_size should be an integer from 1 to 65536, but is 0"),
    Case(
      "\"slimmable\":null", "\"slimmable\":{\"method\":\"slice_channels_uniform\"}",
      "config.layers[0].slimmable should be null, because groups, a head kernel, head1x1 or modulation cannot be slimmed, "
        + "but is an object of 1 key"),
    Case(
      "\"kernel_sizes\":[2,1]", "\"kernel_sizes\":[]",
      "config.head.kernel_sizes should be an array of 1 to 1024 kernel sizes, but is an array of 0 values"),
    Case("\"head_scale\":0.5", "\"head_scale\":\"0.5\"", "config.head_scale should be a number, but is \"0.5\""),
    Case(
      "\"version\":\"0.5.4\"", "\"version\":\"0.4.0\"",
      "config.condition_dsp.version should be a version from 0.5.0 to 0.7.x, but is \"0.4.0\""),
    Case(
      "[0.1,0.2,", "[0.2,",
      "config.condition_dsp.weights should be an array of 19 numbers, as config requires, but is an array of 18"),
    Case(
      "\"channels\":3,\"out_channels\":1", "\"channels\":4,\"out_channels\":1",
      "weights should be an array of \(fullCount + 6) numbers, as config requires, but is an array of \(fullCount)"),
    Case(
      "\"kernel_sizes\":[3,2]", "\"kernel_sizes\":[65536,65536]",
      "weights should be an array of \(fullCount - 24 - 8 + (8 + 4) * 65_536) numbers, as config requires, but is an array of \(fullCount)"
    ),
  ]
  static let architectures = "WaveNet, ConvNet, Linear, LSTM, SlimmableContainer, Sequential"
  static let activations =
    "Fasttanh, Hardswish, Hardtanh, LeakyHardTanh, LeakyHardtanh, LeakyReLU, PReLU, ReLU, SiLU, Sigmoid, Softsigmoid, "
    + "Softsign, Tanh"

  @Test("a faulty model is rejected in one sentence with its JSON path", arguments: cases)
  func refused(_ c: Case) throws {
    var text = Self.full
    let range = try #require(text.ranges(of: c.old).first, "the text to replace is in the model")
    text.replaceSubrange(range, with: c.new)
    #expect(refusal { () throws(ModelFormatError) in try readNAM(text) } == "m.nam: \(c.message)")
  }

  @Test("the unchanged model is accepted, so each case above fails because of its change")
  func accepted() throws {
    let text = Self.full
    #expect(refusal { () throws(ModelFormatError) in try readNAM(text) } == "accepted")
    let model = try readNAM(Self.full)
    #expect(try NAMModel(json: model.serialized(), path: "again") == model)
  }

  @Test(
    "a weight that is not a finite number is reported",
    arguments: [
      ("\"0.1\"", "weights[0] should be a number, but is \"0.1\""),
      ("null", "weights[0] should be a number, but is null"),
      ("1e39", "weights[0] should be a number that is finite as Float32, but is 1e+39"),
      ("[0.1]", "weights[0] should be a number, but is an array of 1 value"),
    ])
  func weights(_ weight: String, _ message: String) {
    let text = """
      {"version":"0.5.4","architecture":"Linear","config":{"receptive_field":1},"weights":[\(weight)]}
      """
    #expect(refusal { () throws(ModelFormatError) in try readNAM(text) } == "m.nam: \(message)")
  }

  @Test("the other architectures report errors, too")
  func others() {
    func refusal(_ architecture: String, _ config: String, _ weights: Int) -> String {
      let text = namModel(architecture, config, weights: max(1, weights))
      return ModelFormatsTests.refusal { () throws(ModelFormatError) in try readNAM(text) }
    }
    #expect(
      refusal("Linear", "{\"receptive_field\":3,\"in_channels\":2}", 3)
        == "m.nam: config.in_channels should be 1, because only Linear models with one channel are read, but is 2")
    #expect(
      refusal("LSTM", "{\"num_layers\":1,\"input_size\":1,\"hidden_size\":3}", 69)
        == "m.nam: weights should be an array of 70 numbers, as config requires, but is an array of 69")
    #expect(
      refusal("ConvNet", "{\"channels\":4,\"dilations\":[1],\"activation\":\"Tanh\",\"groups\":2}", 1)
        == "m.nam: config.groups should be a divisor of 1 input and 4 output channels, but is 2")
    #expect(
      refusal("SlimmableContainer", "{\"submodels\":[]}", 1)
        == "m.nam: config.submodels should be an array of 1 to 256 submodels, but is an array of 0 values")
    let linear = namModel("Linear", "{\"receptive_field\":1}", weights: 1)
    #expect(
      refusal("SlimmableContainer", "{\"submodels\":[{\"max_value\":0.5,\"model\":\(linear)}]}", 1)
        == "m.nam: config.submodels[0].max_value should be at least 1 for the last submodel, but is 0.5")
    #expect(
      refusal("Sequential", "{\"models\":[\(linear)]}", 1)
        == "m.nam: weights should be an array of 0 numbers, as config requires, but is an array of 1")
    #expect(
      refusal("Sequential", "{\"models\":[{\"receptive_field\":1}]}", 1)
        == "m.nam: config.models[0].version is missing")
  }

  @Test("nested sequences have the same limit as a single one")
  func longSequences() {
    let linear = namModel("Linear", "{\"receptive_field\":1}", weights: 1)
    func sequence(_ models: [String]) -> String {
      "{\"version\":\"0.7.0\",\"architecture\":\"Sequential\",\"weights\":[],\"config\":{\"models\":[\(models.joined(separator: ","))]}}"
    }
    let half = sequence([String](repeating: linear, count: 128))
    func result(_ models: [String]) -> String {
      refusal { () throws(ModelFormatError) in try readNAM(sequence(models)) }
    }
    #expect(result([half, half]) == "accepted")
    #expect(
      result([half, half, linear])
        == "m.nam: config.models[2] should be a sequence of at most 256 models, counting nested sequences, but is at least 257 models"
    )
  }

  @Test("ten thousand nested models, or a sparse file of a gigabyte, do not exhaust the stack or memory")
  func hostile() throws {
    let open = "{\"version\":\"0.7.0\",\"architecture\":\"Sequential\",\"weights\":[],\"config\":{\"models\":["
    let text = String(repeating: open, count: 10_000)
    #expect(
      refusal { () throws(ModelFormatError) in try readNAM(text) }.hasPrefix(
        "m.nam: expected at most 64 levels of nesting"))
    try withTemporaryFolder { folder in
      let path = "\(folder)/large.nam"
      FileManager.default.createFile(atPath: path, contents: nil)
      let file = try #require(FileHandle(forWritingAtPath: path))
      try file.truncate(atOffset: 1 << 30)
      try file.close()
      #expect(
        refusal { () throws(ModelFormatError) in try NAMModel(contentsOf: path) }
          == "\(path): the file should have at most 64000000 bytes, but has 1073741824")
    }
  }

  @Test("ten thousand broken models give errors or valid values")
  func mutations() {
    let goods = [
      Self.full, oldWaveNet, namModel("LSTM", "{\"num_layers\":2,\"input_size\":1,\"hidden_size\":1}", weights: 30),
      namModel(
        "ConvNet", "{\"channels\":2,\"dilations\":[1,2],\"batchnorm\":true,\"activation\":\"Tanh\"}", weights: 33),
    ].map { Array($0.utf8) }
    for good in goods {
      #expect(refusal { () throws(ModelFormatError) in try NAMModel(json: good, path: "m") } == "accepted")
    }
    var random = SplitMix64(seed: MutationTests.seed)
    var accepted = 0
    for run in 0..<MutationTests.count {
      do throws(ModelFormatError) {
        let model = try NAMModel(json: MutationTests.mutate(goods[run % goods.count], &random), path: "m")
        accepted += 1
        let again = try NAMModel(json: model.serialized(), path: "m")
        #expect(again == model, "seed \(MutationTests.seed), run \(run)")
        _ = model.slimmed(to: 0.5)
      } catch {
        #expect(error.description.utf8.count < 2000)
      }
    }
    #expect(accepted > MutationTests.count / 50 && accepted < MutationTests.count * 3 / 4, "\(accepted) accepted")
  }
}
