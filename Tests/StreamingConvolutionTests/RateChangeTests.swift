import Convolution
import StreamingConvolution
import TestSupport
import Testing

/// Processors that change the rate, alone and combined.
struct RateChange {
  static let filters: [Combination] = [
    Combination("a decimator of 1/2") { RateFilter(up: 1, down: 2) },
    Combination("an interpolator of 2/1") { RateFilter(up: 2, down: 1, channels: 2) },
    Combination("a polyphase filter of 2/3") { RateFilter(up: 2, down: 3, latency: 5) },
    Combination("a polyphase filter of 3/2 with one tap") { RateFilter(up: 3, down: 2, taps: [1]) },
    Combination("a decimator of 1/5 with a grain of 10") { RateFilter(up: 1, down: 5, grain: 10) },
    Combination("a polyphase filter of 2/3 with a grain of 4") { RateFilter(up: 2, down: 3, channels: 2, grain: 4) },
    Combination("a filter that keeps the rate, with a grain of 64") {
      RateFilter(up: 1, down: 1, latency: 9, grain: 64)
    },
  ]

  static func chain(_ stages: [any BlockProcessor], maximum: Int = 512) -> ProcessorChain {
    ProcessorChain(stages, maximumBlockFrames: maximum)
  }

  static let combined: [Combination] = [
    Combination("a network at half the rate") {
      chain([RateFilter(up: 1, down: 2), try Combination.processor(maximum: 256)])
    },
    Combination("a network at twice the rate, fed in pieces") {
      chain([RateFilter(up: 2, down: 1, latency: 3), try Combination.processor(), LateGain(latency: 5)])
    },
    Combination("a network oversampled three times, in pieces of 4 frames") {
      chain(
        [
          RateFilter(up: 3, down: 1, latency: 1), RateFilter(up: 1, down: 1, latency: 2, grain: 4),
          try Combination.processor(), RateFilter(up: 1, down: 3, latency: 2),
        ], maximum: 500)
    },
    Combination("down and up by 2") { chain([RateFilter(up: 1, down: 2), RateFilter(up: 2, down: 1)]) },
    Combination("up and down by 2, half dry") {
      GainAndMix(
        chain([RateFilter(up: 2, down: 1), LateGain(latency: 10), RateFilter(up: 1, down: 2)], maximum: 500),
        gainIn: 0.5, mix: 0.5)
    },
    Combination("down and up by 2, half dry") {
      GainAndMix(chain([RateFilter(up: 1, down: 2), RateFilter(up: 2, down: 1)]), mix: 0.25)
    },
    Combination("2/3, a network, 3/2") {
      chain([
        RateFilter(up: 2, down: 3, latency: 2), try Combination.processor(), RateFilter(up: 3, down: 2, latency: 1),
      ])
    },
    Combination("2/3 and 2/3, two channels in gains") {
      GainAndMix(
        try ChannelBank(of: chain([RateFilter(up: 2, down: 3), RateFilter(up: 2, down: 3)]), channels: 2), gainOut: 2)
    },
    Combination("a grain of 4 after 1/2") {
      chain([RateFilter(up: 1, down: 2), RateFilter(up: 3, down: 1, grain: 4)])
    },
    Combination("a grain of 4 after 2/1, then 1/6") {
      chain([RateFilter(up: 2, down: 1), RateFilter(up: 1, down: 6, grain: 4), LateGain(latency: 2)], maximum: 64)
    },
    Combination("a chain in a chain") {
      chain(
        [
          chain([RateFilter(up: 1, down: 2), RateFilter(up: 2, down: 1)], maximum: 511), LateGain(latency: 4),
          RateFilter(up: 1, down: 4),
        ], maximum: 509)
    },
    Combination("a long response with a grain, and gains, at twice the rate") {
      let matrix = try ResponseMatrix.mono(Signals.noise(frames: 200, amplitude: 0.1))
      let plan = try PartitionPlan(directTaps: 200, levels: [], grainFrames: 64)
      let response = try PartitionedConvolver(matrix, plan: plan, maximumBlockFrames: 512)
      return chain([RateFilter(up: 2, down: 1), GainAndMix(SettledConvolver(response), mix: 0.5)], maximum: 400)
    },
    Combination("a rate of 2/3 through spans") { ThroughSpans(chain([RateFilter(up: 2, down: 3)])) },
  ]
}

