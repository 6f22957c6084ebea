import ConvAudioKit
import Foundation
import TestSupport
import Testing

@Suite struct ChainTests {
  private func load(_ preset: TinyPreset, in folder: TemporaryDirectory) throws -> Chain {
    try Chain(preset: preset.write(into: folder.url))
  }

  @Test("A mono chain runs on every channel alone; other numbers of channels are refused")
  func channels() throws {
    let folder = try TemporaryDirectory()
    let mono = try load(TinyPreset(), in: folder)
    #expect((mono.inputChannels, mono.outputChannels) == (1, 1))
    let input = Signals.noise(channels: 3, frames: 500)
    let together = BlockRun.of(try mono.makeProcessor(channels: 3), on: input, in: .whole).output
    let alone = try input.map { BlockRun.of(try mono.makeProcessor(), on: [$0], in: .primes).output[0] }
    #expect(firstBitDifference(together, alone) == nil)

    let pair = try load(TinyPreset("pair", stages: [.init(inputs: 2, outputs: 3)]), in: folder)
    #expect((pair.inputChannels, pair.outputChannels) == (2, 3))
    #expect(try pair.makeProcessor().outputChannels == 3)
    for channels in [1, 3, 4] {
      #expect(throws: ChainError.channels(input: nil, chain: pair.label, expected: 2, actual: channels)) {
        try pair.makeProcessor(channels: channels)
      }
    }
    let spread = try load(TinyPreset("spread", stages: [.init(inputs: 1, outputs: 2)]), in: folder)
    #expect(throws: ChainError.channels(input: nil, chain: .init(.preset, "spread"), expected: 1, actual: 2)) {
      try spread.makeProcessor(channels: 2)
    }
  }

  @Test("Stages that do not meet are refused, with their place")
  func stagesDoNotMeet() throws {
    let folder = try TemporaryDirectory()
    let preset = TinyPreset(stages: [.init(outputs: 2), .init(inputs: 2, outputs: 2), .init(inputs: 3)])
    let path = try preset.write(into: folder.url)
    let error = ChainError.stagesDoNotMeet(path: path, stage: 2, expected: 2, actual: 3)
    #expect(throws: error) { try Chain(preset: path) }
    #expect("\(error)" == "\(path): stages[2] takes 3 channels, but the stage before it gives 2.")
  }

  @Test("A chain runs its stages in sequence")
  func chain() throws {
    let folder = try TemporaryDirectory()
    let stages: [TinyPreset.Stage] = [
      .init(outputs: 2, past: "zeroHistory"), .init(inputs: 2, past: "zeroHistory", seed: 9),
    ]
    let input = [Signals.noise(frames: 800)]
    let whole = BlockRun.of(try load(TinyPreset(stages: stages), in: folder).makeProcessor(), on: input, in: .primes)
    var signal = input
    for (index, stage) in stages.enumerated() {
      let one = try load(TinyPreset("one\(index)", stages: [stage]), in: folder)
      signal = BlockRun.of(try one.makeProcessor(), on: signal, in: .whole).output
    }
    #expect(whole.failures == [])
    #expect(firstBitDifference(whole.output, signal) == nil)
  }

  @Test("Silence travels: the second stage is settled on what the first gives for silence")
  func silence() throws {
    let folder = try TemporaryDirectory()
    func output(_ name: String, _ first: String, _ second: String) throws -> [Float] {
      let preset = TinyPreset(name, stages: [.init(past: first), .init(past: second, seed: 9)])
      let processor = try load(preset, in: folder).makeProcessor()
      return BlockRun.of(processor, on: [[Float](repeating: 0, count: 64)], in: .whole).output[0]
    }
    let settled = try output("settled", "silence", "silence")
    let zero = try output("zero", "zeroHistory", "zeroHistory")
    // Each stage looks 3 frames back, so that zero histories are forgotten after 6.
    #expect(settled.allSatisfy { $0 == zero[63] } && zero[63] != 0)
    #expect(zero[6...].allSatisfy { $0 == zero[63] } && zero[0] != zero[63])
    // The second stage alone, settled on true silence, would begin with another sound.
    #expect(try output("mixed", "silence", "zeroHistory")[0] != settled[0])
  }

  @Test("A chain obeys the laws of processors", arguments: [0, 1, 2])
  func laws(stages: Int) throws {
    let folder = try TemporaryDirectory()
    let preset = try load(
      TinyPreset(stages: (0..<stages).map { .init(seed: UInt64($0)) }), in: folder)
    #expect(try ProcessorLaws.checkAll { try preset.makeProcessor(channels: 2, maximumBlockFrames: 256) } == [])
  }

  @Test("The summary's numbers, calculated by hand")
  func summary() throws {
    let folder = try TemporaryDirectory()
    let lines = try ChainSummary(of: load(TinyPreset(), in: folder)).lines
    // input 2; two layers of 2·2·2 dilated + 2 bias + 2 mix-in; one residual of 2·2 + 2; head 2: 2 + 24 + 6 + 2 = 34.
    // Multiply-adds: the same without 6 biases. Receptive field 1 + 1 + 2 frames, 4 / 48 ms; 28 · 48000 = 1.344 million.
    #expect(lines[0] == "tiny: For tests")
    for line in [
      "  file               \(folder.path)/tiny.json", "  sample rate        48000 Hz",
      "  channels           1 in, 1 out (runs on every channel of a file)",
      "    array 1          2 layers of 2 channels, kernel 2, tanh, head of 1; dilations 1 2",
      "    parameters       34", "    receptive field  4 frames (0.1 ms)",
      "    multiply-adds    28 a frame (1.3 million a second)", "    latency          0 frames",
    ] {
      #expect(lines.contains(line), "\(line) in \(lines)")
    }
    let empty = try ChainSummary(of: load(TinyPreset("empty", sampleRateHz: nil, stages: []), in: folder)).lines
    #expect(empty.contains("  sample rate        any") && empty.contains("  channels           any"))
    #expect(empty.contains("  stages             none: gives its input back"))
  }

  @Test("Presets are found by name, in the order of the folders, or by path")
  func library() throws {
    let (first, second) = (try TemporaryDirectory(), try TemporaryDirectory())
    try TinyPreset("a").write(into: first.url)
    for name in ["a", "b"] { try TinyPreset(name).write(into: second.url) }
    for name in [".hidden.json", "preset.schema.json", "notes.txt"] {
      try Data("{}".utf8).write(to: second.file(name))
    }
    let library = PresetLibrary(folders: [first.path, second.path, first.path + "/gone"])
    #expect(library.names() == ["a", "b"])
    #expect(try library.path(of: "a") == "\(first.path)/a.json")
    #expect(try library.path(of: "b") == "\(second.path)/b.json")
    #expect(try library.path(of: "c.json") == "c.json")
    #expect(try library.path(of: "x/c") == "x/c")
    #expect(throws: ChainError.notFound(name: "c", searched: library.folders, known: ["a", "b"])) {
      try library.path(of: "c")
    }
    #expect(
      "\(ChainError.notFound(name: "c", searched: ["/p"], known: ["a", "b"]))"
        == "preset c: not found in /p; choose one of a, b, or give the path of a .json file.")
  }
}
