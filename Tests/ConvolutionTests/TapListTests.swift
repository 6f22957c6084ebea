import CConvolutionKernels
import Convolution
import TestSupport
import Testing

@Suite("Tap list")
struct TapListTests {
  private func kernel(_ outputs: Int, _ inputs: Int, size: Int, dilation: Int = 1, groups: Int = 1) throws
    -> CausalKernel
  {
    // Every weight tells its place: output, input of its group, position.
    var weights: [Float] = []
    for o in 0..<outputs {
      for i in 0..<inputs / groups { for k in 0..<size { weights.append(Float(o * 10_000 + i * 1000 + k)) } }
    }
    return try CausalKernel(
      outputChannels: outputs, inputChannels: inputs, kernelSize: size, dilation: dilation, groups: groups,
      weights: weights)
  }

  @Test("taps run over input channels outside, positions inside, oldest first, kernel after kernel")
  func order() throws {
    let list = TapList(
      kernels: [try kernel(2, 2, size: 3, dilation: 4), try kernel(2, 3, size: 1)], channelStrides: [100, 1000])
    #expect(list.groups == 1)
    #expect(list.groupOutputs == 2)
    #expect(list.chains.map(\.kernel) == [0, 1])
    #expect(list.chains.map(\.isSeparate) == [false, false])
    #expect(list.chains[0].offsets == [-8, -4, 0, 92, 96, 100])
    #expect(list.chains[1].offsets == [0, 1000, 2000])
  }

  @Test("weights are packed as the kernel's own index function says", arguments: [1, 2, 15, 16, 17, 32, 40])
  func packing(outputs: Int) throws {
    let first = try kernel(outputs, 2, size: 3)
    let second = try kernel(outputs, 1, size: 1)
    let packed = TapList(kernels: [first, second], channelStrides: [1, 1]).packedWeights[0]
    #expect(packed.count == outputs * 7)
    for o in 0..<outputs {
      for tap in 0..<7 {
        let expected =
          tap < 6 ? first.weight(output: o, input: tap / 3, position: tap % 3) : second.weight(output: o, input: 0, position: 0)
        // The rule in words: blocks of 16 rows, in each the rows of a tap side by side.
        let block = o / 16 * 16
        let place = block * 7 + tap * min(16, outputs - block) + o - block
        #expect(packed[place] == expected)
        #expect(cck_packed_weight(outputs, 7, o, tap) == place)
      }
    }
  }

  @Test("groups see their own input channels only")
  func groups() throws {
    let k = try kernel(6, 9, size: 2, groups: 3)
    let list = TapList(kernels: [k], channelStrides: [50])
    #expect(list.groups == 3)
    #expect(list.groupOutputs == 2)
    #expect(list.chains[0].offsets == [-1, 0, 49, 50, 99, 100])
    #expect((0..<3).map { list.firstInput(of: k, group: $0) } == [0, 3, 6])
    for group in 0..<3 {
      #expect(list.packedWeights[group][0] == Float(group * 20_000))
      #expect(list.packedWeights[group][1] == Float(group * 20_000 + 10_000))
    }
  }

  @Test("kernels with different groups share the least common multiple of them")
  func leastCommonMultiple() throws {
    let two = try kernel(12, 4, size: 1, groups: 2)
    let three = try kernel(12, 3, size: 1, groups: 3)
    let list = TapList(kernels: [two, three], channelStrides: [10, 10])
    #expect(list.groups == 6)
    #expect(list.groupOutputs == 2)
    #expect((0..<6).map { list.firstInput(of: two, group: $0) } == [0, 0, 0, 2, 2, 2])
    #expect((0..<6).map { list.firstInput(of: three, group: $0) } == [0, 0, 1, 1, 2, 2])
    for group in 0..<6 {
      for row in 0..<2 {
        let output = group * 2 + row
        #expect(list.packedWeights[group][cck_packed_weight(2, 3, row, 0)] == Float(output * 10_000))
        #expect(list.packedWeights[group][cck_packed_weight(2, 3, row, 1)] == Float(output * 10_000 + 1000))
        #expect(list.packedWeights[group][cck_packed_weight(2, 3, row, 2)] == Float(output * 10_000))
      }
    }
  }

  @Test(
    "more than 128 positions are summed in chains of 64, every channel for itself",
    arguments: [(127, [254]), (128, [256]), (129, [64, 64, 1, 64, 64, 1]), (192, [64, 64, 64, 64, 64, 64]), (200, [64, 64, 64, 8, 64, 64, 64, 8])])
  func chains(size: Int, expected: [Int]) throws {
    let list = TapList(kernels: [try kernel(1, 2, size: size, dilation: 3)], channelStrides: [5000])
    #expect(list.chains.map(\.offsets.count) == expected)
    #expect(list.chains.allSatisfy { $0.isSeparate == (size > 128) })
    let all = list.chains.flatMap(\.offsets)
    #expect(all == (0..<2 * size).map { $0 / size * 5000 - (size - 1 - $0 % size) * 3 })
  }
}
