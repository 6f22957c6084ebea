import CConvolutionKernels
import Convolution
import ReferenceConvolution
import StreamingConvolution
import Verification
import TestSupport
import Testing

/// Everything that a running network promises, over a family of networks made for its weak places.
@Suite("Network processor")
struct NetworkProcessorTests {
  static let laws = NetworkCase.named
  /// The input that a network is compared on: longer than its history.
  static func input(_ network: Network, frames: Int = 500, seed: UInt64 = 7) -> [[Float]] {
    Signals.noise(
      channels: network.inputChannels, frames: frames + NetworkCost(of: network).historyFrames, seed: seed)
  }

  private func run(
    _ network: Network, _ input: [[Float]], past: Past = .silence, fused: Bool = true,
    level: KernelLevel = .selected, maximum: Int = 4096, in schedule: BlockSchedule = .whole
  ) throws -> [[Float]] {
    let processor = try NetworkProcessor(
      network, past: past, maximumBlockFrames: maximum, fused: fused, level: level)
    let run = BlockRun.of(processor, on: input, in: schedule)
    #expect(run.failures == [])
    return run.output
  }

  // MARK: - Truth

  struct Layer: Sendable, CustomStringConvertible {
    var inputs = 1
    var outputs = 1
    var size = 1
    var dilation = 1
    var groups = 1
    var description: String { "\(inputs) to \(outputs), kernel \(size), dilation \(dilation), groups \(groups)" }

    static let all: [Layer] = [
      Layer(), Layer(inputs: 3, outputs: 5, size: 2, dilation: 1000),
      Layer(inputs: 16, outputs: 16, size: 3, dilation: 64),
      Layer(inputs: 8, outputs: 8, size: 3, dilation: 512, groups: 2),
      Layer(inputs: 20, outputs: 20, size: 5, dilation: 7, groups: 20),
      Layer(inputs: 2, outputs: 17, size: 15, dilation: 70), Layer(inputs: 1, outputs: 1, size: 200, dilation: 2),
      Layer(inputs: 4, outputs: 3, size: 129), Layer(inputs: 6, outputs: 9, size: 128, groups: 3),
      Layer(inputs: 19, outputs: 1, size: 3, dilation: 5), Layer(inputs: 1, outputs: 20, size: 5, dilation: 31),
    ]
  }

