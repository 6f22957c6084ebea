import AudioFiles
import ConvAudioKit
import Foundation
import TestSupport

/// The same frames as every kind of input, in one folder.
struct Inputs {
  let folder: TemporaryDirectory
  let channels = 2
  let sampleRateHz = 16_000
  /// Numbers of 16 bits, which every format holds.
  let frames: [Float]

  init(count: Int = 1500) throws {
    folder = try TemporaryDirectory()
    frames = Signals.noise(frames: 2 * count, seed: 9).map { ($0 * 32_768).rounded() / 32_768 }
    for name in ["in.wav", "in.flac", "set/kick/take.wav"] { try audio(name, frames) }
    let bytes = frames.flatMap { withUnsafeBytes(of: Int16($0 * 32_768).littleEndian, Array.init) }
    try Data(bytes).write(to: folder.file("in.raw"))
    try write("in.csv", rows { $0.map { "\($0)" }.joined(separator: ",") })
    try write("in.ndjson", rows { "[" + $0.map { "\($0)" }.joined(separator: ", ") + "]" })
    let planar = (0..<channels).flatMap { channel in (0..<count).map { frames[$0 * 2 + channel] } }
    try NumPyArray(shape: [1, channels, count], values: planar).write(to: path("in.npy"))
  }

  func path(_ name: String) -> String { folder.path + "/" + name }

  func write(_ name: String, _ text: String) throws { try Data(text.utf8).write(to: folder.file(name)) }

  func audio(_ name: String, _ samples: [Float], encoding: SampleEncoding = .pcm(bits: 16)) throws {
    try FileManager.default.createDirectory(
      at: folder.file(name).deletingLastPathComponent(), withIntermediateDirectories: true)
    let container: AudioContainer = name.hasSuffix("flac") ? .flac : .wav
    let info = AudioFileInfo(
      path: name, container: container, encoding: encoding, sampleRateHz: sampleRateHz, channels: channels,
      frames: Int64(samples.count / channels))
    let format = try AudioOutputFormat.choose(container: container, source: info, expectedFrames: info.frames)
    let writer = try AudioFileWriter(
      path: path(name), format: format, sampleRateHz: sampleRateHz, channels: channels, dither: false)
    try samples.withUnsafeBufferPointer(writer.write)
    try writer.finish()
  }

  private func rows(_ line: (ArraySlice<Float>) -> String) -> String {
    stride(from: 0, to: frames.count, by: channels).map { line(frames[$0..<($0 + channels)]) + "\n" }.joined()
  }

  /// Calls `body` with the name of a FIFO through which a file comes, in pieces.
  func throughFIFO<Result>(_ name: String, _ body: @escaping (String) throws -> Result) throws -> Result {
    let fifo = path("fifo-\(UUID().uuidString)." + (name as NSString).pathExtension)
    mkfifo(fifo, 0o600)
    let data = try Data(contentsOf: folder.file(name))
    // Each end waits in `open` for the other.
    Thread { Self.feed(data, to: open(fifo, O_WRONLY | O_CLOEXEC)) }.start()
    defer {
      // A writer whose reader never came waits no longer.
      close(open(fifo, O_RDONLY | O_NONBLOCK))
      unlink(fifo)
    }
    return try Deadline.call("\(name) through a FIFO") { try body(fifo) }
  }

  /// Calls `body` while standard input is a pipe through which a file comes.
  func throughStandardInput<Result>(_ name: String, _ body: @escaping (String) throws -> Result) throws -> Result {
    let data = try Data(contentsOf: folder.file(name))
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    let before = dup(0)
    dup2(ends[0], 0)
    close(ends[0])
    let write = ends[1]
    // A program that another test starts in the meantime must not keep the pipe open.
    _ = fcntl(write, F_SETFD, FD_CLOEXEC)
    Thread { Self.feed(data, to: write) }.start()
    defer {
      dup2(before, 0)
      close(before)
    }
    return try Deadline.call("\(name) through standard input") { try body("-") }
  }

  /// A reader that refuses the input closes its end early.
  private static func feed(_ data: Data, to descriptor: Int32) {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    var rest = data[...]
    while !rest.isEmpty {
      let piece = rest.prefix(999)
      guard piece.withUnsafeBytes({ Foundation.write(descriptor, $0.baseAddress, $0.count) }) == piece.count else {
        break
      }
      rest = rest.dropFirst(999)
    }
    close(descriptor)
  }
}
