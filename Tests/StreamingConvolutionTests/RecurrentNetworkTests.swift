import CConvolutionKernels
import Convolution
import ReferenceConvolution
import StreamingConvolution
import Verification
import TestSupport
import Testing

extension NetworkMaker {
  /// A recurrent layer with random weights; the forget gate mostly open, so that it remembers.
  mutating func recur(_ value: Network.Value, _ hidden: Int, settling: Int = 300) throws -> Network.Value {
    let inputs = network.channels(of: value)
    let scale = 1.2 / Float(inputs + hidden).squareRoot()
    var bias = numbers(4 * hidden)
    for unit in hidden..<2 * hidden { bias[unit] += 1 }
    let cell = try LSTMCell(
      inputChannels: inputs, hiddenChannels: hidden,
      weights: numbers(4 * hidden * (inputs + hidden)).map { $0 * scale }, bias: bias,
      initialHidden: numbers(hidden).map { $0 * 0.5 }, initialCell: numbers(hidden), settlingFrames: settling)
    return try network.recur(value, cell)
  }
}

/// Networks with recurrent layers: what holds of other networks, but for the end of their history.
@Suite("Recurrent networks")
struct RecurrentNetworkTests {
  static let cases = cases(settling: 300)
  /// The same that settle for a few frames only: the derived bound of an error grows with every frame.
  static let brief = cases(settling: 4)

  private static func cases(settling: Int) -> [NetworkCase] {
    [
      NetworkCase("one unit") { try $0.recur($0.network.input, 1, settling: settling) },
      NetworkCase("16 units, exactly one block") { m in
        try m.convolve(m.recur(m.network.input, 16, settling: settling), 1)
      },
      NetworkCase("17 units of 3 channels", inputChannels: 3) { m in
        try m.convolve(m.recur(m.network.input, 17, settling: settling), 2)
      },
      NetworkCase("40 units") { m in try m.convolve(m.recur(m.network.input, 40, settling: settling), 1) },
      NetworkCase("two layers") { m in
        let first = try m.recur(m.network.input, 5, settling: settling)
        return try m.convolve(m.recur(first, 7, settling: settling), 1)
      },
      NetworkCase("after and before kernels with a past") { m in
        let a = try m.network.activate(m.convolve(m.network.input, 3, size: 3, dilation: 4), .tanh)
        let b = try m.recur(a, 4, settling: settling)
        return try m.network.add(m.convolve(b, 3, size: 4, dilation: 3), a)
      },
      NetworkCase("no time to settle") { try $0.recur($0.network.input, 3, settling: 0) },
    ]
  }

  private func run(
    _ network: Network, _ input: [[Float]], past: Past = .silence, fused: Bool = true,
    level: KernelLevel = .selected, in schedule: BlockSchedule = .whole
  ) throws -> [[Float]] {
    let processor = try NetworkProcessor(network, past: past, maximumBlockFrames: 4096, fused: fused, level: level)
    let run = BlockRun.of(processor, on: input, in: schedule)
    #expect(run.failures == [])
    return run.output
  }

