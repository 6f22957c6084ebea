import CConvolutionKernels

/// Copies inputs into a padded grid. Whatever does not depend on the input is done once: where each row goes, and the
/// padding values, which stay in place.
///
/// Safe because the rows were made for a grid and an input of these sizes. The caller owns the memory.
final class GridFiller {
  /// Where each row begins in a channel of the input and of the grid.
  private let rows: UnsafeMutableBufferPointer<cck_row>
  /// Within a row, the places of each phase whose positions lie within the input.
  private let phases: UnsafeMutableBufferPointer<cck_phase>
  private var plan = cck_copy()
  /// The input position at every place of the last axis, phase after phase; −1 for the padding value.
  private let sources: [Int]
  private let grid: PaddedGrid
  private let filler: Float
  private let isFilledOnce: Bool
  private let kernels: UnsafePointer<cck_kernels>

  init(_ grid: PaddedGrid, mode: PaddingMode, kernels: UnsafePointer<cck_kernels>) {
    self.grid = grid
    self.kernels = kernels
    switch mode {
    case .zeros: (filler, isFilledOnce) = (0, true)
    case .constant(let value): (filler, isFilledOnce) = (value, true)
    case .reflect, .replicate, .circular: (filler, isFilledOnce) = (0, false)
    }
    let last = grid.inputSizes.count - 1
    let maps = grid.inputSizes.indices.map { Self.sources(of: grid, axis: $0, mode: mode) }
    var inputPitch = grid.inputSizes[last]
    var rows = [cck_row(source: 0, target: 0)]
    for axis in (0..<last).reversed() {
      let (phases, pitch) = (grid.phases[axis], inputPitch)
      // Later axes vary faster. Rows of padding are not copied.
      rows = maps[axis].enumerated().flatMap { position, source in
        source < 0
          ? []
          : rows.map { row in
            let place = position % phases * grid.phasePitches[axis] + position / phases * grid.pitches[axis]
            return cck_row(source: row.source + source * pitch, target: row.target + place)
          }
      }
      inputPitch *= grid.inputSizes[axis]
    }
    self.rows = .allocate(capacity: rows.count)
    _ = self.rows.initialize(from: rows)
    let (strides, places, before) = (grid.phases[last], grid.places[last], grid.padding[last].before)
    sources = (0..<strides).flatMap { phase in (0..<places).map { maps[last][$0 * strides + phase] } }
    phases = .allocate(capacity: strides)
    _ = phases.initialize(
      from: (0..<strides).map { phase in
        let first = min(places, max(0, (before - phase + strides - 1) / strides))
        let end = min(places, max(first, (before + grid.inputSizes[last] - phase + strides - 1) / strides))
        return cck_phase(
          source: first * strides + phase - before, target: phase * grid.phasePitches[last] + first,
          floats: end - first)
      })
    plan.rows = UnsafePointer(self.rows.baseAddress)
    plan.row_count = rows.count
    plan.phases = UnsafePointer(phases.baseAddress)
    plan.stride = strides
  }

  deinit {
    rows.deallocate()
    phases.deallocate()
  }

  /// Fills whole channels with the padding value. Once, before the first `copy`.
  func prepare(_ target: UnsafeMutablePointer<Float>, channels: Int) {
    target.update(repeating: filler, count: channels * grid.channelPitch)
  }

  /// Copies channels of an input into their places.
  ///
  /// - Parameters:
  ///   - input: The first channel; `inputPitch` floats each.
  ///   - target: `channelPitch` floats for each channel, prepared.
  func copy(_ input: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, channels: Int, inputPitch: Int) {
    kernels.pointee.copy_rows(&plan, channels, input, inputPitch, target, grid.channelPitch)
    if isFilledOnce { return }
    let places = grid.places.last!
    for channel in 0..<channels {
      for row in rows {
        let from = input + channel * inputPitch + row.source
        for phase in phases.indices {
          let to = target + channel * grid.channelPitch + row.target + phase * grid.phasePitches.last!
          let first = phases[phase].target - phase * grid.phasePitches.last!
          for index in 0..<first { put(index + phase * places, from, to: to + index) }
          for index in first + phases[phase].floats..<places { put(index + phase * places, from, to: to + index) }
        }
      }
    }
  }

  private func put(_ place: Int, _ row: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
    let from = sources[place]
    target.pointee = from < 0 ? filler : row[from]
  }

  /// The input position at every padded position along an axis; −1 for the padding value.
  private static func sources(of grid: PaddedGrid, axis: Int, mode: PaddingMode) -> [Int] {
    let (size, padding) = (grid.inputSizes[axis], grid.padding[axis])
    return (0..<grid.places[axis] * grid.phases[axis]).map { position in
      let from = position - padding.before
      if from >= 0, from < size { return from }
      // After the padding, where the last phases have places that are never read.
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
