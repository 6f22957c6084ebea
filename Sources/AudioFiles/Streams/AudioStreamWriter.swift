/// Writes interleaved Float32 to a destination of bytes that cannot seek, a block at a time.
///
/// ```swift
/// let writer = try AudioStreamWriter(
///   format: .wav, encoding: .float32, sampleRateHz: 48_000, channels: 2, dither: false, maximumBlockFrames: 64
/// ) { bytes in try send(bytes) }
/// try writer.write(block)
/// ```
/// - Units: full scale is ±1. Integers come from `IntegerQuantiser`, with the same dither, so the bytes of the samples
///   equal those that `AudioFileWriter` writes; floats are written bit for bit, doubles are exact.
/// - WAV: every length in the header is 0xFFFFFFFF, which programs that read WAV from pipes take as unknown.
///   Nothing is padded, and nothing follows the samples.
/// - Streaming: one call of `write` is one call of the destination, so that a block goes out in one piece.
/// - Real time: `write` allocates nothing; only the callback may.
/// - One thread at a time.
///
/// After a `write` that threw, the output may end anywhere; the writer cannot be used again.
package final class AudioStreamWriter {
  /// Samples that were beyond full scale and clamped, after dither. 0 for float formats.
  package private(set) var clippedSamples = 0
  /// Samples that were NaN or infinite. Integers hold 0 for NaN and full scale for infinity; floats hold them as
  /// they are.
  package private(set) var nonFiniteSamples = 0
  /// Frames that the destination has taken.
  package private(set) var framesWritten: Int64 = 0

  private let destination: (UnsafeRawBufferPointer) throws -> Void
  private let samples: RawSampleFormat
  private let channels: Int
  private let maximumBlockSamples: Int
  private var quantiser: IntegerQuantiser?
  /// The bytes of a block, and the integers of a part of it. Owned; freed in `deinit`.
  private let bytes: UnsafeMutableRawPointer
  private let integers: UnsafeMutablePointer<Int32>
  /// Samples that are quantised at once: few enough to be still in the nearest cache when they are packed.
  private static let chunkSamples = 2048

  /// Writes the WAV header; nothing for raw samples.
  ///
  /// - Parameters:
  ///   - encoding: How samples are stored.
  ///   - channelMask: Speaker positions for a WAV with more than two channels or with integers of more than 16 bits;
  ///     other headers cannot store it. Default 0, none.
  ///   - dither: Whether integers of 8 to 24 bits get TPDF dither. Without effect for others.
  ///   - maximumBlockFrames: The most frames of one `write`.
  ///   - write: Takes all bytes, or throws; its error is passed on.
  /// - Throws: `AudioStreamError.cannotHold`, or what `write` throws.
  /// - Precondition: For `.raw(f)` the encoding is `f.encoding`; at least one frame in a block.
  package init(
    format: AudioStreamFormat, encoding: SampleEncoding, sampleRateHz: Int, channels: Int, channelMask: UInt32 = 0,
    dither: Bool, maximumBlockFrames: Int, write: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    precondition(maximumBlockFrames > 0, "no room for a frame")
    guard let samples = RawSampleFormat(encoding: encoding) else {
      throw AudioStreamError.cannotHold(
        format: format, expected: "8, 16, 24 or 32 bits, float or double", actual: encoding.summary)
    }
    if case .raw(let stated) = format { precondition(stated == samples, "\(stated) does not hold \(encoding)") }
    guard (1...Int(Int32.max)).contains(sampleRateHz) else {
      throw AudioStreamError.cannotHold(
        format: format, expected: "1 to 2147483647 Hz", actual: "a sample rate of \(sampleRateHz) Hz")
    }
    let channelLimit = WAVHeader.maximumFrameBytes / samples.bytesPerSample
    guard (1...channelLimit).contains(channels) else {
      throw AudioStreamError.cannotHold(
        format: format, expected: "1 to \(channelLimit)", actual: channelCount(channels))
    }
    self.samples = samples
    self.channels = channels
    destination = write
    maximumBlockSamples = maximumBlockFrames * channels
    if case .pcm(let bits) = encoding { quantiser = IntegerQuantiser(bits: bits, dithers: dither && bits < 32) }
    bytes = .allocate(
      byteCount: maximumBlockSamples * samples.bytesPerSample + RawSampleFormat.slackBytes, alignment: 64)
    integers = .allocate(capacity: Self.chunkSamples)
    guard format == .wav else { return }
    let header = WAVHeader(
      samples: samples, sampleRateHz: sampleRateHz, channels: channels, channelMask: channelMask, dataBytes: nil)
    try header.streamBytes().withUnsafeBytes(write)
  }

  deinit {
    bytes.deallocate()
    integers.deallocate()
  }

  /// Writes frames after those already written. Without frames the destination is not called.
  ///
  /// - Parameter samples: Interleaved, whole frames.
  /// - Throws: What the destination throws.
  /// - Precondition: `samples.count` is a multiple of the number of channels, and at most `maximumBlockFrames`.
  package func write(_ samples: UnsafeBufferPointer<Float>) throws {
    precondition(samples.count % channels == 0, "whole frames only")
    precondition(samples.count <= maximumBlockSamples, "more frames than the writer was made for")
    guard let base = samples.baseAddress, !samples.isEmpty else { return }
    if quantiser == nil {
      nonFiniteSamples += self.samples.encode(floats: base, into: bytes, count: samples.count)
    } else {
      quantise(base, count: samples.count)
    }
    try destination(UnsafeRawBufferPointer(start: bytes, count: samples.count * self.samples.bytesPerSample))
    framesWritten += Int64(samples.count / channels)
  }

  private func quantise(_ samples: UnsafePointer<Float>, count: Int) {
    var done = 0
    while done < count {
      let part = min(Self.chunkSamples, count - done)
      quantiser!.quantise(samples + done, into: integers, count: part)
      self.samples.encode(integers: integers, into: bytes + done * self.samples.bytesPerSample, count: part)
      done += part
    }
    clippedSamples = quantiser!.clippedSamples
    nonFiniteSamples = quantiser!.nonFiniteSamples
  }
}
