import ConvAudioKit
import Convolution
import StreamingConvolution
import TestSupport
import Testing

/// Presets through the whole library against PyTorch's double precision on the same Float32 weights.
@Suite("Golden WaveNets")
struct GoldenTests {
  static let cases = (try? GoldenCase.wavenets()) ?? []

  private func stage(_ preset: Chain) throws -> (network: Network, past: Past) {
    guard preset.stages.count == 1, case .network(let stage) = preset.stages[0] else {
      throw CancellationError()
    }
    return (stage.network, stage.past)
  }

  private func network(_ golden: GoldenCase) throws -> Network {
    try stage(Chain(preset: golden.preset.path)).network
  }

  @Test("the golden files are there")
  func filesAreThere() {
    #expect(Self.cases.count == 9)
  }

  @Test("a case's truth moves, so that its error is a measure of the network", arguments: cases, Past.allCases)
  func truthMoves(_ golden: GoldenCase, _ past: Past) throws {
    for channel in try golden.truth(past: past.rawValue) {
      #expect(Set(channel).count > channel.count * 3 / 4)
    }
  }

  @Test("a preset's sizes are those of the framework's network", arguments: cases)
  func sizes(_ golden: GoldenCase) throws {
    let network = try network(golden)
    let cost = NetworkCost(of: network)
    #expect(network.inputChannels == golden.facts.inputChannels)
    #expect(network.outputChannels == golden.facts.outputChannels)
    // The script adds up all layers; a first array's head and the next array's layers lie side by side, not in a row.
    let sideBySide = golden.facts.name == "post-head" ? 3 : 0
    #expect(cost.historyFrames == (golden.facts.historyFrames ?? 0) - sideBySide)
  }

  @Test("the RMS error is at most twice that of PyTorch's Float32 run, at every level", arguments: cases, Past.allCases)
  func error(_ golden: GoldenCase, _ past: Past) throws {
    let network = try network(golden)
    let input = try golden.input()
    let truth = try golden.truth(past: past.rawValue)
    let bound = try goldenBound(golden, past)
    for level in KernelLevel.available {
      let error = goldenError(try goldenRun(network, input, past: past, level: level), truth)
      #expect(error <= bound, "\(level): \(error / bound * 2) times PyTorch's")
    }
  }

  @Test(
    "blocks of 1, 7, 64, 1000 and the whole give one output, at every level, fused and not",
    arguments: Thoroughness.cases(of: cases, quick: 3), Past.allCases)
  func blocks(_ golden: GoldenCase, _ past: Past) throws {
    let network = try network(golden)
    let input = try golden.input()
    let expected = try goldenRun(network, input, past: past)
    for level in KernelLevel.available {
      for schedule in [BlockSchedule.constant(1), .constant(7), .constant(64), .constant(1000), .whole] {
        let output = try goldenRun(network, input, past: past, level: level, in: schedule)
        #expect(firstBitDifference(output, expected) == nil, "\(level), \(schedule)")
      }
      let unfused = try goldenRun(network, input, past: past, level: level, fused: false)
      #expect(firstBitDifference(unfused, expected) == nil, "\(level), unfused")
    }
  }

  @Test("the preset's own processor takes the past that the preset names", arguments: cases)
  func ownProcessor(_ golden: GoldenCase) throws {
    let preset = try Chain(preset: golden.preset.path)
    let past = try stage(preset).past
    let processor = try preset.makeProcessor(maximumBlockFrames: 500)
    let output = BlockRun.of(processor, on: try golden.input(), in: .constant(128)).output
    let (error, bound) = (goldenError(output, try golden.truth(past: past.rawValue)), try goldenBound(golden, past))
    #expect(error <= bound)
  }

