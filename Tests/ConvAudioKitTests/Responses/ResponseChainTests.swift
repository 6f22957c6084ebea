import CTestSupport
import Foundation
import ModelFormats
import Signals
import TestSupport
import Testing

@testable import ConvAudioKit

/// Convolutions with impulse responses among the other stages of a chain.
@Suite struct ResponseChainTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func network(_ name: String = "tiny", seed: UInt64 = 1) throws -> Chain {
    try Chain(preset: TinyPreset(name, stages: [.init(seed: seed)]).write(into: folder.url))
  }

  private func stage(
    _ ir: [[Float]], _ change: (inout ConvolutionDescription) -> Void = { _ in }
  ) -> ResponseStage {
    var description = ConvolutionDescription(responsePath: "ir.wav")
    change(&description)
    return ResponseStage(ImpulseResponse(path: "ir.wav", sampleRateHz: 48_000, channels: ir), description)
  }

  static let plans: [String?] = [nil, "grain 1 latency 128 direct 0 partitions 10x64"]

  @Test(
    "After a network that hums, a response starts as if the hum had always been there", arguments: plans, [1, 0.25])
  func settled(plan: String?, mix: Float) throws {
    let ir = responses(1, frames: 600)
    let preset = try network().followed(
      by: Chain(stage(ir) { ($0.plan, $0.mix) = (plan, mix) }))
    let processor = try preset.makeProcessor(channels: 1)
    let silence = [Float](repeating: 0, count: 4000)
    let rest = BlockRun.of(processor, on: [silence], in: .primes).output[0]
    let hum = BlockRun.of(try network().makeProcessor(channels: 1), on: [silence], in: .whole).output[0][0]
    #expect(hum != 0)
    let sum = ir[0].reduce(0) { $0 + Double($1) }
    let expected = Double(hum) * (Double(mix) * sum + 1 - Double(mix))
    #expect(abs(Double(rest[0]) - expected) <= 4 * 0x1p-24 * (abs(expected) + abs(Double(hum))))
    #expect(rest.allSatisfy { $0 == rest[0] }, "no step at the start, latency included")

    // A long silent lead-in only delays the output.
    let input = Signals.noise(frames: 1500)
    processor.reset()
    let alone = BlockRun.of(processor, on: [input], in: .primes).output[0]
    processor.reset()
    let led = BlockRun.of(processor, on: [silence + input], in: .primes).output[0].dropFirst(4000)
    let bound = 2 * 250 * 0x1p-24 * norm(ir[0]) * norm(alone)
    #expect(zip(alone, led).allSatisfy { abs(Double($0) - Double($1)) <= bound })
  }

  @Test("A network after such a response starts settled on the response's output", arguments: plans, [1, 0.25])
  func networkBehind(plan: String?, mix: Float) throws {
    let json = #"""
      {"format": "convaudio-preset", "version": 1, "name": "sandwich", "description": "For tests", "sampleRateHz": 48000,
       "stages": [\#(wavenet("tiny")), {"type": "convolution", "response": "ir.wav", "mix": \#(mix)\#(
         plan.map { ", \"plan\": \"\($0)\"" } ?? "")}, \#(wavenet("other"))]}
      """#
    _ = try (network(), network("other", seed: 9))
    let files = try AudioFolder()
    try files.write("ir.wav", responses(1, frames: 600))
    for name in ["tiny.0.safetensors", "other.0.safetensors"] {
      try Data(contentsOf: folder.file(name)).write(to: files.directory.file(name))
    }
    try Data(json.utf8).write(to: files.directory.file("sandwich.json"))
    let processor = try Chain(preset: files.path("sandwich.json")).makeProcessor(channels: 2)
    let silence = [[Float]](repeating: [Float](repeating: 0, count: 3000), count: 2)
    let rest = BlockRun.of(processor, on: silence, in: .primes).output
    #expect(rest[0][0] != 0 && rest.allSatisfy { $0.allSatisfy { $0 == rest[0][0] } })
  }

  private func wavenet(_ name: String) -> String {
    #"""
    {"type": "wavenet", "weights": "\#(name).0.safetensors", "arrays": [{"channels": 2, "kernelSize": 2,
     "dilations": [1, 2], "headChannels": 1}]}
    """#
  }

  @Test("A chain with responses obeys the laws of processors", arguments: [0, 1, 2])
  func laws(kind: Int) throws {
    let ir = responses(2, frames: 700)
    let preset =
      switch kind {
      case 0: try network().followed(by: Chain(stage(ir) { $0.mix = 0.5 }))
      case 1: chain(ir, rate: 44_100) { ($0.mix, $0.predelayMilliseconds) = (0.3, 3) }
      default:
        try chain(responses(4, frames: 500)) { $0.plan = "grain 1 latency 200 direct 56 partitions 2x128 1x256" }
          .followed(by: Chain(stage([responses(1)[0]]) { $0.mix = 0.9 }, name: "second"))
      }
    let channels = kind == 1 ? 1 : 2
    let make = { try preset.makeProcessor(channels: channels, sampleRateHz: 48_000, maximumBlockFrames: 256) }
    #expect(try ProcessorLaws.checkAll(make) == [])
    if Thoroughness.canProveAllocationFree { #expect(try ProcessorLaws.checkAllocationFree(make) == []) }
    if ProcessorLaws.canForbidSystemCalls { #expect(try ProcessorLaws.checkSystemCallFree(blocks: 2000, make) == []) }
  }

  @Test(
    "The loop under files and streams allocates nothing with a response in it",
    .countsAllocations)
  func loop() throws {
    let preset = chain(responses(1, frames: 5000)) { $0.mix = 0.5 }
    var settings = ChainSettings()
    settings.latency = .cheapest
    let samples = QuietEnds(frames: 100_000)
    let processor = try preset.prepare(channels: 1, maximumBlockFrames: 2048, settings: settings).processor
    var run = SignalRun(processor: processor, from: samples, to: samples)
    _ = try run.step()
    cts_counts_begin()
    while try run.step() {}
    while try run.flush() {}
    let counts = cts_counts_end()
    #expect((counts.allocations, counts.objects, counts.frees) == (0, 0, 0))
    #expect(samples.framesWritten == 100_000 + 4999)
  }

  @Test("A mono file does not fit a network for two channels, alone or after a response")
  func channels() throws {
    let path = try TinyPreset("pair", stages: [.init(inputs: 2, outputs: 2)]).write(into: folder.url)
    let pair = try Chain(preset: path)
    #expect(throws: ChainError.channels(input: nil, chain: .init(.preset, "pair"), expected: 2, actual: 1)) {
      try pair.makeProcessor(channels: 1)
    }
  }
}

/// A source of ones and a sink that counts, without memory of their own.
private final class QuietEnds: FrameSource, FrameSink {
  let name = "ones"
  private let total: Int
  private var given = 0
  private(set) var framesWritten = 0
  var framesRead: Int64 { Int64(given) }

  init(frames: Int) { total = frames }

  func read(into samples: UnsafeMutableBufferPointer<Float>) -> Int {
    let count = min(samples.count, total - given)
    for index in 0..<count { samples[index] = 1 }
    given += count
    return count
  }

  func write(_ samples: UnsafeBufferPointer<Float>) { framesWritten += samples.count }
}