  @Test("a convolution layer lies within its own bound", arguments: Thoroughness.cases(of: Layer.all, quick: 4), Past.allCases)
  func layerBound(_ layer: Layer, _ past: Past) throws {
    var maker = NetworkMaker(inputChannels: layer.inputs, seed: 3)
    let kernel = try maker.kernel(
      layer.outputs, layer.inputs, size: layer.size, dilation: layer.dilation, groups: layer.groups)
    let bias = maker.numbers(layer.outputs)
    maker.network.output = try maker.network.convolve([(maker.network.input, kernel)], bias: bias)
    let input = Self.input(maker.network)
    let reference = ReferenceCausalConvolution(
      inputChannels: layer.inputs, outputChannels: layer.outputs, kernelSize: layer.size, dilation: layer.dilation,
      groups: layer.groups, weights: kernel.weights, bias: bias)
    let exact = input.map { $0.map(Double.init) }
    let zeros = input.map { _ in 0.0 }
    let truth = reference.apply(to: exact, past: zeros)
    let bounds = reference.errorBound(on: exact, past: zeros)
    let output = try run(maker.network, input, past: past)
    for channel in output.indices {
      #expect(firstOutsideBound(output[channel], truth[channel], bounds: bounds[channel]) == nil, "channel \(channel)")
      // The bound is small enough to be worth something.
      let shifted = [0] + output[channel].dropLast()
      #expect(firstOutsideBound(shifted, truth[channel], bounds: bounds[channel]) != nil)
    }
    if layer.outputs > 1 {
      #expect(firstOutsideBound(output[0], truth[1], bounds: bounds[1]) != nil, "a swapped channel is seen")
    }
    var dropped = kernel.weights
    dropped[layer.size / 2] = 0
    let less = ReferenceCausalConvolution(
      inputChannels: layer.inputs, outputChannels: layer.outputs, kernelSize: layer.size, dilation: layer.dilation,
      groups: layer.groups, weights: dropped, bias: bias)
    #expect(
      firstOutsideBound(output[0], less.apply(to: exact, past: zeros)[0], bounds: bounds[0]) != nil,
      "a dropped tap is seen")
  }

  @Test(
    "the whole network lies within the bound that its nodes add up to",
    arguments: Thoroughness.cases(of: NetworkCase.all, quick: 3), Past.allCases)
  func wholeNetwork(_ c: NetworkCase, _ past: Past) throws {
    let input = Self.input(c.network, frames: 300)
    let output = try run(c.network, input, past: past)
    let truth = ReferenceNetwork.output(of: c.network, on: input, past: past)
    #expect(output.count == truth.frames.count)
    for channel in output.indices {
      let outside = firstOutsideBound(output[channel], truth.frames[channel], bounds: truth.frameErrors[channel])
      #expect(
        outside == nil,
        "channel \(channel): \(outside.map { "\(output[channel][$0]), not \(truth.frames[channel][$0])" } ?? "")")
    }
  }

  @Test("the network bound sees a shift, a swapped channel, a dropped tap and the other past")
  func networkBoundSeesFaults() throws {
    let network = NetworkCase.oddities.first { $0.description.hasPrefix("bias alone") }!.network
    let input = Self.input(network)
    let output = try run(network, input)
    let truth = ReferenceNetwork.output(of: network, on: input, past: .silence)
    func sees(_ wrong: [[Float]]) -> Bool {
      wrong.indices.contains { firstOutsideBound(wrong[$0], truth.frames[$0], bounds: truth.frameErrors[$0]) != nil }
    }
    #expect(!sees(output))
    #expect(sees(output.map { [$0[0]] + $0.dropLast() }))
    #expect(sees([output[1], output[0]]))
    #expect(sees(try run(network, input, past: .zeroHistory)))
    var other = Network(inputChannels: 1)
    for node in network.nodes {
      guard case .convolution(let kernels, let bias) = node.operation else {
        guard case .activation(let activation) = node.operation else { continue }
        other.output = try other.activate(node.inputs[0], activation)
        continue
      }
      var weights = kernels[0].weights
      if node.channels == 2 { weights[7] = 0 }
      let kernel = try CausalKernel(
        outputChannels: kernels[0].outputChannels, inputChannels: kernels[0].inputChannels,
        kernelSize: kernels[0].kernelSize, dilation: kernels[0].dilation, weights: weights)
      other.output = try other.convolve([(node.inputs[0], kernel)], bias: bias)
    }
    #expect(sees(try run(other, input)))
  }

  // MARK: - Bits

  @Test("fused and unfused, and every level, give the same bits", arguments: NetworkCase.all, Past.allCases)
  func sameBits(_ c: NetworkCase, _ past: Past) throws {
    let input = Self.input(c.network, frames: 200)
    let expected = try run(c.network, input, past: past)
    let schedule = BlockSchedule.cycle([64, 17, 100, 3])
    for level in KernelLevel.available {
      for fused in [true, false] {
        let output = try run(c.network, input, past: past, fused: fused, level: level, in: schedule)
        #expect(firstBitDifference(output, expected) == nil, "\(level), \(fused ? "fused" : "unfused")")
      }
    }
  }

  @Test("all laws of block processors hold", arguments: Thoroughness.cases(of: laws, quick: 6))
  func allLaws(_ c: NetworkCase) throws {
    let make = { try NetworkProcessor(c.network, maximumBlockFrames: 2000) }
    #expect(try ProcessorLaws.checkAll(make) == [])
  }

  @Test("random graphs give the same output for any block size and maximum block", arguments: NetworkCase.random)
  func cutting(_ c: NetworkCase) throws {
    let input = Self.input(c.network, frames: 700)
    let expected = try run(c.network, input, past: .zeroHistory)
    for (maximum, schedule) in [
      (4096, BlockSchedule.constant(7)), (4096, .primes), (1000, .random(seed: 4)), (1, .whole), (5, .whole),
      (63, .whole),
      (65, .whole),
    ] {
      let output = try run(c.network, input, past: .zeroHistory, maximum: maximum, in: schedule)
      #expect(firstBitDifference(output, expected) == nil, "\(schedule), at most \(maximum)")
    }
    #expect(
      try ProcessorLaws.checkInPlace(input: input, schedules: [.primes]) {
        try NetworkProcessor(c.network)
      } == [])
  }

  @Test("reset and copies keep the past that was asked for", arguments: Past.allCases)
  func pastIsKept(_ past: Past) throws {
    let network = NetworkCase.oddities.last!.network
    let make = { try NetworkProcessor(network, past: past, restingInput: [0.5], fused: false, level: .baseline) }
    #expect(try ProcessorLaws.checkAll(make) == [])
    let copy = try make().copy()
    #expect(copy.past == past)
    #expect(copy.restingInput == [0.5])
    #expect(copy.restingOutput == (try make().restingOutput))
  }

  // MARK: - Real time

  /// The patterns that differ in what their steps do.
  static let realTime = [0, 1, 3, 4, 6].map { NetworkCase.architectures[$0] } + [NetworkCase.oddities[10]]

  @Test(
    "10,000 blocks neither allocate nor free", .countsAllocations, arguments: realTime)
  func allocationFree(_ c: NetworkCase) throws {
    #expect(try ProcessorLaws.checkAllocationFree { try NetworkProcessor(c.network, maximumBlockFrames: 256) } == [])
  }

  @Test(
    "10,000 blocks make no system call", .enabled(if: ProcessorLaws.canForbidSystemCalls),
    arguments: Thoroughness.cases(of: realTime, quick: 2))
  func systemCallFree(_ c: NetworkCase) throws {
    #expect(try ProcessorLaws.checkSystemCallFree { try NetworkProcessor(c.network, maximumBlockFrames: 256) } == [])
  }

  @Test("history and latency are what is declared", arguments: laws)
  func declaredHistory(_ c: NetworkCase) throws {
    #expect(try ProcessorLaws.checkHistory { try NetworkProcessor(c.network) } == [])
  }

  @Test("the processor's handling of denormals is as it was after every call", arguments: laws)
  func denormals(_ c: NetworkCase) throws {
    #expect(try ProcessorLaws.checkDenormals { try NetworkProcessor(c.network) } == [])
  }

  // MARK: - The past

  @Test("silence equals zeros for longer than the history, to the bit", arguments: NetworkCase.all)
  func silenceEqualsZeros(_ c: NetworkCase) throws {
    let input = Self.input(c.network, frames: 200)
    let history = NetworkCost(of: c.network).historyFrames
    let expected = try run(c.network, input)
    for (past, zeros) in [(Past.silence, history + 101), (.zeroHistory, history + 1)] {
      let silence = [Float](repeating: 0, count: zeros)
      let output = try run(c.network, input.map { silence + $0 }, past: past)
      #expect(firstBitDifference(output.map { Array($0.dropFirst(zeros)) }, expected) == nil, "\(past)")
    }
  }

  @Test("a constant resting input gives a constant resting output", arguments: NetworkCase.all)
  func restingOutput(_ c: NetworkCase) throws {
    for resting in [nil, (0..<c.network.inputChannels).map { 0.25 + Float($0) }] {
      let processor = try NetworkProcessor(c.network, restingInput: resting)
      let level = resting ?? [Float](repeating: 0, count: c.network.inputChannels)
      #expect(processor.restingInput == level)
      let output = BlockRun.of(processor, on: level.map { [Float](repeating: $0, count: 150) }, in: .constant(60))
        .output
      let expected = processor.restingOutput.map { [Float](repeating: $0, count: 150) }
      #expect(firstBitDifference(output, expected) == nil)
    }
  }

  @Test("a network that hums starts without a step from silence, and with one from zero history")
  func noStepAtTheStart() throws {
    let network = NetworkCase.oddities.last!.network
    let silence = [[Float](repeating: 0, count: 300)]
    let settled = try run(network, silence)
    #expect(settled.allSatisfy { $0.allSatisfy { abs($0) > 0.01 } }, "it hums")
    #expect(settled.allSatisfy { channel in channel.allSatisfy { $0 == channel[0] } })
    let stepped = try run(network, silence, past: .zeroHistory)
    #expect(stepped.contains { channel in channel.contains { $0 != channel[0] } })
    #expect(firstBitDifference(stepped.map { Array($0.suffix(100)) }, settled.map { Array($0.suffix(100)) }) == nil)
  }

  // MARK: - Odd numbers

  @Test(
    "NaN and infinity pass through, and are gone after the history",
    arguments: Thoroughness.cases(of: NetworkCase.all, quick: 3))
  func nonFinite(_ c: NetworkCase) throws {
    let history = NetworkCost(of: c.network).historyFrames
    let input = Signals.noise(channels: c.network.inputChannels, frames: history + 400, seed: 9)
    let clean = try run(c.network, input)
    for bad in [Float.nan, .infinity, -.infinity] {
      var spoilt = input
      for channel in spoilt.indices { spoilt[channel][150] = bad }
      let output = try run(c.network, spoilt, in: .constant(64))
      let after = 150 + history + 1
      let before = output.map { Array($0.prefix(150)) }
      #expect(firstBitDifference(before, clean.map { Array($0.prefix(150)) }) == nil, "before \(bad)")
      let rest = output.map { Array($0.dropFirst(after)) }
      #expect(firstBitDifference(rest, clean.map { Array($0.dropFirst(after)) }) == nil, "after \(bad)")
      if bad.isNaN {
        let truth = ReferenceNetwork.output(of: c.network, on: spoilt, past: .silence).frames
        for channel in output.indices {
          let wrong = output[channel].indices.first { output[channel][$0].isNaN != truth[channel][$0].isNaN }
          #expect(wrong == nil, "NaN must be where the mathematics puts it")
        }
      }
    }
  }

  @Test("an input of denormals is silence", arguments: NetworkCase.architectures)
  func denormalInput(_ c: NetworkCase) throws {
    let input = Signals.noise(channels: c.network.inputChannels, frames: 300, amplitude: 0x1p-127)
    #expect(input[0].allSatisfy { !$0.isNormal })
    let output = try run(c.network, input)
    let silent = try run(c.network, input.map { $0.map { $0 < 0 ? -0.0 : 0 } })
    #expect(firstBitDifference(output.map { $0.map { $0 + 0 } }, silent.map { $0.map { $0 + 0 } }) == nil)
  }

  // MARK: - Errors

  @Test("sizes that do not fit are refused")
  func errors() {
    let network = Network(inputChannels: 2)
    #expect(throws: GeometryError.tooSmall(what: "the largest block", minimum: 1, actual: 0)) {
      try NetworkProcessor(network, maximumBlockFrames: 0)
    }
    #expect(throws: GeometryError.count(of: "resting input values", expected: 2, actual: 1)) {
      try NetworkProcessor(network, restingInput: [0])
    }
  }

  @Test("a block longer than the largest one traps")
  func tooLongABlock() async {
    await #expect(processExitsWith: .failure) {
      let processor = try NetworkProcessor(Network(inputChannels: 1), maximumBlockFrames: 8)
      let buffer = PlanarBuffer(channels: 1, frames: 16)
      _ = processor.process(buffer.input, into: buffer.output, frames: 9)
    }
  }

  // MARK: - Memory

  @Test("a network whose history takes too much memory is refused before any is allocated")
  func memoryBound() throws {
    var network = Network(inputChannels: 64)
    let kernel = try CausalKernel(
      outputChannels: 1, inputChannels: 64, kernelSize: 2, dilation: 1 << 24,
      weights: [Float](repeating: 1, count: 128))
    network.output = try network.convolve([(network.input, kernel)])
    let bytes = NetworkProcessor.stateBytes(of: network)
    #expect(bytes > 64 * 2 * 4 << 24)
    #expect(throws: GeometryError.tooLarge(what: "the network's history in bytes", maximum: 1 << 30, actual: bytes)) {
      try NetworkProcessor(network)
    }
    let small = Network(inputChannels: 1)
    let needed = NetworkProcessor.stateBytes(of: small)
    #expect(try NetworkProcessor(small, maximumStateBytes: needed).stateBytes == needed)
    #expect(throws: GeometryError.self) { try NetworkProcessor(small, maximumStateBytes: needed - 1) }
  }
}
