/// The memory layout of a padded input, in which every tap of a convolution is one offset.
///
/// Along an axis of stride s, padded position p = q·s + φ is in phase φ at place q. The places of a phase are together,
/// so neighbouring outputs read neighbouring places whatever the stride: position n·s + d·k has phase (d·k) mod s and
/// place n + ⌊d·k / s⌋. In memory: channel, then phases (outermost axis first), then places, the last axis contiguous.
///
/// Rank and stride only decide the offsets that are computed here; the loops know neither.
struct PaddedGrid {
  /// Input positions along each axis.
  let inputSizes: [Int]
  /// Padding along each axis.
  let padding: [PaddingCounts]
  /// Phases along each axis: the strides of the convolution.
  let phases: [Int]
  /// Places along each axis, of every phase.
  let places: [Int]
  /// Floats between neighbouring places along each axis.
  let pitches: [Int]
  /// Floats between neighbouring phases along each axis.
  let phasePitches: [Int]
  /// Floats per channel.
  let channelPitch: Int

  /// - Throws: `GeometryError.overflow`; `.tooLarge` when the channels would take more than 8 GiB.
  init(inputSizes: [Int], padding: [PaddingCounts], strides: [Int], channels: Int) throws(GeometryError) {
    self.inputSizes = inputSizes
    self.padding = padding
    phases = strides
    places = inputSizes.indices.map { axis in
      let padded = inputSizes[axis] + padding[axis].before + padding[axis].after
      return (padded + strides[axis] - 1) / strides[axis]
    }
    // `Shape` checks for overflow.
    let shape = try Shape(strides + places)
    let all = shape.strides
    phasePitches = Array(all[..<strides.count])
    pitches = Array(all[strides.count...])
    let isPadded = strides.contains { $0 > 1 } || padding.contains { $0.before > 0 || $0.after > 0 }
    // The same place of all channels must not fall into one set of the first-level cache.
    channelPitch = isPadded && shape.count % Self.aliasingPitch == 0 ? shape.count + 48 : shape.count
    let total = try Shape([channels, channelPitch]).count
    guard isInput || total <= Self.maximumFloats else {
      throw .tooLarge(what: "the padded input in floats", maximum: Self.maximumFloats, actual: total)
    }
  }

  /// Whether the same place of all channels falls into one set of a first-level cache with ways of 4 KiB, which then
  /// holds too few of them.
  var isAliasing: Bool { channelPitch % Self.aliasingPitch == 0 }
  private static let aliasingPitch = 1024

  /// 8 GiB.
  static let maximumFloats = 1 << 31

  /// Whether the grid is the input itself, so that nothing has to be copied.
  var isInput: Bool {
    phases.allSatisfy { $0 == 1 } && padding.allSatisfy { $0.before == 0 && $0.after == 0 }
  }

  /// What copying one channel costs, in multiply-adds of full vectors: a vector is loaded, sorted and stored.
  var copyCost: Int {
    if isInput { return 0 }
    let rows = places.dropLast().reduce(1, *) * phases.reduce(1, *)
    return rows * (12 + (places.last! + 15) / 16 * (phases.last! == 1 ? 4 : 8))
  }

  /// Floats from the place of an output to what a kernel position reads, along one axis. The offset is the sum over axes.
  ///
  /// - Parameter shift: dilation · kernel position along the axis.
  func offset(ofShift shift: Int, axis: Int) -> Int {
    shift % phases[axis] * phasePitches[axis] + shift / phases[axis] * pitches[axis]
  }
}
