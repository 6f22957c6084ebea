import StreamingConvolution

/// Runs a signal through a processor: reads a block, processes it, writes the result.
///
/// - Real time: nothing is allocated after `init`, apart from what source and sink do.
package struct SignalRun {
  private let processor: any BlockProcessor
  private let source: any FrameSource
  private let sink: any FrameSink
  private let times: BlockTimes?
  private let input: PlanarMemory
  private let output: PlanarMemory
  private var interleavedInput: [Float]
  private var interleavedOutput: [Float]
  /// The longest block: a multiple of the processor's grain.
  private let blockFrames: Int
  /// Output frames at the start that are latency and not written.
  private let unwantedFrames: Int
  /// How much of the tail to write, in output frames.
  private var tailFrames: Int
  /// Input frames at the front of `input` that are not a whole grain yet.
  private var framesWaiting = 0
  /// Input frames read.
  private var framesRead = 0
  /// Input frames given to the processor, silence included.
  private var framesProcessed = 0
  /// Output frames that the processor has written, latency included.
  private var framesOut = 0
  /// The error that ended the input early.
  private var trouble: (any Error)?

  /// - Parameters:
  ///   - processor: As new.
  ///   - isAligned: Whether the latency is removed from the start, so that output frame `rate` · t belongs to input
  ///     frame t.
  ///   - tailFrames: How much of the tail to write, in output frames. Default: all.
  ///   - times: Records how long each block took, without reading and writing.
  package init(
    processor: any BlockProcessor, from source: any FrameSource, to sink: any FrameSink, isAligned: Bool = true,
    tailFrames: Int? = nil, times: BlockTimes? = nil
  ) {
    self.processor = processor
    self.source = source
    self.sink = sink
    self.times = times
    blockFrames = processor.maximumBlockFrames / processor.grainFrames * processor.grainFrames
    input = PlanarMemory(channels: processor.inputChannels, frames: blockFrames)
    output = PlanarMemory(channels: processor.outputChannels, frames: processor.maximumOutputFrames)
    interleavedInput = [Float](repeating: 0, count: blockFrames * processor.inputChannels)
    interleavedOutput = [Float](repeating: 0, count: processor.maximumOutputFrames * processor.outputChannels)
    unwantedFrames = isAligned ? processor.latencyFrames : 0
    self.tailFrames = tailFrames ?? processor.tailFrames
  }

  /// Reads and processes one block of the input. Frames that do not fill a grain wait for the next block.
  /// - Returns: False when the input has ended or cannot be read any further; `finish` tells which.
  /// - Throws: What the sink throws.
  package mutating func step() throws -> Bool {
    guard trouble == nil else { return false }
    var frames = 0
    let room = (blockFrames - framesWaiting) * processor.inputChannels
    do {
      frames = try interleavedInput.withUnsafeMutableBufferPointer {
        try source.read(into: UnsafeMutableBufferPointer(rebasing: $0[..<room]))
      }
    } catch {
      trouble = error
    }
    guard frames > 0 else { return false }
    let start = times?.now()
    interleavedInput.withUnsafeBufferPointer {
      input.deinterleave($0.baseAddress!, frames: frames, to: framesWaiting)
    }
    framesRead += frames
    framesWaiting += frames
    let whole = framesWaiting / processor.grainFrames * processor.grainFrames
    guard whole > 0 else { return true }
    let rest = framesWaiting - whole
    try process(frames: whole, since: start)
    for channel in 0..<input.channelCount where rest > 0 {
      input.channels[channel].update(from: input.channels[channel] + whole, count: rest)
    }
    framesWaiting = rest
    return true
  }

  /// Processes one more block at the end of the input, padded with silence, until latency and tail are written.
  /// - Returns: False when nothing remained to do.
  /// - Throws: What the sink throws.
  package mutating func flush() throws -> Bool {
    let end = max(framesRead, processor.rate.inputFrames(for: framesWanted))
    guard framesProcessed < end else { return false }
    let frames = min(end - framesProcessed, blockFrames)
    for channel in 0..<input.channelCount {
      (input.channels[channel] + framesWaiting).update(repeating: 0, count: frames - framesWaiting)
    }
    framesWaiting = 0
    try process(frames: frames, since: nil)
    return true
  }

  /// Leaves out the tail: `flush` then ends after the output for the last input frame.
  package mutating func dropTail() { tailFrames = 0 }

  /// Call it when everything has been written.
  /// - Throws: The error that ended the input early, if there was one.
  package func finish() throws {
    if let trouble { throw trouble }
    try source.finish()
  }

  /// Total frames the processor must write: latency, one per input frame, tail.
  private var framesWanted: Int {
    processor.latencyFrames + processor.rate.outputFrames(for: framesRead) + tailFrames
  }

  private mutating func process(frames: Int, since start: UInt64?) throws {
    let written = processor.process(input.readableChannels, into: output.channels, frames: frames)
    let channels = processor.outputChannels
    interleavedOutput.withUnsafeMutableBufferPointer { samples in
      if written > 0 { output.interleave(into: samples.baseAddress!, frames: written) }
    }
    if let start { times?.record(since: start) }
    let first = min(written, max(0, unwantedFrames - framesOut))
    let end = min(written, framesWanted - framesOut)
    framesProcessed += frames
    framesOut += written
    guard first < end else { return }
    try interleavedOutput.withUnsafeBufferPointer { samples in
      try sink.write(UnsafeBufferPointer(rebasing: samples[first * channels..<end * channels]))
    }
  }
}
