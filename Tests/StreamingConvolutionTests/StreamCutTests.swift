import Convolution
import StreamingConvolution
import TestSupport
import Testing

/// Another processor that claims another cut than its own.
private final class WrongCut: BlockProcessor {
  private let processor: any BlockProcessor
  let cut: StreamCut?

  init(_ processor: any BlockProcessor, _ change: (StreamCut) -> StreamCut) {
    self.processor = processor
    cut = processor.cut.map(change)
  }

  private init(_ processor: any BlockProcessor, _ cut: StreamCut?) { (self.processor, self.cut) = (processor, cut) }

  var inputChannels: Int { processor.inputChannels }
  var outputChannels: Int { processor.outputChannels }
  var latencyFrames: Int { processor.latencyFrames }
  var historyFrames: Int? { processor.historyFrames }
  var maximumBlockFrames: Int { processor.maximumBlockFrames }
  func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int {
    processor.process(input, into: output, frames: frames)
  }
  func reset() { processor.reset() }
  func reset(keepingFrom first: Int) { processor.reset(keepingFrom: first) }
  func copy() throws -> WrongCut { WrongCut(try processor.copy(), cut) }
}

@Suite("Streams that are cut")
struct StreamCutTests {
  /// Networks whose oldest tap is heard, so that a pre-roll that is too short shows.
  static let networks = Thoroughness.cases(
    of: NetworkCase.architectures.filter { NetworkCost(of: $0.network).historyFrames > 0 }, quick: 5)

  @Test("a pre-roll of one frame less is noticed, with both pasts", arguments: networks, [Past.silence, .zeroHistory])
  func shortPreRoll(_ c: NetworkCase, past: Past) throws {
    func make(_ missing: Int) throws -> any BlockProcessor {
      WrongCut(try NetworkProcessor(c.network, past: past, maximumBlockFrames: 500)) {
        StreamCut(preRollFrames: $0.preRollFrames - missing)
      }
    }
    #expect(try ProcessorLaws.checkCut { try make(0) } == [])
    #expect(try ProcessorLaws.checkCut { try make(1) } != [])
  }

  @Test("the pre-rolls of two stages and the delay of a dry signal add up; one frame less is noticed")
  func shortChain() throws {
    func make(_ missing: Int) throws -> any BlockProcessor {
      WrongCut(
        GainAndMix(
          ProcessorChain([try Combination.processor(), LateGain(latency: 300)], maximumBlockFrames: 512), mix: 0.5)
      ) { StreamCut(preRollFrames: $0.preRollFrames - missing) }
    }
    #expect(try make(0).cut == StreamCut(preRollFrames: 48 + 300))
    #expect(try ProcessorLaws.checkCut { try make(0) } == [])
    #expect(try ProcessorLaws.checkCut { try make(1) } != [])
  }

  /// The last partition of this plan has one tap, and its blocks are heard one frame after they begin in the stream: its
  /// transforms reach as far back as any can.
  private func tight(_ change: @escaping (StreamCut) -> StreamCut) throws -> any BlockProcessor {
    WrongCut(
      try PartitionedConvolver(
        .mono(LongConvolutionTruth.unitEnergyKernel(taps: 65 + 3 * 64 + 1)),
        plan: PartitionPlan(directTaps: 65, levels: [.init(partitionFrames: 64, firstTap: 65, partitions: 4)]),
        maximumBlockFrames: 300), change)
  }

