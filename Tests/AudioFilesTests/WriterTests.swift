import ByteFiles
import Foundation
import TestSupport
import Testing

@testable import AudioFiles

@Suite("Writing")
struct WriterTests {
  @Test("clipped samples are counted and clamped", arguments: [AudioContainer.wav, .aiff, .flac], [8, 16, 24])
  func clipping(container: AudioContainer, bits: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.\(container.fileExtension)")
    let samples: [Float] = [1, -1, 1.5, -1.5, 0.5, 1e30, -.infinity, .nan]
    let writer = try writeAll(path, samples, container: container, encoding: .pcm(bits: bits))
    #expect(writer.clippedSamples == 5)  // 1 is one step beyond the largest integer; −1 is the smallest
    #expect(writer.nonFiniteSamples == 2)
    let top = 1 - Float(1) / Float(1 << (bits - 1))
    #expect(try readAll(path).samples == [top, -1, top, -1, 0.5, top, -1, 0])
  }

  @Test("float files hold the samples unchanged, and count those that are not finite")
  func nonFinite() throws {
    let folder = try TemporaryFolder()
    let samples: [Float] = [.nan, 2, -.infinity]
    let writer = try writeAll(folder.path("a.wav"), samples, container: .wav, encoding: .float32)
    #expect(writer.clippedSamples == 0 && writer.nonFiniteSamples == 2)
    let back = try readAll(folder.path("a.wav")).samples
    #expect(back[0].isNaN && back[1...] == [2, -.infinity])
  }

  @Test("lossy files count samples over full scale", arguments: Storage.lossy)
  func lossyClipping(_ storage: Storage) throws {
    let folder = try TemporaryFolder()
    var samples = sine(frames: 4800, channels: 1)
    samples.replaceSubrange(100..<104, with: [1.5, -3, .nan, .infinity])
    let writer = try writeAll(
      folder.path("a"), samples, container: storage.container, encoding: storage.encoding)
    #expect(writer.clippedSamples == 3 && writer.nonFiniteSamples == 2)
    #expect(try readAll(folder.path("a")).samples.allSatisfy(\.isFinite))
  }

  @Test(
    "a full disk is an error in every container, with the system's words",
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "/dev/full is the full disk"),
    arguments: Storage.lossless + Storage.lossy)
  func fullDisk(_ storage: Storage) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.\(storage.container.fileExtension)")
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/full")
    #expect(throws: AudioFileError.writeFailed(path: path, reason: "No space left on device")) {
      try writeAll(
        path, sine(frames: 96_000, channels: 2), container: storage.container, encoding: storage.encoding, channels: 2)
    }
  }

  @Test("a writer takes nothing after its end")
  func finished() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.wav")
    let writer = try writeAll(path, [0.5], container: .wav, encoding: .float32)
    #expect(throws: AudioFileError.alreadyFinished(path: path)) { try writer.finish() }
    #expect(throws: AudioFileError.alreadyFinished(path: path)) {
      try [Float(0)].withUnsafeBufferPointer { try writer.write($0) }
    }
  }

  @Test("paths that cannot be written are refused")
  func places() throws {
    let folder = try TemporaryFolder()
    func error(_ path: String) -> AudioFileError? {
      #expect(throws: AudioFileError.self) { try writeAll(path, [0], container: .wav, encoding: .float32) }
    }
    #expect(error(folder.path("")) == .file(.notAFile(path: folder.path(""), actual: .folder)))
    let missing = folder.path("no/a.wav")
    #expect(error(missing) == .file(.unwritable(path: missing, reason: "No such file or directory")))
    let pipe = folder.path("pipe.wav")
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(
      try Deadline.call("a pipe to be refused") { error(pipe) } == .file(.notAFile(path: pipe, actual: .pipe)))
  }

  @Test("a small file begun as RF64 ends as a plain WAV")
  func downgrade() throws {
    let folder = try TemporaryFolder()
    let samples = exactSamples(bits: 16, count: 1000, seed: 5)
    try writeAll(folder.path("a.wav"), samples, container: .wav, encoding: .pcm(bits: 16), isRF64: true)
    #expect(try folder.bytes("a.wav").prefix(4) == Array("RIFF".utf8)[...])
    let (info, back, _) = try readAll(folder.path("a.wav"))
    #expect(info.container == .wav && back == samples)
    try writeAll(folder.path("b.rf64"), samples, container: .rf64, encoding: .pcm(bits: 16))
    #expect(try folder.bytes("b.rf64").prefix(4) == Array("RF64".utf8)[...])
  }

  @Test("AIFF with an odd number of bytes counts no padding as a sample", arguments: [8, 24], [1, 3])
  func oddAIFF(bits: Int, channels: Int) throws {
    let folder = try TemporaryFolder()
    let samples = exactSamples(bits: bits, count: 501 * channels, seed: 6)
    try writeAll(folder.path("a.aiff"), samples, container: .aiff, encoding: .pcm(bits: bits), channels: channels)
    let bytes = try folder.bytes("a.aiff")
    let common = try #require(bytes.firstIndex(of: Array("COMM".utf8)))
    #expect(bytes[common + 10..<common + 14] == [0, 0, 1, 0xF5])  // 501 frames, as other programs read them
    #expect(bytes.count % 2 == 0)
    #expect(try areSame(readAll(folder.path("a.aiff")).samples, samples))
  }

  @Test("equal samples give equal files", arguments: Storage.lossless + Storage.lossy)
  func deterministic(_ storage: Storage) throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b"] {
      try writeAll(
        folder.path(name), sine(frames: 1000, channels: 1), container: storage.container, encoding: storage.encoding,
        dither: true)
    }
    #expect(try folder.bytes("a") == folder.bytes("b"))
    // libsndfile puts the time of day into a PEAK chunk: there is none, or its time is 0.
    let bytes = try folder.bytes("a")
    if let peak = bytes.firstIndex(of: Array("PEAK".utf8)) {
      #expect(storage.container == .rf64 && bytes[peak + 12..<peak + 16].allSatisfy { $0 == 0 })
    }
  }
}

extension [UInt8] {
  fileprivate func firstIndex(of sequence: [UInt8]) -> Int? {
    indices.dropLast(sequence.count - 1).first { self[$0..<$0 + sequence.count].elementsEqual(sequence) }
  }
}
