/// An exact fraction of output frames per input frame: 1/1 for networks and impulse responses, 1/s for a
/// stride or hop of s.
public struct FrameRate: Hashable, Sendable {
  /// Output frames …
  public let numerator: Int
  /// … for so many input frames.
  public let denominator: Int

  /// One output frame for every input frame.
  public static let unity = FrameRate(numerator: 1, denominator: 1)

  /// - Precondition: Both are positive.
  public init(numerator: Int, denominator: Int) {
    precondition(numerator > 0 && denominator > 0, "a frame rate is a fraction of positive integers")
    self.numerator = numerator
    self.denominator = denominator
  }
}

/// How the past before the first frame is taken.
public enum Past: String, Hashable, Sendable, CaseIterable {
  /// Silence for ever: every layer starts settled on its response to an input that was always zero, so the
  /// first block has no pop. The convention of `.nam` files.
  case silence
  /// Every layer's own history is zero: what zero padding in each layer gives in PyTorch. The first frames
  /// hold the step from zero to the network's resting level.
  case zeroHistory
}

/// Planar input of one block: one pointer a channel.
public typealias InputChannels = UnsafePointer<UnsafePointer<Float>>
/// Planar output of one block: one pointer a channel. The memory may be the input's.
public typealias OutputChannels = UnsafePointer<UnsafeMutablePointer<Float>>

/// The contract of everything that turns a stream of frames into another, block by block.
///
/// The initialiser of a conforming type may throw and allocate. After it:
/// - Real time: `process` and `reset` never allocate, lock, throw or make a system call. `process` flushes
///   denormal numbers to zero for its own duration.
/// - *The cutting into blocks is inaudible*: the output is identical bit for bit for every sequence of block
///   sizes from 0 to `maximumBlockFrames` (multiples of `grainFrames`, the last one excepted).
/// - `reset` makes the processor as new.
/// - One thread at a time owns a processor. `copy()` gives another one that shares no state.
///
/// The tests run every conforming type through the same laws (`ProcessorLaws` in the test support).
public protocol BlockProcessor: AnyObject {
  /// Channels that `process` reads.
  var inputChannels: Int { get }
  /// Channels that `process` writes.
  var outputChannels: Int { get }
  /// Output frames per input frame.
  var rate: FrameRate { get }
  /// Output frames by which the answer to input frame t is late: it stands at `rate`·t + `latencyFrames`.
  var latencyFrames: Int { get }
  /// Input frames before t on which the output for t can depend; nil when unbounded.
  var historyFrames: Int? { get }
  /// Output frames still owed after the last input frame and the latency: kernel length − 1 for an impulse
  /// response, 0 for a network.
  var tailFrames: Int { get }
  /// Blocks are multiples of so many frames, the last one excepted. 1: any block.
  var grainFrames: Int { get }
  /// The most input frames of one call.
  var maximumBlockFrames: Int { get }
  /// The most output frames of one call.
  var maximumOutputFrames: Int { get }

  /// Consumes `frames` frames from every input channel and writes the output frames that are due.
  ///
  /// - Parameters:
  ///   - input: `inputChannels` pointers to `frames` samples each.
  ///   - output: `outputChannels` pointers with room for `maximumOutputFrames` samples each; they may be the
  ///     input's.
  ///   - frames: 0 … `maximumBlockFrames`.
  /// - Returns: The frames written to every output channel. Their total depends only on how many frames came
  ///   since `reset`.
  func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int

  /// Makes the processor as new.
  func reset()

  /// Another processor with the same settings, as new. Allocates; shares no mutable state.
  func copy() throws -> Self
}

extension BlockProcessor {
  public var rate: FrameRate { .unity }
  public var latencyFrames: Int { 0 }
  public var tailFrames: Int { 0 }
  public var grainFrames: Int { 1 }
  public var maximumOutputFrames: Int { maximumBlockFrames }
}
