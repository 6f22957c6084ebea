import CTestSupport
import Convolution
import StreamingConvolution
import TestSupport
import Testing

@Suite("Plans of partitioned convolution")
struct PartitionPlanTests {
  @Test("a plan's text is read back as the same plan")
  func text() throws {
    for setting in ConvolverSetting.allCases {
      for taps in [1, 100, 5000, 480_000] {
        let plan = try setting.plan(.mono([Float](repeating: 1, count: taps)))
        #expect(try PartitionPlan(text: plan.text) == plan)
        #expect(plan.capacityFrames >= taps)
      }
    }
  }

  @Test(
    "broken texts are refused with a sentence",
    arguments: [
      "", "grain", "grain 1 latency 0 direct", "grain x latency 0 direct 1", "grain 1 latency 0 direct 0",
      "grain 0 latency 0 direct 5", "grain 1 latency -1 direct 5", "grain 1 latency 0 direct -5 partitions 1x64",
      "grain 1 latency 0 direct 5 partitions", "grain 1 latency 0 direct 5 partitions 3",
      "grain 1 latency 0 direct 5 parts 3x64",
      "grain 1 latency 0 direct 64 partitions 3x48", "grain 1 latency 0 direct 64 partitions 0x64",
      "grain 1 latency 0 direct 64 partitions 3x16", "grain 1 latency 0 direct 63 partitions 3x64",
      "grain 1 latency 0 direct 128 partitions 3x64 3x512", "grain 1 latency 0 direct 512 partitions 3x128 3x64",
      "grain 32 latency 0 direct 0 partitions 3x64", "grain 1 latency 0 direct 99999999999999999999",
      "grain 1 latency 0 direct 64 partitions 99999999999x64", "grain 1 latency 0 direct 64 partitions 3x64x2",
      "grain 1 latency 0 direct 9223372036854775807 partitions 1x64",
    ])
  func broken(text: String) {
    #expect(throws: ResponseError.self) { try PartitionPlan(text: text) }
  }

  @Test("a plan is what it was made from: neither samples nor names of paths matter")
  func pure() throws {
    let a = try ResponseMatrix.perChannel([Signals.noise(frames: 9000), Signals.noise(frames: 70)])
    let b = try ResponseMatrix.perChannel([Signals.impulse(frames: 9000), Signals.noise(frames: 70, seed: 3)])
    #expect(try PartitionPlanner.plan(for: a) == PartitionPlanner.plan(for: b))
  }

  @Test("the choice follows the table: dear products give long partitions, dear transforms direct sums")
  func costs() throws {
    let matrix = try ResponseMatrix.mono(Signals.noise(frames: 4096))
    var dear = ConvolutionCosts.standard
    dear.transformFrame = dear.transformFrame.map { $0 * 1000 }
    #expect(try PartitionPlanner.plan(for: matrix, costs: dear).levels.isEmpty)
    #expect(try !PartitionPlanner.plan(for: matrix).levels.isEmpty)
    var slow = ConvolutionCosts.standard
    slow.product = slow.product.map { $0 * 50 }
    let usual = try PartitionPlanner.offlinePlan(for: matrix).levels.last?.partitionFrames ?? 0
    #expect(try PartitionPlanner.offlinePlan(for: matrix, costs: slow).levels.last?.partitionFrames ?? 0 > usual)
  }

  @Test(
    "latency and grain are kept exactly", arguments: [0, 1, 63, 64, 1000, 48_000], [1, 32, 48, 64, 480, 1024, 131_072])
  func latencyAndGrain(latency: Int, grain: Int) throws {
    for taps in [1, 300, 20_000] {
      let plan = try PartitionPlanner.plan(
        for: .mono([Float](repeating: 1, count: taps)), latencyFrames: latency, grainFrames: grain)
      #expect(plan.latencyFrames == latency)
      #expect(plan.grainFrames == grain)
    }
  }

