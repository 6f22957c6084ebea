import AudioFiles
import ByteFiles
import Loudness
import Signals

/// Keeps an output until its level is known, and then passes it on with the gain that brings it to another level.
///
/// - Memory: A block, whatever the length; the samples are in a temporary file without a name.
final class LevelledSink: FrameSink {
  /// The gain that an output gets, and why.
  struct Gain {
    let factor: Float
    /// What was measured and done, in a sentence.
    let note: String
  }

  private let level: OutputLevel
  private let channels: Int
  private let spool: SpooledFile
  private let meter: LoudnessMeter?
  private var peak: Float = 0

  /// - Throws: `ByteFileError.temporary`.
  init(_ level: OutputLevel, channels: Int, sampleRateHz: Int) throws {
    (self.level, self.channels) = (level, channels)
    spool = try SpooledFile()
    if case .loudness = level {
      meter = LoudnessMeter(channels: channels, sampleRateHz: sampleRateHz)
    } else {
      meter = nil
    }
  }

  func write(_ samples: UnsafeBufferPointer<Float>) throws {
    peak = max(peak, MeteredSink.peak(of: samples))
    meter?.add(samples)
    try spool.append(UnsafeRawBufferPointer(samples))
  }

  /// Writes everything to another sink.
  ///
  /// - Parameter largestSample: The largest sample that the output can hold.
  /// - Returns: What was measured and done.
  /// - Throws: `CancellationError`; `ByteFileError.temporary`; what the sink throws.
  func finish(to sink: any FrameSink, largestSample: Float, cancellation: Cancellation) throws -> String {
    let gain = gain(largestSample: largestSample)
    let blockFrames = 1 << 13
    var scaled = [Float](repeating: 0, count: blockFrames * channels)
    try spool.readBack(blockBytes: blockFrames * channels * MemoryLayout<Float>.stride) { bytes in
      try cancellation.check()
      let samples = bytes.bindMemory(to: Float.self)
      for index in samples.indices { scaled[index] = samples[index] * gain.factor }
      try scaled.withUnsafeBufferPointer { try sink.write(UnsafeBufferPointer(rebasing: $0[..<samples.count])) }
    }
    return gain.note
  }

  private func gain(largestSample: Float) -> Gain {
    guard peak > 0 else { return Gain(factor: 1, note: "the output is silent, so its level was not changed") }
    switch level {
    case .peak(let decibels):
      let factor = min(factor(ofDecibels: decibels), Double(largestSample)) / Double(peak)
      return Gain(
        factor: Float(factor),
        note: "peak \(decibelText(Double(peak)))FS, changed by \(decibelText(factor))")
    case .loudness(let lufs):
      guard let measured = meter?.integratedLUFS else {
        return Gain(factor: 1, note: "the output is too short or too soft for a loudness, so its level was not changed")
      }
      let factor = ConvAudioKit.factor(ofDecibels: lufs - Float(measured))
      let tenths = Int((measured * 10).rounded())
      let text = "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
      return Gain(factor: Float(factor), note: "loudness \(text) LUFS, changed by \(decibelText(factor))")
    }
  }
}

extension SampleEncoding {
  /// The largest sample that is not clipped: full scale, or less by the smallest step and the dither for whole numbers.
  func largestSample(dithered: Bool) -> Float {
    guard case .pcm(let bits) = self else { return 1 }
    return 1 - (dithered ? 3 : 1) * Float(sign: .plus, exponent: 1 - min(bits, 24), significand: 1)
  }
}
