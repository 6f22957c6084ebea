import CTestSupport
import Dispatch
import Resampling
import Synchronization
import TestSupport
import Testing

@Suite struct StreamingTests {
  /// Converts through pieces of random size, on both sides.
  private func converted(_ input: [[Float]], _ rates: Rates, seed: UInt64) throws -> [[Float]] {
    var random = SplitMix64(seed: seed)
    let converter = try SampleRateConverter<Float>(channels: input.count, from: rates.from, to: rates.to)
    let output = PlanarBuffer(channels: input.count, frames: 5000)
    var result = [[Float]](repeating: [], count: input.count)
    func readSome() throws -> Bool {
      let frames = try converter.read(into: output.output, frames: random.nextInteger(upTo: 5000))
      for channel in input.indices {
        result[channel] += UnsafeBufferPointer(start: output.output[channel], count: frames)
      }
      return frames > 0
    }
    var place = 0
    while place < input[0].count {
      let frames = min(random.nextInteger(upTo: 700), input[0].count - place)
      let piece = PlanarBuffer(input.map { Array($0[place..<place + frames]) })
      try converter.write(piece.input, frames: frames)
      place += frames
      // Sometimes less is read than is due.
      if random.nextInteger(upTo: 3) > 0 { _ = try readSome() }
    }
    converter.endInput()
    while Int64(result[0].count) < converter.ratio.outputFrames(for: converter.framesWritten) { _ = try readSome() }
    #expect(output.guardsAreIntact)
    return result
  }

  @Test("The piece size is inaudible", arguments: Rates.all)
  func cutting(rates: Rates) throws {
    let input = Signals.noise(channels: 3, frames: rates.to / rates.from > 10 ? 200 : 20_000)
    let whole = try resample(input, from: rates.from, to: rates.to)
    for seed in 1...3 as ClosedRange<UInt64> {
      #expect(firstBitDifference(try converted(input, rates, seed: seed), whole) == nil, "seed \(seed)")
    }
  }

  @Test(
    "The number of output frames follows from the rates, within half a frame",
    arguments: Rates.all + [
      Rates(2, 3), Rates(3, 2), Rates(1, 1), Rates(97, 101), Rates(44_087, 48_017), Rates(1024, 1), Rates(1, 1024),
    ])
  func lengths(rates: Rates) throws {
    for frames in [0, 1, 2, 3, 5, 499, 500, 501, 1999] {
      let output = try resample([[Float](repeating: 0.5, count: frames)], from: rates.from, to: rates.to)[0]
      let surplus = 2 * (output.count * rates.from - frames * rates.to)
      #expect(surplus > -rates.from && surplus <= rates.from, "\(frames) frames became \(output.count)")
    }
  }

  @Test("More frames than are due are the ringing, and then silence")
  func moreFrames() throws {
    let converter = try SampleRateConverter<Float>(channels: 1, from: 3, to: 4)
    var output = try converter.process([[Float](repeating: 1, count: 300)])[0]
    converter.endInput(totalFrames: 5000)
    let buffer = PlanarBuffer(channels: 1, frames: 5000)
    while case let frames = try converter.read(into: buffer.output, frames: 5000), frames > 0 {
      output += UnsafeBufferPointer(start: buffer.output[0], count: frames)
    }
    #expect(output.count == 5000)
    #expect(output[400..<600].contains { abs($0) > 1e-3 })
    #expect(output[1500...].allSatisfy { abs($0) < 1e-9 })
  }

  @Test("Equal rates give the input back, bit for bit")
  func identity() throws {
    let input = Signals.noise(channels: 2, frames: 5001)
    #expect(firstBitDifference(try resample(input, from: 44_100, to: 44_100), input) == nil)
  }

  @Test("Memory stops growing: later pieces allocate nothing", .countsAllocations, arguments: Rates.all)
  func memory(rates: Rates) throws {
    let converter = try SampleRateConverter<Float>(channels: 2, from: rates.from, to: rates.to)
    let input = PlanarBuffer(Signals.noise(channels: 2, frames: 512))
    let output = PlanarBuffer(channels: 2, frames: 512)
    func rounds(_ count: Int) throws {
      for _ in 0..<count {
        try converter.write(input.input, frames: 512)
        while try converter.read(into: output.output, frames: 512) > 0 {}
      }
    }
    // The slower the output, the longer until every buffer has been as full as it gets.
    try rounds(max(60, 20 * rates.from / rates.to))
    cts_counts_begin()
    try rounds(max(60, 20 * rates.from / rates.to))
    let counts = cts_counts_end()
    #expect(counts.bytes == 0, "\(counts.allocations) allocations")
  }

