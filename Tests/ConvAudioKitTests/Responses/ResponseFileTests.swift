import ModelFormats
import Resampling
import TestSupport
import Testing

@testable import ConvAudioKit

/// Files and streams through impulse responses: alignment, length, mix.
@Suite struct ResponseFileTests {
  static let latencies: [ConvolutionLatency?] = [nil, .frames(0), .frames(1000), .frames(5000)]

  private func isClose(_ a: [Float], _ b: [Float], _ scale: Double) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs(Double($0) - Double($1)) <= 250 * 0x1p-24 * scale }
  }

  @Test("An impulse comes out as the response, from frame 0 on, at every latency", arguments: latencies)
  func impulse(latency: ConvolutionLatency?) throws {
    let folder = try AudioFolder()
    try folder.write("in.wav", [Signals.impulse(frames: 10)])
    var ir = responses(2, frames: 3000)
    for frame in 0..<7 { (ir[0][frame], ir[1][frame]) = (0, 0) }
    let (report, output) = try folder.process(chain(ir)) { $0.chain.latency = latency }
    #expect(report.frames == 10 + 2999 && output.count == 2)
    for channel in 0..<2 {
      #expect(isClose(output[channel], ir[channel] + [Float](repeating: 0, count: 9), norm(ir[channel])))
    }
    #expect(report.notes.contains("ir.wav: the impulse response begins with 7 frames of silence, kept as they are"))
  }

  @Test(
    "The dry signal is mixed in, for mono and stereo signals, in the stage and around it",
    arguments: Thoroughness.cases(of: latencies, quick: 1))
  func mix(latency: ConvolutionLatency?) throws {
    let folder = try AudioFolder()
    let ir = responses(2, frames: 700)
    for channels in [1, 2] {
      let input = Signals.noise(channels: channels, frames: 500)
      try folder.write("in.wav", input)
      for inStage in [true, false] {
        let preset = chain(ir) { $0.mix = inStage ? 0.25 : 1 }
        let output = try folder.process(preset) {
          $0.chain.latency = latency
          $0.chain.mix = inStage ? 1 : 0.25
        }.samples
        let plain = PlainConvolution(
          paths: (0..<2).flatMap { output -> [PlainConvolution.Path] in
            let source = output % channels
            return [
              .init(input: source, output: output, response: ir[output], gain: 0.25),
              .init(input: source, output: output, response: [1], gain: 0.75),
            ]
          }, outputs: 2)
        #expect(difference(output, from: plain, for: input) == nil, "\(channels) channels, in the stage: \(inStage)")
      }
    }
  }

  @Test("A resampled response is aligned, too, and so is the dry signal beside it", arguments: latencies)
  func resampled(latency: ConvolutionLatency?) throws {
    let folder = try AudioFolder()
    try folder.write("in.wav", [Signals.impulse(frames: 1)])
    // Abrupt at its beginning, so that the filter rings before it.
    let ir = responses(1, frames: 2000)
    let expected = try resampleImpulseResponse(ir, from: 44_100, to: 48_000)
    #expect(expected.leadFrames > 50)
    let preset = chain(ir, rate: 44_100)
    let output = try folder.process(preset) { $0.chain.latency = latency }.samples[0]
    #expect(isClose(output, Array(expected.channels[0].dropFirst(expected.leadFrames)), norm(ir[0])))
    let half = try folder.process(preset) {
      $0.chain.latency = latency
      $0.chain.mix = 0.5
    }.samples[0]
    let sum = output.enumerated().map { ($1 + ($0 == 0 ? 1 : 0)) / 2 }
    #expect(isClose(half, sum, norm(ir[0]) + 1))
  }

  @Test("A file at a sample rate other than the preset's is resampled there and back, tail included")
  func otherRate() throws {
    let folder = try AudioFolder()
    try folder.write("in.wav", [Signals.sine(frames: 4410, sampleRateHz: 44_100)], rate: 44_100)
    let stage = ResponseStage(
      ImpulseResponse(path: "ir.wav", sampleRateHz: 48_000, channels: [Signals.impulse(frames: 4801, at: 4800)]),
      ConvolutionDescription(responsePath: "ir.wav"))
    let flat = try Chain(preset: TinyPreset("flat", stages: []).write(into: folder.directory.url))
    let (report, output) = try folder.process(flat.followed(by: Chain(stage)))
    // 4800 frames of tail are 4410 at the file's rate, and the sine is delayed by exactly as many.
    #expect(report.frames == 8820 && report.notes.first == "resampled 44100 → 48000 → 44100 Hz")
    let late = [Float](repeating: 0, count: 4410) + Signals.sine(frames: 4410, sampleRateHz: 44_100)
    // Away from the ends, where the band limit rings.
    let worst = (4910..<8320).map { abs(output[0][$0] - late[$0]) }.max()!
    #expect(worst < 1e-4)
  }

  @Test(
    "The tail is kept, cut, or as long as one says",
    arguments: [
      (TailPolicy.keep, 2999), (.cut, 0), (.seconds(0), 0), (.seconds(0.01), 480), (.seconds(0.00001), 1),
      (.seconds(100), 2999),
    ])
  func tail(_ tail: TailPolicy, frames: Int) throws {
    let folder = try AudioFolder()
    let input = Signals.noise(channels: 1, frames: 500)
    try folder.write("in.wav", input)
    let preset = chain(responses(1, frames: 3000))
    let whole = try folder.process(preset).samples[0]
    let output = try folder.process(preset) { $0.chain.tail = tail }.samples[0]
    #expect(output == Array(whole[..<(500 + frames)]))
    let streamed = try stream(input, through: preset) { $0.chain.tail = tail }.samples[0]
    #expect(streamed.count == 500 + frames)
  }

  @Test("Predelay moves the response and lengthens the tail")
  func predelay() throws {
    let folder = try AudioFolder()
    try folder.write("in.wav", [Signals.impulse(frames: 1)])
    let ir = responses(1)
    let output = try folder.process(chain(ir) { $0.predelayMilliseconds = 20 }).samples[0]
    #expect(isClose(output, [Float](repeating: 0, count: 960) + ir[0], norm(ir[0])))
  }

  @Test(
    "A stream gives the bits of a file of the same latency, whatever the block", arguments: [0, 100, 1000],
    [1, 64, 1000])
  func streamEqualsFile(latency: Int, block: Int) throws {
    let folder = try AudioFolder()
    let input = Signals.noise(channels: 1, frames: 4000)
    try folder.write("in.wav", input)
    let stage = chain(responses(2, frames: 2500)) { $0.mix = 0.4 }
    let pinned = chain(responses(2, frames: 2500)) { $0.plan = "grain 1 latency 300 direct 212 partitions 3x256 4x512" }
    for (preset, latency) in [(stage, ConvolutionLatency.frames(latency)), (pinned, nil)]
      as [(Chain, ConvolutionLatency?)]
    {
      let file = try folder.process(preset) {
        $0.chain.latency = latency
        $0.chain.mix = 0.7
      }.samples
      let streamed = try stream(input, through: preset) {
        $0.chain.latency = latency
        $0.chain.mix = 0.7
        $0.blockFrames = block
      }.samples
      #expect(firstBitDifference(streamed, file) == nil)
    }
    // Without --align it is delayed by the latency.
    let late = try stream(input, through: stage) {
      $0.chain.latency = .frames(latency)
      $0.isAligned = false
    }.samples
    #expect(late[0].count == 4000 + 2499 + latency)
  }

  @Test(
    "Files that share a prepared response get the bits of one alone, at a time and side by side", arguments: [1, 2])
  func batch(jobs: Int) throws {
    let folder = try AudioFolder()
    let preset = try chain(responses(2, frames: 2500)).followed(
      by: Chain(
        ResponseStage(
          ImpulseResponse(path: "b.wav", sampleRateHz: 44_100, channels: responses(1)),
          ConvolutionDescription(responsePath: "b.wav", mix: 0.5))))
    var files: [(input: String, output: String)] = []
    for index in 0..<6 {
      let (channels, rate) = (1 + index % 2, index < 4 ? 48_000 : 44_100)
      try folder.write("\(index).wav", Signals.noise(channels: channels, frames: 900, seed: UInt64(index)), rate: rate)
      files.append((folder.path("\(index).wav"), folder.path("out\(index).wav")))
    }
    let batch = try BatchRun(
      FileProcessor(chain: preset), files: files + files.map { ($0.input, $0.output + ".wav") }, jobs: jobs)
    for result in batch.run() {
      guard case .processed = result.outcome else { throw CancellationError() }
    }
    for index in 0..<6 {
      _ = try FileProcessor(chain: preset).process(folder.path("\(index).wav"), to: folder.path("alone\(index).wav"))
      let alone = try folder.read("alone\(index).wav")
      #expect(firstBitDifference(try folder.read("out\(index).wav"), alone) == nil)
      #expect(firstBitDifference(try folder.read("out\(index).wav.wav"), alone) == nil)
    }
  }
}
