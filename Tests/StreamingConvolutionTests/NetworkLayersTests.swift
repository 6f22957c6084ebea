import Convolution
import StreamingConvolution
import TestSupport
import Testing

@Suite("Layers of a network")
struct NetworkLayersTests {
  private func kernel(_ outputs: Int, _ inputs: Int, taps: Int = 2, seed: UInt64) throws -> CausalKernel {
    try CausalKernel(
      outputChannels: outputs, inputChannels: inputs, kernelSize: taps,
      weights: Signals.noise(frames: outputs * inputs * taps, seed: seed))
  }

  /// A gated layer, a plain one, a skip sum, and a head.
  private func network() throws -> (network: Network, values: [Network.Value]) {
    var network = Network(inputChannels: 1)
    let z = try network.convolve([(network.input, kernel(4, 1, seed: 1))])
    let left = try network.activate(network.slice(z, channels: 0..<2), .tanh)
    let right = try network.activate(network.slice(z, channels: 2..<4), .sigmoid)
    let gate = try network.multiply(left, right)
    let skip = try network.convolve([(gate, kernel(3, 2, seed: 2))])
    let next = try network.activate(network.convolve([(gate, kernel(2, 2, seed: 3))]), .relu)
    network.output = try network.convolve([(next, kernel(1, 2, seed: 4)), (skip, kernel(1, 3, seed: 5))])
    return (network, [gate, next, skip])
  }

  private func run(_ network: Network, _ input: [Float]) throws -> [[Float]] {
    let processor = try NetworkProcessor(network, past: .zeroHistory)
    return BlockRun.of(processor, on: [input], in: .constant(37)).output
  }

  @Test("a gate is one layer, activations are the others; without any, convolutions are")
  func layers() throws {
    let (network, values) = try network()
    #expect(network.layers == [values[0], values[1]])
    var linear = Network(inputChannels: 1)
    let first = try linear.convolve([(linear.input, kernel(2, 1, seed: 1))])
    linear.output = try linear.convolve([(first, kernel(1, 2, seed: 2))])
    #expect(linear.layers == [first, linear.output])
    #expect(Network(inputChannels: 2).layers == [])
    #expect(network.value(ofNode: 6) == values[0])
    #expect(network.value(ofNode: 0) == nil && network.value(ofNode: network.nodes.count + 1) == nil)
  }

  @Test("a network that ends early gives what the whole one has there, and no node that it does not need")
  func ending() throws {
    let (whole, values) = try network()
    let input = Signals.noise(frames: 200, seed: 9)
    for value in values + [whole.input, whole.output] {
      let cut = whole.ending(at: value)
      #expect(cut.outputChannels == whole.channels(of: value))
      var same = whole
      same.output = value
      let (a, b) = (try run(cut, input), try run(same, input))
      #expect(firstBitDifference(a, b) == nil)
    }
    #expect(whole.ending(at: values[1]).nodes.count == 8, "the skip convolution is not run")
    #expect(whole.ending(at: whole.input).nodes.isEmpty)
    #expect(whole.ending(at: whole.output).nodes.count == whole.nodes.count)
  }
}
