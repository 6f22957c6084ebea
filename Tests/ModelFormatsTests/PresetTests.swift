import Foundation
import ModelFormats
import Testing

@Suite("Presets: reading")
struct PresetTests {
  private func read(_ json: String, path: String = "p.json", allowOutside: Bool = false) throws -> Preset {
    try Preset(json: Array(json.utf8), path: path, allowOutside: allowOutside)
  }

  private func network(_ stage: String) throws -> WaveNetDescription {
    let preset = try read(
      #"{"format":"convaudio-preset","version":1,"name":"n","description":"d","stages":[\#(stage)]}"#)
    guard case .waveNet(let network) = try #require(preset.stages.first) else { throw CancellationError() }
    return network
  }

  @Test("all keys of the format are read")
  func full() throws {
    let expected = Preset(
      name: "full", description: "every key", sampleRateHz: 48000, stages: [.waveNet(fullNetwork)],
      metadata: [
        "maker": .string("test"), "seed": .integer(7), "loss": .array([.number(0.5), .null, .bool(true)]),
      ], folder: "some/folder")
    #expect(try read(fullPresetJSON, path: "some/folder/full.json") == expected)
  }

  @Test("missing keys have their defaults")
  func defaults() throws {
    let smallest = try network(
      #"{"type":"wavenet","weights":"w","arrays":[{"channels":2,"kernelSize":3,"dilations":[1,4],"headChannels":1}]}"#
    )
    let layers = [WaveNetLayer(kernelSize: 3, dilation: 1), WaveNetLayer(kernelSize: 3, dilation: 4)]
    #expect(
      smallest
        == WaveNetDescription(
          weightsPath: "w", past: .silence, inputChannels: 1, headScale: 1,
          arrays: [
            WaveNetArray(
              channels: 2, layers: layers, activation: .named(.tanh), gate: nil, groups: 1, skipChannels: nil,
              headChannels: 1, headKernelSize: 1, headBias: false)
          ], head: []))
    #expect(smallest.historyFrames == 2 + 8)
    #expect(smallest.outputChannels == 1)
  }

  @Test("a preset without stages passes audio through")
  func noStages() throws {
    let preset = try read(
      #"{"format":"convaudio-preset","version":1,"name":"nothing","description":"","stages":[]}"#)
    #expect(preset == Preset(name: "nothing", description: ""))
    #expect(preset.sampleRateHz == nil)
  }

  @Test("history adds up over layers, heads and head convolutions")
  func history() {
    #expect(fullNetwork.historyFrames == (2 + 4 + 1) + (4 + 24 + 0) + 2 + 0)
    #expect(fullNetwork.outputChannels == 1)
  }

  static let activations: [(String, ActivationDescription)] =
    ActivationName.allCases.map { ("\"\($0.rawValue)\"", .named($0)) } + [
      (#""leakyReLU""#, .leakyReLU(negativeSlope: 0.01)), (#"{"type":"gelu"}"#, .named(.gelu)),
      (#"{"type":"leakyReLU"}"#, .leakyReLU(negativeSlope: 0.01)),
      (#"{"type":"leakyReLU","negativeSlope":-2}"#, .leakyReLU(negativeSlope: -2)),
      (#"{"type":"prelu","slopes":[0.5,1e-3]}"#, .prelu(slopes: [0.5, 0.001])),
    ]

  @Test("every activation can be read by its name", arguments: activations)
  func activation(_ json: String, _ expected: ActivationDescription) throws {
    let network = try network(
      #"{"type":"wavenet","weights":"w","arrays":[{"channels":2,"kernelSize":3,"dilations":[1],"headChannels":1,"activation":\#(json)}]}"#
    )
    #expect(network.arrays[0].activation == expected)
  }

  @Test(
    "files are found next to the preset",
    arguments: [
      ("p.json", "w", "w"), ("./p.json", "w", "w"), ("a/b/p.json", "c/w", "a/b/c/w"), ("/p.json", "w", "/w"),
      ("/a/p.json", "/elsewhere/w", "/elsewhere/w"),
    ])
  func paths(_ preset: String, _ weights: String, _ expected: String) throws {
    #expect(try read(fullPresetJSON, path: preset).path(of: weights) == expected)
  }

  @Test(
    "a path outside the folder is read only if the caller allows it", arguments: ["../w", "a/../../w", "/w", ".."])
  func outside(_ path: String) throws {
    let json = fullPresetJSON.replacing("full.safetensors", with: path)
    let message =
      #"p.json: stages[0].weights should be a relative path within the preset's folder, but is "\#(path)""#
    #expect(refusal { () throws(ModelFormatError) in try Preset(json: Array(json.utf8), path: "p.json") } == message)
    guard case .waveNet(let network) = try read(json, allowOutside: true).stages[0] else { return }
    #expect(network.weightsPath == path)
  }

  @Test("dots within a name do not leave the folder", arguments: ["..w", "w..", "a/...", "./w"])
  func inside(_ path: String) throws {
    _ = try read(fullPresetJSON.replacing("full.safetensors", with: path))
  }

  @Test("the example in Presets/README.md is a valid preset")
  func readme() throws {
    let text = try String(contentsOf: packageFolder.appendingPathComponent("Presets/README.md"), encoding: .utf8)
    let examples = text.components(separatedBy: "```json\n").dropFirst()
      .map { $0.components(separatedBy: "```")[0] }
    #expect(!examples.isEmpty)
    for example in examples { _ = try read(example) }
  }

  @Test("every preset in the repository can be read with its weights")
  func shipped() throws {
    let folder = packageFolder.appendingPathComponent("Presets")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".json") && $0 != "preset.schema.json" }
    for name in names {
      let preset = try Preset(contentsOf: folder.appendingPathComponent(name).path)
      for case .waveNet(let network) in preset.stages {
        _ = try network.readWeights(from: TensorFile(contentsOf: preset.path(of: network.weightsPath)))
      }
    }
  }
}
