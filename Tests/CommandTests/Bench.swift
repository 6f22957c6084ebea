import AudioFiles
import ConvAudioKit
import Foundation
import TestSupport

/// A fresh folder with the presets `tiny` and `empty`, and the program in it.
struct Bench {
  let directory: TemporaryDirectory
  var program: Program

  init() throws {
    directory = try TemporaryDirectory()
    program = Program(folder: directory.url)
    try TinyPreset().write(into: directory.url)
    try TinyPreset("empty", sampleRateHz: nil, stages: []).write(into: directory.url)
  }

  func path(_ name: String) -> String { directory.url.path + "/" + name }

  /// Names of what is there, the presets left out.
  func files() throws -> [String] {
    try directory.contents().filter { !$0.hasPrefix("tiny.") && $0 != "empty.json" }
  }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path(name))) }

  func write(_ name: String, _ bytes: Data) throws { try bytes.write(to: URL(fileURLWithPath: path(name))) }

  /// Writes planar samples; noise of half of full scale when there are none.
  @discardableResult
  func audio(
    _ name: String, _ samples: [[Float]]? = nil, channels: Int = 1, frames: Int = 3000,
    encoding: SampleEncoding = .pcm(bits: 16), sampleRateHz: Int = 48_000, text: [AudioText: String] = [:]
  ) throws -> [[Float]] {
    let samples = samples ?? Signals.noise(channels: channels, frames: frames)
    let container = AudioContainer(fileExtension: String(name.split(separator: ".").last!))!
    let info = AudioFileInfo(
      path: name, container: container, encoding: encoding, sampleRateHz: sampleRateHz, channels: samples.count,
      frames: Int64(samples[0].count))
    let format = try AudioOutputFormat.choose(container: container, source: info, expectedFrames: info.frames)
    let writer = try AudioFileWriter(
      path: path(name), format: format, sampleRateHz: sampleRateHz, channels: samples.count, text: text, dither: false)
    let interleaved = (0..<samples[0].count * samples.count).map { samples[$0 % samples.count][$0 / samples.count] }
    try interleaved.withUnsafeBufferPointer(writer.write)
    try writer.finish()
    return samples
  }

  /// Reads a file back, planar.
  func read(_ name: String) throws -> (info: AudioFileInfo, samples: [[Float]]) {
    let reader = try AudioFileReader(path: path(name), maximumChannels: 1024)
    let channels = reader.info.channels
    var samples = [[Float]](repeating: [], count: channels)
    var block = [Float](repeating: 0, count: 4096 * channels)
    while case let frames = try block.withUnsafeMutableBufferPointer({ try reader.read(into: $0) }), frames > 0 {
      for channel in 0..<channels { samples[channel] += (0..<frames).map { block[$0 * channels + channel] } }
    }
    return (reader.info, samples)
  }

  /// A silent 16-bit WAV file, sparse on disk.
  func silence(_ name: String, channels: Int, seconds: Int) throws {
    func little<T: FixedWidthInteger>(_ value: T) -> Data { withUnsafeBytes(of: value.littleEndian) { Data($0) } }
    let size = UInt32(channels * 2 * 48_000 * seconds)
    var header = Data("RIFF".utf8) + little(36 + size) + Data("WAVEfmt ".utf8) + little(UInt32(16))
    header += little(UInt16(1)) + little(UInt16(channels)) + little(UInt32(48_000))
    header += little(UInt32(96_000 * channels)) + little(UInt16(2 * channels)) + little(UInt16(16))
    try write(name, header + Data("data".utf8) + little(size))
    truncate(path(name), off_t(44 + Int(size)))
  }
}
