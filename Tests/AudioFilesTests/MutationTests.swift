import TestSupport
import Testing

@testable import AudioFiles

@Suite("Damaged files")
struct MutationTests {
  /// Damages the header, and sometimes what follows it.
  static func mutate(_ bytes: inout [UInt8], seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<Int.random(in: 1...6, using: &generator) {
      let reach = Bool.random(using: &generator) ? min(128, bytes.count) : bytes.count
      let place = Int.random(in: 0..<reach, using: &generator)
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2:
        let value: UInt8 = [0, 0x7F, 0x80, 0xFF].randomElement(using: &generator)!
        for i in place..<min(place + 4, bytes.count) { bytes[i] = value }
      case 3: bytes.removeSubrange(place..<min(place + Int.random(in: 1...9, using: &generator), bytes.count))
      default: bytes.insert(contentsOf: bytes[place..<min(place + 8, bytes.count)], at: place)
      }
      if bytes.isEmpty { bytes = [0] }
    }
  }

  @Test("a damaged file gives an error or samples, and never a crash", arguments: AudioContainer.allCases, 0..<8)
  func damaged(container: AudioContainer, series: UInt64) throws {
    let folder = try TemporaryFolder()
    try writeAll(
      folder.path("whole"), sine(frames: 600, channels: 2), container: container,
      encoding: container.lossyEncoding ?? .pcm(bits: 16), channels: 2, text: [.title: "title", .comment: "comment"])
    let whole = try folder.bytes("whole")
    #expect(try readAll(folder.path("whole")).samples.count == 1200, "undamaged, it must be readable")
    var errors = 0
    for seed in series * 1000..<series * 1000 + 25 {
      var bytes = whole
      Self.mutate(&bytes, seed: seed)
      do {
        let (info, samples, _) = try readAll(
          folder.file("damaged", bytes), maximumChannels: 1024, allowTruncated: seed % 2 == 0)
        #expect(samples.count % info.channels == 0)
      } catch let error as AudioFileError {
        #expect(error.description.hasSuffix("."))
        errors += 1
      }
    }
    #expect(errors > 0, "the damage must be felt")
  }
}
