import CConvolutionKernels

/// The taps of kernels that are summed into the same outputs, in the tap kernel's format.
///
/// A tap is one (input channel, kernel position) pair; its offset is the distance in memory from the output's place to
/// the input that it reads. The order of the list is the order of the sum: kernels in sequence, in each the input channel
/// outermost, kernel positions inside, oldest first. Kernels of more than `longestChain` positions are summed in chains of
/// `chainTaps`, which keeps the rounding error of a long sum small.
package struct TapList: Sendable {
  /// Taps that are summed in one chain.
  package struct Chain: Sendable {
    /// The number of the kernel, in the order given.
    package let kernel: Int
    /// Floats from the place of the output in input channel 0 of the group, one per tap.
    package let offsets: [Int]
    /// Whether the chain is summed from zero and then added to the total.
    package let isSeparate: Bool
  }

  /// A kernel with more positions than this is summed in separate chains.
  package static let longestChain = 128
  /// Length of a separate chain.
  package static let chainTaps = 64

  /// Chains in the order in which they are summed.
  package let chains: [Chain]
  /// For every group of outputs, the weights in the order and packing of the tap kernel.
  package let packedWeights: [[Float]]
  /// Outputs that share a list of inputs: the output channels over the least common multiple of the groups.
  package let groupOutputs: Int

  /// Number of groups of outputs.
  package var groups: Int { packedWeights.count }

  /// - Parameters:
  ///   - kernels: Summed in this order; all have the same output channels.
  ///   - channelStrides: For each kernel, the floats between neighbouring channels of its input.
  /// - Precondition: Neither is empty, both have the same count.
  package init(kernels: [CausalKernel], channelStrides: [Int]) {
    precondition(!kernels.isEmpty && kernels.count == channelStrides.count, "a kernel has one input")
    let outputs = kernels[0].outputChannels
    precondition(kernels.allSatisfy { $0.outputChannels == outputs }, "summed kernels have the same outputs")
    let groups = kernels.map(\.groups).reduce(1, leastCommonMultiple)
    groupOutputs = outputs / groups

    var chains: [Chain] = []
    var taps: [(kernel: Int, input: Int, position: Int)] = []
    for (index, (kernel, stride)) in zip(kernels, channelStrides).enumerated() {
      let isLong = kernel.kernelSize > Self.longestChain
      var offsets: [Int] = []
      for input in 0..<kernel.groupInputChannels {
        for position in 0..<kernel.kernelSize {
          offsets.append(input * stride - (kernel.kernelSize - 1 - position) * kernel.dilation)
          taps.append((index, input, position))
          if isLong, (position + 1) % Self.chainTaps == 0 || position == kernel.kernelSize - 1 {
            chains.append(Chain(kernel: index, offsets: offsets, isSeparate: true))
            offsets = []
          }
        }
      }
      if !isLong { chains.append(Chain(kernel: index, offsets: offsets, isSeparate: false)) }
    }
    self.chains = chains

    let groupOutputs = groupOutputs
    packedWeights = (0..<groups).map { group in
      var packed = [Float](repeating: 0, count: groupOutputs * taps.count)
      for (tap, place) in taps.enumerated() {
        for row in 0..<groupOutputs {
          packed[cck_packed_weight(groupOutputs, taps.count, row, tap)] = kernels[place.kernel].weight(
            output: group * groupOutputs + row, input: place.input, position: place.position)
        }
      }
      return packed
    }
  }

  /// The first input channel of a kernel that the outputs of `group` read.
  package func firstInput(of kernel: CausalKernel, group: Int) -> Int {
    let kernelGroup = group * kernel.groups / groups
    return kernelGroup * kernel.groupInputChannels
  }
}

private func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
  var (x, y) = (a, b)
  while y != 0 { (x, y) = (y, x % y) }
  return a / x * b
}