  @Test("lie within the derived bound of the double-precision reference", arguments: brief, Past.allCases)
  func truth(_ c: NetworkCase, _ past: Past) throws {
    let input = Signals.noise(channels: c.network.inputChannels, frames: 12)
    let output = try run(c.network, input, past: past)
    let truth = ReferenceNetwork.output(of: c.network, on: input, past: past)
    for channel in output.indices {
      #expect(
        firstOutsideBound(output[channel], truth.frames[channel], bounds: truth.frameErrors[channel]) == nil,
        "channel \(channel)")
      // The bound is small enough to be worth something.
      let shifted = [output[channel][0]] + output[channel].dropLast()
      #expect(
        firstOutsideBound(shifted, truth.frames[channel], bounds: truth.frameErrors[channel]) != nil,
        "channel \(channel), shifted")
    }
  }

  @Test("give the same bits at every level, fused or not, in any blocks", arguments: cases, Past.allCases)
  func bits(_ c: NetworkCase, _ past: Past) throws {
    let input = Signals.noise(channels: c.network.inputChannels, frames: 500)
    let expected = try run(c.network, input, past: past)
    for level in KernelLevel.available {
      for schedule in [BlockSchedule.constant(1), .constant(64), .primes] {
        let output = try run(c.network, input, past: past, level: level, in: schedule)
        #expect(firstBitDifference(output, expected) == nil, "\(level), \(schedule)")
      }
    }
    #expect(firstBitDifference(try run(c.network, input, past: past, fused: false), expected) == nil)
  }

  @Test("keep the laws", arguments: Thoroughness.cases(of: cases, quick: 2), Past.allCases)
  func laws(_ c: NetworkCase, _ past: Past) throws {
    let make = { try NetworkProcessor(c.network, past: past, maximumBlockFrames: 1000) }
    #expect(try ProcessorLaws.checkAll(make) == [])
    #expect(try make().historyFrames == nil)
  }

  @Test("allocate nothing", .countsAllocations, arguments: cases.prefix(3))
  func allocations(_ c: NetworkCase) throws {
    #expect(try ProcessorLaws.checkAllocationFree(blocks: 500) { try NetworkProcessor(c.network) } == [])
  }

  @Test("settled, they stay on the constant that was found", arguments: cases.prefix(6))
  func settled(_ c: NetworkCase) throws {
    let silence = c.network.inputChannels
    let input = [[Float]](repeating: [Float](repeating: 0, count: 200), count: silence)
    let output = try run(c.network, input)
    let resting = try NetworkProcessor(c.network).restingOutput
    for channel in output.indices {
      #expect(output[channel].allSatisfy { abs($0 - resting[channel]) < 1e-6 })
    }
    // Without that they have a way to go.
    let start = try run(c.network, input, past: .zeroHistory)
    #expect(start.contains { channel in channel.contains { abs($0 - channel[199]) > 1e-3 } })
  }

  @Test("a NaN stays until reset")
  func nan() throws {
    let network = Self.cases[1].network
    let processor = try NetworkProcessor(network)
    let clean = BlockRun.of(processor, on: [[0, 0.5, 0.25]], in: .whole).output
    processor.reset()
    let spoilt = BlockRun.of(processor, on: [[0, .nan, 0.25, 0.5]], in: .whole).output[0]
    #expect(spoilt.map(\.isNaN) == [false, true, true, true])
    processor.reset()
    #expect(firstBitDifference(BlockRun.of(processor, on: [[0, 0.5, 0.25]], in: .whole).output, clean) == nil)
  }

  @Test("numbers that do not fit are refused")
  func errors() throws {
    func cell(_ inputs: Int = 2, _ hidden: Int = 3, weights: Int = 60, bias: Int = 12, settling: Int = 1) throws {
      _ = try LSTMCell(
        inputChannels: inputs, hiddenChannels: hidden, weights: [Float](repeating: 0, count: weights),
        bias: [Float](repeating: 0, count: bias), settlingFrames: settling)
    }
    try cell()
    #expect(throws: GeometryError.tooSmall(what: "input channels", minimum: 1, actual: 0)) { try cell(0) }
    #expect(throws: GeometryError.tooSmall(what: "hidden channels", minimum: 1, actual: -1)) { try cell(1, -1) }
    #expect(throws: GeometryError.count(of: "weights", expected: 60, actual: 59)) { try cell(weights: 59) }
    #expect(throws: GeometryError.count(of: "bias values", expected: 12, actual: 13)) { try cell(bias: 13) }
    #expect(throws: GeometryError.tooSmall(what: "settling frames", minimum: 0, actual: -1)) { try cell(settling: -1) }
    #expect(throws: GeometryError.tooLarge(what: "settling frames", maximum: 480_000, actual: 480_001)) {
      try cell(settling: 480_001)
    }
    var network = Network(inputChannels: 1)
    let wrong = try LSTMCell(
      inputChannels: 2, hiddenChannels: 1, weights: [Float](repeating: 0, count: 12), bias: [0, 0, 0, 0])
    #expect(throws: GeometryError.count(of: "input channels of a recurrent layer", expected: 2, actual: 1)) {
      try network.recur(network.input, wrong)
    }
  }

  // MARK: - The kernels

  @Test("every level runs the plain twin's bits, rows of any padding", arguments: [1, 3, 15, 16, 17, 33])
  func plainTwin(_ hidden: Int) {
    var random = SplitMix64(seed: UInt64(hidden))
    let (inputs, frames, padded) = (2, 50, (hidden + 15) / 16 * 16)
    func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in random.nextSample() } }
    let weights = numbers((inputs + hidden) * 4 * padded)
    let bias = numbers(4 * padded)
    let x = numbers(inputs * frames)
    func run(_ kernel: (UnsafePointer<cck_lstm>) -> Void) -> [Float] {
      var state = [Float](repeating: 0, count: 2 * padded)
      var next = [Float](repeating: 0, count: padded)
      var y = [Float](repeating: 0, count: hidden * frames)
      weights.withUnsafeBufferPointer { weights in
        bias.withUnsafeBufferPointer { bias in
          x.withUnsafeBufferPointer { x in
            state.withUnsafeMutableBufferPointer { state in
              next.withUnsafeMutableBufferPointer { next in
                y.withUnsafeMutableBufferPointer { y in
                  var p = cck_lstm(
                    inputs: inputs, outputs: hidden, units: padded, weights: weights.baseAddress,
                    bias: bias.baseAddress,
                    hidden: state.baseAddress, cell: state.baseAddress! + padded, next: next.baseAddress,
                    x: x.baseAddress, x_stride: frames, y: y.baseAddress, y_stride: frames, frames: frames)
                  kernel(&p)
                }
              }
            }
          }
        }
      }
      return y
    }
    let plain = run(cck_lstm_plain)
    #expect(Set(plain).count == hidden * frames)
    for level in 0..<Int32(CCK_LEVEL_COUNT.rawValue) where cck_level_available(level) != 0 {
      #expect(firstBitDifference(run(cck_kernels_of(level).pointee.lstm), plain) == nil, "level \(level)")
    }
  }

  @Test("a clamp is exact at its knees and takes infinities where its slopes lead")
  func clamp() {
    let x: [Float] = [-.infinity, -4, -0.5, -0.25, 0, 0.75, 1, 5, .infinity, .nan]
    let padded = x + [Float](repeating: .nan, count: Int(CCK_READ_SLACK))
    for level in 0..<Int32(CCK_LEVEL_COUNT.rawValue) where cck_level_available(level) != 0 {
      var y = [Float](repeating: 0, count: x.count)
      cck_kernels_of(level).pointee.leaky_clamp(-0.5, 1, 0.5, 0.25, padded, &y, x.count)
      #expect(y.dropLast() == [-.infinity, -2.25, -0.5, -0.25, 0, 0.75, 1, 2, .infinity])
      #expect(y[9].isNaN)
      cck_kernels_of(level).pointee.leaky_clamp(-0.5, 1, 0, 0, padded, &y, x.count)
      #expect(y.dropLast() == [-0.5, -0.5, -0.5, -0.25, 0, 0.75, 1, 1, 1])
      #expect(y[9].isNaN)
    }
  }
}
