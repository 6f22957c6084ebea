import CTestSupport
import Convolution
import Foundation
import StreamingConvolution
import TestSupport
import Testing

@testable import TimeSeriesFeatures

@Suite("Windows: statistics and pooled outputs")
struct WindowTests {
  @Test("statistics follow their definition, in windows that overlap, touch or have gaps")
  func statistics() throws {
    let input = Signals.noise(frames: 3000, seed: 2)
    for (window, hop) in [(400, 160), (100, 100), (37, 90), (1, 1)] {
      let rows = try HopRows(WindowStatistics(windowFrames: window, hopFrames: hop), [input])
      #expect(rows.starts == Array(stride(from: 0, through: 3000 - window, by: hop)))
      for (index, start) in rows.starts.enumerated() {
        let x = input[start..<start + window].map(Double.init)
        let mean = x.reduce(0, +) / Double(window)
        let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(window)
        let rms = (x.reduce(0) { $0 + $1 * $1 } / Double(window)).squareRoot()
        let crossings = zip(x, x.dropFirst()).filter { ($0 < 0) != ($1 < 0) }.count
        let truth = [mean, variance.squareRoot(), rms, x.map(abs).max()!, Double(crossings)]
        for column in 0..<5 {
          #expect(abs(Double(rows.values[5 * index + column]) - truth[column]) <= 1e-6 * max(1, abs(truth[column])))
        }
      }
    }
  }

