import Convolution

/// Chooses how long responses are divided: a pure function of their lengths and routing, the latency, the grain, and a
/// table of costs. Block sizes, threads and clocks play no part.
///
/// It compares every sequence of levels whose partitions at least double in size, each after as many direct taps as its
/// first level needs. A level with partitions of B frames starts at tap 2·B − latency or later, which leaves B frames
/// of time for its work. Only a first level whose B divides the grain is computed at once.
public struct PartitionPlanner {
  private let matrix: ResponseMatrix
  private let spans: [Spans]
  private let kinds: [Spans]
  private let inputs: Int
  private let outputs: Int
  private let costs: ConvolutionCosts
  private let latency: Int
  private let longest: Int

  /// Longest partition for streams: longer ones have rows that take too long for one block.
  public static let longestStreamPartition = 16_384

  /// Longest partition for files: larger transforms no longer fit the caches.
  public static let longestOfflinePartition = 65_536

  /// The cheapest plan with exactly this latency and grain.
  ///
  /// - Parameters:
  ///   - matrix: Only its lengths and routing matter.
  ///   - latencyFrames: Latency in frames. Default: 0.
  ///   - grainFrames: Block sizes will be multiples of this many frames. Default: 1, any block.
  ///   - costs: The table of constants. Default: the one that ships with the library.
  /// - Throws: `ResponseError.setting` for a latency below 0 or a grain below 1, or beyond their limits.
  public static func plan(
    for matrix: ResponseMatrix, latencyFrames: Int = 0, grainFrames: Int = 1, costs: ConvolutionCosts = .standard
  ) throws(ResponseError) -> PartitionPlan {
    guard (0...ResponseMatrix.maximumFrames).contains(latencyFrames) else {
      throw .setting("the latency in frames", expected: 0...ResponseMatrix.maximumFrames, actual: latencyFrames)
    }
    let grains = 1...PartitionPlan.partitionFrames.upperBound
    guard grains.contains(grainFrames) else {
      throw .setting("the grain in frames", expected: grains, actual: grainFrames)
    }
    let planner = PartitionPlanner(matrix, latency: latencyFrames, costs: costs)
    let best = planner.best(grain: grainFrames)
    return try PartitionPlan(
      directTaps: best.direct, levels: best.levels, latencyFrames: latencyFrames, grainFrames: grainFrames)
  }

  /// The cheapest plan at any latency, for files. A plan with longer partitions must be at least 5 % cheaper.
  public static func offlinePlan(
    for matrix: ResponseMatrix, costs: ConvolutionCosts = .standard
  ) throws(ResponseError) -> PartitionPlan {
    var (latency, lowest) = (0, Double.infinity)
    var candidate = 0
    while candidate <= 2 * Self.longestOfflinePartition {
      let cost = PartitionPlanner(matrix, latency: candidate, costs: costs).best(grain: 1).cost
      if cost < 0.95 * lowest { (latency, lowest) = (candidate, cost) }
      candidate = max(2 * candidate, 2 * PartitionPlan.partitionFrames.lowerBound)
    }
    return try plan(for: matrix, latencyFrames: latency, costs: costs)
  }

  /// The plans that were compared, cheapest first: the best one for each length of the first partition, and the best
  /// one without partitions.
  public static func candidates(
    for matrix: ResponseMatrix, latencyFrames: Int = 0, grainFrames: Int = 1, costs: ConvolutionCosts = .standard
  ) -> [PartitionPlan] {
    PartitionPlanner(matrix, latency: latencyFrames, costs: costs).all(grain: grainFrames).sorted { $0.cost < $1.cost }
      .compactMap {
        try? PartitionPlan(
          directTaps: $0.direct, levels: $0.levels, latencyFrames: latencyFrames, grainFrames: grainFrames)
      }
  }

  /// The estimated cost of `plan` in nanoseconds per frame.
  public static func nanosecondsPerFrame(
    of plan: PartitionPlan, for matrix: ResponseMatrix, costs: ConvolutionCosts = .standard
  ) -> Double {
    let planner = PartitionPlanner(matrix, latency: plan.latencyFrames, costs: costs)
    return planner.directCost(plan.directTaps) + plan.levels.reduce(0) { $0 + planner.cost($1) }
  }

  /// Explains `plan`, one sentence per line.
  public static func explanation(
    of plan: PartitionPlan, for matrix: ResponseMatrix, costs: ConvolutionCosts = .standard
  ) -> [String] {
    let planner = PartitionPlanner(matrix, latency: plan.latencyFrames, costs: costs)
    var lines = [
      "The longest path has \(matrix.frames) taps; latency \(plan.latencyFrames), grain \(plan.grainFrames), "
        + "costs by the table \(costs.name)."
    ]
    if plan.directTaps > 0 {
      lines.append(
        "Taps 0 to \(plan.directTaps - 1) are a direct sum: \(decimal(planner.directCost(plan.directTaps))) ns a frame."
      )
    }
    for level in plan.levels {
      lines.append(
        "Taps \(level.firstTap) to \(level.endTap - 1) run through transforms in \(level.partitions) partitions of "
          + "\(level.partitionFrames): \(decimal(planner.cost(level))) ns a frame.")
    }
    let chosen = nanosecondsPerFrame(of: plan, for: matrix, costs: costs)
    let direct = planner.directCost(matrix.frames)
    if plan.levels.isEmpty {
      lines.append("Nothing with transforms would be cheaper at this latency and grain.")
    } else {
      lines.append(
        "Together \(decimal(chosen)) ns a frame; a direct sum of all taps would take \(decimal(direct)).")
    }
    return lines
  }

