/// Planar input of one block: one pointer per channel.
public typealias InputChannels = UnsafePointer<UnsafePointer<Float>>
/// Planar output of one block: one pointer per channel. The memory may be the input's.
public typealias OutputChannels = UnsafePointer<UnsafeMutablePointer<Float>>

/// The contract of everything that turns one stream of frames into another, block by block.
///
/// The initialiser of a conforming type may throw and allocate. After it:
/// - Real time: `process` and `reset` never allocate, lock, throw or make a system call. `process` flushes
///   denormal numbers to zero while it runs.
/// - *Block size is inaudible*: the output is identical bit for bit for every sequence of block sizes from 0 to
///   `maximumBlockFrames`. All of them but the last must be multiples of `grainFrames`.
/// - *Frames are counted exactly*: once n frames have come since `reset` (a multiple of the grain, or all there are),
///   ⌈`rate` · n⌉ frames have been written. With a rate of 1 every call writes as many frames as it reads.
/// - `reset` makes the processor as new.
/// - One thread at a time owns a processor. `copy()` gives another one that shares no state.
///
/// The tests run every conforming type through the same laws (`ProcessorLaws` in the test support).
public protocol BlockProcessor: AnyObject {
  /// Channels that `process` reads.
  var inputChannels: Int { get }
  /// Channels that `process` writes.
  var outputChannels: Int { get }
  /// Output frames per input frame. Default: 1/1.
  var rate: FrameRate { get }
  /// Delay in output frames: the answer to input frame t is output frame `rate` · t + `latencyFrames`. Default: 0.
  var latencyFrames: Int { get }
  /// How many input frames before t the answer to frame t can depend on; nil when there is no limit.
  var historyFrames: Int? { get }
  /// Output frames that still follow after the last input frame and the latency: kernel length − 1 for an impulse
  /// response, 0 for a network. Default: 0.
  var tailFrames: Int { get }
  /// Every block but the last is a multiple of this many frames. Default: 1, any block.
  var grainFrames: Int { get }
  /// How to start in the middle of a stream with the same bits; nil where that is not possible, as for recurrent
  /// networks. Default: nil.
  var cut: StreamCut? { get }
  /// The most input frames of one call.
  var maximumBlockFrames: Int { get }
  /// The most output frames of one call. Default: `rate` · `maximumBlockFrames`, rounded up.
  var maximumOutputFrames: Int { get }

  /// Reads `frames` frames from every input channel and writes the output frames that are due.
  ///
  /// - Parameters:
  ///   - input: `inputChannels` pointers to `frames` samples each.
  ///   - output: `outputChannels` pointers with room for ⌈`rate` · `frames`⌉ samples each. They may be the input's.
  ///   - frames: 0 … `maximumBlockFrames`.
  /// - Returns: The frames written to every output channel.
  func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int

  /// Makes the processor as new.
  func reset()

  /// `reset`, where the output before frame `first` will be thrown away and need not be computed. It is written
  /// nonetheless, and may be anything; from `first` on it is as after `reset`, to the bit.
  func reset(keepingFrom first: Int)

  /// Makes another processor with the same settings, as new. Allocates; shares no mutable state.
  func copy() throws -> Self
}

extension BlockProcessor {
  /// 1/1: as many frames out as in.
  public var rate: FrameRate { .unity }
  /// 0: no delay.
  public var latencyFrames: Int { 0 }
  /// 0: the output ends with the input.
  public var tailFrames: Int { 0 }
  /// 1: blocks of any size.
  public var grainFrames: Int { 1 }
  /// nil: it must run from the beginning.
  public var cut: StreamCut? { nil }
  /// `reset`: everything is computed.
  public func reset(keepingFrom first: Int) { reset() }
  /// `rate` · `maximumBlockFrames`, rounded up.
  public var maximumOutputFrames: Int { rate.outputFrames(for: maximumBlockFrames) }
}
