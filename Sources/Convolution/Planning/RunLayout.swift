import CConvolutionKernels

/// How the outputs of a pass are cut into runs, and the direction of the vectors.
struct RunLayout {
  enum Orientation: Equatable {
    /// Vectors of neighbouring outputs, weights broadcast. With two axes flattened, the places between the rows are
    /// computed and dropped, so that vectors stay full.
    case along(flattened: Int)
    /// Vectors of output channels, inputs broadcast; the run goes along one of the axes.
    case across(axis: Int)
  }

  /// The kinds of layout, for tests that ask for one.
  enum Kind: CaseIterable { case along, flattened, across }

  let orientation: Orientation
  /// Axes of the pass, outermost first.
  let axes: [TapPass.Axis]
  /// The cost, in multiply-adds of full vectors.
  let cost: Int

  private var kind: Kind {
    switch orientation {
    case .along(flattened: 1): .along
    case .along: .flattened
    case .across: .across
    }
  }

  /// Whether vectors lie across the output channels.
  var isAcross: Bool { if case .across = orientation { true } else { false } }

  /// Places of a run across the output channels.
  var longestRun: Int { if case .across(let axis) = orientation { axes[axis].count } else { 0 } }

  /// The layout in words.
  var explanation: String {
    switch orientation {
    case .along(flattened: 2):
      let (rows, last) = (axes[axes.count - 2], axes[axes.count - 1])
      let length = (rows.count - 1) * rows.x + last.count
      let share = Int((Double(rows.count * last.count) / Double(length) * 100).rounded())
      return "vectors along runs of \(length), of which \(share) % are outputs: \(rows.count) rows flattened"
    case .along: return "vectors along runs of \(axes.last?.count ?? 1)"
    case .across(let axis): return "vectors across the output channels, runs of \(axes[axis].count)"
    }
  }

  /// The cheapest layout of a pass.
  ///
  /// - Parameters:
  ///   - axes: From `TapPass.axes`.
  ///   - taps: Taps of one output, over all input channels.
  ///   - outputs: Output channels of a group.
  ///   - kind: Only of this kind, where it is possible.
  static func cheapest(axes: [TapPass.Axis], taps: Int, outputs: Int, kind: Kind? = nil) -> RunLayout {
    let last = axes.last ?? TapPass.Axis(count: 1, x: 1, y: 1)
    var layouts: [RunLayout] = []
    func add(_ orientation: Orientation, _ axes: [TapPass.Axis], runs: Int, _ cost: Int) {
      layouts.append(RunLayout(orientation: orientation, axes: axes, cost: runs * cost))
    }
    // Along an axis whose neighbours are not adjacent, runs have one place.
    let innermost = last.x == 1 ? axes : axes + [TapPass.Axis(count: 1, x: 1, y: 1)]
    let length = innermost.last?.count ?? 1
    add(
      .along(flattened: 1), innermost, runs: innermost.dropLast().reduce(1) { $0 * $1.count },
      alongCost(length: length, taps: taps, outputs: outputs, isWhole: length % 16 == 0 && last.y == 1))
    if last.x == 1, axes.count > 1 {
      let rows = axes[axes.count - 2]
      if rows.x >= last.count, rows.x <= 4 * last.count {
        add(
          .along(flattened: 2), axes, runs: axes.dropLast(2).reduce(1) { $0 * $1.count },
          alongCost(length: (rows.count - 1) * rows.x + last.count, taps: taps, outputs: outputs, isWhole: false))
      }
    }
    for axis in axes.indices {
      add(
        .across(axis: axis), axes, runs: axes.indices.reduce(1) { $0 * ($1 == axis ? 1 : axes[$1].count) },
        acrossCost(length: axes[axis].count, taps: taps, outputs: outputs, isWhole: axes[axis].y == 1))
    }
    if axes.isEmpty {
      add(.across(axis: 0), [last], runs: 1, acrossCost(length: 1, taps: taps, outputs: outputs, isWhole: true))
    }
    let wanted = layouts.filter { kind == nil || $0.kind == kind }
    return (wanted.isEmpty ? layouts : wanted).min { $0.cost < $1.cost }!
  }

  // The figures are for a processor with 16 floats per vector that starts two multiply-adds and two loads in a cycle and
  // has a result after four. They are used on every processor, because the plan must not depend on the machine.

  /// The cost of a tile of `sums` sums with `loads` loads for each tap. A load that straddles two cache lines counts
  /// twice, and loads slow down sums even where there are fewer of them.
  private static func tileCost(taps: Int, sums: Int, loads: Int) -> Int {
    taps * (max(sums, loads + 2, 8) + (loads + 2) / 6) + tileOverhead + 2 * sums
  }
  private static let tileOverhead = 60
  private static let runOverhead = 80
  private static let transposeCost = 260

