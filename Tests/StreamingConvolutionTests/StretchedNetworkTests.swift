import Convolution
import StreamingConvolution
import TestSupport
import Testing

/// Networks for higher rates, by longer dilations.
@Suite("Stretched networks")
struct StretchedNetworkTests {
  @Test(
    "every phase of the signal goes through as if alone, to the bit",
    arguments: NetworkCase.named.filter { !NetworkCost(of: $0.network).isRecurrent }, [2, 3])
  func phases(_ c: NetworkCase, factor: Int) throws {
    let stretched = try #require(try c.network.stretched(by: factor))
    #expect(NetworkCost(of: stretched).historyFrames == factor * NetworkCost(of: c.network).historyFrames)
    let input = Signals.noise(channels: c.network.inputChannels, frames: 900)
    func run(_ network: Network, _ x: [[Float]]) throws -> [[Float]] {
      BlockRun.of(try NetworkProcessor(network, maximumBlockFrames: 900), on: x, in: .constant(150)).output
    }
    func phase(_ phase: Int, of x: [[Float]]) -> [[Float]] {
      x.map { x in stride(from: phase, to: x.count, by: factor).map { x[$0] } }
    }
    let output = try run(stretched, input)
    for index in 0..<factor {
      #expect(firstBitDifference(phase(index, of: output), try run(c.network, phase(index, of: input))) == nil)
    }
  }

  @Test("recurrent networks are not stretched, histories stay within what is allowed")
  func refused() throws {
    var recurrent = Network(inputChannels: 1)
    recurrent.output = try recurrent.recur(
      recurrent.input,
      LSTMCell(
        inputChannels: 1, hiddenChannels: 1, weights: [Float](repeating: 0.1, count: 8), bias: [0, 0, 0, 0],
        initialHidden: [0], initialCell: [0]))
    #expect(try recurrent.stretched(by: 2) == nil)
    var long = Network(inputChannels: 1)
    long.output = try long.convolve([
      (
        long.input,
        try CausalKernel(outputChannels: 1, inputChannels: 1, kernelSize: 2, dilation: 1 << 20, weights: [1, 1])
      )
    ])
    #expect(throws: GeometryError.self) { try long.stretched(by: .max / 2) }
    #expect(throws: GeometryError.self) { try long.stretched(by: 1 << 20) }
  }
}
