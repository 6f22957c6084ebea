import StreamingConvolution
import TestSupport
import Testing

@Suite("Exchange of impulse responses while running")
struct ResponseExchangeTests {
  private static let plans = [
    "grain 1 latency 0 direct 900", "grain 1 latency 0 direct 64 partitions 6x32 6x128",
    "grain 64 latency 0 direct 0 partitions 8x64 3x256", "grain 1 latency 512 direct 0 partitions 4x256",
  ]

  private static func matrices(_ plan: PartitionPlan) throws -> (ResponseMatrix, ResponseMatrix) {
    let frames = plan.capacityFrames
    let old = try ResponseMatrix.perChannel(
      (0..<2).map { LongConvolutionTruth.unitEnergyKernel(taps: frames - 3, seed: $0 + 1) })
    // Shorter, crossed, with a delay.
    let new = try ResponseMatrix(
      inputChannels: 2, outputChannels: 2,
      responses: (0..<2).map { LongConvolutionTruth.unitEnergyKernel(taps: frames / 2, seed: $0 + 5) },
      paths: [
        ResponsePath(input: 0, output: 1, response: 0), ResponsePath(input: 1, output: 0, response: 1, delayFrames: 90),
      ])
    return (old, new)
  }

  @Test("before the fade the old bits, after it the new, within it the blend", arguments: plans, [0, 1, 700])
  func fade(text: String, fadeFrames: Int) throws {
    let plan = try PartitionPlan(text: text)
    let (old, new) = try Self.matrices(plan)
    let x = Signals.noise(channels: 2, frames: 8192)
    let before = try PartitionedConvolver(old, plan: plan, maximumBlockFrames: 512).aligned(x)
    let after = try PartitionedConvolver(new, plan: plan, maximumBlockFrames: 512).aligned(x)
    for schedule in [BlockSchedule.whole, .constant(64), .random(seed: 8)] {
      let convolver = try PartitionedConvolver(old, plan: plan, maximumBlockFrames: 512)
      let asked = 1024
      let late = x.map { $0 + [Float](repeating: 0, count: plan.latencyFrames) }
      var run = BlockRun.of(convolver, on: late.map { Array($0.prefix(asked)) }, in: schedule).output
      let frame = convolver.earliestExchangeFrame + 33
      try convolver.exchange(to: convolver.prepare(new), atFrame: frame, fadeFrames: fadeFrames)
      let rest = BlockRun.of(convolver, on: late.map { Array($0.dropFirst(asked)) }, in: schedule).output
      for channel in 0..<2 { run[channel] = Array((run[channel] + rest[channel]).dropFirst(plan.latencyFrames)) }
      for channel in 0..<2 {
        for t in 0..<8192 {
          let (a, b) = (before[channel][t], after[channel][t])
          let share = Float(t - frame + 1) / Float(fadeFrames + 1)
          let expected = t < frame ? a : t >= frame + fadeFrames ? b : a + share * (b - a)
          if run[channel][t] != expected {
            Issue.record("\(schedule): channel \(channel), frame \(t): \(run[channel][t]), not \(expected)")
            break
          }
        }
      }
      #expect(convolver.matrix == new)
    }
  }

  @Test("an exchange allocates nothing in process", .countsAllocations, arguments: plans)
  func allocationFree(text: String) throws {
    let plan = try PartitionPlan(text: text)
    let (old, new) = try Self.matrices(plan)
    #expect(
      try ProcessorLaws.checkAllocationFree(blocks: 900) {
        let convolver = try PartitionedConvolver(old, plan: plan, maximumBlockFrames: 512)
        try convolver.exchange(to: convolver.prepare(new), atFrame: 10_000, fadeFrames: 2000)
        return convolver
      } == [])
  }

  @Test("reset completes an exchange")
  func reset() throws {
    let plan = try PartitionPlan(text: Self.plans[1])
    let (old, new) = try Self.matrices(plan)
    let x = Signals.noise(channels: 2, frames: 2000)
    let convolver = try PartitionedConvolver(old, plan: plan, maximumBlockFrames: 512)
    _ = convolver.aligned(x)
    try convolver.exchange(to: convolver.prepare(new), atFrame: 100_000, fadeFrames: 10)
    convolver.reset()
    let expected = try PartitionedConvolver(new, plan: plan, maximumBlockFrames: 512).aligned(x)
    #expect(firstBitDifference(convolver.aligned(x), expected) == nil)
    #expect(convolver.historyFrames == new.frames - 1)
  }

  @Test("exchanges that are not possible are refused")
  func errors() throws {
    let plan = try PartitionPlan(text: Self.plans[1])
    let (old, new) = try Self.matrices(plan)
    let convolver = try PartitionedConvolver(old, plan: plan, maximumBlockFrames: 512)
    #expect(throws: ResponseError.exchangeChannels(expected: [2, 2], actual: [1, 1])) {
      try convolver.prepare(.mono([1]))
    }
    #expect(throws: ResponseError.planTooShort(expectedFrames: 5000, actualFrames: plan.capacityFrames)) {
      try convolver.prepare(.mono([Float](repeating: 1, count: 5000), channels: 2))
    }
    _ = convolver.aligned(Signals.noise(channels: 2, frames: 1000))
    let prepared = try convolver.prepare(new)
    let earliest = convolver.earliestExchangeFrame
    #expect(throws: ResponseError.exchangeTooSoon(earliestFrame: earliest, actualFrame: earliest - 1)) {
      try convolver.exchange(to: prepared, atFrame: earliest - 1, fadeFrames: 4)
    }
    try convolver.exchange(to: prepared, atFrame: earliest, fadeFrames: 4)
    #expect(throws: ResponseError.exchangePending(untilFrame: earliest + 4)) {
      try convolver.exchange(to: convolver.prepare(new), atFrame: earliest + 9, fadeFrames: 4)
    }
    convolver.reset()
    #expect(throws: ResponseError.self) { try convolver.exchange(to: prepared, atFrame: 9000, fadeFrames: 4) }
  }
}