@Suite("Processors that change the rate keep the laws")
struct RateChangeLawsTests {
  static let all = RateChange.filters + RateChange.combined

  @Test("cutting, reset, copies, in place", arguments: all)
  func lawsOfBlocks(_ c: Combination) throws {
    #expect(try ProcessorLaws.checkAll(c.make) == [])
  }

  @Test("declared history and latency, denormals restored", arguments: all)
  func declared(_ c: Combination) throws {
    #expect(try ProcessorLaws.checkHistory(c.make) == [])
    #expect(try ProcessorLaws.checkLatency(c.make) == [])
    #expect(try ProcessorLaws.checkDenormals(c.make) == [])
  }

  @Test("blocks neither allocate nor free", .enabled(if: ProcessorLaws.canCountAllocations), arguments: all)
  func allocationFree(_ c: Combination) throws {
    #expect(try ProcessorLaws.checkAllocationFree(blocks: 3000, c.make) == [])
  }

  @Test("blocks make no system call", .enabled(if: ProcessorLaws.canForbidSystemCalls), arguments: all)
  func systemCallFree(_ c: Combination) throws {
    #expect(try ProcessorLaws.checkSystemCallFree(blocks: 3000, c.make) == [])
  }
}

/// The same laws fail on filters that are broken.
@Suite("Broken processors that change the rate")
struct BrokenRateChangeTests {
  typealias Fault = RateFilter.Fault
  /// 1/2 and 2/3, the latter with a grain if the fault is about that.
  static func makers(_ fault: Fault) -> [ProcessorLaws.Maker] {
    let grain = fault == .takesAnyBlock ? 6 : 1
    return [
      { RateFilter(up: 1, down: 2, latency: 2, grain: grain, fault: fault) },
      { RateFilter(up: 2, down: 3, latency: 2, grain: grain, fault: fault) },
      // The fault must also show through a chain.
      {
        ProcessorChain(
          [LateGain(latency: 4), RateFilter(up: 1, down: 2, latency: 2, grain: grain, fault: fault)],
          maximumBlockFrames: 512)
      },
    ]
  }

