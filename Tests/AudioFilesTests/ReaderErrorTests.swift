import ByteFiles
import Foundation
import TestSupport
import Testing

@testable import AudioFiles

@Suite("Files that cannot be read")
struct ReaderErrorTests {
  @Test("what is not a readable file is refused in one sentence that names it")
  func notFiles() throws {
    let folder = try TemporaryFolder()
    let missing = folder.path("missing.wav")
    #expect(throws: AudioFileError.file(.unreadable(path: missing, reason: "No such file or directory"))) {
      try AudioFileReader(path: missing)
    }
    let directory = folder.path("folder.wav")
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    #expect(throws: AudioFileError.file(.notAFile(path: directory, actual: .folder))) {
      try AudioFileReader(path: directory)
    }
    let pipe = folder.path("pipe.wav")
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(throws: AudioFileError.file(.notAFile(path: pipe, actual: .pipe))) {
      try Deadline.call("a pipe to be refused") { try AudioFileReader(path: pipe) }
    }
    #expect(throws: AudioFileError.file(.notAFile(path: "/dev/null", actual: .device))) {
      try AudioFileReader(path: "/dev/null")
    }
  }

  @Test("an unreadable file is refused", .disabled(if: geteuid() == 0, "root may read everything"))
  func unreadable() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("a.wav", wavBytes(data: [0, 0]))
    #expect(chmod(path, 0) == 0)
    #expect(throws: AudioFileError.file(.unreadable(path: path, reason: "Permission denied"))) {
      try AudioFileReader(path: path)
    }
  }

  @Test("what is not audio is refused", arguments: ["", "x", "RIFF", "this is a text, and not a short one at all"])
  func notAudio(text: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("a.wav", Array(text.utf8))
    let error = #expect(throws: AudioFileError.self) { try AudioFileReader(path: path) }
    guard case .notAudio = error else { return #expect(Bool(false), "\(String(describing: error))") }
    #expect(error?.description.hasPrefix(path + ": is not readable audio (") == true)
  }

  @Test("impossible numbers in a header are named")
  func header() throws {
    let folder = try TemporaryFolder()
    func error(_ bytes: [UInt8]) throws -> String {
      let path = try folder.file("a.wav", bytes)
      let error = #expect(throws: AudioFileError.self) { try AudioFileReader(path: path) }
      return error.map { String($0.description.dropFirst(path.count)) } ?? ""
    }
    let data = [UInt8](repeating: 0, count: 8192)
    #expect(
      try error(wavBytes(channels: 0, data: data)) == ": the header gives 0 channels, expected 1 to 1024 channels.")
    #expect(
      try error(wavBytes(channels: 2000, data: data))
        == ": the header gives more than 1024 channels, expected 1 to 1024 channels.")
    #expect(
      try error(wavBytes(sampleRateHz: 0, data: data))
        == ": the header gives a sample rate of 0 Hz or beyond 2147483647 Hz, expected a positive sample rate.")
    #expect(
      try error(wavBytes(channels: 1024, data: data))
        == ": has 1024 channels, expected at most 64.")
    #expect(
      try error(Array(wavBytes(data: data)[..<30])) == ": the header gives no data chunk, expected one after the fmt chunk."
    )
    #expect(
      try AudioFileReader(path: folder.file("b.wav", wavBytes(channels: 1024, data: data)), maximumChannels: 1024).info
        .channels == 1024)
  }

  @Test("an empty recording is legal", arguments: AudioContainer.allCases.filter { $0 != .opus })
  func empty(container: AudioContainer) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("empty.\(container.fileExtension)")
    try writeAll(path, [], container: container, encoding: container.lossyEncoding ?? .pcm(bits: 16))
    let (info, samples, notes) = try readAll(path)
    #expect(info.frames == 0 && samples.isEmpty && notes.isEmpty)
  }

  @Test(
    "a file that was cut off is an error, or a note where that is allowed", arguments: Storage.lossless + Storage.lossy)
  func truncated(_ storage: Storage) throws {
    let folder = try TemporaryFolder()
    let name = "whole.\(storage.container.fileExtension)"
    var generator = SplitMix64(seed: 3)
    let noise = (0..<96_000).map { _ in Float.random(in: -0.5...0.5, using: &generator) }
    try writeAll(folder.path(name), noise, container: storage.container, encoding: storage.encoding)
    #expect(try readAll(folder.path(name)).samples.count == 96_000, "the whole file must pass")
    let bytes = try folder.bytes(name)
    let cut = try folder.file("cut.\(storage.container.fileExtension)", Array(bytes[..<(bytes.count * 6 / 10)]))
    if storage.container == .ogg || storage.container == .opus {
      // Documented: a stream cut between pages cannot be told from a shorter one, but the page that ends it is missing.
      let short = try readAll(cut)
      #expect(short.samples.count < 96_000)
      return #expect(short.notes == ["the last Ogg page is missing, so the end may have been cut off"])
    }
    let error = #expect(throws: AudioFileError.self) { try readAll(cut) }
    switch error {
    case .truncated(_, let expected, let actual): #expect(expected == 96_000 && (1..<96_000).contains(actual))
    case .readFailed(_, let frame, _): #expect(storage.container == .flac && (1..<96_000).contains(frame))
    default: #expect(Bool(false), "\(String(describing: error))")
    }
    let (_, samples, notes) = try readAll(cut, allowTruncated: true)
    #expect((40_000..<70_000).contains(samples.count))
    #expect(notes.contains { $0.hasPrefix("the file is truncated: ") })
  }

  @Test("placeholders for an unknown length are not truncation", arguments: [0xFFFF_FFFF, 0x7FFF_F000] as [UInt32])
  func placeholder(declared: UInt32) throws {
    let folder = try TemporaryFolder()
    let bytes = wavBytes(data: [UInt8](repeating: 1, count: 200), declaredDataBytes: declared)
    #expect(try readAll(folder.file("a.wav", bytes)).samples.count == 100)
    let wrong = wavBytes(data: [UInt8](repeating: 1, count: 200), declaredDataBytes: 400)
    let path = try folder.file("b.wav", wrong)
    #expect(throws: AudioFileError.truncated(path: path, expectedFrames: 200, actualFrames: 100)) { try readAll(path) }
  }

  @Test("a FLAC file without a length is counted")
  func flacWithoutLength() throws {
    let folder = try TemporaryFolder()
    let samples = exactSamples(bits: 16, count: 20_000, seed: 4)
    try writeAll(folder.path("a.flac"), samples, container: .flac, encoding: .pcm(bits: 16))
    var bytes = try folder.bytes("a.flac")
    // STREAMINFO: the number of samples is the 36 bits from bit 4 of byte 21 on.
    bytes[21] &= 0xF0
    bytes.replaceSubrange(22..<26, with: [0, 0, 0, 0])
    let (info, back, _) = try readAll(folder.file("b.flac", bytes))
    #expect(info.frames == 20_000 && back == samples)
  }

  @Test("an MP3 file without a length tag is read to its end")
  func mp3WithoutLength() throws {
    let folder = try TemporaryFolder()
    let quiet = [Float](repeating: 0, count: 48_000)
    try writeAll(folder.path("a.mp3"), quiet + sine(frames: 96_000, channels: 1), container: .mp3, encoding: .mpeg)
    var bytes = try folder.bytes("a.mp3")
    let tag = try #require(
      (0..<4000).first {
        bytes[$0..<$0 + 4].elementsEqual("Xing".utf8) || bytes[$0..<$0 + 4].elementsEqual("Info".utf8)
      })
    bytes.replaceSubrange(tag..<tag + 120, with: [UInt8](repeating: 0, count: 120))
    let (info, back, _) = try readAll(folder.file("b.mp3", bytes))
    #expect(Int(info.frames) == back.count)
    // Without the tag nobody knows the encoder's delay, so that up to three packets of silence remain.
    #expect((144_000...144_000 + 3 * 1152).contains(back.count))
  }

  @Test("text that is not UTF-8 is taken as Latin-1")
  func latin1() {
    let latin: [CChar] = [Int8(bitPattern: 0xDC), 98, 101, 114]
    #expect(latin.withUnsafeBufferPointer(SoundFile.decoded) == "Über")
    let utf8 = Array("Über".utf8).map { Int8(bitPattern: $0) }
    #expect(utf8.withUnsafeBufferPointer(SoundFile.decoded) == "Über")
  }
}
