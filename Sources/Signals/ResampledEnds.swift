import Resampling
import StreamingConvolution

/// Resamples between a file and a processor at another sample rate.
///
/// The signal is resampled there and back with the same filters and without their delays: output frame t belongs to
/// input frame t. Before its first frame the signal is silence, at both rates.
package struct ResampledEnds {
  /// Where the processor's input comes from.
  package let source: ResampledSource
  /// Where its output goes.
  package let sink: ResampledSink

  /// - Parameter ratio: From the file's rate to the processor's.
  /// - Throws: `ResamplingError`.
  package init(
    _ source: any FrameSource, _ sink: any FrameSink, _ processor: any BlockProcessor, ratio: RateRatio
  ) throws {
    self.source = try ResampledSource(
      source, channels: processor.inputChannels, ratio: ratio, blockFrames: processor.maximumBlockFrames)
    self.sink = try ResampledSink(
      sink, channels: processor.outputChannels, ratio: ratio.inverse, blockFrames: processor.maximumBlockFrames)
  }
}

/// A source at another sample rate.
///
/// - Memory: one block of the source, and its resampled frames.
package final class ResampledSource: FrameSource {
  /// Frames delivered, at the new rate.
  package private(set) var framesRead: Int64 = 0

  private let source: any FrameSource
  private let converter: SampleRateConverter<Float>
  private let input: PlanarMemory
  private let output: PlanarMemory
  private var interleaved: [Float]
  private var isAtEnd = false

  /// - Parameter blockFrames: Frames that are read at once.
  /// - Throws: `ResamplingError`.
  init(_ source: any FrameSource, channels: Int, ratio: RateRatio, blockFrames: Int) throws {
    self.source = source
    converter = try SampleRateConverter(ratio, channels: channels)
    input = PlanarMemory(channels: channels, frames: blockFrames)
    output = PlanarMemory(channels: channels, frames: blockFrames)
    interleaved = [Float](repeating: 0, count: blockFrames * channels)
  }

  package var name: String { source.name }

  package func read(into samples: UnsafeMutableBufferPointer<Float>) throws -> Int {
    let room = samples.count / converter.channels
    var given = 0
    // Whole blocks, as a file gives them: they suit the processor better than the uneven lengths after resampling.
    while given < room {
      let frames = try converter.read(into: output.channels, frames: min(room - given, output.frames))
      output.interleave(into: samples.baseAddress! + given * converter.channels, frames: frames)
      given += frames
      guard frames > 0 || !isAtEnd else { break }
      if frames == 0 { try readSource() }
    }
    framesRead += Int64(given)
    return given
  }

  private func readSource() throws {
    let frames = try interleaved.withUnsafeMutableBufferPointer { try source.read(into: $0) }
    if frames > 0 {
      interleaved.withUnsafeBufferPointer { input.deinterleave($0.baseAddress!, frames: frames) }
      try converter.write(input.readableChannels, frames: frames)
    } else {
      isAtEnd = true
      converter.endInput()
    }
  }

  package func finish() throws { try source.finish() }
}

/// A sink at another sample rate.
///
/// - Memory: the longest block that is written, and its resampled frames.
package final class ResampledSink: FrameSink {
  private let sink: any FrameSink
  private let converter: SampleRateConverter<Float>
  private let input: PlanarMemory
  private let output: PlanarMemory
  private var interleaved: [Float]

  /// - Parameters:
  ///   - ratio: From the rate of the written frames to the sink's.
  ///   - blockFrames: Frames that are written to the sink at once.
  /// - Throws: `ResamplingError`.
  init(_ sink: any FrameSink, channels: Int, ratio: RateRatio, blockFrames: Int) throws {
    self.sink = sink
    converter = try SampleRateConverter(ratio, channels: channels)
    input = PlanarMemory(channels: channels, frames: blockFrames)
    output = PlanarMemory(channels: channels, frames: blockFrames)
    interleaved = [Float](repeating: 0, count: blockFrames * channels)
  }

  package func write(_ samples: UnsafeBufferPointer<Float>) throws {
    let channels = converter.channels
    var place = 0
    while place < samples.count {
      let frames = min((samples.count - place) / channels, input.frames)
      input.deinterleave(samples.baseAddress! + place, frames: frames)
      try converter.write(input.readableChannels, frames: frames)
      try passOn()
      place += frames * channels
    }
  }

  /// Writes the remaining frames after the last block.
  ///
  /// - Parameter totalFrames: Total number of frames for the sink.
  package func finish(totalFrames: Int64) throws {
    converter.endInput(totalFrames: totalFrames)
    try passOn()
  }

  private func passOn() throws {
    while case let frames = try converter.read(into: output.channels, frames: output.frames), frames > 0 {
      interleaved.withUnsafeMutableBufferPointer { output.interleave(into: $0.baseAddress!, frames: frames) }
      try interleaved.withUnsafeBufferPointer {
        try sink.write(UnsafeBufferPointer(rebasing: $0[..<(frames * converter.channels)]))
      }
    }
  }
}
