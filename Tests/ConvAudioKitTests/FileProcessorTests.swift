import AudioFiles
import ConvAudioKit
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite struct FileProcessorTests {
  private let folder: TemporaryDirectory
  private let preset: Chain

  init() throws {
    folder = try TemporaryDirectory()
    preset = try Chain(preset: TinyPreset().write(into: folder.url))
  }

  private func path(_ name: String) -> String { folder.path + "/" + name }

  /// The files in the folder, without the preset.
  private func files() throws -> [String] { try folder.contents().filter { !$0.hasPrefix("tiny.") } }

  @discardableResult
  private func audio(_ name: String, channels: Int = 1, frames: Int = 5000) throws -> [[Float]] {
    let samples = Signals.noise(channels: channels, frames: frames)
    let info = AudioFileInfo(
      path: name, container: .wav, encoding: .float32, sampleRateHz: 48_000, channels: channels,
      frames: Int64(frames))
    let writer = try AudioFileWriter(
      path: path(name), format: .choose(container: .wav, source: info, expectedFrames: info.frames),
      sampleRateHz: 48_000, channels: channels, dither: false)
    let interleaved = (0..<frames * channels).map { samples[$0 % channels][$0 / channels] }
    try interleaved.withUnsafeBufferPointer { try writer.write($0) }
    try writer.finish()
    return samples
  }

  private func read(_ name: String) throws -> [[Float]] {
    let reader = try AudioFileReader(path: path(name))
    let channels = reader.info.channels
    var block = [Float](repeating: 0, count: Int(reader.info.frames) * channels)
    let frames = try block.withUnsafeMutableBufferPointer { try reader.read(into: $0) }
    return (0..<channels).map { channel in (0..<frames).map { block[$0 * channels + channel] } }
  }

  @Test("The file is what the processor gives, as long as the input, and the report says what was done")
  func process() throws {
    let input = try audio("in.wav", channels: 2)
    let seen = Mutex<[Int64]>([])
    let report = try FileProcessor(chain: preset).process(path("in.wav"), to: path("out.wav")) { progress in
      seen.withLock { $0.append(progress.frames) }
      #expect((progress.totalFrames, progress.sampleRateHz) == (5000, 48_000))
    }
    let expected = BlockRun.of(try preset.makeProcessor(channels: 2), on: input, in: .primes).output
    #expect(firstBitDifference(try read("out.wav"), expected) == nil)
    #expect(seen.withLock { $0 } == [2048, 4096, 5000])
    #expect((report.frames, report.channels, report.sampleRateHz) == (5000, 2, 48_000))
    #expect(report.peak == expected.joined().map(abs).max())
    #expect((report.clippedSamples, report.nonFiniteInputSamples, report.notes) == (0, 0, []))
    #expect(report.format == "WAV, float")
    #expect(report.durationSeconds == 5000.0 / 48_000)
  }

  @Test(
    "Gains and mix reach the samples",
    arguments: [(0, 0, 1), (0, 0, 0.25), (6, 0, 0.5), (0, -12, 1), (-3, 3, 0)] as [(Float, Float, Float)])
  func settings(gainIn: Float, gainOut: Float, mix: Float) throws {
    let input = try audio("in.wav")
    var settings = ProcessingSettings()
    (settings.chain.gainInDecibels, settings.chain.gainOutDecibels, settings.chain.mix) = (gainIn, gainOut, mix)
    _ = try FileProcessor(chain: preset, settings: settings).process(path("in.wav"), to: path("out.wav"))
    func factor(_ decibels: Float) -> Float { Float(pow(10, Double(decibels) / 20)) }
    let wetInput = input[0].map { $0 * factor(gainIn) }
    let wet = BlockRun.of(try preset.makeProcessor(), on: [wetInput], in: .whole).output[0]
    // Three roundings of numbers below 4.
    let bound = 3 * 4 * Float.ulpOfOne
    for (actual, (wet, dry)) in zip(try read("out.wav")[0], zip(wet, wetInput)) {
      #expect(abs(actual - factor(gainOut) * (mix * wet + (1 - mix) * dry)) <= bound)
    }
  }

  @Test("A preset that changes the number of channels writes it, and is mixed with one channel only")
  func channelsChange() throws {
    let spread = try Chain(preset: TinyPreset("tiny.spread", stages: [.init(outputs: 3)]).write(into: folder.url))
    try audio("in.wav")
    let report = try FileProcessor(chain: spread).process(path("in.wav"), to: path("out.wav"))
    #expect(report.channels == 3)
    #expect(try read("out.wav").count == 3)
    let wet = try read("out.wav")
    var settings = ProcessingSettings()
    (settings.chain.mix, settings.replacesExisting) = (0.5, true)
    _ = try FileProcessor(chain: spread, settings: settings).process(path("in.wav"), to: path("out.wav"))
    let (mixed, dry) = (try read("out.wav"), try read("in.wav")[0])
    for (mixed, wet) in zip(mixed, wet) { #expect(mixed == zip(wet, dry).map { $0 * 0.5 + $1 * 0.5 }) }

    let pair = try Chain(
      preset: TinyPreset("tiny.pair", stages: [.init(inputs: 2, outputs: 3)]).write(into: folder.url))
    try audio("two.wav", channels: 2)
    #expect(throws: ChainError.mix(path: folder.path + "/tiny.pair.json", stage: nil, inputs: 2, outputs: 3)) {
      try FileProcessor(chain: pair, settings: settings).process(path("two.wav"), to: path("mixed.wav"))
    }
    settings.chain.mix = 1
    settings.chain.gainOutDecibels = -6
    let quieter = try FileProcessor(chain: pair, settings: settings).process(path("two.wav"), to: path("out.wav"))
    #expect(quieter.channels == 3)
    let error = ChainError.channels(
      input: path("two.wav"), chain: .init(.preset, "tiny.spread"), expected: 1, actual: 2)
    #expect(throws: error) {
      try FileProcessor(chain: spread).process(path("two.wav"), to: path("mixed.wav"))
    }
    #expect(try files() == ["in.wav", "out.wav", "two.wav"])
  }

  @Test("A wish to stop is heard after a block and leaves nothing")
  func cancelled() throws {
    try audio("in.wav")
    #expect(throws: ProcessingError.cancelled(path: path("in.wav"))) {
      try FileProcessor(chain: preset).process(path("in.wav"), to: path("out.wav"), cancellation: Cancellation { true })
    }
    #expect(try files() == ["in.wav"])
  }

  @Test("An output in the way is refused before anything is made")
  func refusals() throws {
    try audio("in.wav")
    #expect(throws: ByteFileError.exists(path: path("in.wav"))) {
      try FileProcessor(chain: preset).process(path("in.wav"), to: path("in.wav"))
    }
    #expect(try files() == ["in.wav"])
  }

  @Test(
    "The name that an output gets",
    arguments: [
      ("in.wav", nil, "in.tiny.wav"), ("a.b/in", nil, "a.b/in.tiny.wav"),
      ("/x/in.take.2.FLAC", nil, "/x/in.take.2.tiny.FLAC"),
      ("in.voc", nil, "in.tiny.wav"), (".wav", nil, ".wav.tiny.wav"), ("x/in.mp3", "out", "out/in.tiny.mp3"),
      ("in.mp3", "out/", "out/in.tiny.mp3"),
    ] as [(String, String?, String)])
  func defaultOutput(input: String, folder: String?, output: String) {
    #expect(FileProcessor(chain: preset).defaultOutput(for: input, in: folder) == output)
    var settings = ProcessingSettings()
    settings.container = .caf
    let converted = FileProcessor(chain: preset, settings: settings).defaultOutput(for: input, in: folder)
    #expect(converted.hasSuffix(".tiny.caf"))
  }

  // MARK: - Batches

  @Test("One that fails does not stop the others; results keep the order", arguments: [1, 3])
  func batch(jobs: Int) throws {
    let names = ["a.wav", "broken.wav", "b.wav", "c.wav"]
    for name in names where name != "broken.wav" { try audio(name) }
    try Data("?".utf8).write(to: folder.file("broken.wav"))
    let batch = try BatchRun(
      FileProcessor(chain: preset), files: names.map { (path($0), path("out-\($0)")) }, jobs: jobs)
    let finished = Mutex<[String]>([])
    let results = batch.run(finished: { result in finished.withLock { $0.append(result.input) } })
    #expect(results.map(\.input) == names.map(path))
    #expect(finished.withLock { $0.sorted() } == names.map(path).sorted())
    for (name, result) in zip(names, results) {
      switch result.outcome {
      case .processed(let report): #expect(name != "broken.wav" && report.frames == 5000)
      case .skipped: Issue.record("nothing was there")
      case .failed(let error): #expect(name == "broken.wav" && error is AudioFileError)
      }
    }
    #expect(try files() == ["a.wav", "b.wav", "broken.wav", "c.wav", "out-a.wav", "out-b.wav", "out-c.wav"])
  }

  @Test("Outputs that are one file in two spellings collide")
  func collision() throws {
    let processor = FileProcessor(chain: preset)
    let other = folder.path + "/./x.wav"
    #expect(throws: ProcessingError.collision(output: other, first: "a", second: "b")) {
      try BatchRun(processor, files: [("a", path("x.wav")), ("c", path("y.wav")), ("b", other)], jobs: 1)
    }
    #expect(try BatchRun(processor, files: [("a", "gone/x.wav"), ("b", "gone/y.wav")], jobs: 9).jobs == 2)
  }

  @Test("An input is not replaced by the output of another; its own output may replace it")
  func replacedInput() throws {
    let files = [("a", path("b")), (path("./b"), path("c"))].map { (input: $0.0, output: $0.1) }
    var settings = ProcessingSettings()
    _ = try BatchRun(FileProcessor(chain: preset, settings: settings), files: files, jobs: 1)
    settings.replacesExisting = true
    let processor = FileProcessor(chain: preset, settings: settings)
    #expect(throws: ProcessingError.replacesInput(output: path("b"), of: "a")) {
      try BatchRun(processor, files: files, jobs: 1)
    }
    _ = try BatchRun(processor, files: [(path("./b"), path("b")), ("a", path("c"))], jobs: 1)
  }

  @Test("A cancelled batch leaves out what has not begun")
  func cancelledBatch() throws {
    for name in ["a.wav", "b.wav"] { try audio(name) }
    let batch = try BatchRun(
      FileProcessor(chain: preset), files: ["a.wav", "b.wav"].map { (path($0), path("out-\($0)")) }, jobs: 1)
    let asked = Mutex(0)
    let results = batch.run(cancellation: Cancellation {
      asked.withLock { count in
        count += 1
        return count > 1
      }
    })
    #expect(results.count == 1)
    #expect(try files() == ["a.wav", "b.wav"])
  }
}
