import Convolution
import StreamingConvolution
import TestSupport
import Testing

/// Convolvers that differ in what matters to the contract.
struct ConvolverCase: CustomStringConvertible, Sendable {
  let description: String
  let make: @Sendable () throws -> any BlockProcessor

  init(_ description: String, _ make: @escaping @Sendable () throws -> any BlockProcessor) {
    self.description = description
    self.make = make
  }

  static func plan(_ text: String, channels: Int = 1, maximumBlockFrames: Int = 2048) -> ConvolverCase {
    ConvolverCase(text + (channels > 1 ? ", \(channels) channels" : "")) {
      let plan = try PartitionPlan(text: text)
      let w = LongConvolutionTruth.unitEnergyKernel(taps: max(1, plan.capacityFrames - 5))
      return try PartitionedConvolver(
        .mono(w, channels: channels), plan: plan, maximumBlockFrames: maximumBlockFrames)
    }
  }

  /// True stereo: other lengths, delays and gains on every path, one of which is silent.
  static let trueStereo = ConvolverCase("true stereo") {
    try PartitionedConvolver(
      matrix(taps: [700, 1300, 3, 900]),
      plan: PartitionPlan(text: "grain 1 latency 0 direct 64 partitions 6x32 6x128 4x512"),
      maximumBlockFrames: 1000)
  }

  static func matrix(taps: [Int]) throws -> ResponseMatrix {
    try ResponseMatrix(
      inputChannels: 2, outputChannels: 2,
      responses: taps.enumerated().map { LongConvolutionTruth.unitEnergyKernel(taps: $1, seed: UInt64($0) + 1) },
      paths: [
        ResponsePath(input: 0, output: 0, response: 0), ResponsePath(input: 0, output: 1, response: 1, delayFrames: 37),
        ResponsePath(input: 1, output: 0, response: 2, delayFrames: 500, gain: -0.5),
        ResponsePath(input: 1, output: 1, response: 3, gain: 2),
      ])
  }

  static let all: [ConvolverCase] = [
    plan("grain 1 latency 0 direct 1"), plan("grain 1 latency 0 direct 200"),
    plan("grain 1 latency 7 direct 130"), plan("grain 1 latency 0 direct 64 partitions 2x32"),
    plan("grain 1 latency 0 direct 100 partitions 4x32 5x64"), plan("grain 1 latency 0 direct 32 partitions 40x32"),
    plan("grain 1 latency 0 direct 256 partitions 6x128 3x512 2x1024", channels: 2),
    plan("grain 1 latency 0 direct 1024 partitions 3x512 2x1024", maximumBlockFrames: 100),
    plan("grain 1 latency 64 direct 0 partitions 4x32 3x64"), plan("grain 1 latency 300 direct 20 partitions 3x128"),
    plan("grain 1 latency 8192 direct 0 partitions 1x4096"), plan("grain 1 latency 1024 direct 0 partitions 3x1024"),
    plan("grain 64 latency 0 direct 0 partitions 3x64"), plan("grain 64 latency 0 direct 0 partitions 8x64 3x256"),
    plan("grain 128 latency 0 direct 0 partitions 8x64 3x256"),
    plan("grain 64 latency 20 direct 10 partitions 8x64 3x256"),
    plan("grain 96 latency 0 direct 0 partitions 6x32 2x128"), plan("grain 48 latency 0 direct 128 partitions 6x64"),
    trueStereo,
  ]
}

@Suite("Partitioned convolution keeps the laws")
struct PartitionedLawsTests {
  @Test("cutting, reset, copies, in place", arguments: ConvolverCase.all)
  func all(_ c: ConvolverCase) throws {
    #expect(try ProcessorLaws.checkAll(c.make) == [])
  }

  @Test("denormals restored", arguments: ConvolverCase.all)
  func denormals(_ c: ConvolverCase) throws {
    #expect(try ProcessorLaws.checkDenormals(c.make) == [])
  }

  @Test("a direct sum forgets NaN exactly after its history")
  func history() throws {
    #expect(try ProcessorLaws.checkHistory(ConvolverCase.plan("grain 1 latency 0 direct 200").make) == [])
    #expect(try ProcessorLaws.checkHistory(ConvolverCase.plan("grain 1 latency 7 direct 130").make) == [])
  }

  @Test(
    "3,000 blocks neither allocate nor free", .countsAllocations,
    arguments: ConvolverCase.all)
  func allocationFree(_ c: ConvolverCase) throws {
    #expect(try ProcessorLaws.checkAllocationFree(blocks: 3000, c.make) == [])
  }

