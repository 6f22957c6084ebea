import Convolution
import Testing

@Suite("Causal kernel")
struct CausalKernelTests {
  private func make(
    _ outputs: Int = 4, _ inputs: Int = 6, size: Int = 3, dilation: Int = 1, groups: Int = 1, weights: Int = 72
  ) throws(GeometryError) -> CausalKernel {
    try CausalKernel(
      outputChannels: outputs, inputChannels: inputs, kernelSize: size, dilation: dilation, groups: groups,
      weights: (0..<weights).map(Float.init))
  }

  @Test("a good kernel tells its history and its weights by place")
  func good() throws {
    let kernel = try make(size: 3, dilation: 5, groups: 2, weights: 36)
    #expect(kernel.historyFrames == 10)
    #expect(kernel.groupInputChannels == 3)
    #expect(kernel.weight(output: 2, input: 1, position: 2) == 23)
  }

  @Test("sizes below 1 are refused by name", arguments: [0, -1, Int.min])
  func tooSmall(_ size: Int) {
    #expect(throws: GeometryError.tooSmall(what: "output channels", minimum: 1, actual: size)) { try make(size) }
    #expect(throws: GeometryError.tooSmall(what: "input channels", minimum: 1, actual: size)) { try make(4, size) }
    #expect(throws: GeometryError.tooSmall(what: "kernel size", minimum: 1, actual: size)) { try make(size: size) }
    #expect(throws: GeometryError.tooSmall(what: "dilation", minimum: 1, actual: size)) { try make(dilation: size) }
    #expect(throws: GeometryError.tooSmall(what: "groups", minimum: 1, actual: size)) { try make(groups: size) }
  }

  @Test("groups must divide both channel counts")
  func indivisible() {
    #expect(throws: GeometryError.indivisible(what: "output channels", channels: 4, groups: 3)) { try make(groups: 3) }
    #expect(throws: GeometryError.indivisible(what: "input channels", channels: 6, groups: 4)) { try make(groups: 4) }
  }

  @Test("the number of weights must fit the shape", arguments: [0, 71, 73])
  func weightCount(_ count: Int) {
    #expect(throws: GeometryError.count(of: "weights", expected: 72, actual: count)) { try make(weights: count) }
  }

  @Test("sizes whose product overflows are refused before anything is counted")
  func overflow() {
    #expect(throws: GeometryError.overflow(what: "the number of weights")) { try make(.max, 2) }
    #expect(throws: GeometryError.overflow(what: "the number of weights")) { try make(1, 1 << 32, size: 1 << 32) }
  }

  @Test("a history beyond the limit is refused")
  func historyLimit() throws {
    let most = CausalKernel.maximumHistoryFrames
    #expect(throws: GeometryError.overflow(what: "the kernel's history")) { try make(dilation: .max) }
    #expect(throws: GeometryError.tooLarge(what: "the kernel's history in frames", maximum: most, actual: most + 2)) {
      try make(dilation: most / 2 + 1)  // three taps
    }
    #expect(try make(dilation: most / 2).historyFrames == most)
  }

  @Test("every error is one sentence with both numbers")
  func descriptions() {
    #expect(
      "\(GeometryError.tooSmall(what: "dilation", minimum: 1, actual: 0))" == "dilation is 0, but must be at least 1")
    #expect(
      "\(GeometryError.indivisible(what: "input channels", channels: 6, groups: 4))"
        == "6 input channels cannot be divided into 4 equal groups")
    #expect(
      "\(GeometryError.count(of: "weights", expected: 72, actual: 71))"
        == "71 weights were given where the shape needs 72")
    #expect("\(GeometryError.overflow(what: "the size"))" == "the size is too large to be addressed")
  }
}
