import AudioFiles
import ConvAudioKit
import Foundation
import Resampling
import TestSupport
import Testing

/// `FileProcessor` with files at a sample rate other than the preset's.
@Suite struct RatePolicyTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func path(_ name: String) -> String { folder.path + "/" + name }

  private func preset(_ preset: TinyPreset = TinyPreset()) throws -> Chain {
    try Chain(preset: preset.write(into: folder.url))
  }

  /// For 48 kHz, without stages: gives back what it gets.
  private var flat: TinyPreset { TinyPreset("flat", stages: []) }

  private func write(_ samples: [[Float]], rate: Int, encoding: SampleEncoding = .float32) throws {
    let info = AudioFileInfo(
      path: "in.wav", container: .wav, encoding: encoding, sampleRateHz: rate, channels: samples.count,
      frames: Int64(samples[0].count))
    let writer = try AudioFileWriter(
      path: path("in.wav"), format: .choose(container: .wav, source: info, expectedFrames: info.frames),
      sampleRateHz: rate, channels: samples.count, dither: false)
    let interleaved = samples[0].indices.flatMap { frame in samples.map { $0[frame] } }
    try interleaved.withUnsafeBufferPointer { try writer.write($0) }
    try writer.finish()
  }

  private func read() throws -> (rate: Int, samples: [[Float]]) {
    let reader = try AudioFileReader(path: path("out.wav"))
    let channels = reader.info.channels
    var block = [Float](repeating: 0, count: Int(reader.info.frames + 1) * channels)
    let frames = try block.withUnsafeMutableBufferPointer { try reader.read(into: $0) }
    return (
      reader.info.sampleRateHz, (0..<channels).map { channel in (0..<frames).map { block[$0 * channels + channel] } }
    )
  }

  @discardableResult
  private func process(
    _ preset: Chain, _ change: (inout ProcessingSettings) -> Void = { _ in }
  ) throws -> ProcessingReport {
    var settings = ProcessingSettings()
    settings.replacesExisting = true
    change(&settings)
    return try FileProcessor(chain: preset, settings: settings).process(path("in.wav"), to: path("out.wav"))
  }

  @Test(
    "A file at another sample rate is resampled to the preset's and back, and keeps rate and length",
    arguments: [44_100, 96_000, 22_050, 8000, 44_101])
  func thereAndBack(rate: Int) throws {
    let input = Signals.noise(channels: 2, frames: 7001)
    try write(input, rate: rate)
    let preset = try preset()
    let report = try process(preset)
    let output = try read()
    try #require((output.rate, output.samples.count, output.samples[0].count) == (rate, 2, 7001))
    #expect((report.sampleRateHz, report.channels, report.frames) == (rate, 2, 7001))
    #expect(report.notes == ["resampled \(rate) → 48000 → \(rate) Hz"])
    #expect(report.peak == output.samples.joined().map(abs).max())

    // The same by hand.
    let inside = try resample(input, from: rate, to: 48_000)
    let processed = BlockRun.of(try preset.makeProcessor(channels: 2), on: inside, in: .primes).output
    let back = try resample(processed, from: 48_000, to: rate)
    let common = min(7001, back[0].count)
    #expect(back[0].count - common <= 2)
    #expect(
      firstBitDifference(output.samples.map { Array($0[..<common]) }, back.map { Array($0[..<common]) }) == nil)
  }

  @Test("Resampling adds no delay and keeps the whole band", arguments: [44_100, 22_050, 96_000])
  func alignment(rate: Int) throws {
    // Tones up to 90 % of half the lower rate, under a bell, so that they have no edges.
    let half = Double(min(rate, 48_000)) / 2
    let input = (0..<20_000).map { frame -> Float in
      let place = (Double(frame) - 10_000) / 2000
      let tones = [0.01, 0.1, 0.37, 0.71, 0.9].reduce(0) {
        $0 + sin(2 * .pi * $1 * half * Double(frame) / Double(rate))
      }
      return Float(exp(-place * place) * tones / 5)
    }
    try write([input], rate: rate)
    try process(preset(flat))
    let output = try read().samples[0]
    // Two roundings of numbers below 1, in the middle and at the end. Those of the middle go through a filter and add up
    // by the sum of the magnitudes of its taps, which is below 4.
    let worst = zip(output, input).map { abs(Double($0) - Double($1)) }.max()!
    #expect(worst <= 5 * 0x1p-25 + 2 * 0x1p-27, "\(20 * log10(worst)) dB")
    // A thousandth of a frame too late would be far outside.
    let slope = zip(input, input.dropFirst()).map { abs(Double($1) - Double($0)) }.max()!
    #expect(0.001 * slope > 100 * worst)
  }

  @Test("Gains and mix work at the preset's rate, and the dry signal stays aligned")
  func mix() throws {
    let input = Signals.noise(channels: 1, frames: 4000, amplitude: 0.1)
    try write(input, rate: 44_100)
    let preset = try preset()
    try process(preset) { $0.chain.mix = 0.25 }
    let mixed = try read().samples[0]
    try process(preset)
    let wet = try read().samples[0]
    try process(self.preset(flat))
    let dry = try read().samples[0]
    // Conversion is linear, apart from roundings of numbers below 2: three of the mixed signal and one of the others in
    // the middle, times 4 as above; one at every end, and three here.
    for (m, (w, d)) in zip(mixed, zip(wet, dry)) { #expect(abs(m - (0.25 * w + 0.75 * d)) <= 21 * 0x1p-24) }
  }

  @Test("A preset without a rate takes files as they are, and so does one of the file's rate")
  func noResampling() throws {
    let input = Signals.noise(channels: 1, frames: 3000)
    let any = try preset(TinyPreset("any", sampleRateHz: nil))
    let same = try preset(TinyPreset("same", sampleRateHz: 44_100))
    try write(input, rate: 44_100)
    for preset in [any, same] {
      let report = try process(preset) { $0.ratePolicy = .refuse }
      #expect(report.notes == [])
      let expected = BlockRun.of(try preset.makeProcessor(channels: 1), on: input, in: .whole).output
      #expect(firstBitDifference(try read().samples, expected) == nil)
    }
  }

  @Test("Another rate is refused where that is asked for, and where it is too far away; nothing is left")
  func refusals() throws {
    let preset = try preset()
    try write([[0, 0]], rate: 44_100)
    let before = try folder.contents()
    let refused = ProcessingError.sampleRate(
      path: path("in.wav"), expectedHz: 48_000, actualHz: 44_100, chain: .init(.preset, "tiny"))
    #expect(throws: refused) { try process(preset) { $0.ratePolicy = .refuse } }
    try write([[0, 0]], rate: 46)
    let far = ProcessingError.resampling(
      path: path("in.wav"), chain: .init(.preset, "tiny"), reason: .factor(expected: 1024, from: 46, to: 48_000))
    #expect(throws: far) { try process(preset) }
    #expect(try folder.contents() == before)
  }

  @Test("NaN is counted, replaced and refused in the file's own frames")
  func nonFinite() throws {
    let preset = try preset()
    var input = Signals.noise(channels: 2, frames: 30_000)
    input[1][20_000] = .nan
    try write(input, rate: 44_100)
    let kept = try process(preset)
    #expect(kept.nonFiniteInputSamples == 1 && kept.nonFiniteOutputSamples > 1)
    let output = try read().samples
    #expect(output[0].allSatisfy(\.isFinite) && output[1][20_000].isNaN)
    #expect(output[1][..<10_000].allSatisfy(\.isFinite) && output[1][29_000...].allSatisfy(\.isFinite))
    let zeroed = try process(preset) { $0.chain.nonFinite = .zero }
    #expect((zeroed.nonFiniteInputSamples, zeroed.nonFiniteOutputSamples) == (1, 0))
    #expect(throws: SignalError.nonFinite(name: path("in.wav"), frame: 20_000)) {
      try process(preset) { $0.chain.nonFinite = .error }
    }
  }

  @Test("Depth is kept, with dither, as samples change even without stages")
  func dither() throws {
    try write(Signals.noise(channels: 1, frames: 3000), rate: 44_100, encoding: .pcm(bits: 16))
    let flat = try preset(flat)
    let report = try process(flat)
    #expect(report.format == "WAV, 16-bit")
    let dithered = try read().samples
    try process(flat) { $0.dithers = false }
    #expect(firstBitDifference(dithered, try read().samples) != nil)
  }
}
