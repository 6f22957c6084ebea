import Testing

@testable import AudioFiles

@Suite("Integer quantiser")
struct QuantiserTests {
  /// Converts and undoes the left justification.
  private func quantise(_ samples: [Float], bits: Int, dithers: Bool, block: Int = .max) -> [Int] {
    var quantiser = IntegerQuantiser(bits: bits, dithers: dithers)
    var integers = [Int32](repeating: 0, count: samples.count)
    samples.withUnsafeBufferPointer { input in
      integers.withUnsafeMutableBufferPointer { output in
        var done = 0
        while done < input.count {
          let count = min(block, input.count - done)
          quantiser.quantise(input.baseAddress! + done, into: output.baseAddress! + done, count: count)
          done += count
        }
      }
    }
    return integers.map { Int($0) >> (32 - bits) }
  }

  @Test("without dither the nearest integer is taken, and ties go to the even one")
  func rounding() {
    let steps: [Float] = [0.4, 0.5, 0.6, 1.5, 2.5, -0.5, -1.5, -2.5, 100.25, -127.5]
    #expect(
      quantise(steps.map { $0 / 128 }, bits: 8, dithers: false) == [0, 0, 1, 2, 2, 0, -2, -2, 100, -128])
    #expect(quantise([0.5, -1, 0x1p-31, 0x1.8p-31], bits: 32, dithers: false) == [1 << 30, -1 << 31, 1, 2])
  }

  @Test("the error of dither has mean 0 and variance 1/4 whatever the level", arguments: [0, 0.25, 0.5, 0.813])
  func moments(level: Double) {
    // Triangular dither has variance 1/6 and makes the error of rounding (1/12) independent of the level. With
    // |error| ≤ 3/2, the standard deviation of the mean of n is ½/√n, and that of the variance at most
    // √(E[e⁴]/n) ≤ (3/2)·½/√n; five of each are allowed.
    let count = 200_000
    let samples = [Float](repeating: Float(level / 32_768), count: count)
    func moments(dithers: Bool) -> (mean: Double, variance: Double) {
      let errors = quantise(samples, bits: 16, dithers: dithers).map { Double($0) - level }
      let mean = errors.reduce(0, +) / Double(count)
      return (mean, errors.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count))
    }
    let root = Double(count).squareRoot()
    let dithered = moments(dithers: true)
    #expect(abs(dithered.mean) < 5 * 0.5 / root)
    #expect(abs(dithered.variance - 0.25) < 5 * 0.75 / root)
    // The test can fail: plain rounding has no variance at all here.
    #expect(moments(dithers: false).variance < 1e-9)
  }

  @Test("dither reaches one step to either side, neighbours are independent, and both halves of a draw are")
  func distribution() {
    let count = 200_000
    let zero = quantise([Float](repeating: 0, count: count), bits: 16, dithers: true)
    // P(|triangular| > ½) = ¼, an eighth to each side.
    let up = zero.filter { $0 == 1 }.count
    let down = zero.filter { $0 == -1 }.count
    #expect(zero.allSatisfy { abs($0) <= 1 })
    let tolerance = 5 * (Double(count) / 8).squareRoot()
    #expect(abs(Double(up) - Double(count) / 8) < tolerance && abs(Double(down) - Double(count) / 8) < tolerance)
    for lag in 1...4 {
      let product = zip(zero, zero.dropFirst(lag)).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(Double(product)) < 5 * 0.25 * Double(count).squareRoot())
    }
  }

  @Test("dither does not depend on blocks", arguments: [1, 3, 64, 999])
  func blocks(block: Int) {
    let samples = sine(frames: 5000, channels: 1)
    #expect(
      quantise(samples, bits: 16, dithers: true, block: block) == quantise(samples, bits: 16, dithers: true))
  }

  @Test("parts in any order, in place, have the integers and counts of the whole", arguments: [8, 16, 24, 32])
  func parts(bits: Int) {
    let samples = sine(frames: 3000, channels: 1).map { $0 * 4 } + [.nan, .infinity]
    let quantiser = IntegerQuantiser(bits: bits, dithers: bits < 32)
    var parts = samples
    var found = SampleFacts()
    for range in [2000..<3002, 0..<7, 7..<2000] {
      parts.withUnsafeMutableBufferPointer {
        found.add(
          quantiser.quantise($0.baseAddress! + range.lowerBound, count: range.count, after: UInt64(range.lowerBound)))
      }
    }
    #expect(
      parts.map { Int(Int32(bitPattern: $0.bitPattern)) >> (32 - bits) }
        == quantise(samples, bits: bits, dithers: bits < 32))
    var whole = IntegerQuantiser(bits: bits, dithers: bits < 32)
    var integers = [Int32](repeating: 0, count: samples.count)
    whole.quantise(samples, into: &integers, count: samples.count)
    #expect(found == SampleFacts(clipped: whole.clippedSamples, nonFinite: 2) && found.clipped > 2)
  }

  @Test("clipping is counted after dither, NaN is 0, infinity is full scale")
  func counts() {
    var quantiser = IntegerQuantiser(bits: 16, dithers: true)
    let top: Float = 32_767 / 32_768
    let samples = [Float](repeating: top, count: 10_000) + [.nan, .infinity, -.infinity]
    var integers = [Int32](repeating: 1, count: samples.count)
    quantiser.quantise(samples, into: &integers, count: samples.count)
    // An eighth of the samples at the largest integer is lifted beyond it.
    #expect(abs(quantiser.clippedSamples - 1252) < 180)
    #expect(quantiser.nonFiniteSamples == 3)
    #expect(integers.suffix(3).map { Int($0) >> 16 } == [0, 32_767, -32_768])
  }
}
