import AudioFiles
import Foundation
import ModelFormats
import StreamingConvolution
import TestSupport
import Testing

@testable import ConvAudioKit

/// One file on several threads: the same bytes and the same counts as on one.
@Suite("Files on several threads")
struct ThreadsTests {
  /// A chain with the number of channels of its signal, and what to change in the settings.
  struct Case: Sendable, CustomStringConvertible {
    let description: String
    let channels: Int
    let rate: Int
    let chain: @Sendable () throws -> Chain
    let change: @Sendable (inout ProcessingSettings) -> Void

    init(
      _ description: String, channels: Int = 1, rate: Int = 48_000, _ chain: @escaping @Sendable () throws -> Chain,
      change: @escaping @Sendable (inout ProcessingSettings) -> Void = { _ in }
    ) {
      (self.description, self.channels, self.rate, self.chain, self.change) = (
        description, channels, rate, chain, change
      )
    }
  }

  private static func tiny(_ stages: TinyPreset.Stage...) throws -> Chain {
    let folder = try TemporaryDirectory()
    return try withExtendedLifetime(folder) { try Chain(preset: TinyPreset(stages: stages).write(into: folder.url)) }
  }

  private static func model(_ name: String) throws -> Chain {
    let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/nam")
    return try Chain(model: golden.appending(path: "\(name)/model.nam").path)
  }

  private static func planned(_ count: Int, _ plan: String, frames: Int = 900, mix: Float = 1) -> Chain {
    ConvAudioKitTests.chain(responses(count, frames: frames)) { ($0.plan, $0.mix) = (plan, mix) }
  }

  static let cases: [Case] = [
    Case("a network") { try tiny(.init()) },
    Case("two networks, on two channels", channels: 2) { try tiny(.init(), .init(seed: 9)) },
    Case("a network whose past is zeros, half dry", channels: 3) {
      try tiny(.init(past: "zeroHistory"))
    } change: {
      ($0.chain.mix, $0.chain.gainInDecibels, $0.chain.gainOutDecibels) = (0.5, 3, -6)
    },
    Case("one channel that becomes three") { try tiny(.init(outputs: 3)) },
    Case("a model with gates and modes") { try model("modes") },
    Case("a model with conditions", channels: 2) { try model("condition") },
    Case("a model with scales of two inputs", channels: 2) { try model("film-scales") },
    Case("a model with groups and a gain after it") {
      try model("groups")
    } change: {
      $0.chain.gainOutDecibels = 2
    },
    Case("a convolutional model") { try model("convnet-normalised") },
    Case("a linear model") { try model("linear") },
    Case("a recurrent model") { try model("lstm") },
    Case("a recurrent model, then a response, on two channels, half dry", channels: 2) {
      try model("lstm-two-layers").followed(
        by: planned(1, "grain 1 latency 64 direct 0 partitions 4x32 2x64 6x128", mix: 0.5))
    } change: {
      $0.chain.mix = 0.7
    },
    Case("a direct response") { ConvAudioKitTests.chain(responses(1, frames: 40)) },
    Case("partitions of one size") { planned(1, "grain 1 latency 0 direct 64 partitions 14x64") },
    Case("partitions of three sizes, late, half dry") {
      planned(1, "grain 1 latency 300 direct 212 partitions 2x128 1x256 1x512", mix: 0.4)
    },
    Case("the cheapest plan", channels: 2) { ConvAudioKitTests.chain(responses(2, frames: 5000)) },
    Case("a mono signal to stereo") { planned(2, "grain 1 latency 128 direct 0 partitions 8x128") },
    Case("true stereo", channels: 2) { planned(4, "grain 1 latency 0 direct 100 partitions 4x32 13x64") },
    Case("a network, then two responses with other partitions") {
      try tiny(.init()).followed(by: planned(1, "grain 1 latency 0 direct 32 partitions 28x32")).followed(
        by: planned(1, "grain 1 latency 512 direct 0 partitions 2x512"))
    },
    Case("resampled there and back", channels: 2, rate: 44_100) { try tiny(.init()) },
    Case("a tail that is cut") {
      planned(1, "grain 1 latency 128 direct 0 partitions 8x128")
    } change: {
      $0.chain.tail = .cut
    },
    Case("16 bits, with dither") {
      try tiny(.init(outputs: 2))
    } change: {
      ($0.bitDepth, $0.chain.gainOutDecibels) = (.pcm16, 12)
    },
    Case("FLAC") {
      try tiny(.init())
    } change: {
      ($0.container, $0.bitDepth) = (.flac, .pcm24)
    },
  ]

  private func process(
    _ c: Case, _ chain: Chain, in folder: AudioFolder, threads: Int, chunk: Int
  ) throws -> (bytes: Data, report: ProcessingReport) {
    var settings = ProcessingSettings()
    c.change(&settings)
    (settings.threads, settings.chunkFrames, settings.replacesExisting) = (threads, chunk, true)
    let name = settings.container == .flac ? "out.flac" : "out.wav"
    let report = try FileProcessor(chain: chain, settings: settings).process(
      folder.path("in.wav"), to: folder.path(name))
    return (try Data(contentsOf: URL(filePath: folder.path(name))), report)
  }