  @Test("a band's energy is that of its frequencies, delayed by its filter")
  func bands() throws {
    let rate = 8000.0
    let bands = [WindowStatistics.Band("0-500")!, .init("500-1500")!, .init("1500-4000")!]
    for (frequency, band) in [(200.0, 0), (1000, 1), (3000, 2)] {
      let tone = Signals.sine(frames: 4000, frequencyHz: frequency, sampleRateHz: rate)
      let features = try WindowStatistics(
        windowFrames: 1000, hopFrames: 1000, bands: bands, sampleRateHz: rate)
      #expect(features.bandDelayFrames == 127)
      let rows = try HopRows(features, [tone])
      let last = Array(rows.values.suffix(3))
      let energy = tone[2873..<3873].reduce(0) { $0 + Double($1) * Double($1) }
      for other in 0..<3 {
        let share = Double(last[other]) / energy
        #expect(other == band ? abs(share - 1) < 0.01 : share < 1e-5, "\(frequency) Hz, band \(other): \(share)")
      }
    }
    #expect(WindowStatistics.Band("500") == nil && WindowStatistics.Band("a-b") == nil)
    let names = try WindowStatistics(windowFrames: 10, hopFrames: 10, bands: bands, sampleRateHz: rate).names
    #expect(names.suffix(3) == ["energy_0_500hz", "energy_500_1500hz", "energy_1500_4000hz"])
    for text in ["500-400", "0-5000", "-1-3"] {
      guard let band = WindowStatistics.Band(text) else { continue }
      #expect(throws: FeatureError.self) {
        _ = try WindowStatistics(windowFrames: 10, hopFrames: 10, bands: [band], sampleRateHz: rate)
      }
    }
    #expect(throws: FeatureError.self) { _ = try WindowStatistics(windowFrames: 10, hopFrames: 10, bands: bands) }
    #expect(throws: FeatureError.self) {
      _ = try WindowStatistics(windowFrames: 10, hopFrames: 10, bands: bands, bandTaps: 8, sampleRateHz: rate)
    }
  }

  /// Output channel 1 is the input, channel 2 a running sum of three.
  private func makeProcessor(maximumBlockFrames: Int = 256) throws -> NetworkProcessor {
    var network = Network(inputChannels: 1)
    let kernel = try CausalKernel(outputChannels: 2, inputChannels: 1, kernelSize: 3, weights: [0, 0, 1, 1, 1, 1])
    network.output = try network.convolve([(network.input, kernel)])
    return try NetworkProcessor(network, maximumBlockFrames: maximumBlockFrames)
  }

  @Test("outputs are pooled by their definition, channel by channel")
  func pooling() throws {
    let input = Signals.noise(frames: 1000, seed: 7)
    let summed = input.indices.map { index in
      var sum: Float = 0
      for back in (0...2).reversed() where index >= back { sum += input[index - back] }
      return sum
    }
    let features = try PooledOutputs(
      makeProcessor(), poolings: [.mean, .max, .last, .ppv], layer: "layer1", windowFrames: 100, hopFrames: 40)
    #expect(features.names[..<3] == ["mean_layer1_c0", "mean_layer1_c1", "max_layer1_c0"])
    let rows = try HopRows(features, [input])
    #expect(rows.count == 23)
    for (index, start) in rows.starts.enumerated() {
      let row = Array(rows.values[index * 8..<index * 8 + 8])
      for (channel, signal) in [input, summed].enumerated() {
        let window = Array(signal[start..<start + 100])
        #expect(abs(row[channel] - window.reduce(0, +) / 100) < 1e-5)
        #expect(abs(row[2 + channel] - window.max()!) < 1e-6)
        #expect(abs(row[4 + channel] - window[99]) < 1e-6)
        #expect(row[6 + channel] == Float(window.filter { $0 > 0 }.count) / 100)
      }
    }
  }

  @Test("pieces of any size give the same bits as the whole")
  func pieces() throws {
    let input = Signals.noise(frames: 3000, seed: 8)
    let bands = [WindowStatistics.Band(lowHz: 100, highHz: 900)]
    let makers: [() throws -> any HopFeatures] = [
      { try WindowStatistics(windowFrames: 100, hopFrames: 33, bands: bands, sampleRateHz: 8000) },
      {
        try PooledOutputs(
          self.makeProcessor(maximumBlockFrames: 64), poolings: [.mean, .ppv], layer: "x", windowFrames: 90,
          hopFrames: 7)
      },
    ]
    for make in makers {
      let whole = try HopRows(make(), [input])
      for pieces in [[1], [13, 0, 700], [1024]] {
        #expect(firstBitDifference(try HopRows(make(), [input], pieces: pieces).values, whole.values) == nil)
      }
    }
  }

  @Test("pooling does not allocate while it runs", .countsAllocations)
  func allocations() throws {
    let features = try PooledOutputs(
      makeProcessor(), poolings: [.mean, .max, .last, .ppv], layer: "x", windowFrames: 100, hopFrames: 40)
    let input = Signals.noise(frames: 4096, seed: 7)
    try input.withUnsafeBufferPointer { input in
      try withUnsafePointer(to: input.baseAddress!) { channels in
        var sum: Float = 0
        try features.push(channels, frames: 4096) { sum += $0.values[0] }
        cts_counts_begin()
        try features.push(channels, frames: 4096) { sum += $0.values[0] }
        let counts = cts_counts_end()
        #expect(counts.allocations == 0 && counts.objects == 0 && sum.isFinite)
      }
    }
  }

  @Test("NaN is not lost, and a stream that is too short is an error")
  func edges() throws {
    let rows = try HopRows(WindowStatistics(windowFrames: 4, hopFrames: 4), [[1, .nan, 3, 2]])
    #expect(rows.values[0].isNaN && rows.values[3].isNaN)
    let pooled = try HopRows(
      PooledOutputs(makeProcessor(), poolings: [.max], layer: "x", windowFrames: 8, hopFrames: 8),
      [[1, .nan, 3, 2, 5, 6, 7, 8]])
    #expect(pooled.values[0].isNaN)
    #expect(throws: FeatureError.tooShort(series: 0, expected: 5, actual: 4)) {
      _ = try HopRows(WindowStatistics(windowFrames: 5, hopFrames: 4), [[1, 2, 3, 4]])
    }
    #expect(throws: FeatureError.self) {
      _ = try PooledOutputs(self.makeProcessor(), poolings: [], layer: "x", windowFrames: 4, hopFrames: 4)
    }
    #expect(throws: FeatureError.self) { _ = try WindowStatistics(windowFrames: 0, hopFrames: 4) }
  }
}
