import TestSupport

@testable import AudioFiles

/// How a source cuts its bytes.
enum Chunking: Sendable {
  /// As many as are asked for.
  case whole
  case constant(Int)
  /// 1 to 700 bytes.
  case random(seed: UInt64)
}

/// A pipe made of memory.
final class MemorySource {
  private let bytes: [UInt8]
  private let chunking: Chunking
  private var generator: SplitMix64
  private(set) var position = 0
  /// How often it was asked, and how often after it had said that nothing more comes.
  private(set) var calls = 0
  private(set) var callsAfterEnd = 0
  private var saidEnd = false

  init(_ bytes: [UInt8], _ chunking: Chunking = .whole) {
    self.bytes = bytes
    self.chunking = chunking
    if case .random(let seed) = chunking { generator = SplitMix64(seed: seed) } else { generator = SplitMix64(seed: 0) }
  }

  func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    calls += 1
    if saidEnd { callsAfterEnd += 1 }
    let limit =
      switch chunking {
      case .whole: Int.max
      case .constant(let size): size
      case .random: 1 + generator.nextInteger(upTo: 699)
      }
    let count = min(limit, buffer.count, bytes.count - position)
    bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[position..<position + count])) }
    position += count
    saidEnd = count == 0
    return count
  }

  var isUsedUp: Bool { position == bytes.count && saidEnd }
}

/// Everything that a reader delivers, read in blocks.
func readAll(_ reader: AudioStreamReader, blockFrames: Int = 64) throws -> [Float] {
  var block = [Float](repeating: 0, count: blockFrames * reader.info.channels)
  var samples: [Float] = []
  while true {
    let frames = try block.withUnsafeMutableBufferPointer { try reader.read(into: $0) }
    if frames == 0 { return samples }
    samples += block[0..<frames * reader.info.channels]
  }
}

/// Everything in a stream of bytes.
func readStream(
  _ bytes: [UInt8], format: AudioStreamFormat? = nil, sampleRateHz: Int? = nil, channels: Int? = nil,
  maximumChannels: Int = 64, chunking: Chunking = .whole, blockFrames: Int = 64
) throws -> (info: AudioStreamInfo, samples: [Float], notes: [String]) {
  let source = MemorySource(bytes, chunking)
  let reader = try AudioStreamReader(
    name: "pipe", format: format, sampleRateHz: sampleRateHz, channels: channels, maximumChannels: maximumChannels,
    read: source.read)
  let samples = try readAll(reader, blockFrames: blockFrames)
  try reader.finish()
  return (reader.info, samples, reader.notes)
}

/// The bytes that a writer makes of samples, and the writer.
func writeStream(
  _ samples: [Float], format: AudioStreamFormat, encoding: SampleEncoding, sampleRateHz: Int = 48_000,
  channels: Int = 1, channelMask: UInt32 = 0, dither: Bool = false, blockFrames: Int = 64
) throws -> (bytes: [UInt8], pieces: Int, writer: AudioStreamWriter) {
  var bytes: [UInt8] = []
  var pieces = 0
  let writer = try AudioStreamWriter(
    format: format, encoding: encoding, sampleRateHz: sampleRateHz, channels: channels, channelMask: channelMask,
    dither: dither, maximumBlockFrames: blockFrames
  ) {
    bytes += $0
    pieces += 1
  }
  try samples.withUnsafeBufferPointer { all in
    for start in stride(from: 0, to: all.count, by: blockFrames * channels) {
      try writer.write(UnsafeBufferPointer(rebasing: all[start..<min(all.count, start + blockFrames * channels)]))
    }
  }
  return (bytes, pieces, writer)
}

/// Little-endian bytes of an integer.
func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value.littleEndian, Array.init) }

/// A chunk of RIFF, padded to an even size.
func riffChunk(_ name: String, _ contents: [UInt8], declared: UInt32? = nil) -> [UInt8] {
  Array(name.utf8) + little(declared ?? UInt32(contents.count)) + contents
    + [UInt8](repeating: 0, count: contents.count & 1)
}

/// The contents of a `fmt ` chunk. Every field can be made wrong.
func wavFormat(
  tag: UInt16 = 1, channels: UInt16 = 1, rate: UInt32 = 48_000, frameBytes: UInt16? = nil, bits: UInt16 = 16,
  extra: [UInt8] = []
) -> [UInt8] {
  let usual = UInt16(truncatingIfNeeded: Int(channels) * Int(bits) / 8)
  let speed = UInt32(truncatingIfNeeded: Int(rate) * Int(frameBytes ?? usual))
  return little(tag) + little(channels) + little(rate) + little(speed) + little(frameBytes ?? usual) + little(bits)
    + extra
}

/// The fields that WAVE_FORMAT_EXTENSIBLE adds.
func extensible(validBits: UInt16, mask: UInt32 = 0, tag: UInt16, tail: [UInt8] = WAVHeader.guidTail) -> [UInt8] {
  little(UInt16(22)) + little(validBits) + little(mask) + little(tag) + tail
}

/// A WAV of these chunks.
func wav(_ chunks: [UInt8]..., riff: String = "RIFF", declared: UInt32? = nil) -> [UInt8] {
  let body = chunks.flatMap(\.self)
  return Array(riff.utf8) + little(declared ?? UInt32(body.count + 4)) + Array("WAVE".utf8) + body
}