  @Test("a mono preset runs on every channel alone; another number of channels is refused")
  func channels() throws {
    let mono = try #require(Self.cases.first { $0.facts.name == "gated-kernel-2" })
    let preset = try Chain(preset: mono.preset.path)
    let input = Signals.noise(channels: 3, frames: 600)
    let output = BlockRun.of(try preset.makeProcessor(channels: 3), on: input, in: .primes).output
    for channel in 0..<3 {
      let alone = BlockRun.of(try preset.makeProcessor(), on: [input[channel]], in: .whole).output
      #expect(firstBitDifference([output[channel]], alone) == nil)
    }
    let stereo = try #require(Self.cases.first { $0.facts.inputChannels == 2 })
    #expect(throws: ChainError.self) {
      try Chain(preset: stereo.preset.path).makeProcessor(channels: 3)
    }
  }

  @Test("the loaded processors keep the laws", arguments: ["one-layer", "stereo-softsign", "groups-gelu"])
  func laws(_ name: String) throws {
    let golden = try #require(Self.cases.first { $0.facts.name == name })
    let preset = try Chain(preset: golden.preset.path)
    let make = { try preset.makeProcessor(maximumBlockFrames: 1024) }
    #expect(try ProcessorLaws.checkAll(make) == [])
    #expect(try ProcessorLaws.checkHistory(make) == [])
    #expect(try ProcessorLaws.checkLatency(make) == [])
  }

  // MARK: - The comparison itself

  @Test("a one-frame shift is seen", arguments: cases, Past.allCases)
  func shiftIsSeen(_ golden: GoldenCase, _ past: Past) throws {
    let output = try goldenRun(network(golden), golden.input(), past: past)
    let shifted = output.map { [$0[0]] + $0.dropLast() }
    #expect(goldenError(shifted, try golden.truth(past: past.rawValue)) > (try goldenBound(golden, past)))
  }

  @Test("a swapped channel is seen")
  func swapIsSeen() throws {
    let golden = try #require(Self.cases.first { $0.facts.outputChannels == 2 })
    let output = try goldenRun(network(golden), golden.input(), past: .silence)
    #expect(goldenError(output, try golden.truth(past: "silence")) <= (try goldenBound(golden, .silence)))
    #expect(
      goldenError([output[1], output[0]], try golden.truth(past: "silence")) > (try goldenBound(golden, .silence)))
    let input = try golden.input()
    let swapped = try goldenRun(network(golden), [input[1], input[0]], past: .silence)
    #expect(goldenError(swapped, try golden.truth(past: "silence")) > (try goldenBound(golden, .silence)))
  }

  @Test("a dropped tap is seen in every convolution", arguments: cases, Past.allCases)
  func droppedTapIsSeen(_ golden: GoldenCase, _ past: Past) throws {
    let network = try network(golden)
    let input = try golden.input()
    let truth = try golden.truth(past: past.rawValue)
    for (index, node) in network.nodes.enumerated() {
      guard case .convolution = node.operation else { continue }
      let output = try goldenRun(try network.droppingTap(inNode: index), input, past: past)
      let (error, bound) = (goldenError(output, truth), try goldenBound(golden, past))
      #expect(error > bound, "node \(index)")
    }
  }

  @Test("the other past is seen", arguments: cases)
  func otherPastIsSeen(_ golden: GoldenCase) throws {
    let network = try network(golden)
    // A network whose layers rest at zero, or have no history, cannot tell.
    if golden.facts.historyFrames == 0 { return }
    for (run, other) in [(Past.silence, Past.zeroHistory), (.zeroHistory, .silence)] {
      let output = try goldenRun(network, golden.input(), past: run)
      #expect(goldenError(output, try golden.truth(past: other.rawValue)) > (try goldenBound(golden, other)))
    }
  }
}

extension Network {
  /// The same network, but for the largest weight of one convolution, which is 0.
  func droppingTap(inNode index: Int) throws -> Network {
    var copy = Network(inputChannels: inputChannels)
    for (place, node) in nodes.enumerated() {
      switch node.operation {
      case .convolution(let kernels, let bias):
        var terms: [(value: Value, kernel: CausalKernel)] = []
        for (term, (value, kernel)) in zip(node.inputs, kernels).enumerated() {
          var weights = kernel.weights
          if place == index, term == 0 {
            weights[weights.indices.max { abs(weights[$0]) < abs(weights[$1]) }!] = 0
          }
          terms.append(
            (
              value,
              try CausalKernel(
                outputChannels: kernel.outputChannels, inputChannels: kernel.inputChannels,
                kernelSize: kernel.kernelSize, dilation: kernel.dilation, groups: kernel.groups, weights: weights)
            ))
        }
        _ = try copy.convolve(terms, bias: bias)
      case .affine(let scale, let shift): _ = try copy.scale(node.inputs[0], by: scale, shift: shift)
      case .activation(let activation): _ = try copy.activate(node.inputs[0], activation)
      case .leakyClamp(let clamp): _ = copy.clamp(node.inputs[0], clamp)
      case .lstm(let cell): _ = try copy.recur(node.inputs[0], cell)
      case .add: _ = try copy.add(node.inputs[0], node.inputs[1])
      case .multiply: _ = try copy.multiply(node.inputs[0], node.inputs[1])
      case .concatenate: _ = copy.concatenate(node.inputs)
      case .slice(let range): _ = try copy.slice(node.inputs[0], channels: range)
      }
    }
    copy.output = output
    return copy
  }
}
