// How fast impulse responses of 256 to 480,000 taps run, as times real time at 48 kHz, with the plan of each; then the
// worst block of many for ten seconds of stereo. One thread. Pin it to a core:
//
//     taskset -c 0 swift run -c release long-kernel-benchmark [--rows SUBSTRING] [--rounds N] [--blocks] [--list]
//     taskset -c 0 swift run -c release long-kernel-benchmark --plan "grain 1 latency 0 direct 256 partitions 6x128" TAPS
//
// `--turns` is for comparisons: reads numbers of rows (`--list` prints them) from standard input, one a line, measures
// each when it comes, and answers with the seconds that a second of sound took and the plan.

import ConvAudioKit
import Foundation

func run() throws {
  var arguments = CommandLine.arguments.dropFirst()
  var (wanted, rounds, onlyBlocks, turns) = ("", 5, false, false)
  var pinned: (plan: PartitionPlan, taps: Int)?
  while let option = arguments.popFirst() {
    switch option {
    case "--rows": wanted = arguments.popFirst() ?? ""
    case "--rounds": rounds = max(1, Int(arguments.popFirst() ?? "") ?? 5)
    case "--blocks": onlyBlocks = true
    case "--turns": turns = true
    case "--plan":
      let plan = try PartitionPlan(text: arguments.popFirst() ?? "")
      pinned = (plan, Int(arguments.popFirst() ?? "") ?? plan.capacityFrames)
    case "--list":
      for (index, row) in Row.all.enumerated() { print("\(index)\t\(row.name)") }
      return
    default:
      print("long-kernel-benchmark: unknown option \(option)")
      exit(64)
    }
  }
  if turns { return try takeTurns() }
  if let pinned {
    for channels in [1, 2] {
      let block = pinned.plan.latencyFrames > 1024 ? Row.Mode.offline : .anyBlock(max(64, pinned.plan.grainFrames))
      let subject = try Subject(Row(taps: pinned.taps, mode: block, channels: channels), plan: pinned.plan, seconds: 20)
      let best = (0..<rounds).map { _ in subject.measure() }.min() ?? 0
      print("\(subject.row.name): \(Int(1 / best)) times real time, \(decimal(best / 48_000 * 1e9)) ns a frame")
    }
    return
  }
  if !onlyBlocks { try measureRows(wanted, rounds: rounds) }
  if wanted.isEmpty { try measureBlocks() }
}

func measureRows(_ wanted: String, rounds: Int) throws {
  print("\(KernelLevel.selected.name), \(decimal(KernelLevel.selected.multiplyAddPeak() / 1e9)) GFLOP/s at best, one core\n")
  print("| row | × real time | ns a frame | by the table | plan |")
  print("| --- | ---: | ---: | ---: | --- |")
  for row in Row.all where wanted.isEmpty || row.name.contains(wanted) {
    let subject = try Subject(row, seconds: 20)
    let best = (0..<rounds).map { _ in subject.measure() }.min() ?? 0
    let modelled = PartitionPlanner.nanosecondsPerFrame(of: subject.plan, for: try row.matrix())
    print(
      "| \(row.name) | \(Int(1 / best)) | \(decimal(best / 48_000 * 1e9)) | \(decimal(modelled)) | \(subject.plan.text) |")
  }
}

/// The worst block of 64 frames of a ten-second stereo response. What a block has to do depends on nothing but how many
/// came before it, so the least of several passes over the same blocks is the block's own time.
func measureBlocks() throws {
  let subject = try Subject(Row(taps: 480_000, mode: .anyBlock(64), channels: 2))
  let blocks = subject.timeBlocks(100_000, passes: 5)
  let settled = blocks.dropFirst(10_000)
  let operations = settled.map(\.operations)
  let mean = Double(operations.reduce(0, +)) / Double(operations.count)
  print("\n10 s stereo, blocks of 64: \(subject.plan.text)")
  print(
    "operations a block: mean \(Int(mean)), worst \(operations.max() ?? 0) (\(decimal(Double(operations.max() ?? 0) / mean)) × mean)")
  let times = settled.map(\.seconds).sorted()
  let middle = times[times.count / 2]
  print(
    "100,000 blocks, least of five passes: median \(decimal(middle * 1e6)) µs, p99.9 "
      + "\(decimal(times[times.count * 999 / 1000] * 1e6)), worst \(decimal((times.last ?? 0) * 1e6)) µs "
      + "(\(decimal((times.last ?? 0) / middle)) × median)")
}

func takeTurns() throws {
  var subjects: [Int: Subject] = [:]
  while let line = readLine(), let index = Int(line), Row.all.indices.contains(index) {
    if subjects[index] == nil { subjects = [index: try Subject(Row.all[index])] }
    guard let subject = subjects[index] else { return }
    print("\(subject.measure())\t\(subject.plan.text)")
    fflush(nil)
  }
}

func decimal(_ value: Double) -> String { String(format: "%.2f", value) }

do {
  try run()
} catch {
  print("long-kernel-benchmark: \(error)")
  exit(1)
}
