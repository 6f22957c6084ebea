import Foundation
import Loudness
import Testing

/// The meter against test cases of EBU Tech 3341: sines of 1 kHz, whose loudness is known.
@Suite struct LoudnessMeterTests {
  /// Seconds of a sine on every channel, with a level in dB relative to full scale.
  private func add(_ meter: LoudnessMeter, _ seconds: Int, decibels: Double, channels: Int = 2, rate: Int = 48_000) {
    let level = pow(10, decibels / 20)
    let samples = (0..<seconds * rate).flatMap { frame in
      [Float](repeating: Float(level * sin(2 * .pi * 1000 * Double(frame) / Double(rate))), count: channels)
    }
    samples.withUnsafeBufferPointer(meter.add)
  }

  @Test("One level", arguments: [(-23.0, 48_000), (-33, 48_000), (-23, 44_100)])
  func steady(decibels: Double, rate: Int) throws {
    let meter = try #require(LoudnessMeter(channels: 2, sampleRateHz: rate))
    add(meter, 5, decibels: decibels, rate: rate)
    #expect(abs(try #require(meter.integratedLUFS) - decibels) < 0.1)
  }

  @Test("What is far softer than the rest does not count, nor does silence; NaN passes")
  func gates() throws {
    let meter = try #require(LoudnessMeter(channels: 2, sampleRateHz: 48_000))
    #expect(meter.integratedLUFS == nil)
    add(meter, 5, decibels: -36)
    [Float](repeating: .nan, count: 2).withUnsafeBufferPointer(meter.add)
    add(meter, 15, decibels: -23)
    add(meter, 5, decibels: -36)
    add(meter, 5, decibels: -200)
    #expect(abs(try #require(meter.integratedLUFS) + 23) < 0.1)
  }

  @Test("A mono sine is 3 dB softer than the same on two channels")
  func mono() throws {
    let meter = try #require(LoudnessMeter(channels: 1, sampleRateHz: 48_000))
    add(meter, 3, decibels: -20, channels: 1)
    #expect(abs(try #require(meter.integratedLUFS) + 23.01) < 0.1)
  }
}
