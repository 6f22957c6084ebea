/// Copies inputs into a padded grid. What does not depend on the input is done once: where every row goes, and the
/// filler, which stays where it is.
struct GridFiller {
  private struct Row {
    /// Floats from the beginning of the channel in the grid.
    let target: Int
    /// Floats from the beginning of the channel in the input; −1: a row of filler.
    let source: Int
  }

  private let rows: [Row]
  /// For every place of the last axis, phase after phase, the input position that stands there; −1 for the filler.
  private let sources: [Int]
  /// The places of each phase whose positions lie within the input, and the input position of the first.
  private let inside: [(places: Range<Int>, source: Int)]
  private let grid: PaddedGrid
  private let filler: Float
  private let isFilledOnce: Bool

  init(_ grid: PaddedGrid, mode: PaddingMode) {
    self.grid = grid
    switch mode {
    case .zeros: (filler, isFilledOnce) = (0, true)
    case .constant(let value): (filler, isFilledOnce) = (value, true)
    case .reflect, .replicate, .circular: (filler, isFilledOnce) = (0, false)
    }
    let last = grid.inputSizes.count - 1
    let maps = grid.inputSizes.indices.map { Self.sources(of: grid, axis: $0, mode: mode) }
    var inputPitch = grid.inputSizes[last]
    var rows = [Row(target: 0, source: 0)]
    for axis in (0..<last).reversed() {
      let (phases, pitch) = (grid.phases[axis], inputPitch)
      // Later axes vary faster.
      rows = maps[axis].enumerated().flatMap { position, source in
        rows.map { row in
          Row(
            target: row.target + position % phases * grid.phasePitches[axis] + position / phases * grid.pitches[axis],
            source: source < 0 || row.source < 0 ? -1 : row.source + source * pitch)
        }
      }
      inputPitch *= grid.inputSizes[axis]
    }
    self.rows = isFilledOnce ? rows.filter { $0.source >= 0 } : rows
    let (phases, places, before) = (grid.phases[last], grid.places[last], grid.padding[last].before)
    sources = (0..<phases).flatMap { phase in (0..<places).map { maps[last][$0 * phases + phase] } }
    inside = (0..<phases).map { phase in
      let first = min(places, max(0, (before - phase + phases - 1) / phases))
      let end = min(places, max(first, (before + grid.inputSizes[last] - phase + phases - 1) / phases))
      return (first..<end, first * phases + phase - before)
    }
  }

  /// Puts the filler into the whole of one channel. Once, before the first `copy`.
  func prepare(_ target: UnsafeMutablePointer<Float>) { target.update(repeating: filler, count: grid.channelPitch) }

  /// Copies one channel of an input into its place.
  ///
  /// - Parameters:
  ///   - input: One channel.
  ///   - target: `channelPitch` floats, prepared.
  func copy(_ input: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
    let last = grid.inputSizes.count - 1
    let (phases, places, phasePitch) = (grid.phases[last], grid.places[last], grid.phasePitches[last])
    for row in rows where row.source >= 0 {
      let (from, to) = (input + row.source, target + row.target)
      for phase in 0..<phases {
        let (range, first) = inside[phase]
        let place = to + phase * phasePitch
        let source = from + first
        if phases == 1 {
          (place + range.lowerBound).update(from: source, count: range.count)
        } else {
          for index in 0..<range.count { place[range.lowerBound + index] = source[index * phases] }
        }
        if isFilledOnce { continue }
        for index in 0..<range.lowerBound { put(index + phase * places, from, to: place + index) }
        for index in range.upperBound..<places { put(index + phase * places, from, to: place + index) }
      }
    }
  }

  private func put(_ place: Int, _ row: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
    let from = sources[place]
    target.pointee = from < 0 ? filler : row[from]
  }

  /// For every padded position along an axis, the input position that stands there; −1 for the filler.
  private static func sources(of grid: PaddedGrid, axis: Int, mode: PaddingMode) -> [Int] {
    let (size, padding) = (grid.inputSizes[axis], grid.padding[axis])
    return (0..<grid.places[axis] * grid.phases[axis]).map { position in
      let from = position - padding.before
      if from >= 0, from < size { return from }
      // Behind the padding, where the last phases have places that nothing reads.
      if from >= size + padding.after { return -1 }
      switch mode {
      case .zeros, .constant: return -1
      case .replicate: return from < 0 ? 0 : size - 1
      case .reflect: return from < 0 ? -from : 2 * (size - 1) - from
      case .circular: return from < 0 ? from + size : from - size
      }
    }
  }
}
