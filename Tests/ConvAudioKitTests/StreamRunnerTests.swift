import AudioFiles
import CTestSupport
import Foundation
import TestSupport
import Testing
@testable import ConvAudioKit

/// Bytes that come in pieces, and bytes that go.
private final class Bytes {
  private(set) var written: [UInt8] = []
  /// Lengths of the calls of `write`.
  private(set) var writes: [Int] = []
  private var rest: ArraySlice<UInt8>
  private var random: SplitMix64
  private let longestPiece: Int

  init(_ bytes: [UInt8], longestPiece: Int = .max, seed: UInt64 = 1) {
    rest = bytes[...]
    self.longestPiece = longestPiece
    random = SplitMix64(seed: seed)
  }

  func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    let room = min(buffer.count, rest.count)
    let count = longestPiece == .max ? room : min(room, 1 + random.nextInteger(upTo: longestPiece - 1))
    buffer.copyBytes(from: rest.prefix(count))
    rest = rest.dropFirst(count)
    return count
  }

  func write(_ bytes: UnsafeRawBufferPointer) {
    written += bytes
    writes.append(bytes.count)
  }
}

@Suite struct StreamRunnerTests {
  private let folder: TemporaryDirectory
  private static let frames = 3001

  init() throws { folder = try TemporaryDirectory() }

  private func path(_ name: String) -> String { folder.path + "/" + name }

  /// The presets that every law is tried on.
  enum Case: String, CaseIterable {
    case tiny, empty, twoStages, stereo, spread, dilatedStack, movingAverage

    func preset(in folder: URL) throws -> Chain {
      let made: TinyPreset? =
        switch self {
        case .tiny: TinyPreset()
        case .empty: TinyPreset("empty", sampleRateHz: nil, stages: [])
        case .twoStages: TinyPreset("two", stages: [.init(seed: 1), .init(past: "zeroHistory", seed: 2)])
        case .stereo: TinyPreset("stereo", stages: [.init(inputs: 2, outputs: 2)])
        case .spread: TinyPreset("spread", stages: [.init(inputs: 2, outputs: 3)])
        case .dilatedStack, .movingAverage: nil
        }
      if let made { return try Chain(preset: made.write(into: folder)) }
      return try Chain(self == .dilatedStack ? "dilated-stack" : "moving-average")
    }
  }