  @Test("Many threads at a time make the same samples")
  func threads() throws {
    let input = Signals.noise(channels: 1, frames: 10_000)
    let expected = try resample(input, from: 44_100, to: 48_000)
    let wrong = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 64) { index in
      let other = Rates.all[index % Rates.all.count]
      _ = try? resample([[Float](repeating: 1, count: 100)], from: other.from, to: other.to)
      let output = try? resample(input, from: 44_100, to: 48_000)
      if output.map({ firstBitDifference($0, expected) != nil }) ?? true { wrong.withLock { $0 += 1 } }
    }
    #expect(wrong.withLock { $0 } == 0)
  }

  @Test(
    "NaN spoils what is near it and no more",
    arguments: [
      Rates(44_100, 48_000), Rates(96_000, 48_000), Rates(48_000, 8000), Rates(44_101, 47_999),
    ])
  func nonFinite(rates: Rates) throws {
    let input = Signals.noise(frames: 2 * rates.from)
    var spoilt = input
    spoilt[rates.from] = .nan
    let clean = try resample([input], from: rates.from, to: rates.to)[0]
    let output = try resample([spoilt], from: rates.from, to: rates.to)[0]
    // A tenth of a second to both sides.
    let (before, after) = (rates.to * 9 / 10, rates.to * 11 / 10)
    #expect(output[rates.to].isNaN)
    #expect(firstBitDifference(Array(output[..<before]), Array(clean[..<before])) == nil)
    #expect(firstBitDifference(Array(output[after...]), Array(clean[after...])) == nil)
  }

  @Test(
    "Impossible rates and channel counts are refused with an explanation",
    arguments: [
      (0, 48_000, 1, "a sample rate of 0 Hz cannot be converted, expected 1 to 4194304 Hz."),
      (-44_100, 48_000, 1, "a sample rate of -44100 Hz cannot be converted, expected 1 to 4194304 Hz."),
      (48_000, 4_194_305, 1, "a sample rate of 4194305 Hz cannot be converted, expected 1 to 4194304 Hz."),
      (1, 1025, 1, "1 Hz cannot be converted to 1025 Hz, expected rates that differ by a factor of at most 1024."),
      (1025, 1, 1, "1025 Hz cannot be converted to 1 Hz, expected rates that differ by a factor of at most 1024."),
      (1, 2, 0, "0 channels cannot be converted, expected 1 to 1024."),
      (1, 2, 1025, "1025 channels cannot be converted, expected 1 to 1024."),
    ])
  func errors(from: Int, to: Int, channels: Int, sentence: String) {
    let error = #expect(throws: ResamplingError.self) {
      try SampleRateConverter<Float>(channels: channels, from: from, to: to)
    }
    #expect(error?.description == sentence)
  }

  @Test("Signals that do not fit are refused")
  func signals() throws {
    #expect(throws: ResamplingError.lengths(channel: 1, expected: 3, actual: 2)) {
      try resample([[1, 2, 3], [1, 2]] as [[Float]], from: 1, to: 2)
    }
    #expect(throws: ResamplingError.channels(expected: 1...1024, actual: 0)) {
      try resample([] as [[Float]], from: 1, to: 2)
    }
    let converter = try SampleRateConverter<Float>(channels: 2, from: 1, to: 2)
    #expect(throws: ResamplingError.channels(expected: 2...2, actual: 1)) { try converter.process([[1]]) }
    let long = [Float](repeating: 0, count: 2_100_000)
    #expect(throws: ResamplingError.tooLong(expected: Int(Int32.max), actual: 2_150_400_000)) {
      try resample([long], from: 1, to: 1024)
    }
    #expect(throws: ResamplingError.tooLong(expected: Int(Int32.max), actual: 2_150_400_000 + 2 * 1024 * 1024)) {
      try resampleImpulseResponse([long], from: 1, to: 1024)
    }
  }
}
