import CConvolutionKernels

/// Weights and lists of taps as the kernel wants them. All passes share the weights; each has a list of its own.
///
/// Order of sums: input channel outermost, kernel positions in their order; kernels of more than `TapList.longestChain`
/// positions in separate chains of `TapList.chainTaps`, which end at the same positions whatever a pass leaves out.
final class PackedTaps {
  /// Segments of every list.
  let segments: Int
  /// Whether segments are chains of their own.
  let isSeparate: Bool
  /// Floats between the blocks of rows.
  let blockPitch: Int

  private let weights: AlignedMemory
  private let groupPitch: Int
  private let lists: UnsafeMutablePointer<cck_tap_list>
  private let passes: Int
  private let numbers: UnsafeMutablePointer<Int>
  private let ends: UnsafeMutablePointer<Int>

  /// - Parameters:
  ///   - channelPitch: Floats between neighbouring input channels in the grid.
  ///   - kernelPositions: Of the whole kernel.
  ///   - channelsAtOnce: Input channels of a segment.
  ///   - weight: The weight of an output channel of a group for an input channel of it and a kernel position.
  init(
    passes: [TapPass], channelPitch: Int, kernelPositions: Int, groups: Int, inputs: Int, outputs: Int,
    channelsAtOnce: Int, weight: (_ group: Int, _ output: Int, _ input: Int, _ position: Int) -> Float
  ) {
    let block = Int(CCK_ROW_BLOCK)
    let taps = inputs * kernelPositions
    // A vector across the outputs is always loaded whole.
    let rows = outputs == 1 ? 1 : block
    blockPitch = taps * rows
    let blocks = (outputs + block - 1) / block
    groupPitch = blocks * blockPitch
    weights = AlignedMemory(count: groups * groupPitch + block)
    for group in 0..<groups {
      for output in 0..<outputs {
        let target = weights.base + group * groupPitch + output / block * blockPitch + output % block
        for input in 0..<inputs {
          for position in 0..<kernelPositions {
            target[(input * kernelPositions + position) * rows] = weight(group, output, input, position)
          }
        }
      }
    }

    isSeparate = kernelPositions > TapList.longestChain
    let chains = isSeparate ? (kernelPositions + TapList.chainTaps - 1) / TapList.chainTaps : 1
    let inputsAtOnce = isSeparate ? 1 : min(inputs, max(1, channelsAtOnce))
    let channelSegments = (inputs + inputsAtOnce - 1) / inputsAtOnce
    segments = channelSegments * chains
    self.passes = passes.count
    lists = .allocate(capacity: max(1, passes.count))
    numbers = .allocate(capacity: max(1, 2 * passes.reduce(0) { $0 + $1.positions.count * inputs }))
    ends = .allocate(capacity: max(1, passes.count * segments))
    var (nextNumber, nextEnd) = (numbers, ends)
    for (index, pass) in passes.enumerated() {
      let count = pass.positions.count * inputs
      let (offsets, places) = (nextNumber, nextNumber + count)
      let end = nextEnd
      var tap = 0
      for segment in 0..<channelSegments {
        // As equal as can be.
        let channels = segment * inputs / channelSegments..<(segment + 1) * inputs / channelSegments
        for chain in 0..<chains {
          for input in channels {
            for (position, shift) in zip(pass.positions, pass.shifts)
            where !isSeparate || position / TapList.chainTaps == chain {
              (offsets + tap).initialize(to: input * channelPitch + shift)
              (places + tap).initialize(to: (input * kernelPositions + position) * rows)
              tap += 1
            }
          }
          (end + segment * chains + chain).initialize(to: tap)
        }
      }
      (lists + index).initialize(to: cck_tap_list(offsets: offsets, weights: places, ends: end))
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

  /// The packed weights of a group from the row block on that begins with `output`.
  func weights(group: Int, output: Int) -> UnsafePointer<Float> {
    UnsafePointer(weights.base + group * groupPitch + output / Int(CCK_ROW_BLOCK) * blockPitch)
  }
}