  /// A file of stereo noise, loud enough to clip.
  private func makeInput(_ encoding: SampleEncoding) throws -> [UInt8] {
    let samples = Signals.noise(channels: 2, frames: Self.frames, amplitude: 1.2)
    let info = AudioFileInfo(
      path: "in.wav", container: .wav, encoding: encoding, sampleRateHz: 48_000, channels: 2, frames: Int64(Self.frames)
    )
    let writer = try AudioFileWriter(
      path: path("in.wav"), format: .choose(container: .wav, source: info, expectedFrames: info.frames),
      sampleRateHz: 48_000, channels: 2, dither: false)
    let interleaved = (0..<Self.frames * 2).map { samples[$0 % 2][$0 / 2] }
    try interleaved.withUnsafeBufferPointer { try writer.write($0) }
    try writer.finish()
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path("in.wav"))))
  }

  /// The bytes after the header of a WAV.
  private func audio(_ wav: [UInt8]) throws -> [UInt8] {
    let data = Data(wav)
    let name = try #require(data.range(of: Data("data".utf8)))
    return [UInt8](data[(name.upperBound + 4)...])
  }

  @discardableResult
  private func run(
    _ preset: Chain, _ bytes: Bytes, _ configure: (inout StreamSettings) -> Void = { _ in }
  ) throws -> StreamReport {
    var settings = StreamSettings()
    configure(&settings)
    return try StreamRunner(chain: preset, settings: settings).run(read: bytes.read, write: bytes.write)
  }

  @Test(
    "A stream holds the bytes of the file that process makes, for every preset, encoding, block and cutting",
    arguments: Case.allCases,
    [.pcm(bits: 8), .pcm(bits: 16), .pcm(bits: 24), .pcm(bits: 32), .float32, .float64] as [SampleEncoding])
  func sameAsProcess(_ c: Case, _ encoding: SampleEncoding) throws {
    let preset = try c.preset(in: folder.url)
    let input = try makeInput(encoding)
    let report = try FileProcessor(chain: preset).process(path("in.wav"), to: path("out.wav"))
    let expected = try audio([UInt8](Data(contentsOf: URL(fileURLWithPath: path("out.wav")))))
    let cuttings: [(block: Int, longestPiece: Int)] =
      c == .dilatedStack ? [(64, 300)] : [(1, .max), (64, 1), (64, 700), (1000, 33), (4096, 5000)]
    for cutting in cuttings {
      let bytes = Bytes(input, longestPiece: cutting.longestPiece)
      let stream = try run(preset, bytes) { $0.blockFrames = cutting.block }
      let output = try audio(bytes.written)
      // A WAV of odd length ends with a padding byte, in a file.
      #expect(output == Array(expected.prefix(output.count)), "\(cutting)")
      #expect(expected.count - output.count == output.count % 2, "\(cutting)")
      #expect(stream.framesWritten == report.frames && stream.framesRead == Int64(Self.frames))
      #expect(stream.clippedSamples == report.clippedSamples)
    }
  }

  @Test("Raw samples are those of the WAV, in and out", arguments: RawSampleFormat.allCases)
  func raw(_ raw: RawSampleFormat) throws {
    let preset = try Case.tiny.preset(in: folder.url)
    let format = SignalFormat(rawValue: raw.rawValue)!
    let input = try makeInput(raw.encoding)
    let wav = Bytes(input)
    try run(preset, wav)
    let bytes = Bytes(try audio(input), longestPiece: 100)
    try run(preset, bytes) { ($0.format, $0.sampleRateHz, $0.channels) = (format, 48_000, 2) }
    #expect(bytes.written == (try audio(wav.written)))
    let toWAV = Bytes(try audio(input))
    try run(preset, toWAV) {
      ($0.format, $0.sampleRateHz, $0.channels, $0.outputFormat) = (format, 48_000, 2, .wav)
    }
    #expect(toWAV.written == wav.written)
    let fromWAV = Bytes(input)
    try run(preset, fromWAV) { $0.outputFormat = format }
    #expect(fromWAV.written == bytes.written)
  }

  @Test("Rows hold the same samples as floats, one row per call, and keep the header", arguments: RowFormat.allCases)
  func rows(_ rows: RowFormat) throws {
    let preset = try Case.tiny.preset(in: folder.url)
    let samples = Signals.noise(frames: 400)
    let raw = Bytes(samples.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { [UInt8]($0) } })
    try run(preset, raw) { ($0.format, $0.sampleRateHz, $0.channels) = (.f32le, 48_000, 2) }
    var lines = (0..<200).map { "\(samples[2 * $0]),\(samples[2 * $0 + 1])" }
    lines = rows == .csv ? ["left,right"] + lines : lines.map { "[\($0)]" }
    let bytes = Bytes(Array(lines.joined(separator: "\n").utf8), longestPiece: 7)
    let report = try run(preset, bytes) { $0.format = SignalFormat(rawValue: rows.rawValue) }
    #expect(bytes.writes.count == lines.count)
    #expect(report.framesWritten == 200)
    let text = String(decoding: bytes.written, as: UTF8.self)
    #expect(text.hasPrefix(rows == .csv ? "left,right\n" : "["))
    let values = text.split { "\n,[]".contains($0) }.compactMap { Float($0) }
    #expect(values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { [UInt8]($0) } } == raw.written)
    let back = Bytes(bytes.written)
    let empty = try Case.empty.preset(in: folder.url)
    try run(empty, back) { ($0.format, $0.outputFormat) = (SignalFormat(rawValue: rows.rawValue), .f32le) }
    #expect(back.written == raw.written)
  }

  @Test("Other columns than came in get names of their own, and rows become WAV with a rate")
  func columns() throws {
    let preset = try Case.spread.preset(in: folder.url)
    let rows = Array("a;b\n0;1\n".utf8)
    let bytes = Bytes(rows)
    try run(preset, bytes) { $0.format = .csv }
    #expect(String(decoding: bytes.written, as: UTF8.self).hasPrefix("channel1;channel2;channel3\n"))
    let average = try Case.movingAverage.preset(in: folder.url)
    #expect(throws: StreamError.rateNeeded) {
      try run(average, Bytes(rows)) { ($0.format, $0.outputFormat) = (.csv, .wav) }
    }
    let wav = Bytes(rows)
    try run(average, wav) { ($0.format, $0.outputFormat, $0.sampleRateHz) = (.csv, .wav, 100) }
    #expect(try audio(wav.written).count == 2 * 4)
  }

  @Test("Each block goes out in one call when its frames have come, before more is read")
  func promptness() throws {
    let preset = try Case.tiny.preset(in: folder.url)
    var settings = StreamSettings()
    (settings.format, settings.sampleRateHz, settings.channels, settings.blockFrames) = (.s16le, 48_000, 1, 10)
    var read = 0
    var written = 0
    // Pieces of seven bytes, a third of a block; no more than a block may be under way.
    _ = try StreamRunner(chain: preset, settings: settings).run(
      read: { buffer in
        #expect(written == read / 20 * 20)
        let count = min(7, 1003 - read, buffer.count)
        buffer[..<count].initializeMemory(as: UInt8.self, repeating: 1)
        read += count
        return count
      } as StreamRunner.Read,
      write: { bytes in
        #expect(bytes.count == 20 || read >= 1000)
        written += bytes.count
        if read >= 1003 { throw ByteFileError.readerClosed(path: "the reader") }
      })
    // The last frame too, which does not fill a block; the byte after it belongs to no frame.
    #expect(written == 1002)
  }

  @Test("An input that ends within a frame is an error, if that is asked for, after everything before it was written")
  func shortFrame() throws {
    let preset = try Case.empty.preset(in: folder.url)
    let bytes = Bytes([UInt8](repeating: 1, count: 4 * 150 + 3))
    let error = AudioStreamError.shortFrame(name: "the stream", frame: 150, expectedBytes: 4, actualBytes: 3)
    #expect(throws: error) {
      try run(preset, bytes) {
        ($0.format, $0.sampleRateHz, $0.channels, $0.truncated) = (.s16le, 8000, 2, .error)
      }
    }
    #expect(bytes.written.count == 4 * 150)
  }

  @Test("A rate, a block or a bit depth that does not fit is refused before anything is written")
  func refusals() throws {
    let tiny = try Case.tiny.preset(in: folder.url)
    let input = Array(try audio(makeInput(.pcm(bits: 16))))
    let cases: [(error: StreamError, configure: (inout StreamSettings) -> Void)] = [
      (
        .sampleRate(
          name: "the stream", expectedHz: 48_000, actualHz: 44_100, chain: tiny.label, format: .s16le, channels: 2),
        { $0.sampleRateHz = 44_100 }
      ),
      (.block(expected: 1...65_536, actual: 0, channels: 2), { $0.blockFrames = 0 }),
      (.block(expected: 1...65_536, actual: 65_537, channels: 2), { $0.blockFrames = 65_537 }),
      (
        .block(expected: 1...4096, actual: 4097, channels: 1024),
        { ($0.channels, $0.maximumChannels, $0.blockFrames) = (1024, 1024, 4097) }
      ),
      (.tooSmall(what: "rate", actual: 0), { $0.sampleRateHz = 0 }),
      (.tooSmall(what: "number of channels", actual: -1), { $0.channels = -1 }),
      (.tooSmall(what: "limit of channels", actual: 0), { $0.maximumChannels = 0 }),
      (.bitDepth(format: .s16le), { $0.bitDepth = .pcm24 }),
      (.blockOfRows(actual: 64), { ($0.format, $0.blockFrames) = (.csv, 64) }),
    ]
    for (error, configure) in cases {
      let bytes = Bytes(input)
      #expect(throws: error) {
        try run(tiny, bytes) {
          ($0.format, $0.sampleRateHz, $0.channels) = (.s16le, 48_000, 2)
          configure(&$0)
        }
      }
      #expect(bytes.writes.isEmpty)
    }
  }

  @Test("A reader that goes away ends the run, an error of a callback comes through, a wish to stop is heard")
  func endings() throws {
    struct Trouble: Error {}
    let runner = StreamRunner(chain: try Case.tiny.preset(in: folder.url))
    let input = try makeInput(.pcm(bits: 16))
    func end(
      cancelAfter: Int = .max, write: @escaping (Int) throws -> Void = { _ in }
    ) throws -> (report: StreamReport, writes: Int) {
      nonisolated(unsafe) var writes = 0
      let report = try runner.run(cancellation: Cancellation { writes >= cancelAfter }, read: Bytes(input).read) { _ in
        writes += 1
        try write(writes)
      }
      return (report, writes)
    }
    let closed = try end { if $0 == 5 { throw ByteFileError.readerClosed(path: "the reader") } }
    #expect(closed.report.ending == .readerClosed && closed.writes == 5)
    #expect(throws: Trouble.self) { try end { if $0 == 5 { throw Trouble() } } }
    let cancelled = try end(cancelAfter: 5)
    // The header, four blocks, and the one whose frames had come.
    #expect(cancelled.report.ending == .cancelled && cancelled.writes == 6)
    #expect(cancelled.report.framesWritten == 5 * 64)
    #expect(try end().report.ending == .endOfInput)
    // What waits inside a preset comes out, and nothing is read any more.
    nonisolated(unsafe) var isCancelled = false
    var reads = 0
    let late = try runner.run(
      cancellation: Cancellation { isCancelled },
      read: { buffer in
        reads += 1
        isCancelled = reads == 2
        buffer.copyBytes(from: reads == 1 ? input[..<1000] : input[1000..<1004])
        return reads == 1 ? 1000 : 4
      } as StreamRunner.Read, write: { _ in })
    #expect(late.ending == .cancelled && reads == 2 && late.framesWritten == late.framesRead)
    #expect(late.framesRead == Int64((1004 - 44) / 4))
    let early = try runner.run(cancellation: Cancellation { true }, read: { _ in 0 }, write: { _ in })
    #expect(early.ending == .cancelled && early.framesRead == 0)
  }

  @Test("NaN in the input is counted, kept, cleared or refused at its frame")
  func nonFinite() throws {
    let preset = try Case.empty.preset(in: folder.url)
    let samples: [Float] = [0, 0.5, .nan, 1, -.infinity, 0.25]
    let input = samples.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { [UInt8]($0) } }
    func run(_ policy: NonFinitePolicy) throws -> (report: StreamReport, written: [UInt8]) {
      let bytes = Bytes(input)
      let report = try self.run(preset, bytes) {
        ($0.format, $0.sampleRateHz, $0.channels) = (.f32le, 48_000, 2)
        $0.chain.nonFinite = policy
      }
      return (report, bytes.written)
    }
    #expect(try run(.keep).written == input)
    #expect(try run(.keep).report.nonFiniteOutputSamples == 2)
    let cleared = try run(.zero)
    #expect(cleared.report.nonFiniteInputSamples == 2 && cleared.report.nonFiniteOutputSamples == 0)
    for block in [1, 2, 64] {
      let bytes = Bytes(input)
      #expect(throws: SignalError.nonFinite(name: "the stream", frame: 1)) {
        try self.run(preset, bytes) {
          ($0.format, $0.sampleRateHz, $0.channels, $0.blockFrames) = (.f32le, 48_000, 2, block)
          $0.chain.nonFinite = .error
        }
      }
      // The frames before the error are written, whatever the block size.
      #expect(bytes.written == Array(input.prefix(8)))
    }
  }

  @Test("A pipe whose reader has gone ends the run, and the program lives")
  func brokenPipe() async throws {
    await #expect(processExitsWith: .success) {
      signal(SIGPIPE, SIG_DFL)
      let preset = try Chain("moving-average")
      var settings = StreamSettings()
      (settings.format, settings.sampleRateHz, settings.channels) = (.f32le, 48_000, 1)
      var ends: [Int32] = [0, 0]
      pipe(&ends)
      close(ends[0])
      let input = open("/dev/zero", O_RDONLY)
      let report = try StreamRunner(chain: preset, settings: settings).run(from: input, to: ends[1])
      guard report.ending == .readerClosed else { throw ByteFileError.readerClosed(path: "the reader") }
      // Nothing is left pending that would end the program later.
      var pending = sigset_t()
      sigpending(&pending)
      guard sigismember(&pending, SIGPIPE) == 0 else { throw ByteFileError.readerClosed(path: "the reader") }
    }
  }

  @Test("A rate that rows were given must be the preset's")
  func rateOfRows() throws {
    let error = StreamError.sampleRate(
      name: "the stream", expectedHz: 48_000, actualHz: 44_100, chain: .init(.preset, "tiny"), format: .csv, channels: 1
    )
    #expect(throws: error) {
      try run(Case.tiny.preset(in: folder.url), Bytes(Array("1\n".utf8))) {
        ($0.format, $0.sampleRateHz) = (.csv, 44_100)
      }
    }
  }

  @Test(
    "A running stream allocates nothing", .countsAllocations,
    arguments: [.wav, .s24le, .csv, .ndjson] as [SignalFormat])
  func allocations(_ format: SignalFormat) throws {
    let preset = try Case.movingAverage.preset(in: folder.url)
    let input: [UInt8] =
      switch format {
      case .csv: Array(String(repeating: "0.125,-3.5e-3\n", count: 20_000).utf8)
      case .ndjson: Array(String(repeating: "[0.125,-3.5e-3]\n", count: 20_000).utf8)
      case .wav: try makeInput(.pcm(bits: 24))
      default: try audio(makeInput(.pcm(bits: 24)))
      }
    var settings = StreamSettings()
    settings.format = format
    if format == .s24le { (settings.sampleRateHz, settings.channels) = (48_000, 2) }
    let runner = StreamRunner(chain: preset, settings: settings)
    var place = 0
    var writes = 0
    var counts = cts_counts()
    try input.withUnsafeBytes { input in
      _ = try runner.run(
        read: { buffer in
          let count = min(buffer.count, input.count - place, 500)
          buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[place..<place + count]))
          place += count
          return count
        } as StreamRunner.Read,
        write: { _ in
          writes += 1
          if writes == 10 { cts_counts_begin() }
          if writes == 40 { counts = cts_counts_end() }
        })
    }
    #expect(writes > 40)
    #expect(counts.allocations == 0 && counts.frees == 0 && counts.objects == 0, "\(counts)")
  }
}
