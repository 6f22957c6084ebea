import ConvAudioKit
import Convolution
import ModelFormats
import StreamingConvolution
import TestSupport
import Testing

/// Models of the `.nam` format through the whole library against PyTorch's double precision.
@Suite("Golden .nam models")
struct ModelGoldenTests {
  static let cases = (try? GoldenCase.models()) ?? []

  private func network(_ golden: GoldenCase) throws -> Network {
    try Network(try NAMModel(contentsOf: golden.model.path).slimmed(to: golden.facts.size ?? 1))
  }

  @Test("the golden files are there")
  func filesAreThere() {
    #expect(Self.cases.count == 20)
  }

  @Test("a case's truth moves, so that its error is a measure of the network", arguments: cases, Past.allCases)
  func truthMoves(_ golden: GoldenCase, _ past: Past) throws {
    for channel in try golden.truth(past: past.rawValue) {
      #expect(Set(channel).count > channel.count / 2)
    }
    #expect(try goldenBound(golden, past) > 0)
  }

  @Test("the RMS error is at most twice that of PyTorch's Float32 run, at every level", arguments: cases, Past.allCases)
  func error(_ golden: GoldenCase, _ past: Past) throws {
    let network = try network(golden)
    let (input, truth, bound) = (
      try golden.input(), try golden.truth(past: past.rawValue), try goldenBound(golden, past)
    )
    #expect(network.inputChannels == golden.facts.inputChannels)
    #expect(network.outputChannels == golden.facts.outputChannels)
    for level in KernelLevel.available {
      let error = goldenError(try goldenRun(network, input, past: past, level: level), truth)
      #expect(error <= bound, "\(level): \(error / bound * 2) times PyTorch's")
    }
  }

  @Test(
    "blocks of 1, 7, 64 and the whole give one output, at every level, fused and not", arguments: cases, Past.allCases)
  func blocks(_ golden: GoldenCase, _ past: Past) throws {
    let network = try network(golden)
    let input = try golden.input()
    let expected = try goldenRun(network, input, past: past)
    for level in KernelLevel.available {
      for schedule in [BlockSchedule.constant(1), .constant(7), .constant(64), .whole] {
        let output = try goldenRun(network, input, past: past, level: level, in: schedule)
        #expect(firstBitDifference(output, expected) == nil, "\(level), \(schedule)")
      }
      let unfused = try goldenRun(network, input, past: past, level: level, fused: false)
      #expect(firstBitDifference(unfused, expected) == nil, "\(level), unfused")
    }
  }

  @Test("as a chain of its own the model gives the same, Linear ones by way of the convolver", arguments: cases)
  func chain(_ golden: GoldenCase) throws {
    let description = ModelDescription(modelPath: "", size: golden.facts.size ?? 1)
    let preset = try Chain(model: golden.model.path, description)
    #expect(preset.sampleRateHz == 48_000)
    let output = BlockRun.of(try preset.makeProcessor(maximumBlockFrames: 500), on: try golden.input(), in: .primes)
      .output
    let error = goldenError(output, try golden.truth(past: "silence"))
    #expect(error <= (try goldenBound(golden, .silence)))
  }

  @Test("what is written is read again as the same value", arguments: cases)
  func roundTrip(_ golden: GoldenCase) throws {
    let model = try NAMModel(contentsOf: golden.model.path)
    let again = try NAMModel(json: model.serialized(), path: "again")
    #expect(again == model)
    #expect(again.serialized() == model.serialized())
  }

  @Test("the laws hold", arguments: ["modes", "film", "lstm-two-layers", "convnet-normalised"])
  func laws(_ name: String) throws {
    let golden = try #require(Self.cases.first { $0.facts.name == name })
    let preset = try Chain(model: golden.model.path)
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

  @Test("a changed weight is noticed, wherever it is in the file", arguments: cases)
  func changedWeightIsSeen(_ golden: GoldenCase) throws {
    // Changes the network's own weights: the reader's counts make sure that all of the file's weights reach it.
    let network = try network(golden)
    let (input, truth, bound) = (
      try golden.input(), try golden.truth(past: "silence"), try goldenBound(golden, .silence)
    )
    for (index, node) in network.nodes.enumerated() {
      guard case .convolution = node.operation else { continue }
      let output = try goldenRun(try network.droppingTap(inNode: index), input, past: .silence)
      #expect(goldenError(output, truth) > bound, "node \(index)")
    }
  }
}
