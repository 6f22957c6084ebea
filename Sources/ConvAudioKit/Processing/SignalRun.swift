import StreamingConvolution

/// One signal on its way: reads a block, processes it, writes what comes out.
///
/// - Real time: nothing is allocated after `init`, apart from what source and sink do.
struct SignalRun {
  private let processor: any BlockProcessor
  private let source: any FrameSource
  private let sink: any FrameSink
  private let times: BlockTimes?
  private let input: PlanarMemory
  private let output: PlanarMemory
  private var interleavedInput: [Float]
  private var interleavedOutput: [Float]
  /// Output frames at the front that are latency, still to be dropped.
  private var framesToDrop: Int
  /// Output frames behind the input's last, still owed.
  private var framesOwed: Int
  /// How many of them are tail.
  private let tailFrames: Int
  /// What ended the input before its end.
  private var trouble: (any Error)?

  /// - Parameters:
  ///   - isAligned: Whether the latency is taken away from the front, so that output frame t belongs to input frame t.
  ///   - tailFrames: How much of the tail is wanted. Default: all.
  ///   - times: Is told how long each block took, reading and writing left out.
  init(
    processor: any BlockProcessor, from source: any FrameSource, to sink: any FrameSink, isAligned: Bool = true,
    tailFrames: Int? = nil, times: BlockTimes? = nil
  ) {
    let frames = processor.maximumBlockFrames
    self.processor = processor
    self.source = source
    self.sink = sink
    self.times = times
    input = PlanarMemory(channels: processor.inputChannels, frames: frames)
    output = PlanarMemory(channels: processor.outputChannels, frames: processor.maximumOutputFrames)
    interleavedInput = [Float](repeating: 0, count: frames * processor.inputChannels)
    interleavedOutput = [Float](repeating: 0, count: processor.maximumOutputFrames * processor.outputChannels)
    framesToDrop = isAligned ? processor.latencyFrames : 0
    self.tailFrames = tailFrames ?? processor.tailFrames
    framesOwed = processor.latencyFrames + self.tailFrames
  }

  /// Does one block of the input.
  /// - Returns: False at its end, be it that it has ended or that it cannot be read any further; `finish` tells.
  /// - Throws: What the sink throws.
  mutating func step() throws -> Bool {
    guard trouble == nil else { return false }
    var frames = 0
    do {
      frames = try interleavedInput.withUnsafeMutableBufferPointer { try source.read(into: $0) }
    } catch {
      trouble = error
    }
    guard frames > 0 else { return false }
    let start = times?.now()
    interleavedInput.withUnsafeBufferPointer { input.deinterleave($0.baseAddress!, frames: frames) }
    try process(frames: frames, since: start)
    return true
  }

  /// Does one block of silence behind the input, until latency and tail are out.
  /// - Returns: False when there was nothing left to do.
  /// - Throws: What the sink throws.
  mutating func flush() throws -> Bool {
    guard framesOwed > 0 else { return false }
    let frames = min(framesOwed, processor.maximumBlockFrames)
    framesOwed -= frames
    for channel in 0..<input.channelCount { input.channels[channel].update(repeating: 0, count: frames) }
    try process(frames: frames, since: nil)
    return true
  }

  /// Leaves the tail out, so that `flush` gives no more than the answers to what has come.
  mutating func dropTail() { framesOwed = max(0, framesOwed - tailFrames) }

  /// Called when everything was written. Throws what ended the input before its end.
  func finish() throws {
    if let trouble { throw trouble }
    try source.finish()
  }

  private mutating func process(frames: Int, since start: UInt64?) throws {
    let frames = processor.process(input.readableChannels, into: output.channels, frames: frames)
    let channels = processor.outputChannels
    let dropped = min(framesToDrop, frames)
    framesToDrop -= dropped
    interleavedOutput.withUnsafeMutableBufferPointer { samples in
      if frames > 0 { output.interleave(into: samples.baseAddress!, frames: frames) }
    }
    if let start { times?.record(since: start) }
    guard frames > dropped else { return }
    try interleavedOutput.withUnsafeBufferPointer { samples in
      try sink.write(UnsafeBufferPointer(rebasing: samples[dropped * channels..<frames * channels]))
    }
  }
}
