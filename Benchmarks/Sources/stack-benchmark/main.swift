// Measures a preset or a .nam model: times real time by block size, compared with the multiply-add peak of the same
// run, the worst block of many, and the time to load it. Pin it to a core:
//
//     taskset -c 0 swift run -c release stack-benchmark [PRESET|MODEL.nam] [ROUNDS]

import ConvAudioKit
import Foundation

func benchmark() throws {
  let arguments = CommandLine.arguments.dropFirst()
  let name = arguments.first ?? "dilated-stack"
  let preset = try Chain(name)
  let rounds = arguments.dropFirst().first.flatMap { Int($0) } ?? 15
  let rateHz = Double(preset.preset.sampleRateHz ?? 48000)
  let operationsPerFrame = 2 * Double(preset.multiplyAddsPerFrame)
  let level = KernelLevel.selected

  print("\(preset.preset.name): \(Int(operationsPerFrame / 2)) multiply-adds per frame, \(level.name), one core")

  // From the file to values: the best of many runs, with the file in the system's cache.
  var loading = Duration.seconds(1000)
  for _ in 0..<20 {
    let start = ContinuousClock.now
    _ = try Chain(name)
    loading = min(loading, .now - start)
  }
  print("loaded in \(decimal(loading / .milliseconds(1))) ms")

  // All block sizes take turns in every round, so that a change in the machine's speed affects all of them.
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

  // The work of a block depends only on how many frames came before it, so interference from other programs can be
  // separated: the minimum of several passes over the same blocks is the block's own time.
  let subject = try Subject(preset: preset, blockFrames: 64)
  let passes = (0..<5).map { _ in subject.timeBlocks(100_000) }
  for (name, times) in [
    ("one pass", passes[0]), ("least of five passes", passes[0].indices.map { i in passes.map { $0[i] }.min() ?? 0 }),
  ] {
    let sorted = times.sorted()
    let (middle, last) = (sorted[sorted.count / 2], sorted[sorted.count - 1])
    print(
      "100,000 blocks of 64 frames, \(name): median \(decimal(middle * 1e6)) µs, p99 \(decimal(sorted[99_000] * 1e6)), "
        + "p99.9 \(decimal(sorted[99_900] * 1e6)), worst \(decimal(last * 1e6)) (\(decimal(last / middle)) × median)")
  }
}

do {
  try benchmark()
} catch {
  print("stack-benchmark: \(error)")
  exit(1)
}
