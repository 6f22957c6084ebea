@testable import ConvAudioKit
import Signals
import StreamingConvolution
import TestSupport
import Testing

@Suite struct SignalRunTests {
  @Test(
    "Latency stays in front or goes, and the tail comes out either way", arguments: [true, false], [1, 3, 7, 64, 500])
  func latencyAndTail(isAligned: Bool, block: Int) throws {
    let samples = Samples(Signals.noise(frames: 100))
    let times = BlockTimes()
    var run = SignalRun(
      processor: Echo(maximumBlockFrames: block), from: samples, to: samples, isAligned: isAligned, times: times)
    while try run.step() {}
    while try run.flush() {}
    try run.finish()
    let quiet = [Float](repeating: 0, count: 12)
    let expected = zip(samples.input + quiet, quiet + samples.input).map { $0 + $1 / 2 }
    #expect(samples.output == (isAligned ? [] : [0, 0, 0, 0, 0]) + expected)
    #expect(times.count == UInt64((100 + block - 1) / block))
  }
}

extension SignalRunTests {
  @Test("Without the tail come the answers to what has come, and no more")
  func droppedTail() throws {
    let samples = Samples(Signals.noise(frames: 100))
    var run = SignalRun(
      processor: Echo(maximumBlockFrames: 64), from: samples, to: samples, isAligned: true)
    #expect(try run.step())
    run.dropTail()
    while try run.flush() {}
    let echo = [Float](repeating: 0, count: 12) + samples.input
    #expect(samples.output == zip(samples.input.prefix(64), echo).map { $0 + $1 / 2 })
  }
}

/// Processors at other sample rates and grains, compared with the same filters over whole arrays.
@Suite struct SignalRunRateTests {
  static var stages: [[RateFilter]] {
    [
      [RateFilter(up: 1, down: 2, latency: 3)],
      [RateFilter(up: 2, down: 1, latency: 5)],
      [RateFilter(up: 2, down: 3)],
      [RateFilter(up: 2, down: 3, latency: 4, grain: 6)],
      [RateFilter(up: 1, down: 1, latency: 1, grain: 64)],
      [RateFilter(up: 2, down: 1), RateFilter(up: 1, down: 1, latency: 4), RateFilter(up: 1, down: 2)],
      [RateFilter(up: 1, down: 2, latency: 1), RateFilter(up: 1, down: 1, grain: 4), RateFilter(up: 2, down: 1)],
      [RateFilter(up: 1, down: 64, taps: [1])],
    ]
  }

  /// The filters as a chain, and what it gives for a signal: latency removed, tail included.
  private func chain(_ stages: [RateFilter], on input: [Float]) throws -> (ProcessorChain, [Float]) {
    let chain = ProcessorChain(try stages.map { try $0.copy() }, maximumBlockFrames: 200)
    let output = stages.reduce([input]) { $1.wholeArray($0) }[0]
    let frames = chain.rate.outputFrames(for: input.count) + chain.tailFrames
    try #require(output.count <= frames)
    return (chain, output + [Float](repeating: 0, count: frames - output.count))
  }

  @Test("Files come out aligned and whole at any rate and grain", arguments: stages.indices, [1, 2, 5, 63, 200, 1001])
  func aligned(_ index: Int, frames: Int) throws {
    let input = Signals.noise(frames: frames)
    for most in [1, 7, .max] {
      let (processor, expected) = try chain(Self.stages[index], on: input)
      let samples = Samples(input, most: most)
      var run = SignalRun(processor: processor, from: samples, to: samples)
      while try run.step() {}
      while try run.flush() {}
      try run.finish()
      #expect(samples.output.count == expected.count)
      #expect(firstBitDifference(samples.output, expected) == nil, "at most \(most) frames a read")
    }
  }

  @Test("Streams keep the latency, and end after as much of the tail as is wanted", arguments: stages.indices)
  func unaligned(_ index: Int) throws {
    let input = Signals.noise(frames: 333)
    for tail in [0, 1, 1000] {
      let (processor, expected) = try chain(Self.stages[index], on: input)
      let samples = Samples(input)
      var run = SignalRun(processor: processor, from: samples, to: samples, isAligned: false, tailFrames: tail)
      while try run.step() {}
      while try run.flush() {}
      let quiet = [Float](repeating: 0, count: processor.latencyFrames)
      let end = processor.latencyFrames + processor.rate.outputFrames(for: 333) + tail
      let whole = quiet + expected + [Float](repeating: 0, count: 1000)
      #expect(firstBitDifference(samples.output, Array(whole.prefix(end))) == nil, "a tail of \(tail)")
    }
  }

  @Test("Without the tail comes an answer to every frame, and no more", arguments: stages.indices)
  func droppedTail(_ index: Int) throws {
    let input = Signals.noise(frames: 500)
    let (processor, expected) = try chain(Self.stages[index], on: input)
    let samples = Samples(input, most: 101)
    var run = SignalRun(processor: processor, from: samples, to: samples)
    for _ in 0..<3 { #expect(try run.step()) }
    run.dropTail()
    while try run.flush() {}
    let end = processor.rate.outputFrames(for: Int(samples.framesRead))
    let heard = try chain(Self.stages[index], on: Array(input.prefix(Int(samples.framesRead)))).1
    #expect(firstBitDifference(samples.output, Array(heard.prefix(end))) == nil)
    #expect(samples.output.count < expected.count)
  }
}

@Suite struct BlockTimesTests {
  @Test("Percentiles are at most 1/32 too high and never too low; the worst is exact")
  func percentiles() {
    var random = SplitMix64(seed: 7)
    // From nanoseconds to hours, each order of magnitude as often.
    let times = (0..<20_000).map { _ in random.next() >> UInt64(20 + random.nextInteger(upTo: 43)) }
    let counted = BlockTimes()
    for time in times { counted.record(nanoseconds: time) }
    let sorted = times.sorted()
    for share in [0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1] {
      let exact = sorted[Int((share * Double(times.count)).rounded(.up)) - 1]
      let answer = counted.percentile(share)
      #expect(answer >= exact && Double(answer) <= Double(exact) * (1 + 1 / 32.0), "\(share): \(answer) for \(exact)")
    }
    #expect(counted.worstNanoseconds == sorted.last && counted.count == 20_000)
  }

  @Test("Where all blocks took equally long, every percentile is that time, and of two times the middle is the lower one")
  func equalTimes() {
    let counted = BlockTimes()
    for _ in 0..<10 { counted.record(nanoseconds: 50) }
    for share in [0, 0.5, 0.99, 1] { #expect(counted.percentile(share) == 50) }
    for _ in 0..<10 { counted.record(nanoseconds: 60) }
    #expect(counted.percentile(0.5) == 50 && counted.percentile(0.51) == 60 && counted.percentile(1) == 60)
  }

  @Test("No time and the longest time are counted", arguments: [0, 1, 63, 64, .max] as [UInt64])
  func edges(_ time: UInt64) {
    let counted = BlockTimes()
    #expect(counted.percentile(0.5) == 0)
    counted.record(nanoseconds: time)
    #expect(counted.percentile(0) == time && counted.percentile(1) == time)
  }
}
