import ModelFormats
import Testing

@Suite("The convolution stage of a preset")
struct ConvolutionDescriptionTests {
  private func preset(_ stage: String) throws(ModelFormatError) -> Preset {
    let json = #"{"format":"convaudio-preset","version":1,"name":"n","description":"d","stages":[\#(stage)]}"#
    return try Preset(json: Array(json.utf8), path: "p.json")
  }

  private func read(_ keys: String) throws -> ConvolutionDescription {
    let preset = try preset(#"{"type": "convolution", \#(keys)}"#)
    guard case .convolution(let description) = try #require(preset.stages.first) else { throw CancellationError() }
    return description
  }

  @Test("missing keys have their defaults")
  func defaults() throws {
    let expected = ConvolutionDescription(
      responsePath: "hall.flac", routing: .named(.auto), normalization: .none, gainDecibels: 0, predelayMilliseconds: 0,
      mix: 1, plan: nil)
    #expect(try read(#""response": "hall.flac""#) == expected)
  }

  @Test("all keys are read")
  func full() throws {
    let named = try read(
      #""response": "a/b.wav", "channels": "true-stereo", "normalize": "energy", "gainDecibels": -6.5, "#
        + #""predelayMilliseconds": 20.5, "mix": 0.25, "plan": "grain 1 latency 0 direct 9""#)
    #expect(
      named
        == ConvolutionDescription(
          responsePath: "a/b.wav", routing: .named(.trueStereo), normalization: .energy, gainDecibels: -6.5,
          predelayMilliseconds: 20.5, mix: 0.25, plan: "grain 1 latency 0 direct 9"))
    let paths = try read(
      #""response": "r", "inputChannels": 2, "outputChannels": 3, "paths": [{"input": 1, "output": 2, "response": 7, "#
        + #""delayMilliseconds": 1.5, "gainDecibels": 3}, {"input": 0, "output": 0, "response": 0}]"#)
    #expect(
      paths.routing
        == .paths(
          [
            .init(input: 1, output: 2, response: 7, delayMilliseconds: 1.5, gainDecibels: 3),
            .init(input: 0, output: 0, response: 0),
          ], inputChannels: 2, outputChannels: 3))
  }

  @Test("every routing and normalisation can be read by its name")
  func names() throws {
    for name in ["auto", "mono", "stereo", "true-stereo", "per-channel", "fan-out", "matrix"] {
      #expect(try read(#""response": "r", "channels": "\#(name)""#).routing == .named(NamedRouting(rawValue: name)!))
    }
    #expect(NamedRouting.allCases.count == 7)
    for name in ["none", "peak", "energy"] {
      #expect(try read(#""response": "r", "normalize": "\#(name)""#).normalization.rawValue == name)
    }
    #expect(ResponseNormalization.allCases.count == 3)
  }

  private static let onePath = #""paths": [{"input": 0, "output": 0, "response": 0}]"#
  private static let sizes = #""inputChannels": 1, "outputChannels": 2"#

  static let faults: [(keys: String, sentence: String)] = [
    (#""mix": 1"#, "response is missing"),
    (#""response": 7"#, "response should be the path of an audio file, but is 7"),
    (#""response": """#, #"response should be the path of an audio file, but is """#),
    (
      #""response": "../hall.wav""#,
      #"response should be a relative path within the preset's folder, but is "../hall.wav""#
    ),
    (
      #""response": "/hall.wav""#, #"response should be a relative path within the preset's folder, but is "/hall.wav""#
    ),
    (
      #""response": "r", "wet": 1"#,
      "wet is not a key of this format; its keys are type, response, channels, inputChannels, outputChannels, paths, "
        + "normalize, gainDecibels, predelayMilliseconds, mix, plan"
    ),
    (
      #""response": "r", "channels": "5.1""#,
      #"channels should be "auto" or "mono" or "stereo" or "true-stereo" or "per-channel" or "fan-out" or "matrix", "#
        + #"but is "5.1""#
    ),
    (
      #""response": "r", "normalize": "rms""#,
      #"normalize should be "none" or "peak" or "energy", but is "rms""#
    ),
    (#""response": "r", "gainDecibels": 201"#, "gainDecibels should be a number from -200 to 200, but is 201"),
    (#""response": "r", "gainDecibels": "loud""#, #"gainDecibels should be a number, but is "loud""#),
    (
      #""response": "r", "predelayMilliseconds": -1"#,
      "predelayMilliseconds should be a number from 0 to 60000, but is -1"
    ),
    (#""response": "r", "mix": 1.01"#, "mix should be a number from 0 to 1, but is 1.01"),
    (#""response": "r", "plan": 3"#, "plan should be a string, but is 3"),
    (#""response": "r", "inputChannels": 2"#, "inputChannels should be absent, because there are no paths, but is 2"),
    (#""response": "r", \#(onePath)"#, "inputChannels is missing"),
    (#""response": "r", "inputChannels": 1, \#(onePath)"#, "outputChannels is missing"),
    (
      #""response": "r", "channels": "auto", \#(sizes), \#(onePath)"#,
      #"channels should be absent, because paths are given, but is "auto""#
    ),
    (
      #""response": "r", \#(sizes), "paths": []"#,
      "paths should be an array of 1 to 4096 paths, but is an array of 0 values"
    ),
    (#""response": "r", \#(sizes), "paths": [1]"#, "paths[0] should be an object, but is 1"),
    (
      #""response": "r", \#(sizes), "paths": [{"input": 0, "output": 2, "response": 0}]"#,
      "paths[0].output should be an integer from 0 to 1, but is 2"
    ),
    (#""response": "r", \#(sizes), "paths": [{"input": 0, "output": 1}]"#, "paths[0].response is missing"),
    (
      #""response": "r", \#(sizes), "paths": [{"input": 0, "output": 1, "response": 0, "delay": 1}]"#,
      "paths[0].delay is not a key of this format; its keys are input, output, response, delayMilliseconds, gainDecibels"
    ),
    (
      #""response": "r", \#(sizes), "paths": [{"input": 0, "output": 1, "response": 0, "delayMilliseconds": 60001}]"#,
      "paths[0].delayMilliseconds should be a number from 0 to 60000, but is 60001"
    ),
    (
      #""response": "r", "inputChannels": 1025, "outputChannels": 2, \#(onePath)"#,
      "inputChannels should be an integer from 1 to 1024, but is 1025"
    ),
  ]

  @Test("a faulty stage is rejected in one sentence with its JSON path", arguments: faults)
  func refused(_ fault: (keys: String, sentence: String)) {
    let keys = fault.keys
    #expect(
      refusal { () throws(ModelFormatError) in try self.preset(#"{"type": "convolution", \#(keys)}"#) }
        == "p.json: stages[0].\(fault.sentence)")
  }
}
