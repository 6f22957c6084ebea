import ConvAudioKit
import Foundation
import ModelFormats
import StreamingConvolution
import TestSupport
import Testing

/// `.nam` models as stages of presets: levels, mix, rates, and what they rest at.
@Suite("Model stages")
struct ModelStageTests {
  /// y = 2x + 0.25 as a Linear model, which says how loud it is.
  private static let linear = """
    {"version":"0.5.4","architecture":"Linear","config":{"receptive_field":1,"bias":true},"weights":[2,0.25],\
    "sample_rate":48000,"metadata":{"loudness":-12,"input_level_dbu":12}}
    """

  /// A preset of these stages in a folder with the models.
  private func load(
    _ stages: String..., models: [String: String] = ["m.nam": linear], more: String = ""
  ) throws -> Chain {
    let folder = try TemporaryDirectory()
    for (name, text) in models { try Data(text.utf8).write(to: folder.url.appendingPathComponent(name)) }
    let path = folder.url.appendingPathComponent("p.json")
    let json = """
      {"format":"convaudio-preset","version":1,"name":"p","description":""\(more),"stages":[\
      \(stages.joined(separator: ","))]}
      """
    try Data(json.utf8).write(to: path)
    return try Chain(preset: path.path)
  }

  private func run(_ preset: Chain, _ x: [Float], channels: Int = 1) throws -> [[Float]] {
    let input = [[Float]](repeating: x, count: channels)
    return BlockRun.of(try preset.makeProcessor(channels: channels), on: input, in: .constant(3)).output
  }

  private let x: [Float] = [0, 1, -0.5, 0.25]

