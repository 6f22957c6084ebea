import CConvolutionKernels
import Convolution
import StreamingConvolution
import TestSupport
import Testing

/// Combined processors are processors: the same laws hold.
@Suite("Combined processors keep the laws")
struct CombinationLawsTests {
  @Test("the late gain of these tests breaks no law itself")
  func lateGain() throws {
    #expect(try ProcessorLaws.checkAll { LateGain(channels: 2) } == [])
    #expect(try ProcessorLaws.checkHistory { LateGain() } == [])
    #expect(try ProcessorLaws.checkLatency { LateGain() } == [])
  }

  @Test("cutting, reset, copies, in place", arguments: Combination.all)
  func all(_ c: Combination) throws {
    #expect(try ProcessorLaws.checkAll(c.make) == [])
  }

  @Test("declared history and latency, denormals restored", arguments: Combination.all)
  func declared(_ c: Combination) throws {
    #expect(try ProcessorLaws.checkHistory(c.make) == [])
    #expect(try ProcessorLaws.checkLatency(c.make) == [])
    #expect(try ProcessorLaws.checkDenormals(c.make) == [])
  }

  @Test(
    "10,000 blocks neither allocate nor free", .countsAllocations,
    arguments: Combination.all)
  func allocationFree(_ c: Combination) throws {
    #expect(try ProcessorLaws.checkAllocationFree(c.make) == [])
  }

  @Test(
    "10,000 blocks make no system call", .enabled(if: ProcessorLaws.canForbidSystemCalls), arguments: Combination.all)
  func systemCallFree(_ c: Combination) throws {
    #expect(try ProcessorLaws.checkSystemCallFree(c.make) == [])
  }
}

@Suite("Processor chain")
struct ProcessorChainTests {
  @Test("latency, tail and history add up; channels are those of the ends")
  func sums() throws {
    let network = try Combination.processor(outputs: 2)
    let chain = ProcessorChain(
      [network, LateGain(channels: 2, latency: 5, tail: 3), LateGain(channels: 2, latency: 12, tail: 4)],
      maximumBlockFrames: 100)
    #expect(chain.inputChannels == 1)
    #expect(chain.outputChannels == 2)
    #expect(chain.latencyFrames == 17)
    #expect(chain.tailFrames == 7)
    #expect(chain.historyFrames == network.historyFrames)
    #expect(chain.maximumBlockFrames == 100)
  }

  @Test("the output is that of the stages, run in sequence")
  func stages() throws {
    let first = try Combination.processor(inputs: 2, outputs: 3)
    let second = LateGain(channels: 3)
    let third = try Combination.processor(inputs: 3, outputs: 1, seed: 5)
    let input = Signals.noise(channels: 2, frames: 900)
    var expected = BlockRun.of(first, on: input, in: .whole).output
    expected = BlockRun.of(second, on: expected, in: .constant(64)).output
    expected = BlockRun.of(third, on: expected, in: .constant(100)).output
    let chain = ProcessorChain(
      [try first.copy(), try second.copy(), try third.copy()], maximumBlockFrames: 512)
    #expect(firstBitDifference(BlockRun.of(chain, on: input, in: .primes).output, expected) == nil)
  }

  @Test("a chain without stages gives its input back, denormals included, apart and in place")
  func empty() throws {
    let chain = ProcessorChain([], channels: 2, maximumBlockFrames: 64)
    let input = Signals.noise(channels: 2, frames: 200, amplitude: 0x1p-140)
    for inPlace in [false, true] {
      let run = BlockRun.of(chain, on: input, in: .whole, inPlace: inPlace)
      #expect(firstBitDifference(run.output, input) == nil)
    }
    #expect(chain.historyFrames == 0)
    #expect(chain.latencyFrames == 0)
  }

  @Test("stages that do not meet, or were made for smaller blocks, trap")
  func traps() async {
    await #expect(processExitsWith: .failure) {
      _ = ProcessorChain([LateGain(channels: 2), LateGain(channels: 3)], maximumBlockFrames: 8)
    }
    await #expect(processExitsWith: .failure) { _ = ProcessorChain([LateGain()], maximumBlockFrames: 513) }
  }
}

@Suite("Channel bank")
struct ChannelBankTests {
  @Test("every channel is processed alone, with a state of its own")
  func channels() throws {
    let input = Signals.noise(channels: 3, frames: 700)
    let bank = try ChannelBank(of: Combination.processor(), channels: 3)
    #expect(bank.inputChannels == 3)
    #expect(bank.outputChannels == 3)
    let output = BlockRun.of(bank, on: input, in: .primes).output
    for channel in 0..<3 {
      let alone = BlockRun.of(try Combination.processor(), on: [input[channel]], in: .whole).output
      #expect(firstBitDifference([output[channel]], alone) == nil)
    }
  }

  @Test("members that are not mono, or no members, trap")
  func traps() async {
    await #expect(processExitsWith: .failure) { _ = try ChannelBank(of: LateGain(channels: 2), channels: 2) }
    await #expect(processExitsWith: .failure) { _ = try ChannelBank(of: LateGain(), channels: 0) }
  }
}