  @Test("a part of transforms starts where a partition begins, after two partitions more than the history")
  func transforms() throws {
    let cut = try #require(try tight { $0 }.cut)
    #expect(cut == StreamCut(alignmentFrames: 64, preRollFrames: 65 + 3 * 64 + 2 * 64))
    #expect(try ProcessorLaws.checkCut { try tight { $0 } } == [])
    // Rounding down to a partition hides up to a partition less, but not a frame more.
    #expect(
      try ProcessorLaws.checkCut {
        try tight { StreamCut(alignmentFrames: 64, preRollFrames: $0.preRollFrames - 65) }
      } != [])
    #expect(
      try ProcessorLaws.checkCut { try tight { StreamCut(alignmentFrames: 32, preRollFrames: $0.preRollFrames) } }
        != [], "not at a partition")
    #expect(
      try ProcessorLaws.checkCut { try tight { StreamCut(alignmentFrames: 1, preRollFrames: $0.preRollFrames) } }
        != [], "anywhere")
  }

  @Test("partitions of several stages meet: the largest counts, and the grain")
  func alignment() throws {
    func convolver(_ plan: String) throws -> PartitionedConvolver {
      let plan = try PartitionPlan(text: plan)
      return try PartitionedConvolver(
        .mono(LongConvolutionTruth.unitEnergyKernel(taps: plan.capacityFrames)), plan: plan, maximumBlockFrames: 400)
    }
    let chain = ProcessorChain(
      [
        try convolver("grain 1 latency 0 direct 64 partitions 2x32 2x64"),
        try convolver("grain 1 latency 300 direct 20 partitions 3x128"),
      ], maximumBlockFrames: 400)
    #expect(chain.cut?.alignmentFrames == 128)
    #expect(chain.cut?.preRollFrames == 255 + 128 + 300 + 403 + 256)
    #expect(try ProcessorLaws.checkCut { try chain.copy() } == [])
    #expect(try convolver("grain 96 latency 0 direct 0 partitions 6x32 2x128").cut?.alignmentFrames == 384)
  }

  @Test("what cannot be cut says so: recurrent networks, chains with one, and other rates")
  func notCut() throws {
    var recurrent = NetworkMaker(inputChannels: 1, seed: 1)
    recurrent.network.output = try recurrent.convolve(recurrent.recur(recurrent.network.input, 3), 1)
    let lstm = try NetworkProcessor(recurrent.network, maximumBlockFrames: 512)
    #expect(lstm.cut == nil)
    #expect(ProcessorChain([try Combination.processor(), lstm], maximumBlockFrames: 512).cut == nil)
    #expect(try ChannelBank(of: GainAndMix(lstm, mix: 0.5), channels: 2).cut == nil)
    #expect(
      ProcessorChain([RateFilter(up: 2, down: 1), RateFilter(up: 1, down: 2)], maximumBlockFrames: 64).cut == nil)
  }
}

@Suite("Channels apart")
struct ChannelSeparableTests {
  /// What gives the same bits channel by channel.
  static let separable: [Combination] = [
    Combination("a bank") { try ChannelBank(of: Combination.processor(), channels: 3) },
    Combination("a mixed bank in a chain with gains") {
      ProcessorChain(
        [
          GainAndMix(
            try ChannelBank(of: Combination.processor(), channels: 2), gainIn: 0.5, mix: 0.4, restingInput: [0.1, 0.2]),
          GainAndMix(ProcessorChain([], channels: 2, maximumBlockFrames: 512), gainOut: 3),
        ], maximumBlockFrames: 512)
    },
    Combination("a response per channel, after a constant and late") {
      let matrix = try ResponseMatrix(
        inputChannels: 3, outputChannels: 3,
        responses: [LongConvolutionTruth.unitEnergyKernel(taps: 900), [0.5], [1, -1, 0.25]],
        paths: [
          ResponsePath(input: 0, output: 0, response: 0),
          ResponsePath(input: 0, output: 0, response: 2, delayFrames: 9),
          ResponsePath(input: 2, output: 2, response: 1, delayFrames: 500, gain: -2),
        ])
      return GainAndMix(
        SettledConvolver(
          try PartitionedConvolver(
            matrix, plan: PartitionPlan(text: "grain 1 latency 64 direct 0 partitions 4x64 8x128"),
            maximumBlockFrames: 512), restingInput: [0.1, -0.2, 0.3], leadFrames: 5), mix: 0.6,
        restingInput: [0.1, -0.2, 0.3])
    },
  ]

  @Test("channels on their own have the bits of all together, also with NaN on one of them", arguments: separable)
  func bits(_ c: Combination) throws {
    let whole = try c.make()
    let parts = try #require(try whole.channels())
    try #require(parts.count == whole.inputChannels)
    var input = ProcessorLaws.defaultInput(for: whole)
    input[0][1200] = .nan
    let expected = BlockRun.of(whole, on: input, in: .primes).output
    for (channel, part) in parts.enumerated() {
      #expect((part.inputChannels, part.outputChannels, part.latencyFrames) == (1, 1, whole.latencyFrames))
      let output = BlockRun.of(part, on: [input[channel]], in: .constant(64)).output[0]
      #expect(firstBitDifference(output, expected[channel]) == nil, "channel \(channel)")
      #expect(try ProcessorLaws.checkAll { try part.copy() } == [])
    }
  }

  @Test("channels that hear one another are not taken apart")
  func refused() throws {
    #expect(try Combination.processor(inputs: 2, outputs: 2).channels() == nil)
    #expect(try Combination.processor().channels() == nil)
    let cross = try PartitionedConvolver(
      ConvolverCase.matrix(taps: [7, 5, 3, 9]), plan: PartitionPlan(directTaps: 600, levels: []), maximumBlockFrames: 64
    )
    #expect(try SettledConvolver(cross).channels() == nil)
    // 0 is added to a silent channel beside one that rests on a constant, which turns −0 into 0.
    let half = SettledConvolver(
      try PartitionedConvolver(
        .mono([1, 2], channels: 2), plan: PartitionPlan(directTaps: 2, levels: []), maximumBlockFrames: 64),
      restingInput: [0, 1])
    #expect(try half.channels() == nil)
  }
}
