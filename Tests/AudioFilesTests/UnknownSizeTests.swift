import TestSupport
import Testing

@testable import AudioFiles

@Suite("Sizes that mean unknown are read to the end")
struct UnknownSizeTests {
  /// A file whose size field holds a number, as programs leave it that write to a pipe.
  private func file(
    _ container: AudioContainer, size: Int64, in folder: TemporaryFolder
  ) throws -> (path: String, samples: [Float]) {
    let samples = exactSamples(bits: 16, count: 2 * 4801, seed: 5)
    try writeAll(folder.path("a"), samples, container: container, encoding: .pcm(bits: 16), channels: 2)
    let io = try SoundFileIO.reading(path: folder.path("a"))
    var bytes = try folder.bytes("a")
    var place = 8
    var width = 4
    if container != .au {
      let layout = try #require(ChunkLayout(of: io))
      (place, width) = (Int(try #require(layout.find("data", in: io)).start) - 8, 8)
      // libsndfile may leave something after the audio; a pipe has nothing there.
      bytes = Array(bytes[..<(place + 8 + (container == .caf ? 4 : 0) + samples.count * 2)])
    }
    for index in 0..<width {
      let shift = 8 * (container == .w64 ? index : width - 1 - index)
      bytes[place + index] = UInt8(truncatingIfNeeded: size >> Int64(shift))
    }
    return (try folder.file("b", bytes), samples)
  }

  @Test(
    "in CAF, Wave64 and AU",
    arguments: [
      (AudioContainer.caf, -1), (.w64, 0), (.w64, -1), (.w64, Int64.max - 7), (.w64, 0x7FFF_FFFF_FFFF_FF17), (.au, -1),
      (.au, 0), (.au, 0x7FFF_F000),
    ] as [(AudioContainer, Int64)])
  func unknown(container: AudioContainer, size: Int64) throws {
    let folder = try TemporaryFolder()
    let (path, samples) = try file(container, size: size, in: folder)
    let back = try readAll(path)
    #expect(areSame(back.samples, samples) && back.info.frames == 4801 && back.notes.isEmpty)
  }

  @Test("a size beyond the end is a broken promise", arguments: [AudioContainer.caf, .w64, .au])
  func beyond(container: AudioContainer) throws {
    let folder = try TemporaryFolder()
    let audio: Int64 = 4 * 4801 + 400
    let (path, samples) = try file(
      container, size: audio + (container == .caf ? 4 : container == .w64 ? 24 : 0), in: folder)
    #expect(throws: AudioFileError.truncated(path: path, expectedFrames: 4901, actualFrames: 4801)) { try readAll(path) }
    let kept = try readAll(path, allowTruncated: true)
    #expect(areSame(kept.samples, samples) && kept.notes == ["the file is truncated: 4801 of 4901 frames are there"])
  }

  @Test("CAF of 334 channels and more is written right")
  func manyChannels() throws {
    let folder = try TemporaryFolder()
    for (channels, encoding) in [(333, SampleEncoding.float32), (334, .float32), (400, .float64), (1024, .float32)] {
      let samples = sine(frames: 50, channels: channels)
      try writeAll(folder.path("a.caf"), samples, container: .caf, encoding: encoding, channels: channels)
      #expect(try areSame(readAll(folder.path("a.caf"), maximumChannels: 1024).samples, samples), "\(channels)")
    }
  }
}
