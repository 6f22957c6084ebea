import ConvAudioKit
import Foundation
import TestSupport
import Testing

@Suite struct PresetTests {
  /// A changed preset and the error it gives.
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var change: @Sendable (String) -> String = { $0 }
    var stage: @Sendable (inout TinyPreset.Stage) -> Void = { _ in }
    let says: [String]
  }

  static let cases: [Case] = [
    Case(
      testDescription: "wrong shape", stage: { $0.tensors[0].shape = [1, 2, 1] },
      says: ["tiny.0.safetensors", "arrays.0.input.weight", "[2, 1, 1]", "[1, 2, 1]"]),
    Case(
      testDescription: "missing tensor", stage: { $0.tensors.removeLast() },
      says: ["tiny.0.safetensors", "arrays.0.head.weight"]),
    Case(
      testDescription: "NaN", stage: { $0.tensors[1].values[3] = .nan },
      says: ["tiny.0.safetensors", "arrays.0.layers.0.dilated.weight", "nan"]),
    Case(
      testDescription: "unknown key",
      change: { $0.replacingOccurrences(of: #""type":"#, with: #""colour": "red", "type":"#) },
      says: ["bad.json", "stages[0]", "colour"]),
    Case(
      testDescription: "unknown version",
      change: { $0.replacingOccurrences(of: #""version": 1"#, with: #""version": 2"#) },
      says: ["bad.json", "version", "1", "2"]),
    Case(
      testDescription: "missing weights",
      change: { $0.replacingOccurrences(of: "tiny.0.safe", with: "gone.safe") },
      says: ["gone.safetensors", "No such file or directory"]),
    Case(testDescription: "not JSON", change: { String($0.dropLast(3)) }, says: ["bad.json"]),
  ]

  @Test("A bad preset is one sentence that names file and place", arguments: cases)
  func bad(testCase: Case) throws {
    let bench = try Bench()
    try bench.audio("in.wav")
    var preset = TinyPreset()
    testCase.stage(&preset.stages[0])
    try preset.write(into: bench.directory.url)
    try bench.write("bad.json", Data(testCase.change(preset.json).utf8))
    for arguments in [["process", "in.wav", "-p", "bad"], ["info", "bad"]] {
      let outcome = try bench.program.run(Program.path, arguments)
      #expect((outcome.status, outcome.output) == (1, ""))
      #expect(outcome.errors.hasPrefix("convaudio: ") && outcome.errors.split(separator: "\n").count == 1)
      for words in testCase.says {
        #expect(outcome.errors.lowercased().contains(words.lowercased()), "\(outcome.errors)")
      }
    }
    #expect(try bench.files() == ["bad.json", "in.wav"])
  }

  @Test("A name that no folder has, and a path that is not there")
  func notFound() throws {
    let bench = try Bench()
    try bench.audio("in.wav")
    let name = try bench.program.run("process", "in.wav", "-p", "nope")
    #expect(name.status == 1)
    #expect(name.errors.hasPrefix("convaudio: preset nope: not found in \(bench.directory.path)"))
    #expect(name.errors.hasSuffix(", or give the path of a .json file.\n"))
    let path = try bench.program.run("process", "in.wav", "-p", "./nope.json")
    #expect(path.status == 1)
    #expect(path.errors.hasPrefix("convaudio: ./nope.json: the file cannot be read: No such file or directory"))
  }

  @Test("CONVAUDIO_PRESETS is searched first, and may have several folders")
  func variable() throws {
    var bench = try Bench()
    mkdir(bench.path("more"), 0o700)
    try TinyPreset("other", stages: [.init(seed: 2)]).write(into: URL(fileURLWithPath: bench.path("more")))
    bench.program.environment["CONVAUDIO_PRESETS"] =
      "\(bench.path("gone")):\(bench.path("more")):\(bench.directory.path)"
    let lines = try bench.program.run("presets").output.split(separator: "\n")
    for name in ["empty", "other", "tiny"] {
      #expect(lines.contains { $0.hasPrefix(name + " ") && $0.hasSuffix("  For tests") })
    }
    #expect(try bench.program.run("info", "other").output.hasPrefix("other: For tests\n"))
  }

  @Test("presets goes on past a broken one, and says so")
  func brokenInList() throws {
    let bench = try Bench()
    try bench.write("broken.json", Data("{".utf8))
    let outcome = try bench.program.run("presets")
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("tiny"))
    #expect(outcome.errors.contains("broken.json"))
  }

  @Test("A preset for two channels refuses a mono file by its name")
  func channels() throws {
    let bench = try Bench()
    try TinyPreset("pair", stages: [.init(inputs: 2, outputs: 2)]).write(into: bench.directory.url)
    try bench.audio("in.wav")
    try bench.audio("two.wav", channels: 2)
    let outcome = try bench.program.run("process", "in.wav", "two.wav", "-p", "pair")
    #expect(outcome.status == 1)
    #expect(outcome.errors == "convaudio: in.wav: has 1 channel, but preset pair takes 2.\n")
    #expect(try bench.read("two.pair.wav").info.channels == 2)
  }

  @Test("zeroHistory is heard at the start")
  func zeroHistory() throws {
    let bench = try Bench()
    try TinyPreset("zero", stages: [.init(past: "zeroHistory")]).write(into: bench.directory.url)
    try bench.audio("in.wav", [[Float](repeating: 0, count: 100)], encoding: .float32)
    for name in ["zero", "tiny"] {
      #expect(try bench.program.run("process", "in.wav", "-p", name).status == 0)
    }
    let zero = try bench.read("in.zero.wav").samples[0]
    let silence = try bench.read("in.tiny.wav").samples[0]
    try #require(zero.count == 100 && silence.count == 100)
    #expect(Set(silence).count == 1 && silence[0] != 0)
    #expect(zero[0] != silence[0] && zero[3...].allSatisfy { $0 == silence[0] })
  }
}
