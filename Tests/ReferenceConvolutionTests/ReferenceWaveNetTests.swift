import ReferenceConvolution
import TestSupport
import Testing

@Suite("Reference WaveNet, by hand")
struct ReferenceWaveNetTests {
  typealias Convolution = ReferenceCausalConvolution

  static func pointwise(_ inputs: Int, _ outputs: Int, _ weights: [Float], _ bias: [Float]? = nil) -> Convolution {
    Convolution(inputChannels: inputs, outputChannels: outputs, weights: weights, bias: bias)
  }

  /// One channel everywhere, two layers, no activation: every number can be followed on paper.
  static func linear(lastResidual: Bool = false) -> ReferenceWaveNet {
    let first = ReferenceWaveNet.Layer(
      dilated: Convolution(inputChannels: 1, outputChannels: 1, kernelSize: 2, weights: [1, 2], bias: [1]),
      mixIn: pointwise(1, 1, [10]), activation: .init(.identity), residual: pointwise(1, 1, [0.5], [3]))
    let second = ReferenceWaveNet.Layer(
      dilated: Convolution(
        inputChannels: 1, outputChannels: 1, kernelSize: 2, dilation: 2, weights: [1, 1], bias: [0]),
      mixIn: pointwise(1, 1, [0]), activation: .init(.identity),
      residual: lastResidual ? pointwise(1, 1, [1], [0]) : nil)
    return ReferenceWaveNet(
      arrays: [.init(input: pointwise(1, 1, [2]), layers: [first, second], head: pointwise(1, 1, [100]))],
      headScale: 0.5)
  }

  @Test("zero history")
  func zeroHistory() {
    // c = 1 0 0 0, x = 2 0 0 0, z1 = 1 + 2·2 + 10, 1 + 2, 1, 1 = 15 3 1 1, x = 12.5 4.5 3.5 3.5 after the residual,
    // z2 = 12.5 4.5 3.5 + 12.5 3.5 + 4.5 = 12.5 4.5 16 8, skip = 27.5 7.5 17 9, y = 50·skip.
    #expect(Self.linear().run([[1, 0, 0, 0]], past: .zeroHistory) == [[1375, 375, 850, 450]])
    #expect(Self.linear().historyFrames == 3)
  }

  @Test("silence")
  func silence() {
    // At rest: z1 = 1, x = 3.5, z2 = 7, skip = 8, y = 400. The impulse adds to the first layer as above (z1 = 15 3 1 1,
    // x = 12.5 4.5 3.5 3.5); z2 = 12.5 + 3.5, 4.5 + 3.5, 3.5 + 12.5, 3.5 + 4.5 = 16 8 16 8; skip = 31 11 17 9.
    #expect(Self.linear().run([[1, 0, 0, 0]], past: .silence) == [[1550, 550, 850, 450]])
    #expect(Self.linear().run([[0, 0, 0, 0]], past: .silence) == [[400, 400, 400, 400]])
  }

  @Test("both pasts agree once the history is over")
  func pastsAgreeLater() {
    let net = Self.linear()
    let input = [Signals.noise(frames: 50).map(Double.init)]
    let silence = net.run(input, past: .silence)[0]
    let zero = net.run(input, past: .zeroHistory)[0]
    #expect(silence[0] != zero[0])
    #expect(zip(silence, zero).dropFirst(net.historyFrames).allSatisfy { abs($0 - $1) < 1e-9 })
  }

  @Test("gate, skip projection, second array and post-stack head")
  func everything() {
    // Array 0, one channel: z = [x + c, 2x + c], a = relu(z0)·identity(z1), skip = 3a − 1, head = [s, 2s].
    let gated = ReferenceWaveNet.Layer(
      dilated: Self.pointwise(1, 2, [1, 2], [0, 0]), mixIn: Self.pointwise(1, 2, [1, 1]), activation: .init(.relu),
      gate: .init(.identity), skip: Self.pointwise(1, 1, [3], [-1]), residual: Self.pointwise(1, 1, [1], [1]))
    // Array 1, two channels: x = [x, −x] of array 0's x, z = x + c, skip starts at array 0's head.
    let plain = ReferenceWaveNet.Layer(
      dilated: Self.pointwise(2, 2, [1, 0, 0, 1], [0, 0]), mixIn: Self.pointwise(1, 2, [1, 1]), activation: .init(.relu)
    )
    let net = ReferenceWaveNet(
      arrays: [
        .init(input: Self.pointwise(1, 1, [1]), layers: [gated], head: Self.pointwise(1, 2, [1, 2])),
        .init(input: Self.pointwise(1, 2, [1, -1]), layers: [plain], head: Self.pointwise(2, 1, [1, 1], [5])),
      ], headScale: 2,
      head: [.init(activation: .init(.relu), convolution: Self.pointwise(1, 2, [1, -1], [0, 0.5]))])
    // c = 1: x = 1, z = [2, 3], a = 6, skip = 17, head = [17, 34], x = 1 + 7 = 8.
    //   Array 1: x = [8, −8], a = relu([9, −7]) = [9, 0], skip = [26, 34], head = 65, y = 130 → [130, −129.5].
    // c = −1: x = −1, z = [−2, −3], a = 0, skip = −1, head = [−1, −2], x = −1 + 1 = 0.
    //   Array 1: x = [0, 0], a = [0, 0], skip = [−1, −2], head = 2, y = 4 → [4, −3.5].
    #expect(net.run([[1, -1]], past: .zeroHistory) == [[130, 4], [-129.5, -3.5]])
    #expect(net.run([[1, -1]], past: .silence) == [[130, 4], [-129.5, -3.5]], "nothing here has a history")
  }

  @Test("a head with a kernel has a history too, settled at rest")
  func headKernel() {
    var net = Self.linear()
    net.arrays[0].head = Convolution(inputChannels: 1, outputChannels: 1, kernelSize: 2, weights: [1, 1])
    #expect(net.run([[0, 0]], past: .silence) == [[8, 8]])
    #expect(net.historyFrames == 4)
    // From zero: z1 = 1 1, x = 3.5 3.5, z2 = 3.5 3.5, skip = 4.5 4.5, head = 4.5 9, y = half of it.
    #expect(net.run([[0, 0]], past: .zeroHistory) == [[2.25, 4.5]])
  }
}
