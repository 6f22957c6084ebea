#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What models without a loudness in their metadata are measured with: plucked strings, as a guitar's pickup gives them.
///
/// The trainer writes the loudness of a clip of its own into the metadata, which is not ours to ship. This one has the
/// loudness that models are normalised to, so that a model that changes nothing keeps its level.
enum LoudnessTestSignal {
  /// Two seconds: single notes, then a chord. The mean square is that of `ModelStage.normalLoudnessDecibels`.
  static func samples(sampleRateHz: Int) -> [Float] {
    let rate = Double(sampleRateHz)
    var signal = [Double](repeating: 0, count: 2 * sampleRateHz)
    let notes: [(start: Double, hertz: Double)] = [
      (0, 82.41), (0.25, 110), (0.5, 146.83), (0.75, 196), (1, 82.41), (1, 123.47), (1, 164.81), (1, 207.65),
      (1.5, 110), (1.5, 164.81), (1.5, 220),
    ]
    for note in notes {
      let first = Int(note.start * rate)
      for harmonic in 1...16 {
        let hertz = note.hertz * Double(harmonic)
        guard hertz < 0.45 * rate else { break }
        // Higher harmonics are softer and die sooner.
        let (level, decay) = (1 / Double(harmonic), 1.5 + 0.5 * Double(harmonic))
        for frame in first..<signal.count {
          let time = Double(frame - first) / rate
          signal[frame] += level * exp(-decay * time) * sin(2 * Double.pi * hertz * time)
        }
      }
    }
    let mean = signal.reduce(0) { $0 + $1 * $1 } / Double(max(1, signal.count))
    let factor = pow(10, ModelStage.normalLoudnessDecibels / 20) / mean.squareRoot()
    return signal.map { Float($0 * factor) }
  }
}
