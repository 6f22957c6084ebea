import AudioFiles
import StreamingConvolution

/// Where a signal comes from, block by block: a file, a pipe, rows of numbers.
protocol FrameSource: AnyObject {
  /// What people call it, for errors.
  var name: String { get }
  /// Frames delivered so far.
  var framesRead: Int64 { get }
  /// Fills the front of `samples` with whole frames, interleaved. Fewer than there is room for may come at any time;
  /// 0 only at the end.
  func read(into samples: UnsafeMutableBufferPointer<Float>) throws -> Int
  /// Called behind the last frame; throws when the input did not end with a whole one.
  func finish() throws
}

extension FrameSource {
  func finish() {}
}

/// Where a signal goes, block by block.
protocol FrameSink: AnyObject {
  /// Takes whole frames, interleaved.
  func write(_ samples: UnsafeBufferPointer<Float>) throws
}

extension AudioFileReader: FrameSource {
  var name: String { info.path }
}

extension AudioFileWriter: FrameSink {}

/// One signal on its way: reads a block, processes it, writes what comes out.
///
/// - Real time: nothing is allocated after `init`, apart from what source and sink do.
struct SignalRun {
  /// Largest absolute finite sample so far.
  private(set) var peak: Float = 0
  /// NaN and infinities in the input so far.
  private(set) var nonFiniteSamples = 0

  private let processor: any BlockProcessor
  private let source: any FrameSource
  private let sink: any FrameSink
  private let policy: NonFinitePolicy
  private let times: BlockTimes?
  private let input: PlanarMemory
  private let output: PlanarMemory
  private var interleavedInput: [Float]
  private var interleavedOutput: [Float]
  /// Output frames at the front that are latency, still to be dropped.
  private var framesToDrop: Int
  /// Output frames behind the input's last, still owed.
  private var framesOwed: Int
  /// What ended the input before its end.
  private var trouble: (any Error)?

  /// - Parameters:
  ///   - isAligned: Whether the latency is taken away from the front, so that output frame t belongs to input frame t.
  ///   - times: Is told how long each block took, reading and writing left out.
  init(
    processor: any BlockProcessor, from source: any FrameSource, to sink: any FrameSink, policy: NonFinitePolicy,
    isAligned: Bool = true, times: BlockTimes? = nil
  ) {
    let frames = processor.maximumBlockFrames
    self.processor = processor
    self.source = source
    self.sink = sink
    self.policy = policy
    self.times = times
    input = PlanarMemory(channels: processor.inputChannels, frames: frames)
    output = PlanarMemory(channels: processor.outputChannels, frames: processor.maximumOutputFrames)
    interleavedInput = [Float](repeating: 0, count: frames * processor.inputChannels)
    interleavedOutput = [Float](repeating: 0, count: processor.maximumOutputFrames * processor.outputChannels)
    framesToDrop = isAligned ? processor.latencyFrames : 0
    framesOwed = processor.latencyFrames + processor.tailFrames
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
    frames = inspect(frames: frames)
    guard frames > 0 else { return false }
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
  mutating func dropTail() { framesOwed = max(0, framesOwed - processor.tailFrames) }

  /// Called when everything was written. Throws what ended the input before its end.
  func finish() throws {
    if let trouble { throw trouble }
    try source.finish()
  }

  /// Counts what is not finite, and does what the policy says.
  /// - Returns: Frames before the one that is refused.
  private mutating func inspect(frames: Int) -> Int {
    let channels = processor.inputChannels
    for index in 0..<frames * channels where !interleavedInput[index].isFinite {
      nonFiniteSamples += 1
      switch policy {
      case .keep: break
      case .zero: interleavedInput[index] = 0
      case .error:
        trouble = ProcessingError.nonFinite(
          path: source.name, frame: source.framesRead - Int64(frames) + Int64(index / channels))
        return index / channels
      }
    }
    return frames
  }

  private mutating func process(frames: Int, since start: UInt64?) throws {
    let frames = processor.process(input.readableChannels, into: output.channels, frames: frames)
    let channels = processor.outputChannels
    let dropped = min(framesToDrop, frames)
    framesToDrop -= dropped
    interleavedOutput.withUnsafeMutableBufferPointer { samples in
      if frames > 0 { output.interleave(into: samples.baseAddress!, frames: frames) }
      var peak = peak
      for sample in samples[dropped * channels..<frames * channels] where abs(sample) > peak && sample.isFinite {
        peak = abs(sample)
      }
      self.peak = peak
    }
    if let start { times?.record(since: start) }
    guard frames > dropped else { return }
    try interleavedOutput.withUnsafeBufferPointer { samples in
      try sink.write(UnsafeBufferPointer(rebasing: samples[dropped * channels..<frames * channels]))
    }
  }
}
