import Foundation
import TestSupport
import Testing

@testable import AudioFiles

/// What `Tools/impulse-responses/README.md` says of a file in `Presets/`.
struct StoredResponse: CustomTestStringConvertible, Sendable {
  let name: String
  let channels: Int
  let frames: Int
  /// Seconds for 60 dB by octave; none for what is no room.
  var reverberation: [(octaveHz: Double, seconds: Double)] = []
  /// First frame within 20 dB of the peak, channel by channel.
  let onsets: [Int]
  var testDescription: String { name }

  static let hallDecay = [(250.0, 2.55), (500, 2.36), (1000, 2.22), (2000, 2.22), (4000, 1.90)]
  static let all = [
    StoredResponse(name: "hall", channels: 2, frames: 172_800, reverberation: hallDecay, onsets: [0, 1]),
    StoredResponse(
      name: "hall-true-stereo", channels: 4, frames: 172_800, reverberation: hallDecay, onsets: [22, 29, 6, 0]),
    StoredResponse(
      name: "plate", channels: 2, frames: 129_600,
      reverberation: [(250.0, 1.93), (500, 1.88), (1000, 1.80), (2000, 1.65), (4000, 1.42)], onsets: [56, 63]),
    StoredResponse(name: "cabinet", channels: 1, frames: 2048, onsets: [1]),
  ]

  /// Planar, in double precision.
  func read() throws -> (info: AudioFileInfo, channels: [[Double]]) {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Presets")
    let (info, samples, _) = try readAll(folder.appendingPathComponent("\(name).flac").path)
    let planar = (0..<info.channels).map { channel in
      stride(from: channel, to: samples.count, by: info.channels).map { Double(samples[$0]) }
    }
    return (info, planar)
  }
}

@Suite("Impulse responses that ship")
struct ImpulseResponseFileTests {
  @Test("have the documented channels, rate and length, in 24 bits", arguments: StoredResponse.all)
  func format(_ response: StoredResponse) throws {
    let (info, channels) = try response.read()
    #expect(info.channels == response.channels)
    #expect(info.sampleRateHz == 48_000)
    #expect(info.encoding == .pcm(bits: 24))
    #expect(channels.map(\.count) == [Int](repeating: response.frames, count: response.channels))
  }

  @Test(
    "begin at the documented frames, stay below full scale, end in silence, hold no constant",
    arguments: StoredResponse.all)
  func samples(_ response: StoredResponse) throws {
    let channels = try response.read().channels
    let onsets = channels.map { samples in
      let peak = samples.map(abs).max()!
      return samples.firstIndex { abs($0) >= peak / 10 }!
    }
    #expect(onsets == response.onsets)
    for samples in channels {
      let peak = samples.map(abs).max()!
      // Far from clipping, and far from being lost in 24 bits.
      #expect(peak > 0.04 && peak < 0.5)
      // The last 5 ms lie 90 dB below the peak, so nothing clicks at the end.
      #expect(samples.suffix(240).allSatisfy { abs($0) < peak * 3.2e-5 })
      // The gain at 0 Hz is 60 dB below the mean gain of all frequencies, which is the root of the energy (Parseval).
      let energy = samples.reduce(0) { $0 + $1 * $1 }
      #expect(abs(samples.reduce(0, +)) < 1e-3 * energy.squareRoot())
    }
  }

  @Test("let pink noise out as loud as it came in", arguments: Thoroughness.cases(of: StoredResponse.all, quick: 1))
  func level(_ response: StoredResponse) throws {
    let channels = try response.read().channels
    // Pink noise has the same power in every octave: sines at 480 places equally far apart in log f stand for it. In
    // reverberation the power at a place is spread exponentially around its mean, so that the mean of 480 places and two
    // channels is good to 4.3 dB / √960 = 0.14 dB; half a decibel is allowed.
    var power = 0.0
    let places = 480
    for place in 0..<places {
      let omega = 2 * Double.pi * 20 * pow(1000, (Double(place) + 0.5) / Double(places)) / 48_000
      for samples in channels { power += Self.power(of: samples, at: omega) }
    }
    // Four channels are two paths to each of two sides; else each channel is a side.
    let sides = response.channels == 4 ? 2 : response.channels
    let decibels = 10 * log10(power / Double(places * sides))
    #expect(abs(decibels) < 0.5, "\(decibels) dB")
  }