@Suite("Gain and mix")
struct GainAndMixTests {
  @Test("the dry signal is delayed by the processor's latency", arguments: [Float(0), 0.25, 1])
  func dryIsLate(mix: Float) {
    let x = Signals.impulse(frames: 400, at: 100)
    let mixed = GainAndMix(LateGain(latency: 37, gain: 3), gainIn: 0.5, gainOut: 2, mix: mix)
    #expect(mixed.latencyFrames == 37)
    let y = BlockRun.of(mixed, on: [x], in: .constant(10)).output[0]
    // Wet and dry are in the same frame: the impulse is heard once.
    #expect(y.indices.filter { y[$0] != 0 } == [137])
    #expect(y[137] == 2 * (mix * 3 * 0.5 + (1 - mix) * 0.5))
  }

  @Test("the formula holds frame by frame", arguments: [1, 7, 64, 512])
  func formula(block: Int) {
    let x = Signals.noise(channels: 2, frames: 1000)
    let mixed = GainAndMix(LateGain(channels: 2, latency: 90, gain: -1.5), gainIn: 0.7, gainOut: 1.1, mix: 0.4)
    let y = BlockRun.of(mixed, on: x, in: .constant(block)).output
    for channel in 0..<2 {
      for t in 0..<1000 {
        let late = t < 90 ? 0 : x[channel][t - 90] * 0.7
        let mix: Float = 0.4
        #expect(y[channel][t] == (-1.5 * late * mix + late * (1 - mix)) * 1.1)
      }
    }
  }

  @Test("gains of 1 and a mix of 1 keep every bit")
  func neutral() throws {
    let x = Signals.noise(channels: 1, frames: 800)
    let plain = BlockRun.of(try Combination.processor(), on: x, in: .whole).output
    let wrapped = BlockRun.of(GainAndMix(try Combination.processor()), on: x, in: .primes).output
    #expect(firstBitDifference(wrapped, plain) == nil)
  }

  @Test("denormals are flushed in gains and mix, too")
  func flushes() {
    let x = Signals.noise(frames: 300, amplitude: 0x1p-125)
    for mix in [Float(0), 0.5, 1] {
      let y = BlockRun.of(
        GainAndMix(LateGain(latency: 3, gain: 1), gainIn: 0.1, gainOut: 0.5, mix: mix), on: [x], in: .constant(64)
      ).output[0]
      #expect(y.allSatisfy { !$0.isSubnormal }, "mix \(mix)")
    }
  }

  @Test("one channel in is the dry signal of all that come out")
  func fansOut() throws {
    let x = Signals.noise(channels: 1, frames: 700)
    let wet = BlockRun.of(try Combination.processor(outputs: 3), on: x, in: .whole).output
    let y = BlockRun.of(
      GainAndMix(try Combination.processor(outputs: 3), gainOut: 2, mix: 0.25), on: x, in: .primes
    ).output
    #expect(y.count == 3)
    for (y, wet) in zip(y, wet) {
      #expect(zip(y, zip(wet, x[0])).allSatisfy { $0 == ($1.0 * 0.25 + $1.1 * 0.75) * 2 })
    }
  }

  @Test("the dry signal begins with the resting input, also after a reset", arguments: [1, 64, 512])
  func resting(block: Int) {
    let mixed = GainAndMix(LateGain(latency: 100, gain: 1), gainIn: 2, mix: 0.5, restingInput: [0.25])
    for _ in 0..<2 {
      let y = BlockRun.of(mixed, on: [Signals.impulse(frames: 300)], in: .constant(block)).output[0]
      // Only the dry signal: `LateGain` begins with silence.
      #expect(y[..<100].allSatisfy { $0 == 0.25 } && y[100] == 2 && y[101...].allSatisfy { $0 == 0 })
      mixed.reset()
    }
  }

  @Test("unequal channels that are mixed, the wrong number of constants, and a mix beyond 0 to 1 trap")
  func traps() async {
    await #expect(processExitsWith: .failure) {
      _ = GainAndMix(try Combination.processor(inputs: 2, outputs: 3), mix: 0.5)
    }
    await #expect(processExitsWith: .failure) { _ = GainAndMix(LateGain(), restingInput: [0, 0]) }
    await #expect(processExitsWith: .failure) { _ = GainAndMix(LateGain(), mix: 1.5) }
    await #expect(processExitsWith: .failure) { _ = GainAndMix(LateGain(), mix: .nan) }
  }
}

@Suite("Block processor through spans")
struct BlockProcessorSpanTests {
  @Test("the span form gives what the pointer form gives")
  func sameBits() throws {
    let input = Signals.noise(channels: 2, frames: 900)
    let direct = BlockRun.of(try Combination.processor(inputs: 2, outputs: 3), on: input, in: .whole).output
    let spans = ThroughSpans(try Combination.processor(inputs: 2, outputs: 3))
    #expect(firstBitDifference(BlockRun.of(spans, on: input, in: .primes).output, direct) == nil)
  }

  @Test("128 channels need no allocation", .countsAllocations, arguments: [64, 128])
  func manyChannels(_ channels: Int) throws {
    #expect(
      try ProcessorLaws.checkAllocationFree(blocks: 500) {
        ThroughSpans(LateGain(channels: channels, latency: 2, maximumBlockFrames: 16))
      } == [])
  }

  @Test("spans that are too short trap")
  func traps() async {
    for (inputs, outputs) in [(15, 16), (16, 15)] {
      await #expect(processExitsWith: .failure) { [inputs = inputs as Int, outputs = outputs as Int] in
        let processor = LateGain(channels: 2)
        let source = [Float](repeating: 0, count: inputs)
        var target = [Float](repeating: 0, count: outputs)
        var span = target.mutableSpan
        processor.process(source.span, into: &span, frames: 8)
      }
    }
  }
}
