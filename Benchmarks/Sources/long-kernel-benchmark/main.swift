// Measures impulse responses of 256 to 480,000 taps: times real time at 48 kHz, with the plan of each; then the worst
// block of many for ten seconds of stereo. One thread. Pin it to a core:
//
//     taskset -c 0 swift run -c release long-kernel-benchmark [--rows SUBSTRING] [--rounds N] [--blocks]
//     taskset -c 0 swift run -c release long-kernel-benchmark --grid [--rounds N]      # is the planner's choice good?
//     taskset -c 0 swift run -c release long-kernel-benchmark --kernels                # of one to three axes
//     taskset -c 0 swift run -c release long-kernel-benchmark --tune                   # this machine's table of costs
//     taskset -c 0 swift run -c release long-kernel-benchmark --plan "grain 1 latency 0 direct 256 partitions 6x128" TAPS
//
// `--turns` is for comparisons: reads "TAPS CHANNELS SECONDS grain|any|offline BLOCK" from standard input, one request
// per line, and answers with the seconds per second of sound and the plan. `--files CHANNELS DRY RESPONSE OUTPUT`
// convolves two raw files of interleaved Float32 frames.

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
    case "--grid": return try measureGrid(rounds: rounds)
    case "--kernels": return try measureLargeKernels(rounds: rounds)
    case "--tune":
      print(ConvolutionCosts.measured(name: "measured").text, terminator: "")
      return
    case "--files": return try convolveFiles(Array(arguments))
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
  print(
    "\(KernelLevel.selected.name), \(decimal(KernelLevel.selected.multiplyAddPeak() / 1e9)) GFLOP/s at best, one core\n"
  )
  print("| row | × real time | ns a frame | by the table | plan |")
  print("| --- | ---: | ---: | ---: | --- |")
  for row in Row.all where wanted.isEmpty || row.name.contains(wanted) {
    let subject = try Subject(row, seconds: 20)
    let best = (0..<rounds).map { _ in subject.measure() }.min() ?? 0
    let modelled = PartitionPlanner.nanosecondsPerFrame(of: subject.plan, for: try row.matrix())
    print(
      "| \(row.name) | \(Int(1 / best)) | \(decimal(best / 48_000 * 1e9)) | \(decimal(modelled)) | \(subject.plan.text) |"
    )
  }
}

/// The worst block of 64 frames for a ten-second stereo response. The work in a block depends only on how many frames
/// came before it, so the minimum of several passes over the same blocks is the block's own time.
func measureBlocks() throws {
  let subject = try Subject(Row(taps: 480_000, mode: .anyBlock(64), channels: 2))
  let blocks = subject.timeBlocks(100_000, passes: 5)
  let settled = blocks.dropFirst(10_000)
  let operations = settled.map(\.operations)
  let mean = Double(operations.reduce(0, +)) / Double(operations.count)
  print("\n10 s stereo, blocks of 64: \(subject.plan.text)")
  print(
    "operations per block: mean \(Int(mean)), worst \(operations.max() ?? 0) (\(decimal(Double(operations.max() ?? 0) / mean)) × mean)"
  )
  let times = settled.map(\.seconds).sorted()
  let middle = times[times.count / 2]
  print(
    "100,000 blocks, least of five passes: median \(decimal(middle * 1e6)) µs, p99.9 "
      + "\(decimal(times[times.count * 999 / 1000] * 1e6)), worst \(decimal((times.last ?? 0) * 1e6)) µs "
      + "(\(decimal((times.last ?? 0) / middle)) × median)")
}

func takeTurns() throws {
  var (last, subject): (String, Subject?) = ("", nil)
  while let line = readLine() {
    let words = line.split(separator: " ")
    guard words.count == 5, let taps = Int(words[0]), let channels = Int(words[1]), let seconds = Int(words[2]),
      let block = Int(words[4])
    else { return }
    if line != last {
      let mode: Row.Mode = words[3] == "grain" ? .grain(block) : words[3] == "any" ? .anyBlock(block) : .offline
      subject = nil
      subject = try Subject(Row(taps: taps, mode: mode, channels: channels), seconds: seconds)
      last = line
    }
    guard let subject else { return }
    print("\(subject.measure())\t\(subject.plan.text)")
    fflush(nil)
  }
}

func convolveFiles(_ arguments: [String]) throws {
  guard arguments.count == 4, let channels = Int(arguments[0]), channels > 0 else {
    print("long-kernel-benchmark: --files needs CHANNELS DRY RESPONSE OUTPUT")
    exit(64)
  }
  func read(_ path: String) throws -> [Float] {
    try Data(contentsOf: URL(fileURLWithPath: path)).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
  }
  let response = try read(arguments[2])
  let matrix = try ResponseMatrix.perChannel(
    (0..<channels).map { channel in stride(from: channel, to: response.count, by: channels).map { response[$0] } })
  let plan = try PartitionPlanner.offlinePlan(for: matrix)
  let block = 16_384
  let convolver = try PartitionedConvolver(matrix, plan: plan, maximumBlockFrames: block)
  let memory = PlanarMemory(channels: channels, frames: block)
  guard let input = fopen(arguments[1], "rb"), let output = fopen(arguments[3], "wb") else { exit(1) }
  var frames = [Float](repeating: 0, count: block * channels)
  var (late, isEnded, owed) = (plan.latencyFrames, false, convolver.tailFrames + plan.latencyFrames)
  while true {
    var count = isEnded ? 0 : fread(&frames, 4 * channels, block, input)
    if count == 0 {
      isEnded = true
      count = min(block, owed)
      owed -= count
      guard count > 0 else { break }
      for index in 0..<count * channels { frames[index] = 0 }
    }
    memory.deinterleave(frames, frames: count)
    _ = convolver.process(memory.readableChannels, into: memory.channels, frames: count)
    memory.interleave(into: &frames, frames: count)
    let skipped = min(late, count)
    late -= skipped
    frames.withUnsafeBufferPointer {
      _ = fwrite($0.baseAddress! + skipped * channels, 4 * channels, count - skipped, output)
    }
  }
  fclose(input)
  fclose(output)
}

func decimal(_ value: Double) -> String { String(format: "%.2f", value) }

do {
  try run()
} catch {
  print("long-kernel-benchmark: \(error)")
  exit(1)
}
