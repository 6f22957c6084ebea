import Foundation

/// Makers of test signals: the same arguments give the same samples.
public enum Signals {
  /// White noise, uniform in ±`amplitude`.
  public static func noise(frames: Int, amplitude: Float = 0.5, seed: UInt64 = 1) -> [Float] {
    var random = SplitMix64(seed: seed)
    return (0..<frames).map { _ in random.nextSample(amplitude: amplitude) }
  }

  /// Independent noise in every channel.
  public static func noise(channels: Int, frames: Int, amplitude: Float = 0.5, seed: UInt64 = 1) -> [[Float]] {
    var seeds = SplitMix64(seed: seed)
    return (0..<channels).map { _ in noise(frames: frames, amplitude: amplitude, seed: seeds.next()) }
  }

  /// Zeros and one sample of height `amplitude` at frame `position`.
  public static func impulse(frames: Int, at position: Int = 0, amplitude: Float = 1) -> [Float] {
    var samples = [Float](repeating: 0, count: frames)
    samples[position] = amplitude
    return samples
  }

  /// A sine that starts at phase 0.
  public static func sine(
    frames: Int, frequencyHz: Double = 440, sampleRateHz: Double = 48_000, amplitude: Float = 0.5
  ) -> [Float] {
    (0..<frames).map { frame in
      amplitude * Float(sin(2 * Double.pi * (Double(frame) * frequencyHz / sampleRateHz)))
    }
  }

  /// Plucked strings after Karplus and Strong, a new note every eighth of a second: loud onsets and long decays
  /// down to quiet, as a guitar's.
  public static func plucks(
    frames: Int, sampleRateHz: Double = 48_000, amplitude: Float = 0.5, seed: UInt64 = 1
  ) -> [Float] {
    var random = SplitMix64(seed: seed)
    var samples = [Float](repeating: 0, count: frames)
    let spacing = max(1, Int(sampleRateHz / 8))
    for onset in stride(from: 0, to: frames, by: spacing) {
      let pitchHz = 82.4 * pow(2, Double(random.nextInteger(upTo: 24)) / 12)
      let period = max(2, Int(sampleRateHz / pitchHz))
      var string = (0..<period).map { _ in random.nextSample(amplitude: amplitude / 2) }
      for frame in onset..<min(frames, onset + 4 * spacing) {
        let place = (frame - onset) % period
        samples[frame] += string[place]
        string[place] = 0.498 * (string[place] + string[(place + 1) % period])
      }
    }
    return samples
  }
}
