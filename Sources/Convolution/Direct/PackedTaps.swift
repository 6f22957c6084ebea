import CConvolutionKernels

/// Where a weight is in an array: `first` plus a number of floats for each group, output channel and input channel of
/// the group, and kernel position.
struct WeightPlaces {
  var first = 0
  let group: Int
  let output: Int
  let input: Int
  var position = 1
}

/// Weights and lists of taps in the kernel's format. All passes share the weights; each has its own list.
///
/// Order of sums: input channel outermost, kernel positions in their order; kernels of more than `TapList.longestChain`
/// positions in separate chains of `TapList.chainTaps`. Chains end at the same kernel positions whatever a pass leaves
/// out. Where each pass has its own kernel, as the phases of a transposed convolution do, that kernel's positions count.
final class PackedTaps {
  /// Segments of every list.
  let segments: Int
  /// Whether each segment is a separate chain.
  let isSeparate: Bool
  /// Floats from one block of rows to the next.
  let blockPitch: Int

  private let weights: AlignedMemory
  private let groupPitch: Int
  private let lists: UnsafeMutablePointer<cck_tap_list>
  private let numbers: UnsafeMutablePointer<Int>
  private let ends: UnsafeMutablePointer<Int>

  /// - Parameters:
  ///   - channelPitch: Floats between neighbouring input channels in the grid.
  ///   - kernelPositions: Positions of the whole kernel.
  ///   - haveOwnKernels: Whether each pass has its own kernel, whose positions make the chains.
  ///   - channelsAtOnce: Input channels of a segment.
  ///   - weights: In the layout that `places` describes.
  init(
    passes: [TapPass], channelPitch: Int, kernelPositions: Int, groups: Int, inputs: Int, outputs: Int,
    haveOwnKernels: Bool, channelsAtOnce: Int, weights given: Tensor, places: WeightPlaces
  ) {
    let block = Int(CCK_ROW_BLOCK)
    let taps = inputs * kernelPositions
    // A vector across the outputs is always loaded whole.
    let rows = outputs == 1 ? 1 : block
    let blocks = (outputs + block - 1) / block
    let (blockPitch, groupPitch) = (taps * rows, blocks * taps * rows)
    (self.blockPitch, self.groupPitch) = (blockPitch, groupPitch)
    let packed = AlignedMemory(count: groups * groupPitch + block)
    weights = packed
    given.withUnsafeValues { given in
      for group in 0..<groups {
        for first in stride(from: 0, to: outputs, by: block) {
          let source = given.baseAddress! + places.first + group * places.group + first * places.output
          var target = packed.base + group * groupPitch + first / block * blockPitch
          for input in 0..<inputs {
            for position in 0..<kernelPositions {
              let weight = source + input * places.input + position * places.position
              for row in 0..<min(block, outputs - first) { target[row] = weight[row * places.output] }
              target += rows
            }
          }
        }
      }
    }

    let longest = haveOwnKernels ? passes.map(\.positions.count).max() ?? 0 : kernelPositions
    isSeparate = longest > TapList.longestChain
    let chains = isSeparate ? (longest + TapList.chainTaps - 1) / TapList.chainTaps : 1
    let inputsAtOnce = isSeparate ? 1 : min(inputs, max(1, channelsAtOnce))
    let channelSegments = (inputs + inputsAtOnce - 1) / inputsAtOnce
    segments = channelSegments * chains
    lists = .allocate(capacity: max(1, passes.count))
    numbers = .allocate(capacity: max(1, 2 * passes.reduce(0) { $0 + $1.positions.count * inputs }))
    ends = .allocate(capacity: max(1, passes.count * segments))
    var (nextNumber, nextEnd) = (numbers, ends)
    for (index, pass) in passes.enumerated() {
      let count = pass.positions.count * inputs
      let (offsets, numbered) = (nextNumber, nextNumber + count)
      let end = nextEnd
      var tap = 0
      for segment in 0..<channelSegments {
        // Segments of nearly equal length.
        let channels = segment * inputs / channelSegments..<(segment + 1) * inputs / channelSegments
        // A separate chain has one channel, and takes its positions in order.
        var next = 0
        for chain in 0..<chains {
          let stop = isSeparate ? (chain + 1) * TapList.chainTaps : .max
          for input in channels {
            if !isSeparate { next = 0 }
            while next < pass.positions.count, (haveOwnKernels ? next : pass.positions[next]) < stop {
              (offsets + tap).initialize(to: input * channelPitch + pass.shifts[next])
              (numbered + tap).initialize(to: (input * kernelPositions + pass.positions[next]) * rows)
              (tap, next) = (tap + 1, next + 1)
            }
          }
          (end + segment * chains + chain).initialize(to: tap)
        }
      }
      (lists + index).initialize(to: cck_tap_list(offsets: offsets, weights: numbered, ends: end))
      nextNumber += 2 * count
      nextEnd += segments
    }
  }

  deinit {
    lists.deallocate()
    numbers.deallocate()
    ends.deallocate()
  }

  /// The list of a pass; it lives as long as this object.
  func list(pass: Int) -> UnsafePointer<cck_tap_list> { UnsafePointer(lists + pass) }

  /// The packed weights of a group, from the row block that begins with `output`.
  func weights(group: Int, output: Int) -> UnsafePointer<Float> {
    UnsafePointer(weights.base + group * groupPitch + output / Int(CCK_ROW_BLOCK) * blockPitch)
  }
}
