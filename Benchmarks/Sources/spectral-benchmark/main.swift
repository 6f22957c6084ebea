// Measures milliseconds for the features of a minute of sound at 22,050 Hz, on one thread, best of several rounds;
// prints lines of JSON.
//
//     spectral-benchmark [stft|mel|logmel|mfcc|scattering [rounds]]
//
// librosa's defaults; scattering with J = Q = 8. All rows are kept, as in the other libraries; the time to make windows
// and filters is not included. Comparisons/spectral_peers.py compares it with librosa, torchaudio and kymatio.
import TimeSeriesFeatures

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Peak memory of the process, in megabytes; 0 where Linux does not report it.
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
let kinds = arguments.first.map { [$0] } ?? ["stft", "mel", "logmel", "mfcc", "scattering"]
let rate = 22_050.0
var random = MersenneTwister(seed: 1)
let sound = (0..<60 * 22_050).map { _ in Float(0.1 * random.normal()) }

for kind in kinds {
  let rounds = arguments.dropFirst().first.flatMap { Int($0) } ?? (kind == "scattering" ? 5 : 15)
  var (best, setup) = (Double.infinity, Double.infinity)
  var (rows, columns) = (0, 0)
  var values: [Float] = []
  for _ in 0..<rounds {
    let clock = ContinuousClock()
    let start = clock.now
    let features: any HopFeatures
    if let output = SpectralOutput(rawValue: kind) {
      features = try SpectralFeatures(SpectralSettings(.librosa, output, sampleRateHz: rate), sampleRateHz: rate)
    } else {
      features = try Scattering(ScatteringSettings())
    }
    let made = clock.now
    values.removeAll(keepingCapacity: true)
    rows = 0
    columns = features.names.count
    func keep(_ row: HopRow) {
      values += row.values
      rows += 1
    }
    try features.push(sound, keep)
    try features.finish(keep)
    best = min(best, (clock.now - made) / .milliseconds(1))
    setup = min(setup, (made - start) / .milliseconds(1))
  }
  print(
    "{\"features\": \"\(kind)\", \"milliseconds\": \(best), \"setupMilliseconds\": \(setup), \"rows\": \(rows), "
      + "\"columns\": \(columns), \"peakMegabytes\": \(peakMegabytes())}")
}