  @Test("bytes and counts are those of one thread, at lengths around the chunks", arguments: cases)
  func sameBytes(_ c: Case) throws {
    let folder = try AudioFolder()
    let chain = try c.chain()
    for chunk in Thoroughness.cases(of: [512, 2048], quick: 1) {
      for frames in Thoroughness.cases(of: [100, 511, 512, 513, 2048, 4095, 4096, 4097, 7000], quick: 3) {
        var input = Signals.noise(channels: c.channels, frames: frames, amplitude: 0.5, seed: UInt64(frames))
        // Soon, so that recurrent models are not spoilt from the start, and at the end of a chunk.
        if frames == 4097 { (input[0][4095], input[0][2500]) = (.infinity, .nan) }
        try folder.write("in.wav", input, rate: c.rate)
        let one = try process(c, chain, in: folder, threads: 1, chunk: chunk)
        for threads in Thoroughness.cases(of: [3, 2, 5], quick: 1) {
          let several = try process(c, chain, in: folder, threads: threads, chunk: chunk)
          // Not compared inside `#expect`, which would print the bytes.
          let isSame = several.bytes == one.bytes
          #expect(isSame, "\(frames) frames, \(threads) threads, chunks of \(chunk)")
          #expect(several.report.counts == one.report.counts)
          #expect(several.report.peak == one.report.peak && several.report.frames == one.report.frames)
          #expect(several.report.notes == one.report.notes && several.report.format == one.report.format)
        }
      }
    }
  }

  @Test("a processor that is used again, on other threads and for other files, starts as new")
  func again() throws {
    let folder = try AudioFolder()
    let chain = try Self.cases[11].chain()
    var settings = ProcessingSettings()
    (settings.replacesExisting, settings.threads, settings.chunkFrames) = (true, 3, 256)
    let processor = FileProcessor(chain: chain, settings: settings)
    for (index, channels) in [2, 2, 1, 2].enumerated() {
      let input = Signals.noise(channels: channels, frames: 1000 + index, seed: UInt64(index))
      try folder.write("in.wav", input)
      _ = try processor.process(folder.path("in.wav"), to: folder.path("several.wav"))
      try folder.process(chain)
      #expect(firstBitDifference(try folder.read("several.wav"), try folder.read("out.wav")) == nil)
    }
  }

  @Test("NaN that is refused stops the file, and nothing is left", arguments: [1, 2, 3])
  func refused(threads: Int) throws {
    let folder = try AudioFolder()
    var input = Signals.noise(frames: 5000)
    input[3000] = .nan
    try folder.write("in.wav", [input])
    var settings = ProcessingSettings()
    (settings.chain.nonFinite, settings.threads, settings.chunkFrames) = (.error, threads, 512)
    let error = SignalError.nonFinite(name: folder.path("in.wav"), frame: 3000)
    #expect(throws: error) {
      try FileProcessor(chain: Self.tiny(.init()), settings: settings).process(
        folder.path("in.wav"), to: folder.path("out.wav"))
    }
    #expect(try folder.directory.contents() == ["in.wav"])
  }

  @Test("a request to stop leaves nothing, and progress ends with the whole file", arguments: [1, 2, 3])
  func stopped(threads: Int) throws {
    let folder = try AudioFolder()
    try folder.write("in.wav", [Signals.noise(frames: 9000)])
    var settings = ProcessingSettings()
    (settings.threads, settings.chunkFrames) = (threads, 512)
    let processor = FileProcessor(chain: try Self.tiny(.init()), settings: settings)
    #expect(throws: ProcessingError.cancelled(path: folder.path("in.wav"))) {
      try processor.process(folder.path("in.wav"), to: folder.path("out.wav"), cancellation: Cancellation { true })
    }
    #expect(try folder.directory.contents() == ["in.wav"])
    var seen: [Int64] = []
    _ = try processor.process(folder.path("in.wav"), to: folder.path("out.wav"), progress: { seen.append($0.frames) })
    #expect(seen.last == 9000 && seen == seen.sorted())
  }

  @Test("jobs share the threads, and never use more")
  func jobs() throws {
    let files = (0..<6).map { (input: "\($0).wav", output: "out/\($0).wav") }
    func batch(jobs: Int, threads: Int) throws -> BatchRun {
      let processor = SharedFileProcessor(FileProcessor(chain: try Chain(name: "nothing", stages: [])))
      return try BatchRun(
        files.map { BatchFile(input: $0.input, output: $0.output, processor: processor) }, jobs: jobs, threads: threads)
    }
    for (jobs, threads, expected) in [
      (1, 8, (1, 8)), (2, 8, (2, 4)), (3, 8, (3, 2)), (9, 8, (6, 1)), (4, 2, (2, 1)), (1, 1, (1, 1)),
    ] {
      let batch = try batch(jobs: jobs, threads: threads)
      #expect((batch.jobs, batch.threadsPerFile) == expected)
    }
    // From Swift, jobs count even where the settings leave threads at 1.
    let batch = try BatchRun(FileProcessor(chain: try Chain(name: "nothing", stages: [])), files: files, jobs: 3)
    #expect((batch.jobs, batch.threadsPerFile) == (3, 1))
  }
}

extension ProcessingReport {
  fileprivate var counts: [Int] { [clippedSamples, nonFiniteInputSamples, nonFiniteOutputSamples] }
}
