import Convolution
import StreamingConvolution
import Testing

@Suite("Network cost")
struct NetworkCostTests {
  private func kernel(_ outputs: Int, _ inputs: Int, _ size: Int, dilation: Int = 1, groups: Int = 1) throws
    -> CausalKernel
  {
    try CausalKernel(
      outputChannels: outputs, inputChannels: inputs, kernelSize: size, dilation: dilation, groups: groups,
      weights: [Float](repeating: 1, count: outputs * inputs / groups * size))
  }

  @Test("a network without nodes costs nothing")
  func nothing() {
    let cost = NetworkCost(of: Network(inputChannels: 4))
    #expect(cost.parameters == 0)
    #expect(cost.multiplyAddsPerFrame == 0)
    #expect(cost.historyFrames == 0)
    #expect(cost.receptiveFieldFrames == 1)
  }

  @Test("weights, biases, scales and slopes are parameters; convolutions multiply")
  func parameters() throws {
    var network = Network(inputChannels: 2)
    let a = try network.convolve(
      [(network.input, kernel(4, 2, 3)), (network.input, kernel(4, 2, 1, groups: 2))], bias: [1, 0, 0, 0])
    let b = try network.convolve([(a, kernel(4, 4, 1))])
    let c = try network.activate(b, .prelu(slopes: [0, 0, 0, 0]))
    network.output = try network.scale(c, by: [1, 1, 1, 1], shift: [0, 0, 0, 0])
    let cost = NetworkCost(of: network)
    #expect(cost.multiplyAddsPerFrame == 24 + 4 + 16)
    #expect(cost.parameters == 24 + 4 + 4 + 16 + 4 + 8)
  }

  @Test("history is the longest path from input to output, without unused nodes")
  func history() throws {
    var network = Network(inputChannels: 1)
    let a = try network.convolve([(network.input, kernel(1, 1, 3, dilation: 10))])  // 20
    let b = try network.convolve([(a, kernel(1, 1, 2, dilation: 7)), (network.input, kernel(1, 1, 100))])  // 99
    let c = try network.convolve([(a, kernel(1, 1, 2, dilation: 50))])  // 70
    _ = try network.convolve([(c, kernel(1, 1, 1000))])
    network.output = try network.add(b, c)
    #expect(NetworkCost(of: network).historyFrames == 99)
    network.output = try network.convolve([(c, kernel(1, 1, 31))])
    #expect(NetworkCost(of: network).historyFrames == 100)
    #expect(NetworkCost(of: network).receptiveFieldFrames == 101)
  }
}