  @Test("settings out of range are refused")
  func settings() throws {
    let matrix = try ResponseMatrix.mono([1])
    for (latency, grain) in [(-1, 1), (0, 0), (0, -4), (Int.max, 1), (0, Int.max)] {
      #expect(throws: ResponseError.self) {
        try PartitionPlanner.plan(for: matrix, latencyFrames: latency, grainFrames: grain)
      }
    }
    let plan = try PartitionPlanner.plan(for: matrix, grainFrames: 64)
    #expect(throws: ResponseError.setting("the maximum block in frames", expected: 64...1 << 28, actual: 63)) {
      try PartitionedConvolver(matrix, plan: plan, maximumBlockFrames: 63)
    }
    #expect(throws: ResponseError.planTooShort(expectedFrames: 500, actualFrames: 1)) {
      try PartitionedConvolver(.mono([Float](repeating: 1, count: 500)), plan: plan, maximumBlockFrames: 64)
    }
  }

  @Test("a plan explains itself: lengths, parts, costs")
  func explanation() throws {
    let matrix = try ResponseMatrix.mono([Float](repeating: 1, count: 5000))
    let plan = try PartitionPlan(text: "grain 1 latency 0 direct 256 partitions 38x128")
    let lines = PartitionPlanner.explanation(of: plan, for: matrix)
    #expect(lines.count == 4)
    #expect(lines[0].contains("5000 taps") && lines[0].contains("zen5"))
    #expect(lines[1].hasPrefix("Taps 0 to 255 are a direct sum"))
    #expect(lines[2].hasPrefix("Taps 256 to 5119 run through transforms in 38 partitions of 128"))
  }

  @Test(
    "the stated memory is what is allocated", .countsAllocations,
    arguments: ConvolverSetting.allCases)
  func memory(_ setting: ConvolverSetting) throws {
    let matrix = try ResponseMatrix.perChannel([Signals.noise(frames: 200_000), Signals.noise(frames: 150_000)])
    let plan = try setting.plan(matrix)
    // The tables that all share are made by the first, the double-precision scratch is gone afterwards.
    _ = try PartitionedConvolver(matrix, plan: plan, maximumBlockFrames: 2048)
    let stated = plan.memoryBytes(for: matrix, maximumBlockFrames: 2048)
    cts_counts_begin()
    let convolver = try PartitionedConvolver(matrix, plan: plan, maximumBlockFrames: 2048)
    let taken = Int(cts_counts_end().bytes)
    #expect(convolver.memoryBytes == stated)
    let scratch = plan.levels.reduce(0) { $0 + 48 * $1.partitionFrames }
    #expect(abs(taken - stated) < stated / 50 + 2 * scratch, "\(taken) taken, \(stated) stated")
    #expect(throws: ResponseError.memory(maximumBytes: stated - 1, actualBytes: stated)) {
      try PartitionedConvolver(matrix, plan: plan, maximumBlockFrames: 2048, maximumMemoryBytes: stated - 1)
    }
    _ = try PartitionedConvolver(matrix, plan: plan, maximumBlockFrames: 2048, maximumMemoryBytes: stated)
  }

  @Test("matrices that make no sense are refused")
  func matrices() {
    #expect(throws: ResponseError.channels(side: "input", expected: 1...1024, actual: 0)) {
      try ResponseMatrix.perChannel([])
    }
    #expect(throws: ResponseError.empty(response: 1)) { try ResponseMatrix.perChannel([[1], []]) }
    #expect(throws: ResponseError.notFinite(response: 0, frame: 2)) { try ResponseMatrix.mono([1, 2, .nan]) }
    #expect(throws: ResponseError.responseCount(expected: 4, actual: 3)) {
      try ResponseMatrix.full([[1], [1], [1]], inputChannels: 2, outputChannels: 2)
    }
    let response: [[Float]] = [[1, 2]]
    for path in [
      ResponsePath(input: 1, output: 0, response: 0), ResponsePath(input: 0, output: -1, response: 0),
      ResponsePath(input: 0, output: 0, response: 1), ResponsePath(input: 0, output: 0, response: 0, delayFrames: -1),
      ResponsePath(input: 0, output: 0, response: 0, delayFrames: .max),
      ResponsePath(input: 0, output: 0, response: 0, gain: .infinity),
    ] {
      #expect(throws: ResponseError.self) {
        try ResponseMatrix(inputChannels: 1, outputChannels: 1, responses: response, paths: [path])
      }
    }
  }

  @Test("64 channels of one response share its spectra")
  func sharing() throws {
    let w = Signals.noise(frames: 10_000)
    let one = try ResponseMatrix.mono(w)
    let many = try ResponseMatrix.mono(w, channels: 64)
    let plan = try PartitionPlanner.plan(for: one)
    let apart = try ResponseMatrix.perChannel((0..<64).map { _ in w })
    #expect(plan.responseBytes(for: many) < plan.responseBytes(for: apart) / 2)
  }
}