  // MARK: - Search

  private typealias Ladder = (direct: Int, levels: [PartitionPlan.Level], cost: Double)

  private init(_ matrix: ResponseMatrix, latency: Int, costs: ConvolutionCosts) {
    func span(_ path: ResponsePath) -> Range<Int> {
      path.delayFrames..<path.delayFrames + matrix.responses[path.response].count
    }
    self.matrix = matrix
    spans = Spans.groups(of: matrix.paths.map(span))
    kinds = Spans.groups(of: ResponseSpectra.kinds(of: matrix).kinds.map(span))
    inputs = matrix.inputChannels
    outputs = Set(matrix.paths.map(\.output)).count
    self.costs = costs
    self.latency = latency
    longest = latency == 0 ? Self.longestStreamPartition : Self.longestOfflinePartition
  }

  private func best(grain: Int) -> Ladder {
    let ladders = all(grain: grain)
    // The first of equals, so that the choice is always the same.
    return ladders.dropFirst().reduce(ladders[0]) { $1.cost < $0.cost ? $1 : $0 }
  }

  private func all(grain: Int) -> [Ladder] {
    let frames = matrix.frames
    var ladders: [Ladder] = [(frames, [], directCost(frames))]
    func add(_ direct: Int, _ first: Int) {
      guard direct < frames else { return }
      let rest = ladder(from: direct, partition: first)
      ladders.append((direct, rest.levels, directCost(direct) + rest.cost))
    }
    for partition in Self.partitions where partition <= longest { add(max(0, 2 * partition - latency), partition) }
    for partition in Self.partitions where grain % partition == 0 { add(0, partition) }
    return ladders
  }

  private static let partitions = (0...12).map { 32 << $0 }

  /// The cheapest way to cover the taps from `tap` on, starting with partitions of `partition` frames.
  private func ladder(from tap: Int, partition: Int) -> (levels: [PartitionPlan.Level], cost: Double) {
    let left = matrix.frames - tap
    let all = PartitionPlan.Level(
      partitionFrames: partition, firstTap: tap, partitions: (left + partition - 1) / partition)
    var best = ([all], cost(all))
    for longer in Self.partitions where longer > partition && longer <= longest {
      let count = max(1, (2 * longer - latency - tap + partition - 1) / partition)
      guard count < all.partitions else { break }
      let level = PartitionPlan.Level(partitionFrames: partition, firstTap: tap, partitions: count)
      let own = cost(level)
      guard own < best.1 else { continue }
      let rest = ladder(from: level.endTap, partition: longer)
      if own + rest.cost < best.1 { best = ([level] + rest.levels, own + rest.cost) }
    }
    return best
  }

  private func directCost(_ taps: Int) -> Double {
    spans.reduce(0) { $0 + Double($1.count * $1.span.clamped(to: 0..<max(taps, 0)).count) } * costs.multiplyAdd
  }

  private func cost(_ level: PartitionPlan.Level) -> Double {
    let frames = level.partitionFrames
    let products = spans.reduce(0) { $0 + $1.count * ResponseSpectra.partitions(of: $1.span, in: level).count }
    let kernels = kinds.reduce(0) { $0 + $1.count * ResponseSpectra.partitions(of: $1.span, in: level).count }
    let bytes = 8 * frames * (inputs * level.partitions + kernels)
    let transform = RightAngleTransform.shape(count: frames)
    let steps = inputs * (1 + transform.rows) + outputs * (1 + 2 * transform.rows)
    return Double(inputs + outputs) / 2 * costs.transform(frames: frames)
      + Double(products) * costs.product(bytes: bytes) + Double(steps) * costs.step / Double(frames)
  }
}

/// Paths that span the same taps.
private struct Spans {
  let span: Range<Int>
  var count: Int

  /// Beyond this many distinct spans they are rounded, so that planning thousands of delays does not take hours.
  private static let most = 64

  static func groups(of all: [Range<Int>]) -> [Spans] {
    var grain = 1
    while true {
      var counts: [Range<Int>: Int] = [:]
      for span in all {
        let rounded = span.lowerBound / grain * grain..<(span.upperBound + grain - 1) / grain * grain
        counts[rounded, default: 0] += 1
      }
      if counts.count <= most || grain >= 1 << 28 {
        // Sorted, because the order of a dictionary changes from run to run.
        return counts.map { Spans(span: $0.key, count: $0.value) }
          .sorted { ($0.span.lowerBound, $0.span.upperBound) < ($1.span.lowerBound, $1.span.upperBound) }
      }
      grain *= 2
    }
  }
}

/// Three significant digits, for reading.
private func decimal(_ value: Double) -> String {
  let hundredths = Int((value * 100).rounded())
  let rest = hundredths % 100
  return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
}