  @Test(
    "blocks make no system call", .enabled(if: ProcessorLaws.canForbidSystemCalls),
    arguments: Thoroughness.cases(of: ConvolverCase.all, quick: 4))
  func systemCallFree(_ c: ConvolverCase) throws {
    #expect(try ProcessorLaws.checkSystemCallFree(blocks: 3000, c.make) == [])
  }
}

@Suite("Partitioned convolution: output")
struct PartitionedOutputTests {
  @Test("an impulse gives the response at exactly the stated latency", arguments: ConvolverCase.all)
  func impulse(_ c: ConvolverCase) throws {
    let convolver = try #require(try c.make() as? PartitionedConvolver)
    let matrix = convolver.matrix
    for input in 0..<matrix.inputChannels {
      convolver.reset()
      let position = 77
      let frames = position + convolver.latencyFrames + matrix.frames + 300
      var x = [[Float]](repeating: [Float](repeating: 0, count: frames), count: matrix.inputChannels)
      x[input][position] = 1
      let y = BlockRun.of(convolver, on: x, in: .random(seed: 4)).output
      var expected = [[Double]](repeating: [Double](repeating: 0, count: frames), count: matrix.outputChannels)
      for path in matrix.paths where path.input == input {
        for (k, w) in matrix.responses[path.response].enumerated() {
          expected[path.output][position + convolver.latencyFrames + path.delayFrames + k] += path.gain * Double(w)
        }
      }
      for output in y.indices {
        // Within the bound of DESIGN.md for ‖x‖ = 1 and ‖w‖ of each path 2 at most.
        let worst = zip(y[output], expected[output]).map { abs(Double($0) - $1) }.max() ?? 0
        #expect(worst < (13 * 14 + 16) * 0x1p-24 * 2.6, "input \(input), output \(output): \(worst)")
        #expect(y[output].prefix(position + convolver.latencyFrames).allSatisfy { abs($0) < 1e-5 })
      }
    }
  }

  @Test("routing, delays and gains: noise against the definition", arguments: ConvolverSetting.allCases)
  func routing(_ setting: ConvolverSetting) throws {
    let matrix = try ConvolverCase.matrix(taps: [2700, 1300, 3, 900])
    let x = Signals.noise(channels: 2, frames: 5000)
    let y = try setting.convolver(matrix).aligned(x, in: .primes)
    for output in 0..<2 {
      var truth = [Double](repeating: 0, count: 5000)
      for path in matrix.paths where path.output == output {
        let late = [Float](repeating: 0, count: path.delayFrames) + x[path.input]
        let part = LongConvolutionTruth.convolution(Array(late.prefix(5000)), matrix.responses[path.response])
        for t in truth.indices { truth[t] += path.gain * part[t] }
      }
      #expect(LongConvolutionTruth.decibels(y[output], truth) < -130)
    }
  }

  @Test("outputs without a path are silent; one input may feed many outputs")
  func silentOutputs() throws {
    let w = LongConvolutionTruth.unitEnergyKernel(taps: 900)
    let matrix = try ResponseMatrix(
      inputChannels: 1, outputChannels: 3, responses: [w],
      paths: [ResponsePath(input: 0, output: 0, response: 0), ResponsePath(input: 0, output: 2, response: 0)])
    let x = Signals.noise(channels: 1, frames: 3000)
    for setting in ConvolverSetting.allCases {
      let y = try setting.convolver(matrix).aligned(x)
      #expect(y[1].allSatisfy { $0 == 0 })
      #expect(firstBitDifference(y[0], y[2]) == nil)
      #expect(LongConvolutionTruth.decibels(y[0], LongConvolutionTruth.convolution(x[0], w)) < -130)
    }
  }

  @Test("every instruction set gives the same bits", arguments: ConvolverCase.all)
  func levels(_ c: ConvolverCase) throws {
    let convolver = try #require(try c.make() as? PartitionedConvolver)
    let x = Signals.noise(channels: convolver.inputChannels, frames: 2500)
    let expected = BlockRun.of(convolver, on: x, in: .whole).output
    for level in KernelLevel.available {
      let other = try PartitionedConvolver(
        convolver.matrix, plan: convolver.plan, maximumBlockFrames: convolver.maximumBlockFrames, level: level)
      #expect(firstBitDifference(BlockRun.of(other, on: x, in: .whole).output, expected) == nil, "\(level)")
    }
  }

