import Foundation
import TestSupport

@testable import AudioFiles

/// A folder of one test, removed with the object.
final class TemporaryFolder {
  private let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("AudioFilesTests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// Puts bytes into a file and returns its path.
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: url.appendingPathComponent(name))
    return path(name)
  }

  func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: url.appendingPathComponent(name))) }
}

/// Samples that integers of so many bits hold exactly, both extremes among them.
func exactSamples(bits: Int, count: Int, seed: UInt64) -> [Float] {
  var generator = SplitMix64(seed: seed)
  let full = Int64(1) << (bits - 1)
  // 32-bit targets get 24-bit values: Float32 has no more.
  let step = bits == 32 ? Int64(256) : 1
  return (0..<count).map { i in
    let integer =
      i == 0 ? -full : (i == 1 ? full - step : Int64.random(in: -full / step..<full / step, using: &generator) * step)
    return Float(Double(integer) / Double(full))
  }
}

/// A 1 kHz sine at 48 kHz in every channel, each a little quieter than the one before.
func sine(frames: Int, channels: Int, peak: Double = 0.5) -> [Float] {
  (0..<frames * channels).map { i in
    let t = Double(i / channels)
    let channel = Double(i % channels)
    return Float(peak / (1 + channel) * sin(2 * Double.pi * 1000 / 48_000 * t))
  }
}

/// Everything in a file, read in blocks.
func readAll(
  _ path: String, blockFrames: Int = 1000, maximumChannels: Int = 64, allowTruncated: Bool = false
) throws -> (info: AudioFileInfo, samples: [Float], notes: [String]) {
  let reader = try AudioFileReader(path: path, maximumChannels: maximumChannels, allowTruncated: allowTruncated)
  var block = [Float](repeating: 0, count: blockFrames * reader.info.channels)
  var samples: [Float] = []
  while true {
    let frames = try block.withUnsafeMutableBufferPointer { try reader.read(into: $0) }
    if frames == 0 { break }
    samples += block[0..<frames * reader.info.channels]
    // No test file is so long: a broken header must not make a read without end.
    if samples.count > 50_000_000 { break }
  }
  return (reader.info, samples, reader.notes)
}

/// Writes samples and returns the finished writer.
@discardableResult
func writeAll(
  _ path: String, _ samples: [Float], container: AudioContainer, encoding: SampleEncoding, channels: Int = 1,
  sampleRateHz: Int = 48_000, text: [AudioText: String] = [:], dither: Bool = false, blockFrames: Int = 777,
  isRF64: Bool = false, speakers: ChannelLayout? = nil
) throws -> AudioFileWriter {
  let format = AudioOutputFormat(
    container: container, encoding: encoding, sampleRateHz: sampleRateHz, channels: channels, needsDither: dither,
    isRF64: isRF64, speakers: speakers, notes: [])
  let writer = try AudioFileWriter(
    path: path, format: format, sampleRateHz: sampleRateHz, channels: channels, text: text, dither: dither)
  try samples.withUnsafeBufferPointer { all in
    for start in stride(from: 0, to: all.count, by: blockFrames * channels) {
      try writer.write(UnsafeBufferPointer(rebasing: all[start..<min(all.count, start + blockFrames * channels)]))
    }
  }
  try writer.finish()
  return writer
}

/// A WAV file made by hand, so that reader and writer are not only tested against each other.
func wavBytes(
  channels: Int = 1, sampleRateHz: Int = 48_000, bits: Int = 16, isFloat: Bool = false, data: [UInt8],
  declaredDataBytes: UInt32? = nil
) -> [UInt8] {
  func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value.littleEndian, Array.init) }
  let declared = declaredDataBytes ?? UInt32(data.count)
  let frameBytes = channels * bits / 8
  var bytes = Array("RIFF".utf8) + little(36 &+ declared) + Array("WAVEfmt ".utf8) + little(UInt32(16))
  bytes += little(UInt16(isFloat ? 3 : 1)) + little(UInt16(channels)) + little(UInt32(sampleRateHz))
  bytes +=
    little(UInt32(truncatingIfNeeded: sampleRateHz * frameBytes)) + little(UInt16(truncatingIfNeeded: frameBytes))
  return bytes + little(UInt16(bits)) + Array("data".utf8) + little(declared) + data
}

/// The contents of a WAV file's data chunk.
func wavData(_ bytes: [UInt8]) -> [UInt8]? {
  var place = 12
  while place + 8 <= bytes.count {
    let size = bytes[place + 4..<place + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
    if bytes[place..<place + 4].elementsEqual("data".utf8) { return Array(bytes[place + 8..<place + 8 + size]) }
    place += 8 + size + size & 1
  }
  return nil
}

/// Root mean square of the difference, over that of the first.
func relativeError(_ a: [Float], _ b: ArraySlice<Float>) -> Double {
  let difference = zip(a, b).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
  return (difference / a.reduce(0.0) { $0 + pow(Double($1), 2) }).squareRoot()
}

/// Bit for bit the same. A function of its own, because `#expect` prints both sides of `==`.
func areSame(_ a: [Float], _ b: [Float]) -> Bool { a.map(\.bitPattern) == b.map(\.bitPattern) }
