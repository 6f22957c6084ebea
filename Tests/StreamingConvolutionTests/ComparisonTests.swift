import Foundation
import TestSupport
import Testing

/// Every comparison helper fails on a one-frame shift, a swapped channel and a dropped tap.
@Suite("Comparison helpers and signals")
struct ComparisonTests {
  static let signal = Signals.plucks(frames: 4000)
  static let other = Signals.noise(frames: 4000)

  static let faults: [(String, [Float])] = [
    ("one-frame shift", [0] + signal.dropLast()),
    ("swapped channel", other),
    ("dropped tap", signal.indices.map { signal[$0] - (8...16 ~= $0 ? 0.01 * signal[$0 - 8] : 0) }),
  ]

  @Test("equal signals compare as equal")
  func equal() {
    let s = Self.signal
    #expect(firstBitDifference(s, s) == nil)
    #expect(rmsError(s, s) == 0)
    #expect(errorToSignalRatio(s, s) == 0)
    #expect(errorToSignalDecibels(s, s) == -.infinity)
    #expect(firstOutsideBound(s, s.map(Double.init), bounds: s.map { _ in 0 }) == nil)
    #expect(firstBitDifference([Float.nan], [Float.nan]) == nil)
  }

  @Test("faults are seen", arguments: 0..<3)
  func faultsAreSeen(_ index: Int) {
    let s = Self.signal
    let faulty = Self.faults[index].1
    #expect(firstBitDifference(faulty, s) != nil)
    #expect(firstBitDifference([s, faulty], [s, s])?.channel == 1)
    #expect(rmsError(faulty, s) > 1e-6)
    #expect(errorToSignalRatio(faulty, s) > 1e-10)
    let bounds = s.map { Double(abs($0)) * 0x1p-20 + 1e-9 }
    #expect(firstOutsideBound(faulty, s.map(Double.init), bounds: bounds) != nil)
  }

  @Test("differences are exact")
  func exactDifferences() {
    #expect(firstBitDifference([1, 0], [1, -0.0]) == 1)
    #expect(firstBitDifference([1, 2], [1, 2, 3]) == 2)
    #expect(firstBitDifference([1, 2, 3], [1]) == 1)
    #expect(firstBitDifference([[1]], [[1], [2]]) == BitDifference(channel: 1, frame: 0))
    #expect(firstBitDifference([[1, 2], [3, 4]], [[3, 4], [1, 2]]) == BitDifference(channel: 0, frame: 0))
    #expect(rmsError([1, 2] as [Float], [1, 4] as [Double]) == 2.0.squareRoot())
    #expect(errorToSignalRatio([0, 0] as [Float], [3, 4] as [Double]) == 1)
    #expect(errorToSignalRatio([3, 4.5] as [Float], [3, 4] as [Double]) == 0.01)
    #expect(rmsError([Float.nan], [0.0]).isNaN)
    #expect(firstOutsideBound([Float.nan], [0], bounds: [1]) == 0)
  }

  @Test("SplitMix64 gives Vigna's numbers")
  func splitMix() {
    var random = SplitMix64(seed: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
      16_408_922_859_458_223_821,
    ]
    #expect(expected.map { _ in random.next() } == expected)
  }

  @Test("signals are repeatable and stay in range")
  func signals() {
    #expect(Signals.noise(frames: 100, seed: 4) == Signals.noise(frames: 100, seed: 4))
    #expect(Signals.noise(frames: 100, seed: 4) != Signals.noise(frames: 100, seed: 5))
    #expect(Signals.noise(frames: 10_000, amplitude: 0.25).allSatisfy { abs($0) <= 0.25 })
    #expect(Self.signal.allSatisfy { abs($0) <= 1 } && Self.signal.contains { abs($0) > 0.1 })
    #expect(Signals.impulse(frames: 3, at: 1) == [0, 1, 0])
    #expect(abs(Signals.sine(frames: 2, frequencyHz: 12_000)[1] - 0.5) < 1e-7)
  }

  @Test("schedules cover the stream and respect maximum and grain", arguments: [1, 4], [256, 1000, 4096])
  func schedules(grain: Int, maximum: Int) {
    for schedule in BlockSchedule.standard {
      let sizes = schedule.sizes(frames: 5003, maximum: maximum, grain: grain)
      #expect(sizes.reduce(0, +) == 5003, "\(schedule)")
      #expect(sizes.allSatisfy { $0 <= maximum }, "\(schedule)")
      #expect(sizes.dropLast().allSatisfy { $0 % grain == 0 }, "\(schedule)")
    }
    #expect(BlockSchedule.random(seed: 1).sizes(frames: 100_000, maximum: maximum).contains(0))
    #expect(BlockSchedule.primes.sizes(frames: 1000, maximum: maximum).contains(0))
  }

  @Test("a planar buffer notices writes on both sides of every channel")
  func guards() {
    let buffer = PlanarBuffer([[1, 2, 3], [4, 5, 6]])
    #expect(buffer.guardsAreIntact)
    #expect(buffer.samples(channel: 1, count: 3) == [4, 5, 6])
    for (channel, place) in [(0, -1), (0, 3), (1, -1), (1, 3), (0, -20), (1, 20)] {
      let kept = buffer.output[channel][place]
      buffer.output[channel][place] = 0
      #expect(!buffer.guardsAreIntact)
      buffer.output[channel][place] = kept
    }
    #expect(buffer.guardsAreIntact)
  }

  @Test("a temporary directory exists and goes away")
  func temporaryDirectory() throws {
    var directory: TemporaryDirectory? = try TemporaryDirectory()
    let path = directory!.path
    try Data([1]).write(to: directory!.file("a"))
    #expect(try directory!.contents() == ["a"])
    directory = nil
    #expect(!FileManager.default.fileExists(atPath: path))
  }
}