@Suite("Work of a block")
struct BlockWorkTests {
  @Test("ten seconds of stereo in blocks of 64: the worst block is counted at 1.5 times the mean at most")
  func even() throws {
    let matrix = try ResponseMatrix.perChannel(
      (0..<2).map { LongConvolutionTruth.unitEnergyKernel(taps: 480_000, seed: $0 + 1) })
    let convolver = try PartitionedConvolver(matrix, plan: PartitionPlanner.plan(for: matrix), maximumBlockFrames: 64)
    let work = operations(of: convolver, blocks: 4096)
    let settled = work.dropFirst(2048)
    let mean = Double(settled.reduce(0, +)) / Double(settled.count)
    #expect(Double(settled.max() ?? 0) <= 1.5 * mean, "worst \(settled.max() ?? 0), mean \(mean)")
    // What is counted is what the formula of the transforms says: 5·n·log2(n) a short one, 8 a product, 2 a tap.
    let least = 64 * 2 * (2 * convolver.plan.directTaps + convolver.plan.levels.reduce(0) { $0 + 8 * $1.partitions })
    #expect(mean > Double(least))
  }

  @Test("the guard bites: work that is done when its block is complete is not even")
  func bites() throws {
    let matrix = try ResponseMatrix.mono(LongConvolutionTruth.unitEnergyKernel(taps: 60_000))
    // The second level is heard as soon as its input is complete.
    let plan = try PartitionPlan(text: "grain 1 latency 0 direct 256 partitions 30x128 14x4096")
    let convolver = try PartitionedConvolver(matrix, plan: plan, maximumBlockFrames: 64)
    let work = operations(of: convolver, blocks: 2048).dropFirst(1024)
    #expect(Double(work.max() ?? 0) > 3 * Double(work.reduce(0, +)) / Double(work.count))
  }

  private func operations(of convolver: PartitionedConvolver, blocks: Int) -> [Int] {
    let channels = convolver.inputChannels
    let (x, y) = (PlanarMemory(channels: channels, frames: 64), PlanarMemory(channels: channels, frames: 64))
    return (0..<blocks).map { _ in
      let before = convolver.countedOperations
      _ = convolver.process(x.readableChannels, into: y.channels, frames: 64)
      return convolver.countedOperations - before
    }
  }

  @Test("thousands of different delays are planned, and their order does not matter")
  func delays() throws {
    func matrix(_ order: [Int]) throws -> ResponseMatrix {
      try ResponseMatrix(
        inputChannels: 64, outputChannels: 64, responses: [[Float](repeating: 0.1, count: 20_000)],
        paths: order.map { ResponsePath(input: $0 / 64, output: $0 % 64, response: 0, delayFrames: $0) })
    }
    let paths = Array(0..<Thoroughness.cases(full: 4096, quick: 512))
    let forward = try matrix(paths)
    let plan = try PartitionPlanner.offlinePlan(for: forward)
    #expect(plan.capacityFrames >= forward.frames && !plan.levels.isEmpty)
    let backward = try matrix(paths.reversed())
    #expect(try PartitionPlanner.offlinePlan(for: backward) == plan)
    #expect(
      PartitionPlanner.nanosecondsPerFrame(of: plan, for: forward)
        == PartitionPlanner.nanosecondsPerFrame(of: plan, for: backward))
  }
}