  private static func alongCost(length: Int, taps: Int, outputs: Int, isWhole: Bool) -> Int {
    let vectors = (length + 15) / 16
    let widest = outputs <= 4 ? 6 : 3
    func cost(of width: Int) -> Int {
      let most = width == 1 ? 16 : outputs <= 4 ? 4 : 8
      let (tiles, rest) = outputs.quotientAndRemainder(dividingBy: most)
      let full = tileCost(taps: taps, sums: most * width, loads: 2 * width + most)
      let last = rest == 0 ? 0 : tileCost(taps: taps, sums: rest * width, loads: 2 * width + rest)
      return tiles * full + last + (isWhole ? 0 : (outputs * 12 + 30) * width)
    }
    let rest = vectors % widest
    let tiles = vectors / widest * cost(of: widest) + (rest == 0 ? 0 : cost(of: rest))
    return tiles + runOverhead
  }

  private static func acrossCost(length: Int, taps: Int, outputs: Int, isWhole: Bool) -> Int {
    let blocks = (outputs + 15) / 16
    func cost(of blocks: Int) -> Int {
      // As `across_block` cuts: four blocks next to each other only where one tile takes the run.
      let (high, parts, most) = blocks < 4 ? (blocks, 1, 14) : length <= 6 ? (4, 1, 6) : (2, 2, 14)
      let tiles = (length + most - 1) / most
      let (wide, rest) = length.quotientAndRemainder(dividingBy: tiles)
      let each = { tileCost(taps: taps, sums: high * $0, loads: high + $0) + 4 * high * $0 }
      return parts * (rest * each(wide + 1) + (tiles - rest) * each(wide))
        + blocks * ((length + 15) / 16 * transposeCost + (isWhole ? 0 : length * 32))
    }
    let (fours, rest) = blocks.quotientAndRemainder(dividingBy: 4)
    let last = rest == 3 ? cost(of: 2) + cost(of: 1) : rest == 0 ? 0 : cost(of: rest)
    return (fours == 0 ? 0 : fours * cost(of: 4)) + last + runOverhead
  }

  /// The runs.
  ///
  /// - Parameters:
  ///   - x: The place of the first output in the grid.
  ///   - y: The place of the first output in the output.
  ///   - longest: The most places of a run; whole rows and whole tiles stay together.
  func makeRuns(taps: UnsafePointer<cck_tap_list>, x: Int, y: Int, longest: Int) -> [cck_run] {
    let inner: [Int]
    switch orientation {
    case .along(let flattened): inner = Array(axes.indices.suffix(flattened))
    case .across(let axis): inner = [axis]
    }
    var places = [(x: x, y: y)]
    for axis in axes.indices where !inner.contains(axis) {
      let axis = axes[axis]
      places = places.flatMap { place in
        (0..<axis.count).map { (x: place.x + $0 * axis.x, y: place.y + $0 * axis.y) }
      }
    }
    var run = cck_run()
    run.taps = taps
    let last = axes.isEmpty ? TapPass.Axis(count: 1, x: 1, y: 1) : axes[inner.last!]
    (run.x_step, run.y_step) = (last.x, last.y)
    switch orientation {
    case .across:
      run.orientation = Int32(CCK_ACROSS.rawValue)
      return cut(run, places: places, count: last.count, most: Int(CCK_ACROSS_PLACES), x: last.x, y: last.y) {
        $0.length = $1
      }
    case .along(flattened: 2):
      let rows = axes[inner[0]]
      (run.row, run.pitch, run.y_pitch) = (last.count, rows.x, rows.y)
      return cut(run, places: places, count: rows.count, most: max(1, longest / rows.x), x: rows.x, y: rows.y) {
        $0.length = ($1 - 1) * rows.x + last.count
      }
    case .along:
      return cut(run, places: places, count: last.count, most: longest, x: 1, y: last.y) {
        ($0.length, $0.row, $0.pitch) = ($1, $1, $1)
      }
    }
  }

  private func cut(
    _ run: cck_run, places: [(x: Int, y: Int)], count: Int, most: Int, x: Int, y: Int,
    size: (inout cck_run, Int) -> Void
  ) -> [cck_run] {
    places.flatMap { place in
      stride(from: 0, to: count, by: most).map { first in
        var part = run
        (part.x, part.y) = (place.x + first * x, place.y + first * y)
        size(&part, min(most, count - first))
        return part
      }
    }
  }
}
