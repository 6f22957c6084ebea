import ConvAudioKit
import Foundation
import ModelFormats
import TestSupport
import Testing
import Verification

/// The proof itself: that it holds for what is right, and fails for what is not.
@Suite("Verification")
struct ChainVerificationTests {
  @Test("error, level, peak and place of a difference")
  func difference() {
    let truth: [[Double]] = [[1, -2, 0], [0, 0, 2]]
    let same = SignalDifference(of: [[1, -2, 0], [0, 0, 2]], from: truth)
    #expect(same.errorToSignalRatio == 0 && same.errorDecibels == -.infinity && same.largestErrorPlace == nil)
    #expect(same.levelDecibels == 0 && same.peakDecibels == 0)
    let off = SignalDifference(of: [[1, -2, 0], [0, 0.3, 2]], from: truth)
    #expect(abs(off.errorToSignalRatio - 0.01) < 1e-8 && abs(off.errorDecibels + 20) < 1e-6)
    #expect(off.largestErrorPlace! == (1, 1))
    let double = SignalDifference(of: [[2, -4, 0], [0, 0, 4]], from: truth)
    #expect(abs(double.levelDecibels - 20 * log10(2)) < 1e-12 && abs(double.peakDecibels - 20 * log10(2)) < 1e-12)
    let lost = SignalDifference(of: [[1, .nan, 0], [0, 0, 2]], from: truth)
    #expect(lost.errorDecibels == .infinity && lost.largestErrorPlace! == (0, 1))
    // Zeros of either sign are equal; of equal errors the first one has the place.
    let zeros = SignalDifference(of: [[1, -2, -0.0], [-0.0, 0, 2]], from: truth)
    #expect(zeros.largestError == 0 && zeros.largestErrorPlace == nil)
    let twice = SignalDifference(of: [[1, -2, 0.5], [-0.5, 0, 2.5]], from: truth)
    #expect(twice.largestError == 0.5 && twice.largestErrorPlace! == (0, 2))
  }

  @Test("the first bit that differs, in length, too")
  func firstBit() {
    #expect(firstDifference([[0, 1], [2, 3]], [[0, 1], [2, 3]]) == nil)
    #expect(firstDifference([[0, 1], [2, 3]], [[0, 1], [2, 3.0000002]])! == (1, 1))
    #expect(firstDifference([[0, 0.0]], [[0, -0.0]])! == (0, 1))
    #expect(firstDifference([[0]], [[0, 1]])! == (0, 1))
  }

  @Test("a processor that depends on its blocks is found out")
  func cuttings() {
    let input = [Signals.noise(frames: 3000)]
    let honest = BlockSum(readsWholeBlock: false).run(input, in: .blocks(of: 512))
    let cheat = BlockSum(readsWholeBlock: true).run(input, in: .blocks(of: 512))
    for cutting in [BlockCutting.blocks(of: 1), .blocks(of: 7), .random(seed: 1)] {
      #expect(firstDifference(honest, BlockSum(readsWholeBlock: false).run(input, in: cutting)) == nil)
      #expect(firstDifference(cheat, BlockSum(readsWholeBlock: true).run(input, in: cutting)) != nil)
    }
  }

  @Test("chains of networks, resampled responses, gains and mixes match their definitions")
  func chain() throws {
    let folder = try TemporaryDirectory()
    let names = ["tiny-a", "tiny-b"]
    for (index, name) in names.enumerated() {
      try TinyPreset(name, stages: [.init(seed: UInt64(3 + index))]).write(into: folder.url)
    }
    let first = try Chain(preset: folder.url.path + "/tiny-a.json")
    let second = try Chain(preset: folder.url.path + "/tiny-b.json")
    var description = ConvolutionDescription(responsePath: "ir.wav", predelayMilliseconds: 2, mix: 0.6)
    description.gainDecibels = -3
    let response = Chain(
      ResponseStage(
        ImpulseResponse(path: "ir.wav", sampleRateHz: 44_100, channels: [Signals.noise(frames: 900)]), description))
    for channels in 1...2 {
      let chain = try first.followed(by: response).followed(by: second)
      let input = ChainVerification.testSignal(channels: channels, frames: 3000)
      let proof = try ChainVerification(of: chain, on: input, sampleRateHz: 48_000)
      #expect(proof.holds && proof.difference.errorDecibels < -120, "\(proof.difference)")
      #expect(proof.shareOfBound == nil && proof.frames == 3000 && proof.cuttings.count == 8)
      let networks = try ChainVerification(of: first.followed(by: second), on: input, sampleRateHz: 48_000)
      #expect(networks.holds && networks.shareOfBound! > 0)
      // The wrong network is no better than a wrong answer.
      #expect(
        SignalDifference(of: networks.output, from: proof.output.map { $0.map(Double.init) }).errorDecibels > -60)
    }
  }
}

/// A running sum, or a fault: every frame gets the sum of the whole block.
private final class BlockSum: BlockProcessor {
  let inputChannels = 1
  let outputChannels = 1
  let latencyFrames = 0
  let historyFrames: Int? = nil
  let tailFrames = 0
  let maximumBlockFrames = 512
  private let readsWholeBlock: Bool
  private var sum: Float = 0

  init(readsWholeBlock: Bool) { self.readsWholeBlock = readsWholeBlock }

  func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int {
    if readsWholeBlock { for frame in 0..<frames { sum += input[0][frame] } }
    for frame in 0..<frames {
      if !readsWholeBlock { sum += input[0][frame] }
      output[0][frame] = sum
    }
    return frames
  }

  func reset() { sum = 0 }

  func copy() -> BlockSum { BlockSum(readsWholeBlock: readsWholeBlock) }
}