  @Test("decay as documented, within 10 %", arguments: StoredResponse.all.filter { !$0.reverberation.isEmpty })
  func decay(_ response: StoredResponse) throws {
    for samples in try response.read().channels {
      for (octaveHz, seconds) in response.reverberation {
        let measured = Self.reverberationTime(Self.octave(samples, centreHz: octaveHz))
        #expect(abs(measured - seconds) < 0.1 * seconds, "\(octaveHz) Hz: \(measured) s, not \(seconds) s")
      }
    }
  }

  @Test("the cabinet has its resonance, its presence, and falls steeply beyond 5 kHz")
  func cabinet() throws {
    let samples = try StoredResponse.all[3].read().channels[0]
    func decibels(_ hertz: Double) -> Double {
      10 * log10(Self.power(of: samples, at: 2 * Double.pi * hertz / 48_000))
    }
    let documented = [(40.0, -16.6), (110, 2.3), (400, -7.1), (2500, 7.5), (3500, 7.4), (5000, -5.8), (10_000, -33.1)]
    for (hertz, expected) in documented {
      #expect(abs(decibels(hertz) - decibels(1000) - expected) < 0.1, "\(hertz) Hz")
    }
  }

  /// |H|² at an angular frequency per frame. The phasor turns by multiplication and drifts by less than 1e-10.
  static func power(of samples: [Double], at omega: Double) -> Double {
    var (re, im, c, s) = (0.0, 0.0, 1.0, 0.0)
    let (turnC, turnS) = (cos(omega), sin(omega))
    for sample in samples {
      re += sample * c
      im -= sample * s
      (c, s) = (c * turnC - s * turnS, c * turnS + s * turnC)
    }
    return re * re + im * im
  }

  /// Two band-pass sections of one octave (Bristow-Johnson's cookbook, peak gain 1), run backwards over time, so that
  /// their own decay is not measured (Jacobsen and Rindel 1987).
  static func octave(_ samples: [Double], centreHz: Double) -> [Double] {
    let omega = 2 * Double.pi * centreHz / 48_000
    let alpha = sin(omega) / (2 * 2.0.squareRoot())
    let (b0, a1, a2) = (alpha / (1 + alpha), -2 * cos(omega) / (1 + alpha), (1 - alpha) / (1 + alpha))
    var signal = samples
    for _ in 0..<2 {
      var (x1, x2, y1, y2) = (0.0, 0.0, 0.0, 0.0)
      for i in signal.indices.reversed() {
        let x = signal[i]
        let y = b0 * (x - x2) - a1 * y1 - a2 * y2
        (x2, x1, y2, y1) = (x1, x, y1, y)
        signal[i] = y
      }
    }
    return signal
  }

  /// Seconds for 60 dB on the line of least squares through Schroeder's backward integral from -5 to -35 dB.
  static func reverberationTime(_ samples: [Double]) -> Double {
    var left = 0.0
    var curve = samples.reversed().map { sample -> Double in
      left += sample * sample
      return left
    }
    curve.reverse()
    var (n, sumX, sumY, sumXX, sumXY) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for (frame, energy) in curve.enumerated() {
      let (x, y) = (Double(frame) / 48_000, 10 * log10(max(energy / left, 1e-30)))
      guard y <= -5, y >= -35 else { continue }
      (n, sumX, sumY, sumXX, sumXY) = (n + 1, sumX + x, sumY + y, sumXX + x * x, sumXY + x * y)
    }
    return -60 * (n * sumXX - sumX * sumX) / (n * sumXY - sumX * sumY)
  }
}
