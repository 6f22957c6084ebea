import AudioFiles
import StreamingConvolution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One file on its way: reads a block, processes it, writes what comes out.
///
/// The latency is taken away from the front and the tail is fed out with silence, so that the output is aligned with
/// the input and whole.
struct FileRun {
  /// Largest absolute finite sample so far.
  private(set) var peak: Float = 0
  /// NaN and infinities in the input so far.
  private(set) var nonFiniteSamples = 0

  private let processor: any BlockProcessor
  private let reader: AudioFileReader
  private let writer: AudioFileWriter
  private let policy: NonFinitePolicy
  private let input: PlanarMemory
  private let output: PlanarMemory
  private var interleavedInput: [Float]
  private var interleavedOutput: [Float]
  /// Output frames at the front that are latency, still to be dropped.
  private var framesToDrop: Int
  /// Output frames behind the input's last, still owed.
  private var framesOwed: Int

  init(processor: any BlockProcessor, reader: AudioFileReader, writer: AudioFileWriter, policy: NonFinitePolicy) throws {
    let frames = processor.maximumBlockFrames
    self.processor = processor
    self.reader = reader
    self.writer = writer
    self.policy = policy
    input = PlanarMemory(channels: processor.inputChannels, frames: frames)
    output = PlanarMemory(channels: processor.outputChannels, frames: processor.maximumOutputFrames)
    interleavedInput = [Float](repeating: 0, count: frames * processor.inputChannels)
    interleavedOutput = [Float](repeating: 0, count: processor.maximumOutputFrames * processor.outputChannels)
    framesToDrop = processor.latencyFrames
    framesOwed = processor.latencyFrames + processor.tailFrames
  }

  /// Does one block.
  /// - Returns: False when there was nothing left to do.
  mutating func step() throws -> Bool {
    var frames = try interleavedInput.withUnsafeMutableBufferPointer { try reader.read(into: $0) }
    if frames > 0 {
      try inspect(frames: frames)
      interleavedInput.withUnsafeBufferPointer { input.deinterleave($0.baseAddress!, frames: frames) }
    } else {
      guard framesOwed > 0 else { return false }
      frames = min(framesOwed, processor.maximumBlockFrames)
      framesOwed -= frames
      for channel in 0..<input.channelCount { input.channels[channel].update(repeating: 0, count: frames) }
    }
    let written = processor.process(input.readableChannels, into: output.channels, frames: frames)
    try deliver(frames: written)
    return true
  }

  /// Counts what is not finite, and does what the policy says.
  private mutating func inspect(frames: Int) throws {
    let channels = processor.inputChannels
    for index in 0..<frames * channels where !interleavedInput[index].isFinite {
      nonFiniteSamples += 1
      switch policy {
      case .keep: break
      case .zero: interleavedInput[index] = 0
      case .error:
        throw ProcessingError.nonFinite(
          path: reader.info.path, frame: reader.framesRead - Int64(frames) + Int64(index / channels))
      }
    }
  }

  private mutating func deliver(frames: Int) throws {
    let dropped = min(framesToDrop, frames)
    framesToDrop -= dropped
    guard frames > dropped else { return }
    let channels = processor.outputChannels
    var peak = peak
    try interleavedOutput.withUnsafeMutableBufferPointer { samples in
      output.interleave(into: samples.baseAddress!, frames: frames)
      let kept = UnsafeBufferPointer(rebasing: samples[dropped * channels..<frames * channels])
      for sample in kept where abs(sample) > peak && sample.isFinite { peak = abs(sample) }
      try writer.write(kept)
    }
    self.peak = peak
  }
}

/// A gain in decibels as a factor.
func decibelsToFactor(_ decibels: Float) -> Float { decibels == 0 ? 1 : Float(pow(10, Double(decibels) / 20)) }