  @Test("block cutting catches", arguments: [Fault.restartsPhase, .countsDown, .writesBeyondDue, .takesAnyBlock])
  func cutting(_ fault: Fault) throws {
    for make in Self.makers(fault) { #expect(try ProcessorLaws.checkBlockCutting(make) != []) }
  }

  @Test("reset equals new catches", arguments: [Fault.resetKeepsPhase, .resetKeepsPast])
  func reset(_ fault: Fault) throws {
    for make in Self.makers(fault) {
      #expect(try ProcessorLaws.checkResetEqualsNew(make) != [])
      #expect(try ProcessorLaws.checkBlockCutting(make) == [], "only the reset is broken")
    }
  }

  @Test("independent copies catches", arguments: [Fault.copyKeepsPhase, .copySharesPast, .copyHasOtherRate])
  func copies(_ fault: Fault) throws {
    for make in Self.makers(fault).prefix(2) {
      #expect(try ProcessorLaws.checkCopiesAreIndependent(make) != [])
      #expect(try ProcessorLaws.checkResetEqualsNew(make) == [], "only the copy is broken")
    }
  }

  @Test("in place catches input that is read after it was written over")
  func inPlace() throws {
    for (up, down) in [(1, 2), (2, 3), (2, 1)] {
      let make = { RateFilter(up: up, down: down, fault: .readsInputAfterWriting) }
      #expect(try ProcessorLaws.checkInPlace(make) != [])
      #expect(try ProcessorLaws.checkBlockCutting(make) == [], "only the work in place is broken")
    }
  }

  @Test("declared history, latency and denormals catch")
  func declared() throws {
    for make in Self.makers(.claimsShortHistory).prefix(2) { #expect(try ProcessorLaws.checkHistory(make) != []) }
    for fault in [Fault.claimsLatency, .claimsLessLatency] {
      for make in Self.makers(fault) { #expect(try ProcessorLaws.checkLatency(make) != []) }
    }
    #if arch(x86_64)
      for make in Self.makers(.leavesFlushOn) { #expect(try ProcessorLaws.checkDenormals(make) != []) }
    #endif
  }

  @Test("allocation freedom catches", .enabled(if: ProcessorLaws.canCountAllocations))
  func allocates() throws {
    for make in Self.makers(.allocates).prefix(2) { #expect(try ProcessorLaws.checkAllocationFree(make) != []) }
  }
}

@Suite("Chains of several rates")
struct RateChainTests {
  @Test(
    "the filter of these tests agrees with its formula, written out",
    arguments: [(1, 2), (2, 1), (2, 3), (3, 2), (1, 1)])
  func formula(up: Int, down: Int) {
    let filter = RateFilter(up: up, down: down, channels: 2, latency: 7)
    let input = Signals.noise(channels: 2, frames: 301)
    let quiet = [Float](repeating: 0, count: 7)
    let run = BlockRun.of(filter, on: input, in: .primes).output
    let expected = filter.wholeArray(input).map { Array((quiet + $0).prefix(filter.rate.outputFrames(for: 301))) }
    #expect(firstBitDifference(run, expected) == nil)
  }

  @Test("the output is that of the stages, run in sequence", arguments: BlockSchedule.standard)
  func stages(_ schedule: BlockSchedule) throws {
    let stages: [any BlockProcessor] = [
      RateFilter(up: 2, down: 3, channels: 2), RateFilter(up: 2, down: 1, channels: 2, grain: 4),
      try Combination.processor(inputs: 2, outputs: 3), RateFilter(up: 1, down: 5, channels: 3),
    ]
    let input = Signals.noise(channels: 2, frames: 1009)
    let chain = ProcessorChain(try stages.map { try $0.copy() }, maximumBlockFrames: 500)
    let expected = stages.reduce(input) { BlockRun.of($1, on: $0, in: .constant(48)).output }
    let run = BlockRun.of(chain, on: input, in: schedule)
    #expect(run.failures == [])
    let due = chain.rate.outputFrames(for: 1009)
    #expect(firstBitDifference(run.output, expected.map { Array($0.prefix(due)) }) == nil)
  }

  @Test("rates multiply; latency, history and tail are counted in the frames of the chain")
  func timing() {
    let up = RateFilter(up: 2, down: 1, taps: [1, 2, 3, 4, 5], latency: 3)
    let down = RateFilter(up: 1, down: 2, taps: [1, 2, 3, 4], latency: 1)
    #expect((up.historyFrames, up.tailFrames, down.historyFrames, down.tailFrames) == (2, 3, 3, 2))
    let chain = ProcessorChain([up, LateGain(latency: 5, tail: 2), down], maximumBlockFrames: 100)
    #expect(chain.rate == .unity && chain.grainFrames == 1)
    // (3 + 5) / 2 + 1.
    #expect(chain.latencyFrames == 5)
    // (3 + 2) / 2 + 2, and half a frame for rounding.
    #expect(chain.tailFrames == 5)
    // 2 + 3 / 2, and half a frame for rounding.
    #expect(chain.historyFrames == 4)
    #expect(chain.maximumOutputFrames == 100)

    let third = ProcessorChain(
      [RateFilter(up: 2, down: 3, latency: 4), RateFilter(up: 1, down: 2, latency: 3)], maximumBlockFrames: 100)
    #expect(third.rate == FrameRate(numerator: 1, denominator: 3) && third.grainFrames == 1)
    #expect(third.latencyFrames == 5)
    #expect(third.maximumOutputFrames == 34)
  }

  @Test("the grain is what all stages need together")
  func grains() throws {
    func grain(_ stages: [(up: Int, down: Int, grain: Int)]) -> Int {
      ProcessorChain(
        stages.map { RateFilter(up: $0.up, down: $0.down, grain: $0.grain) }, maximumBlockFrames: 512
      ).grainFrames
    }
    #expect(grain([(1, 2, 1), (1, 3, 1)]) == 1)
    #expect(grain([(2, 1, 1), (1, 2, 1)]) == 1)
    #expect(grain([(1, 2, 1), (2, 1, 1)]) == 2)
    #expect(grain([(1, 2, 1), (1, 1, 1), (2, 1, 1)]) == 2)
    #expect(grain([(2, 3, 1), (3, 2, 1)]) == 3)
    #expect(grain([(1, 1, 6), (1, 1, 4)]) == 12)
    #expect(grain([(1, 2, 1), (1, 1, 64)]) == 128)
    #expect(grain([(4, 1, 1), (1, 1, 64)]) == 16)
    #expect(grain([(4, 1, 6), (1, 1, 64)]) == 48)
    #expect(grain([(2, 3, 1), (1, 1, 5)]) == 15)
    let bank = try ChannelBank(of: RateFilter(up: 1, down: 3, grain: 6), channels: 2)
    #expect(bank.grainFrames == 6 && bank.rate == FrameRate(numerator: 1, denominator: 3))
  }

  /// Everything that is heard of any input, and not one frame more, lies within the tail: found by trying all lengths.
  @Test("the tail is what the stages give, whatever the input's length", arguments: 0..<40)
  func tails(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    let stages = (0..<3).map { _ in
      let (up, down) = [(1, 1), (1, 2), (2, 1), (2, 3), (3, 2), (1, 3)][random.nextInteger(upTo: 5)]
      return RateFilter(up: up, down: down, taps: .init(repeating: 1, count: 1 + random.nextInteger(upTo: 6)))
    }
    let chain = ProcessorChain(stages, maximumBlockFrames: 512)
    let excess = (1...36).map { frames in
      let output = stages.reduce([[Float](repeating: 1, count: frames)]) { $1.wholeArray($0) }
      return output[0].count - chain.rate.outputFrames(for: frames)
    }.max()!
    #expect(chain.tailFrames >= excess && chain.tailFrames <= excess + 1)
  }

  @Test("invalid combinations trap")
  func traps() async {
    // A grain of 3 · 64 frames in blocks of 100.
    await #expect(processExitsWith: .failure) {
      _ = ProcessorChain(
        [RateFilter(up: 1, down: 3), RateFilter(up: 1, down: 1, grain: 64)], maximumBlockFrames: 100)
    }
    // 5 / 2 frames of latency.
    await #expect(processExitsWith: .failure) {
      _ = ProcessorChain([LateGain(latency: 5), RateFilter(up: 1, down: 2)], maximumBlockFrames: 100)
    }
    // 200 frames reach a stage that takes 50.
    await #expect(processExitsWith: .failure) {
      _ = ProcessorChain([RateFilter(up: 2, down: 1), LateGain(maximumBlockFrames: 50)], maximumBlockFrames: 100)
    }
    // Half dry, with output at another sample rate.
    await #expect(processExitsWith: .failure) { _ = GainAndMix(RateFilter(up: 1, down: 2), mix: 0.5) }
    await #expect(processExitsWith: .failure) {
      _ = ChannelBank([RateFilter(up: 1, down: 2), RateFilter(up: 1, down: 3)])
    }
    await #expect(processExitsWith: .failure) { _ = FrameRate(numerator: 0, denominator: 1) }
  }
}

@Suite("Frame rate")
struct FrameRateTests {
  @Test("fractions are in lowest terms, and multiply")
  func fractions() {
    #expect(FrameRate(numerator: 4, denominator: 6) == FrameRate(numerator: 2, denominator: 3))
    #expect(FrameRate(numerator: 512, denominator: 512) == .unity)
    #expect(FrameRate(numerator: 2, denominator: 3) * FrameRate(numerator: 3, denominator: 2) == .unity)
    #expect(
      FrameRate(numerator: 2, denominator: 3) * FrameRate(numerator: 1, denominator: 2)
        == .init(numerator: 1, denominator: 3))
    #expect(FrameRate(numerator: 147, denominator: 160).description == "147/160")
  }

  @Test(
    "frames due, and frames needed for them", arguments: [(1, 1), (1, 512), (3, 1), (2, 3), (147, 160), (160, 147)])
  func counts(up: Int, down: Int) {
    let rate = FrameRate(numerator: up, denominator: down)
    #expect(rate.outputFrames(for: 0) == 0 && rate.inputFrames(for: 0) == 0)
    for frames in 1...1000 {
      // Output frame j is due when its time, j / rate, is before the input's end.
      #expect(rate.outputFrames(for: frames) == (0..<4000).firstIndex { $0 * down >= frames * up })
      let needed = rate.inputFrames(for: frames)
      #expect(rate.outputFrames(for: needed) >= frames && rate.outputFrames(for: needed - 1) < frames)
    }
  }
}
