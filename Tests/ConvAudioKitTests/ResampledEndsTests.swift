import CTestSupport
import Foundation
import Resampling
import Signals
import TestSupport
import Testing

@testable import ConvAudioKit

@Suite struct ResampledEndsTests {
  /// Runs a signal through `Echo` at another rate.
  private func run(_ samples: Samples, _ ratio: RateRatio, block: Int) throws {
    let echo = Echo(maximumBlockFrames: block)
    let ends = try ResampledEnds(samples, samples, echo, ratio: ratio)
    var run = SignalRun(processor: echo, from: ends.source, to: ends.sink)
    while try run.step() {}
    while try run.flush() {}
    try run.finish()
    let tail = ratio.inverse.coveringOutputFrames(for: Int64(echo.tailFrames))
    try ends.sink.finish(totalFrames: samples.framesRead + tail)
  }

  static let ratios = [(44_100, 48_000), (96_000, 48_000), (8000, 48_000), (22_050, 48_000), (44_101, 48_000)]

  @Test("There and back is there and back by the library, and as long as the input and the tail", arguments: ratios)
  func pieces(from: Int, to: Int) throws {
    let ratio = try RateRatio(from: from, to: to)
    let input = Signals.noise(frames: 5000)
    let samples = Samples(input)
    try run(samples, ratio, block: 2048)
    // 12 frames of tail at the processor's rate.
    let tail = Int((12 * Double(from) / Double(to)).rounded(.up))
    #expect(samples.output.count == 5000 + tail)

    let inside = try resample([input], from: from, to: to)[0]
    let quiet = [Float](repeating: 0, count: 12)
    let processed = zip(inside + quiet, quiet + inside).map { $0 + $1 / 2 }
    let back = try resample([processed], from: to, to: from)[0]
    let common = min(back.count, samples.output.count)
    #expect(abs(back.count - samples.output.count) <= 1 + from / to)
    #expect(firstBitDifference(Array(back[..<common]), Array(samples.output[..<common])) == nil)
  }

  @Test("The cutting into blocks is inaudible", arguments: ratios)
  func cutting(from: Int, to: Int) throws {
    let input = Signals.noise(frames: 3000)
    let ratio = try RateRatio(from: from, to: to)
    let whole = Samples(input)
    try run(whole, ratio, block: 100_000)
    for (block, most) in [(1, 1), (64, 7), (300, .max), (2048, 1000)] {
      let samples = Samples(input, most: most)
      try run(samples, ratio, block: block)
      #expect(firstBitDifference(samples.output, whole.output) == nil, "blocks of \(block)")
    }
  }

  @Test("Memory does not grow with the length", .countsAllocations)
  func memory() throws {
    final class Endless: FrameSource, FrameSink {
      let name = "endless"
      var framesRead: Int64 = 0
      var framesWritten = 0
      func read(into samples: UnsafeMutableBufferPointer<Float>) -> Int {
        for index in samples.indices { samples[index] = Float((framesRead + Int64(index)) % 101) / 101 }
        framesRead += Int64(samples.count)
        return samples.count
      }
      func write(_ samples: UnsafeBufferPointer<Float>) { framesWritten += samples.count }
    }
    // Without the processor, which is made for a test and keeps its past.
    let endless = Endless()
    let ratio = try RateRatio(from: 44_100, to: 48_000)
    let ends = try ResampledEnds(endless, endless, Echo(maximumBlockFrames: 2048), ratio: ratio)
    var block = [Float](repeating: 0, count: 2048)
    func rounds(_ count: Int) throws {
      for _ in 0..<count {
        let frames = try block.withUnsafeMutableBufferPointer { try ends.source.read(into: $0) }
        try block.withUnsafeBufferPointer { try ends.sink.write(UnsafeBufferPointer(rebasing: $0[..<frames])) }
      }
    }
    try rounds(200)
    cts_counts_begin()
    try rounds(500)
    let counts = cts_counts_end()
    #expect(counts.bytes == 0, "\(counts.allocations) allocations")
    #expect(endless.framesWritten > 1_300_000 * 44_100 / 48_000)
  }
}