  @Test("a grain and the same latency without a grain give the same bits")
  func grainIsLatency() throws {
    let w = LongConvolutionTruth.unitEnergyKernel(taps: 3000)
    let x = Signals.noise(channels: 1, frames: 6400)
    let grain = try PartitionPlan(text: "grain 64 latency 0 direct 0 partitions 16x64 8x256")
    let late = try PartitionPlan(text: "grain 1 latency 64 direct 0 partitions 16x64 8x256")
    let a = try PartitionedConvolver(.mono(w), plan: grain, maximumBlockFrames: 640)
    let b = try PartitionedConvolver(.mono(w), plan: late, maximumBlockFrames: 640)
    let y = b.aligned(x, in: .primes)
    #expect(firstBitDifference(a.aligned(x), y) == nil)
  }

  @Test("a last block shorter than the grain reads silence after its end, not old samples")
  func shortLastBlock() throws {
    let plan = try PartitionPlan(text: "grain 64 latency 0 direct 0 partitions 3x64")
    let w = LongConvolutionTruth.unitEnergyKernel(taps: 10)
    var x = Signals.noise(channels: 1, frames: 404)
    let expected = try PartitionedConvolver(.mono(w), plan: plan, maximumBlockFrames: 64).aligned(x)[0]
    // Long gone for the contract, but still in the ring where the last block ends.
    x[0][242] = .nan
    let y = try PartitionedConvolver(.mono(w), plan: plan, maximumBlockFrames: 64).aligned(x)[0]
    #expect(firstBitDifference(Array(y.dropFirst(384)), Array(expected.dropFirst(384))) == nil)
  }

  @Test("blocks that are not multiples of the grain cost more and give other bits, but the right sound")
  func brokenGrain() throws {
    let w = LongConvolutionTruth.unitEnergyKernel(taps: 900)
    let x = Signals.noise(frames: 4000)
    for text in [
      "grain 64 latency 0 direct 0 partitions 8x64 3x256", "grain 64 latency 20 direct 10 partitions 8x64 3x256",
    ] {
      let convolver = try PartitionedConvolver(.mono(w), plan: PartitionPlan(text: text), maximumBlockFrames: 500)
      var y: [Float] = []
      var random = SplitMix64(seed: 5)
      while y.count < x.count {
        let frames = min(x.count - y.count, random.nextInteger(upTo: 200))
        var block = [Float](repeating: 0, count: frames)
        var span = block.mutableSpan
        convolver.process(Array(x[y.count..<y.count + frames]).span, into: &span, frames: frames)
        y += block
      }
      let late = [Double](repeating: 0, count: convolver.latencyFrames) + LongConvolutionTruth.convolution(x, w)
      #expect(LongConvolutionTruth.decibels(y, Array(late.prefix(4000))) < -130)
    }
  }

  @Test("a chunk that is fed enough of its past has the bits of the whole", arguments: ConvolverCase.all)
  func chunks(_ c: ConvolverCase) throws {
    let convolver = try #require(try c.make() as? PartitionedConvolver)
    let largest = convolver.plan.levels.last?.partitionFrames ?? 1
    // The history in whole partitions, and two more.
    let past = (convolver.matrix.frames - 1 + largest - 1) / largest * largest + 2 * largest
    let start = past + 3 * largest
    let x = Signals.noise(channels: convolver.inputChannels, frames: start + 1500)
    let whole = convolver.aligned(x, in: .constant(64))
    convolver.reset()
    let part = convolver.aligned(x.map { Array($0.dropFirst(start - past)) }, in: .random(seed: 2))
    for channel in whole.indices {
      #expect(
        firstBitDifference(Array(part[channel].dropFirst(past)), Array(whole[channel].dropFirst(start))) == nil)
    }
  }

  @Test(
    "NaN is gone after the history and two partitions, and what came before is untouched", arguments: ConvolverCase.all)
  func notANumber(_ c: ConvolverCase) throws {
    let convolver = try #require(try c.make() as? PartitionedConvolver)
    let largest = convolver.plan.levels.last?.partitionFrames ?? 1
    let spoilt = 1000
    let clean = spoilt + convolver.matrix.frames + 2 * largest + convolver.latencyFrames
    var x = Signals.noise(channels: convolver.inputChannels, frames: clean + 3000)
    let expected = BlockRun.of(convolver, on: x, in: .constant(64)).output
    convolver.reset()
    for channel in x.indices { (x[channel][spoilt], x[channel][spoilt + 1]) = (.nan, .infinity) }
    let y = BlockRun.of(convolver, on: x, in: .constant(64)).output
    for channel in y.indices {
      let before = spoilt / 64 * 64
      #expect(firstBitDifference(Array(y[channel].prefix(before)), Array(expected[channel].prefix(before))) == nil)
      #expect(
        firstBitDifference(Array(y[channel].dropFirst(clean)), Array(expected[channel].dropFirst(clean))) == nil)
      #expect(y[channel].contains { $0.isNaN })
    }
  }
}
