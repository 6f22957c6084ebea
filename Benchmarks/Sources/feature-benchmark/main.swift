// Measures milliseconds per series for each transform of time series, best of several rounds; prints lines of JSON.
//
//     feature-benchmark [transform [cases channels points threads]]
//
// Fits with default parameters to series like those it transforms; fitting is not timed. Comparisons/feature_peers.py
// compares it with aeon.
import TimeSeriesFeatures

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Random walks, the same on every machine.
func walks(_ cases: Int, channels: Int, points: Int) throws -> SeriesSet {
  var random = MersenneTwister(seed: 1)
  var values: [Float] = []
  values.reserveCapacity(cases * channels * points)
  for _ in 0..<(cases * channels) {
    var x = 0.0
    for _ in 0..<points {
      x += random.uniform(-1, 1)
      values.append(Float(x))
    }
  }
  return try SeriesSet(cases: cases, channels: channels, points: points, values: values)
}

/// Peak memory of the process, in megabytes; 0 where Linux does not report it. (getrusage includes the process before
/// it became this program.)
func peakMegabytes() -> Int {
  guard let file = fopen("/proc/self/status", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  while fgets(&line, 256, file) != nil {
    let words = String(cString: line).split(whereSeparator: \.isWhitespace)
    if words.first == "VmHWM:", words.count > 1 { return (Int(words[1]) ?? 0) / 1024 }
  }
  return 0
}

let arguments = CommandLine.arguments.dropFirst()
let wanted = arguments.first.flatMap(FittedTransform.Kind.init)
let numbers = arguments.dropFirst().compactMap { Int($0) }
let shapes =
  numbers.count == 4
  ? [(numbers[0], numbers[1], numbers[2], numbers[3])]
  : [(200, 1, 500, 1), (200, 1, 500, 2), (1000, 1, 1000, 1), (100, 1, 10_000, 1), (100, 6, 500, 1)]

for kind in wanted.map({ [$0] }) ?? FittedTransform.Kind.allCases {
  for (cases, channels, points, threads) in shapes {
    let series = try walks(cases, channels: channels, points: points)
    let transform = try FittedTransform(kind, fittingTo: series[0..<min(cases, 20)], seed: 7).transform
    var best = Double.infinity
    let rounds = cases * points * channels > 500_000 ? 3 : 7
    for _ in 0..<rounds {
      let time = try ContinuousClock().measure { _ = try transform.features(of: series, threads: threads) }
      best = min(best, time / .milliseconds(1))
    }
    print(
      "{\"transform\": \"\(kind.rawValue)\", \"cases\": \(cases), \"channels\": \(channels), \"points\": \(points), "
        + "\"threads\": \(threads), \"milliseconds\": \(best / Double(cases)), \"features\": \(transform.featureCount), "
        + "\"peakMegabytes\": \(peakMegabytes())}")
  }
}
