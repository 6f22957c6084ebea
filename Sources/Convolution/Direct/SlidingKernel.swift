import CConvolutionKernels

/// Depthwise convolution: the kernel of a single channel as lines that slide over the rows of the input.
///
/// Output row r reads input line s·r + q with kernel line q, so neighbouring rows share lines. The lines run along the
/// last axis; rows are numbered along the one before it. In one dimension the run is split into four phases, which are
/// the rows: output 4·t + r reads place t of line r + q.
struct SlidingKernel {
  /// Offsets in the grid: of the kernel positions along the outer axes, of the lines, and within a line.
  let outer: [Int]
  let lines: [Int]
  let inner: [Int]
  /// Kernel positions along the axis of the lines.
  let kernelLines: Int
  /// Lines from one row of outputs to the next.
  let rowStride: Int
  /// The most rows that share lines; 1: none do.
  let rowsAtOnce: Int
  /// Whether rows are phases.
  let isPhases: Bool
  /// The padded grid that the kernel reads.
  let grid: PaddedGrid
  /// Outputs along each axis; in one dimension as phases and places.
  let sizes: [Int]

  /// Phases of one dimension.
  static let phases = 4

  /// - Returns: nil where a sliding kernel does not apply.
  init?(
    _ geometry: ConvolutionGeometry, inputSizes: [Int], padding: [PaddingCounts], outputSizes: [Int]
  ) throws(GeometryError) {
    let axes = geometry.axes
    let rank = axes.count
    let rows = axes[max(0, rank - 2)]
    kernelLines = rows.kernel
    rowStride = rows.stride
    let most = rank == 1 ? Self.phases : Int(rowStride == 1 ? CCK_SLIDE_ROWS : CCK_SLIDE_ROWS_BY_2)
    let isShared = rows.stride <= 2 && rows.dilation == 1
    rowsAtOnce = isShared ? min(1 + (rows.kernel - 1) / rowStride, most) : 1
    let shared = kernelLines + rowStride * (rowsAtOnce - 1)
    if rank == 1 {
      guard isShared, rowStride == 1, rows.kernel >= Self.phases, outputSizes[0] >= 64 else { return nil }
      isPhases = true
      let grid = try PaddedGrid(inputSizes: inputSizes, padding: padding, strides: [Self.phases], channels: 1)
      self.grid = grid
      (outer, inner) = ([0], [0])
      lines = (0..<shared).map { grid.offset(ofShift: $0, axis: 0) }
      sizes = [Self.phases, (outputSizes[0] + Self.phases - 1) / Self.phases]
      return
    }
    isPhases = false
    let grid = try PaddedGrid(inputSizes: inputSizes, padding: padding, strides: axes.map(\.stride), channels: 1)
    self.grid = grid
    func offsets(_ axis: Int, _ positions: Int) -> [Int] {
      (0..<positions).map { grid.offset(ofShift: $0 * axes[axis].dilation, axis: axis) }
    }
    outer = sums((0..<rank - 2).map { offsets($0, axes[$0].kernel) })
    lines = offsets(rank - 2, shared)
    inner = offsets(rank - 1, axes[rank - 1].kernel)
    sizes = outputSizes
  }

  /// The cost of one channel, in multiply-adds of full vectors.
  var cost: Int {
    let (rows, length) = (sizes[sizes.count - 2], sizes[sizes.count - 1])
    let vectors = (length + 15) / 16
    let most = rowsAtOnce
    func tile(_ height: Int, _ width: Int) -> Int {
      let positions = outer.count * inner.count
      let loads = positions * ((kernelLines + rowStride * (height - 1)) * 2 * width + kernelLines * height)
      return max(positions * kernelLines * max(8, height * width), loads) + 60 + height * width * (isPhases ? 8 : 4)
    }
    func row(of height: Int) -> Int {
      vectors / 4 * tile(height, 4) + (vectors % 4 == 0 ? 0 : tile(height, vectors % 4))
    }
    let plane = rows / most * row(of: most) + (rows % most == 0 ? 0 : row(of: rows % most))
    return sizes.dropLast(2).reduce(1, *) * (plane + 80) + grid.copyCost
  }

  /// Multiply-adds of one channel.
  var multiplyAdds: Int { sizes.reduce(outer.count * kernelLines * inner.count, *) }

  /// The runs of one channel.
  ///
  /// - Parameter outputPitches: Floats between neighbours in the output.
  func makeRuns(_ slide: UnsafePointer<cck_slide>, outputPitches: [Int]) -> [cck_run] {
    var run = cck_run()
    run.orientation = Int32(CCK_SLIDING.rawValue)
    run.slide = slide
    (run.row, run.length) = (sizes[sizes.count - 2], sizes[sizes.count - 1])
    (run.x_step, run.y_step) = (1, 1)
    if isPhases { return [run] }
    (run.x_pitch, run.y_pitch) = (grid.pitches[sizes.count - 2], outputPitches[sizes.count - 2])
    func places(_ pitches: [Int]) -> [Int] {
      sums(sizes.indices.dropLast(2).map { axis in (0..<sizes[axis]).map { $0 * pitches[axis] } })
    }
    return zip(places(grid.pitches), places(outputPitches)).map { place in
      var part = run
      (part.x, part.y) = place
      return part
    }
  }

  /// The kernel in words.
  var explanation: String {
    isPhases
      ? "one channel at a time: \(kernelLines) taps slide over four phases of the run"
      : "one channel at a time: \(kernelLines) lines of the kernel slide over rows of \(sizes[sizes.count - 1])"
  }
}

/// A sliding kernel in the memory layout of the C kernels.
final class SlidingTaps {
  let slide: UnsafeMutablePointer<cck_slide>
  private let offsets: UnsafeMutablePointer<Int>

  init(_ kernel: SlidingKernel, outputs: Int) {
    let all = kernel.outer + kernel.lines + kernel.inner
    offsets = .allocate(capacity: all.count)
    for (index, offset) in all.enumerated() { (offsets + index).initialize(to: offset) }
    slide = .allocate(capacity: 1)
    slide.initialize(
      to: cck_slide(
        outer: kernel.outer.count, lines: kernel.kernelLines, inner: kernel.inner.count, outer_offsets: offsets,
        inner_offsets: offsets + kernel.outer.count + kernel.lines.count,
        line_offsets: offsets + kernel.outer.count, row_stride: kernel.rowStride, rows_at_once: kernel.rowsAtOnce,
        is_phases: kernel.isPhases ? 1 : 0, phases_length: outputs))
  }

  deinit {
    slide.deallocate()
    offsets.deallocate()
  }
}
