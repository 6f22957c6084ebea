import ConvAudioKit

/// Is the planner's choice good? At every point of a grid over length, latency or grain, and channels, compares the
/// chosen plan with its alternatives (direct sums only, and the cheapest partitions for every first size) and with the
/// choices from tables that are wrong by half: longer, shorter, more or fewer levels. Skips plans that cost more than
/// three times as much according to the table.
func measureGrid(rounds: Int) throws {
  let settings: [(name: String, latency: Int?, grain: Int, block: Int)] = [
    ("latency 0", 0, 1, 64), ("grain 64", 0, 64, 64), ("grain 512", 0, 512, 512), ("latency 1024", 1024, 1, 256),
    ("offline", nil, 1, 16_384),
  ]
  print("| taps | setting | channels | chosen | × real time | fastest | × real time | chosen takes |")
  print("| ---: | --- | ---: | --- | ---: | --- | ---: | ---: |")
  var (good, points) = (0, 0)
  for taps in [8, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_000_000] {
    for setting in settings {
      for channels in [1, 2] {
        let matrix = try ResponseMatrix.perChannel(
          (0..<channels).map { decayingNoise(taps: taps, seed: UInt64($0) + 1) })
        let chosen: PartitionPlan
        var plans: [PartitionPlan]
        if let latency = setting.latency {
          chosen = try PartitionPlanner.plan(for: matrix, latencyFrames: latency, grainFrames: setting.grain)
          plans = PartitionPlanner.candidates(for: matrix, latencyFrames: latency, grainFrames: setting.grain)
        } else {
          chosen = try PartitionPlanner.offlinePlan(for: matrix)
          plans = [0, 512, 2048, 8192, 32_768, 131_072, 262_144].flatMap {
            PartitionPlanner.candidates(for: matrix, latencyFrames: $0).prefix(2)
          }
        }
        for costs in distortedTables {
          plans.append(
            setting.latency == nil
              ? try PartitionPlanner.offlinePlan(for: matrix, costs: costs)
              : try PartitionPlanner.plan(
                for: matrix, latencyFrames: setting.latency ?? 0, grainFrames: setting.grain, costs: costs))
        }
        plans = Array(Set(plans))
        let cost = PartitionPlanner.nanosecondsPerFrame(of: chosen, for: matrix)
        plans.removeAll { PartitionPlanner.nanosecondsPerFrame(of: $0, for: matrix) > 3 * cost + 3 || $0 == chosen }
        plans.insert(chosen, at: 0)
        let mode: Row.Mode = setting.latency == nil ? .offline : .anyBlock(setting.block)
        let subjects = try plans.map {
          try Subject(Row(taps: taps, mode: mode, channels: channels), plan: $0, seconds: 4)
        }
        var best = [Double](repeating: .infinity, count: subjects.count)
        for _ in 0..<rounds {
          for (index, subject) in subjects.enumerated() { best[index] = min(best[index], subject.measure()) }
        }
        let fastest = best.indices.min { best[$0] < best[$1] } ?? 0
        let share = best[0] / best[fastest]
        points += 1
        if share <= 1.15 { good += 1 }
        print(
          "| \(taps) | \(setting.name) | \(channels) | \(parts(chosen)) | \(Int(1 / best[0])) | \(parts(plans[fastest])) "
            + "| \(Int(1 / best[fastest])) | \(decimal(share)) |")
      }
    }
  }
  print("\nwithin 15 % of the fastest at \(good) of \(points) points")
}

private let distortedTables: [ConvolutionCosts] = [0.5, 0.7, 1.5, 2].flatMap { factor in
  var (direct, transforms, products) = (ConvolutionCosts.standard, ConvolutionCosts.standard, ConvolutionCosts.standard)
  direct.multiplyAdd *= factor
  transforms.transformFrame = transforms.transformFrame.map { $0 * factor }
  products.product = products.product.map { $0 * factor }
  return [direct, transforms, products]
}

private func parts(_ plan: PartitionPlan) -> String {
  let levels = plan.levels.map { "\($0.partitions)x\($0.partitionFrames)" }.joined(separator: " ")
  return (plan.directTaps > 0 ? "direct \(plan.directTaps) " : "") + levels
}
