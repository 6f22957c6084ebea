import Convolution
import StreamingConvolution
import Testing

@Suite("Network value")
struct NetworkTests {
  private func kernel(_ outputs: Int, _ inputs: Int) throws -> CausalKernel {
    try CausalKernel(
      outputChannels: outputs, inputChannels: inputs, kernelSize: 1,
      weights: [Float](repeating: 1, count: outputs * inputs))
  }

  @Test("a new network gives its input")
  func empty() {
    let network = Network(inputChannels: 3)
    #expect(network.output == network.input)
    #expect(network.outputChannels == 3)
    #expect(network.nodes.isEmpty)
  }

  @Test("nodes are in the order in which they were added, with their channels")
  func building() throws {
    var network = Network(inputChannels: 2)
    let a = try network.convolve([(network.input, kernel(5, 2))])
    let b = try network.slice(a, channels: 1..<4)
    let c = network.concatenate([b, network.input, b])
    let d = try network.activate(c, .prelu(slopes: [Float](repeating: 0, count: 8)))
    let e = try network.scale(d, by: [Float](repeating: 2, count: 8), shift: [Float](repeating: 0, count: 8))
    network.output = try network.multiply(network.add(e, d), c)
    #expect(network.nodes.map(\.channels) == [5, 3, 8, 8, 8, 8, 8])
    #expect(network.outputChannels == 8)
    #expect(network.nodes[2].inputs == [b, network.input, b])
    guard case .convolution(_, let bias) = network.nodes[0].operation else {
      Issue.record("no convolution")
      return
    }
    #expect(bias == [0, 0, 0, 0, 0], "no bias is zeros")
  }

  @Test("a convolution without inputs, with the wrong channels or the wrong bias is refused")
  func convolutionErrors() throws {
    var network = Network(inputChannels: 2)
    let good = try kernel(3, 2)
    let narrow = try kernel(3, 1)
    let wide = try kernel(4, 2)
    #expect(throws: GeometryError.tooSmall(what: "the number of a convolution's inputs", minimum: 1, actual: 0)) {
      try network.convolve([])
    }
    #expect(throws: GeometryError.count(of: "input channels of a convolution", expected: 1, actual: 2)) {
      try network.convolve([(network.input, narrow)])
    }
    #expect(throws: GeometryError.count(of: "output channels of summed convolutions", expected: 3, actual: 4)) {
      try network.convolve([(network.input, good), (network.input, wide)])
    }
    #expect(throws: GeometryError.count(of: "bias values", expected: 3, actual: 2)) {
      try network.convolve([(network.input, good)], bias: [0, 0])
    }
    #expect(network.nodes.isEmpty, "a refused node must not be added")
  }

  @Test("scales, slopes and operands must have as many channels as what they meet")
  func pointwiseErrors() throws {
    var network = Network(inputChannels: 2)
    let three = try network.convolve([(network.input, kernel(3, 2))])
    #expect(throws: GeometryError.count(of: "scales", expected: 2, actual: 1)) {
      try network.scale(network.input, by: [1], shift: [0, 0])
    }
    #expect(throws: GeometryError.count(of: "shifts", expected: 2, actual: 3)) {
      try network.scale(network.input, by: [1, 1], shift: [0, 0, 0])
    }
    #expect(throws: GeometryError.count(of: "PReLU slopes", expected: 2, actual: 1)) {
      try network.activate(network.input, .prelu(slopes: [1]))
    }
    #expect(throws: GeometryError.count(of: "channels of a sum", expected: 3, actual: 2)) {
      try network.add(three, network.input)
    }
    #expect(throws: GeometryError.count(of: "channels of a product", expected: 2, actual: 3)) {
      try network.multiply(network.input, three)
    }
  }

  @Test("a slice must be a run of existing channels")
  func sliceErrors() throws {
    var network = Network(inputChannels: 2)
    #expect(throws: GeometryError.tooSmall(what: "the number of sliced channels", minimum: 1, actual: 0)) {
      try network.slice(network.input, channels: 1..<1)
    }
    for range in [0..<3, 2..<3, -1..<1] {
      #expect(throws: GeometryError.count(of: "channels to slice from", expected: range.upperBound, actual: 2)) {
        try network.slice(network.input, channels: range)
      }
    }
    let last = try network.slice(network.input, channels: 1..<2)
    #expect(network.channels(of: last) == 1)
  }

  @Test("a network without input and an empty concatenation trap")
  func traps() async {
    await #expect(processExitsWith: .failure) { _ = Network(inputChannels: 0) }
    await #expect(processExitsWith: .failure) {
      var network = Network(inputChannels: 1)
      _ = network.concatenate([])
    }
  }
}
