/// How a padded input lies in memory, so that every tap of a convolution is one offset.
///
/// Along an axis of stride s, padded position p = q·s + φ lies in phase φ at place q. All of one phase stand together, so
/// that neighbouring outputs read neighbouring places whatever the stride: position n·s + d·k has phase (d·k) mod s and
/// place n + ⌊d·k / s⌋. In memory: channel, then phases (outermost axis first), then places, the last axis contiguous.
///
/// Rank and stride are only in how offsets are made here; the loops that follow know neither.
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
  /// Floats of one channel.
  let channelPitch: Int

  /// - Throws: `GeometryError.overflow`; `.tooLarge` when so many channels would take more than 8 GiB.
  init(inputSizes: [Int], padding: [PaddingCounts], strides: [Int], channels: Int) throws(GeometryError) {
    self.inputSizes = inputSizes
    self.padding = padding
    phases = strides
    places = inputSizes.indices.map { axis in
      let padded = inputSizes[axis] + padding[axis].before + padding[axis].after
      return (padded + strides[axis] - 1) / strides[axis]
    }
    // The shape counts with overflow checked.
    let shape = try Shape(strides + places)
    let all = shape.strides
    phasePitches = Array(all[..<strides.count])
    pitches = Array(all[strides.count...])
    channelPitch = shape.count
    let total = try Shape([channels, channelPitch]).count
    guard isInput || total <= Self.maximumFloats else {
      throw .tooLarge(what: "the padded input in floats", maximum: Self.maximumFloats, actual: total)
    }
  }

  private static let maximumFloats = 1 << 31

  /// Whether the grid is the input itself, so that nothing has to be copied.
  var isInput: Bool {
    phases.allSatisfy { $0 == 1 } && padding.allSatisfy { $0.before == 0 && $0.after == 0 }
  }

  /// How far a kernel position lies behind the place of an output.
  ///
  /// - Parameter shift: dilation · kernel position along each axis.
  func offset(ofShift shift: [Int]) -> Int {
    var offset = 0
    for axis in shift.indices {
      offset += shift[axis] % phases[axis] * phasePitches[axis] + shift[axis] / phases[axis] * pitches[axis]
    }
    return offset
  }

  /// Copies one channel of an input into its place, padded.
  ///
  /// - Parameters:
  ///   - input: `inputSizes` floats.
  ///   - target: `channelPitch` floats.
  func fill(_ target: UnsafeMutablePointer<Float>, from input: UnsafePointer<Float>, mode: PaddingMode) {
    let last = inputSizes.count - 1
    let rows = inputSizes.indices.map { sources(axis: $0, mode: mode) }
    var inputPitches = [Int](repeating: 1, count: inputSizes.count)
    for axis in inputSizes.indices.dropLast().reversed() {
      inputPitches[axis] = inputPitches[axis + 1] * inputSizes[axis + 1]
    }
    let filler: Float = if case .constant(let value) = mode { value } else { 0 }
    // Every row of every outer place and phase.
    let outer = (0..<last).map { places[$0] * phases[$0] }
    var position = [Int](repeating: 0, count: last)
    while true {
      var row = target
      var source: UnsafePointer<Float>? = input
      for axis in 0..<last {
        let (phase, place) = (position[axis] % phases[axis], position[axis] / phases[axis])
        row += phase * phasePitches[axis] + place * pitches[axis]
        let from = rows[axis][position[axis]]
        source = from < 0 ? nil : source.map { $0 + from * inputPitches[axis] }
      }
      fillRow(row, from: source, sources: rows[last], filler: filler)
      guard advance(&position, within: outer) else { return }
    }
  }

  /// One row: all phases of the last axis.
  private func fillRow(
    _ row: UnsafeMutablePointer<Float>, from source: UnsafePointer<Float>?, sources: [Int], filler: Float
  ) {
    let last = inputSizes.count - 1
    let (phases, places, before) = (phases[last], places[last], padding[last].before)
    for phase in 0..<phases {
      let target = row + phase * phasePitches[last]
      guard let source else {
        target.update(repeating: filler, count: places)
        continue
      }
      // Places whose position lies within the input, between those that do not.
      let first = min(places, max(0, (before - phase + phases - 1) / phases))
      let end = min(places, max(first, (before + inputSizes[last] - phase + phases - 1) / phases))
      func pad(_ range: Range<Int>) {
        for place in range {
          let from = sources[place * phases + phase]
          target[place] = from < 0 ? filler : source[from]
        }
      }
      pad(0..<first)
      let inside = source + first * phases + phase - before
      if phases == 1 {
        (target + first).update(from: inside, count: end - first)
      } else {
        for place in first..<end { target[place] = inside[(place - first) * phases] }
      }
      pad(end..<places)
    }
  }

  /// For every padded position along an axis, the input position that stands there; −1 for the filler.
  private func sources(axis: Int, mode: PaddingMode) -> [Int] {
    let size = inputSizes[axis]
    return (0..<places[axis] * phases[axis]).map { position in
      let from = position - padding[axis].before
      if from >= 0, from < size { return from }
      // Behind the padding, where the last phases have places that nothing reads.
      if from >= size + padding[axis].after { return -1 }
      switch mode {
      case .zeros, .constant: return -1
      case .replicate: return from < 0 ? 0 : size - 1
      case .reflect: return from < 0 ? -from : 2 * (size - 1) - from
      case .circular: return from < 0 ? from + size : from - size
      }
    }
  }
}

/// Counts through all positions of a grid, the last axis fastest.
/// - Returns: False when all were seen; the position is then the first again.
func advance(_ position: inout [Int], within sizes: [Int]) -> Bool {
  for axis in position.indices.reversed() {
    position[axis] += 1
    if position[axis] < sizes[axis] { return true }
    position[axis] = 0
  }
  return false
}
