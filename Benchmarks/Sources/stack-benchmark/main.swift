// How fast a preset runs: times real time by block size, beside the multiply-add peak of the same run, and the worst
// block of many. Pin it to a core:
//
//     taskset -c 0 swift run -c release stack-benchmark [PRESET] [ROUNDS]

import ConvAudioKit
import Foundation

func benchmark() throws {
  let arguments = CommandLine.arguments.dropFirst()
  let preset = try LoadedPreset(arguments.first ?? "dilated-stack")
  let rounds = arguments.dropFirst().first.flatMap { Int($0) } ?? 15
  let rateHz = Double(preset.preset.sampleRateHz ?? 48000)
  let operationsPerFrame = 2 * Double(
    preset.stages.reduce(0) { $0 + NetworkCost(of: $1.network).multiplyAddsPerFrame })
  let level = KernelLevel.selected

  print("\(preset.preset.name): \(Int(operationsPerFrame / 2)) multiply-adds a frame, \(level.name), one core")

  // All block sizes take their turn in every round, so that a change in the machine's speed meets them all.
  let blocks = [1, 16, 32, 64, 256, 2048]
  var subjects = try blocks.map { try Subject(preset: preset, blockFrames: $0) }
  var peaks: [Double] = []
  for _ in 0..<rounds {
    peaks.append(level.multiplyAddPeak(seconds: 0.02))
    for index in subjects.indices { subjects[index].measure() }
  }
  let peak = peaks.max() ?? 0
  print("multiply-add peak of this run: \(decimal(peak / 1e9)) GFLOP/s (median \(decimal(median(peaks) / 1e9)))\n")
  print("| block | × real time, best | median | GFLOP/s, best | share of peak |")
  print("| ---: | ---: | ---: | ---: | ---: |")
  for subject in subjects {
    let best = subject.secondsPerFrame.min() ?? 0
    let speed = operationsPerFrame / best
    print(
      "| \(subject.blockFrames) | \(decimal(1 / (best * rateHz))) | \(decimal(1 / (median(subject.secondsPerFrame) * rateHz)))"
        + " | \(decimal(speed / 1e9)) | \(decimal(100 * speed / peak)) % |")
  }

  var worst = try Subject(preset: preset, blockFrames: 64)
  let times = worst.timeBlocks(100_000).sorted()
  let middle = times[times.count / 2]
  print("\n100,000 blocks of 64 frames: median \(decimal(middle * 1e6)) µs, p99 \(decimal(times[99_000] * 1e6)), "
    + "p99.9 \(decimal(times[99_900] * 1e6)), worst \(decimal(times.last! * 1e6)) (\(decimal(times.last! / middle)) × median)")
}

do {
  try benchmark()
} catch {
  print("stack-benchmark: \(error)")
  exit(1)
}