  @Test("a model runs as it is, on every channel of a signal, at the rate that it names")
  func plain() throws {
    let preset = try load(#"{"type":"nam","model":"m.nam"}"#)
    #expect(preset.sampleRateHz == 48_000)
    #expect((preset.inputChannels, preset.outputChannels) == (1, 1))
    let expected = x.map { 2 * $0 + 0.25 }
    #expect(try run(preset, x, channels: 2) == [expected, expected])
  }

  @Test("gains before and after, mix with the input")
  func levels() throws {
    let decibels = Float(20 * log10(2.0))
    let preset = try load(
      "{\"type\":\"nam\",\"model\":\"m.nam\",\"inputGainDecibels\":\(decibels),\"gainDecibels\":-\(decibels),\"mix\":0.5}"
    )
    let output = try run(preset, x)[0]
    for (x, y) in zip(x, output) {
      let dry = 2 * x
      #expect(abs(y - 0.5 * (0.5 * (2 * dry + 0.25) + 0.5 * dry)) < 1e-6)
    }
  }

  @Test("a gain is a stage; a network has gains and a mix, too, and settles after them")
  func gains() throws {
    let half = Float(20 * log10(0.5))
    let gain = try load("{\"type\":\"gain\",\"gainDecibels\":\(half)}")
    #expect(zip(try run(gain, x, channels: 2)[1], x).allSatisfy { abs($0 - 0.5 * $1) < 1e-7 })
    let folder = try TemporaryDirectory()
    try TinyPreset("plain").write(into: folder.url)
    let plain = try Chain(preset: folder.url.path + "/plain.json")
    let text = try String(contentsOf: folder.url.appendingPathComponent("plain.json"), encoding: .utf8)
    let path = folder.url.appendingPathComponent("bent.json")
    let levels = "\"type\": \"wavenet\", \"inputGainDecibels\": \(half), \"gainDecibels\": \(-half), \"mix\": 0.25"
    let bent = text.replacing(try Regex(#""type": ?"wavenet""#), with: levels)
    #expect(bent != text)
    try Data(bent.utf8).write(to: path)
    let expected = try run(plain, x.map { 0.5 * $0 })[0]
    let actual = try run(Chain(preset: path.path), x)[0]
    for (t, y) in actual.enumerated() { #expect(abs(y - 2 * (0.25 * expected[t] + 0.75 * 0.5 * x[t])) < 1e-6) }
  }

  @Test("loudness is brought to −18 dB, an interface's level to the model's")
  func calibration() throws {
    let loud = try load(#"{"type":"nam","model":"m.nam","normalizeLoudness":true}"#)
    let factor = Float(pow(10, -6.0 / 20))
    #expect(zip(try run(loud, x)[0], x).allSatisfy { abs($0 - factor * (2 * $1 + 0.25)) < 1e-6 })
    let hot = try load(#"{"type":"nam","model":"m.nam","inputLevelDBu":18}"#)
    let gain = Float(pow(10, 6.0 / 20))
    #expect(zip(try run(hot, x)[0], x).allSatisfy { abs($0 - (2 * gain * $1 + 0.25)) < 1e-6 })
    let silent = Self.linear.replacing(#","metadata":{"loudness":-12,"input_level_dbu":12}"#, with: "")
    let error = #expect(throws: ChainError.self) {
      try load(#"{"type":"nam","model":"m.nam","inputLevelDBu":12}"#, models: ["m.nam": silent])
    }
    guard case .noMetadata(_, "input_level_dbu") = error else {
      Issue.record("\(error.map { "\($0)" } ?? "accepted")")
      return
    }
  }

  @Test("stages start settled on the output of earlier stages for silence, gains included")
  func settled() throws {
    // Rests at 0.25, then at 2·(0.5·0.25) + 0.25 = 0.5, mixed with the input: 0.75·0.5 + 0.25·0.125.
    let half = Float(20 * log10(0.5))
    let preset = try load(
      #"{"type":"nam","model":"m.nam"}"#,
      "{\"type\":\"nam\",\"model\":\"m.nam\",\"inputGainDecibels\":\(half),\"mix\":0.75}",
      #"{"type":"nam","model":"w.nam"}"#,
      models: ["m.nam": Self.linear, "w.nam": try String(contentsOf: Self.golden("heads"), encoding: .utf8)])
    let output = try run(preset, [Float](repeating: 0, count: 200))[0]
    #expect(output.allSatisfy { abs($0 - output[0]) < 1e-6 }, "no pop at the start")
    let alone = try Chain(model: Self.golden("heads").path)
    let resting = try run(alone, [Float](repeating: 0, count: 200))[0][199]
    #expect(abs(output[0] - resting) > 1e-3, "it rests on another constant than for silence")
  }

  @Test("models at a sample rate other than the chain's are refused, those without a rate accepted")
  func rates() throws {
    let other = Self.linear.replacing("48000", with: "44100")
    let unnamed = Self.linear.replacing(#","sample_rate":48000"#, with: "")
    let stage = #"{"type":"nam","model":"m.nam"}"#
    #expect(throws: ChainError.self) { try load(stage, more: #","sampleRateHz":44100"#) }
    #expect(throws: ChainError.self) {
      try load(stage, #"{"type":"nam","model":"o.nam"}"#, models: ["m.nam": Self.linear, "o.nam": other])
    }
    let taken = try load(stage, models: ["m.nam": unnamed], more: #","sampleRateHz":44100"#)
    #expect(taken.sampleRateHz == 44_100)
    let alone = try load(stage, models: ["m.nam": unnamed])
    #expect(alone.sampleRateHz == 48_000)
    #expect(
      try alone.prepare().notes.contains { $0.hasSuffix("has no sample rate, assumed to be 48000 Hz") })
  }

  @Test("a size is chosen; a path outside the preset's folder is not read")
  func sizes() throws {
    let container = try String(contentsOf: Self.golden("container-small"), encoding: .utf8)
    let models = ["m.nam": container]
    let small = try load(#"{"type":"nam","model":"m.nam","slim":0.25}"#, models: models)
    let large = try load(#"{"type":"nam","model":"m.nam"}"#, models: models)
    #expect(try run(small, x) != run(large, x))
    for path in ["../m.nam", "/m.nam", ""] {
      #expect(throws: ModelFormatError.self) { try load("{\"type\":\"nam\",\"model\":\"\(path)\"}") }
    }
    #expect(throws: ModelFormatError.self) { try load(#"{"type":"nam","model":"m.nam","slim":1.5}"#) }
    #expect(throws: ModelFormatError.self) { try load(#"{"type":"nam","model":"m.nam","size":1}"#) }
  }

  @Test("the networks of a chain share a limit of memory, and say the same only once")
  func limits() throws {
    let text = try String(contentsOf: Self.golden("heads"), encoding: .utf8)
      .replacing(try Regex(#", ?"sample_rate": ?[0-9.]+"#), with: "")
    #expect(!text.contains("sample_rate"), "each stage notes that")
    let stage = #"{"type":"nam","model":"m.nam"}"#
    let preset = try load(stage, stage, stage, models: ["m.nam": text])
    var settings = ChainSettings()
    let chain = try preset.prepare(settings: settings)
    #expect(chain.notes.count == 1, "\(chain.notes)")
    settings.maximumStateBytes = chain.stateBytes
    #expect(try preset.prepare(settings: settings).stateBytes == chain.stateBytes)
    settings.maximumStateBytes = chain.stateBytes - 1
    #expect(throws: ChainError.self) { try preset.prepare(settings: settings) }
    settings.maximumStateBytes = chain.stateBytes
    #expect(throws: ChainError.self) { try preset.prepare(channels: 2, settings: settings) }
  }

  @Test("models of unlike channels are not mixed, and say so")
  func mix() throws {
    let models = ["m.nam": try String(contentsOf: Self.golden("two-channels"), encoding: .utf8)]
    let preset = try load(#"{"type":"nam","model":"m.nam","mix":0.5}"#, models: models)
    #expect(throws: ChainError.self) { try preset.makeProcessor() }
    let louder = try load(#"{"type":"nam","model":"m.nam","gainDecibels":6}"#, models: models)
    #expect(try louder.makeProcessor().outputChannels == 3)
    #expect(throws: ChainError.self) { try louder.makeProcessor(channels: 1) }
  }

  @Test("the summary names architecture, cost and what the maker says")
  func summary() throws {
    let preset = try Chain(Self.golden("lstm").path)
    #expect(preset.name == "model")
    let lines = try ChainSummary(of: preset).lines.joined(separator: "\n")
    for text in ["LSTM of ", "endless (recurrent)", "loudness         -18.5 dB", "input level      12.25 dBu"] {
      #expect(lines.contains(text), "\(text)")
    }
  }

  private static func golden(_ name: String) -> URL {
    PackageFolders.root.appendingPathComponent("Tests/ConvAudioKitTests/Golden/nam/\(name)/model.nam")
  }
}
