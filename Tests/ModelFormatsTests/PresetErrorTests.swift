import ModelFormats
import Testing

@Suite("Presets: errors")
struct PresetErrorTests {
  /// `fullPresetJSON` with one piece of text replaced, and the expected error.
  struct Case: Sendable, CustomTestStringConvertible {
    let old: String
    let new: String
    let message: String
    init(_ old: String, _ new: String, _ message: String) {
      self.old = old
      self.new = new
      self.message = message
    }
    var testDescription: String { "\(old) → \(new.prefix(60))" }
  }

  static let top: [Case] = [
    Case(#""convaudio-preset""#, #""nam""#, #"format should be "convaudio-preset", but is "nam""#),
    Case(#""format": "convaudio-preset","#, "", "format is missing"),
    Case(#""version": 1"#, #""version": 2, "effects": []"#, "version should be 1, but is 2"),
    Case(#""version": 1"#, #""version": "1""#, #"version should be 1, but is "1""#),
    Case(#""version": 1,"#, "", "version is missing"),
    Case(
      #""name": "full""#, #""nom": "full""#,
      "nom is not a key of this format; its keys are format, version, name, description, sampleRateHz, stages, metadata"
    ),
    Case(#""name": "full","#, "", "name is missing"),
    Case(#""full""#, #""""#, #"name should be \#(nameRule), but is """#),
    Case(#""full""#, #""../up""#, #"name should be \#(nameRule), but is "../up""#),
    Case(#""full""#, #"".hidden""#, #"name should be \#(nameRule), but is ".hidden""#),
    Case(#""full""#, #""a\\b""#, #"name should be \#(nameRule), but is "a\b""#),
    Case(#""full""#, #""a\u001bb""#, #"name should be \#(nameRule), but is "a\u{1b}b""#),
    Case(#""full""#, "null", "name should be \(nameRule), but is null"),
    Case(
      #""every key""#, #""two\nlines""#,
      #"description should be one line of at most 1024 characters, but is "two\u{a}lines""#),
    Case("48000", "0", "sampleRateHz should be an integer from 1 to 10000000, but is 0"),
    Case("48000", "44100.5", "sampleRateHz should be an integer from 1 to 10000000, but is 44100.5"),
    Case("48000", "null", "sampleRateHz should be an integer from 1 to 10000000, but is null"),
    Case(#"{"maker""#, #"3, "x": {"maker""#, "x is not a key of this format; its keys are \(topKeys)"),
    Case(
      #"{"maker": "test", "seed": 7, "loss": [0.5, null, true]}"#, "[]",
      "metadata should be an object, but is an array of 0 values"),
    Case(
      #""wavenet""#, #""reverb""#,
      #"stages[0].type should be "wavenet", "convolution", "nam" or "gain", but is "reverb""#),
    Case(#""type": "wavenet","#, "", "stages[0].type is missing"),
  ]
  static let nameRule = "a name of 1 to 128 characters without slashes, not starting with a dot"
  static let topKeys = "format, version, name, description, sampleRateHz, stages, metadata"

  static let network: [Case] = [
    Case(
      #""past": "zeroHistory""#, #""past": "zero""#,
      #"stages[0].past should be "silence" or "zeroHistory", but is "zero""#),
    Case(
      #""past""#, #""passed""#,
      "stages[0].passed is not a key of this format; its keys are type, weights, past, inputChannels, headScale, "
        + "arrays, head, inputGainDecibels, gainDecibels, mix"),
    Case(#""full.safetensors""#, "7", "stages[0].weights should be the path of a safetensors file, but is 7"),
    Case(#""full.safetensors""#, #""""#, #"stages[0].weights should be the path of a safetensors file, but is """#),
    Case(
      #""full.safetensors""#, #""a\u0000b""#,
      #"stages[0].weights should be the path of a safetensors file, but is "a\u{0}b""#),
    Case(
      #""inputChannels": 2"#, #""inputChannels": 4097"#,
      "stages[0].inputChannels should be an integer from 1 to 4096, but is 4097"),
    Case(
      #""headScale": 0.5"#, #""headScale": 1e39"#,
      "stages[0].headScale should be a number that is finite as Float32, but is 1e+39"),
    Case(#""headScale": 0.5"#, #""headScale": "loud""#, #"stages[0].headScale should be a number, but is "loud""#),
    Case(
      #""relu", "outputChannels": 6"#, #""relu", "bias": 1, "outputChannels": 6"#,
      "stages[0].head[0].bias is not a key of this format; its keys are activation, outputChannels, kernelSize"),
    Case(
      #""outputChannels": 6"#, #""outputChannels": 0"#,
      "stages[0].head[0].outputChannels should be an integer from 1 to 4096, but is 0"),
    Case(
      #""outputChannels": 6, "kernelSize": 3"#, #""outputChannels": 6, "kernelSize": 65537"#,
      "stages[0].head[0].kernelSize should be an integer from 1 to 65536, but is 65537"),
    Case(#"{"activation": "relu", "#, "{", "stages[0].head[0].activation is missing"),
    Case(
      #""negativeSlope": 0.125"#, #""slope": 0.125"#,
      "stages[0].head[1].activation.slope is not a key of this format; its keys are type, negativeSlope"),
    Case(
      #"{"activation": {"type": "leakyReLU", "negativeSlope": 0.125}"#,
      #"{"activation": {"type": "prelu", "slopes": [1]}"#,
      "stages[0].head[1].activation.slopes should be an array of 6 slopes, one per channel, but is an array of 1 value"),
  ]

  static let arrays: [Case] = [
    Case(
      #""channels": 4"#, #""channels": 0"#,
      "stages[0].arrays[0].channels should be an integer from 1 to 4096, but is 0"),
    Case(
      #""channels": 4"#, #""channels": -4"#,
      "stages[0].arrays[0].channels should be an integer from 1 to 4096, but is -4"),
    Case(
      #""channels": 4"#, #""channels": 1e300"#,
      "stages[0].arrays[0].channels should be an integer from 1 to 4096, but is 1e+300"),
    Case(#""channels": 4, "#, "", "stages[0].arrays[0].channels is missing"),
    Case(
      #""groups": 2"#, #""groups": 3"#, "stages[0].arrays[0].groups should be a divisor of the 4 channels, but is 3"),
    Case(
      #""gate": "sigmoid""#, #""gate": "tanh""#,
      #"stages[0].arrays[0].gate should be "sigmoid" or "hardSigmoid", but is "tanh""#),
    Case(
      #""gate": "sigmoid""#, #""gate": null"#,
      #"stages[0].arrays[0].gate should be "sigmoid" or "hardSigmoid", but is null"#),
    Case(#""headBias": true"#, #""headBias": 1"#, "stages[0].arrays[0].headBias should be true or false, but is 1"),
    Case(
      #""headKernelSize": 2"#, #""headKernelSize": 0"#,
      "stages[0].arrays[0].headKernelSize should be an integer from 1 to 65536, but is 0"),
    Case(
      #""skipChannels": 5"#, #""skipChannels": 5000"#,
      "stages[0].arrays[0].skipChannels should be an integer from 1 to 4096, but is 5000"),
    Case(
      #""headChannels": 3"#, #""headChannels": 4"#,
      "stages[0].arrays[0].headChannels should be 3, the width of the skip sum of arrays[1], but is 4"),
    Case(
      #""kernelSize": 3, "dilations": [1, 2]"#, #""dilations": [1, 2]"#, "stages[0].arrays[0].kernelSize is missing"),
    Case(
      #""kernelSizes": [2, 4]"#, #""kernelSizes": [2, 4], "kernelSize": 2"#,
      "stages[0].arrays[1].kernelSizes should be absent, because kernelSize is given, but is an array of 2 values"),
    Case(
      #""kernelSizes": [2, 4]"#, #""kernelSizes": [2]"#,
      "stages[0].arrays[1].kernelSizes should be an array of 2 kernel sizes, one per layer, but is an array of 1 value"),
    Case(
      #""kernelSizes": [2, 4]"#, #""kernelSizes": [2, "4"]"#,
      #"stages[0].arrays[1].kernelSizes[1] should be an integer from 1 to 65536, but is "4""#),
    Case(
      #""dilations": [4, 8]"#, #""dilations": []"#,
      "stages[0].arrays[1].dilations should be an array of 1 to 1024 dilations, but is an array of 0 values"),
    Case(
      #""dilations": [4, 8]"#, #""dilations": [4, 16777217]"#,
      "stages[0].arrays[1].dilations[1] should be an integer from 1 to 16777216, but is 16777217"),
    Case(
      #""dilations": [4, 8]"#, #""dilations": [4, 9223372036854775808]"#,
      "stages[0].arrays[1].dilations[1] should be an integer from 1 to 16777216, but is 9.223372036854776e+18"),
    Case(#""softsign""#, #""sinc""#, "stages[0].arrays[0].activation should be \(activationRule), but is \"sinc\""),
    Case(
      #""softsign""#, #""prelu""#,
      #"stages[0].arrays[0].activation should be {"type": "prelu", "slopes": [one per channel]}, but is "prelu""#),
    Case(
      #""softsign""#, "[]",
      "stages[0].arrays[0].activation should be the name of an activation, or an object with its type, "
        + "but is an array of 0 values"),
    Case(#""softsign""#, "{}", "stages[0].arrays[0].activation.type is missing"),
    Case(
      #""softsign""#, #"{"type": "tanh", "negativeSlope": 1}"#,
      "stages[0].arrays[0].activation.negativeSlope is not a key of this format; its keys are type"),
    Case(
      #""softsign""#, #"{"type": "sinc"}"#,
      "stages[0].arrays[0].activation.type should be \(activationRule), but is \"sinc\""),
    Case(
      "[0.1, 0.2, 0.25]", "[0.1, 0.2]",
      "stages[0].arrays[1].activation.slopes should be an array of 3 slopes, one per channel, but is an array of 2 values"
    ),
    Case(
      "[0.1, 0.2, 0.25]", "[0.1, true, 0.25]",
      "stages[0].arrays[1].activation.slopes[1] should be a number, but is true"),
  ]
  static let activationRule =
    "one of fastTanh, gelu, geluTanh, hardSigmoid, hardSwish, hardTanh, identity, leakyReLU, prelu, relu, sigmoid, silu, "
    + "softSigmoid, softsign, tanh"

  private static let longKernels = #""kernelSize": 65536, "dilations": [16777216, 2]"#
  static let sums: [Case] = [
    Case(
      #""kernelSize": 3, "dilations": [1, 2]"#, longKernels,
      "stages[0].arrays[0].dilations[0] should be small enough for a network history of at most 268435456 frames, "
        + "but is 16777216"),
    // 16 · 2^24 is exactly the limit, so nothing is left for the next layer.
    Case(
      #""kernelSize": 3, "dilations": [1, 2]"#, #""kernelSize": 17, "dilations": [16777216, 1]"#,
      "stages[0].arrays[0].dilations[1] should be small enough for a network history of at most 268435456 frames, "
        + "but is 1"),
    Case(
      #""kernelSize": 3, "dilations": [1, 2]"#,
      #""kernelSize": 1, "dilations": [\#([String](repeating: "1", count: 1023).joined(separator: ","))]"#,
      "stages[0].arrays[1].dilations should be short enough for at most 1024 layers in the network, but is an array of 2 values"
    ),
    Case(
      #""kernelSize": 3, "dilations": [1, 2]"#,
      #""kernelSize": 1, "dilations": [\#([String](repeating: "1", count: 1025).joined(separator: ","))]"#,
      "stages[0].arrays[0].dilations should be an array of 1 to 1024 dilations, but is an array of 1025 values"),
  ]

  @Test("a faulty preset is rejected in one sentence with its JSON path", arguments: top + network + arrays + sums)
  func refused(_ c: Case) throws {
    let parts = fullPresetJSON.ranges(of: c.old)
    try #require(parts.count >= 1, "the text to replace is in the preset")
    var json = fullPresetJSON
    json.replaceSubrange(parts[0], with: c.new)
    #expect(
      refusal { () throws(ModelFormatError) in try Preset(json: Array(json.utf8), path: "p.json") }
        == "p.json: \(c.message)")
  }

  @Test("the unchanged preset is accepted, so each case above fails because of its change")
  func accepted() {
    let json = Array(fullPresetJSON.utf8)
    #expect(refusal { () throws(ModelFormatError) in try Preset(json: json, path: "p.json") } == "accepted")
  }

  @Test(
    "a wrong type, a duplicate key and broken JSON are rejected at the top level, too",
    arguments: [
      ("[]", "p.json: the top level should be an object, but is an array of 0 values"),
      ("{", "p.json: expected a key in quotation marks at byte 1, but found the end of the text"),
      (#"{"version":1,"version":1}"#, #"p.json: the key "version" at byte 13 appears twice in the same object"#),
    ])
  func whole(_ json: String, _ message: String) {
    #expect(refusal { () throws(ModelFormatError) in try Preset(json: Array(json.utf8), path: "p.json") } == message)
  }

  @Test("the size limit applies to bytes in memory, too")
  func tooLarge() {
    let json = [UInt8](repeating: 0x20, count: 16_000_001)
    #expect(
      refusal { () throws(ModelFormatError) in try Preset(json: json, path: "p.json") }
        == "p.json: the file should have at most 16000000 bytes, but has 16000001")
  }
}
