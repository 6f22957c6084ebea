/// Convolution with long impulse responses, block by block: a direct sum for the first taps and partitions of growing
/// size, through transforms, for the rest.
///
/// ```swift
/// let hall = try ResponseMatrix.perChannel([left, right])
/// let live = try PartitionedConvolver(hall, maximumBlockFrames: 512)                     // latency 0, any block
/// let inBlocks = try PartitionedConvolver(hall, maximumBlockFrames: 512, grainFrames: 64) // multiples of 64
/// let offline = try PartitionedConvolver(hall, maximumBlockFrames: 8192, latencyFrames: 65536)
/// ```
/// - Streaming: latency as asked for, exactly; history and tail are the longest path − 1 (its delay included).
/// - Channels share transforms: one forward an input channel, one inverse an output channel and level.
/// - Numerics: |error| ≤ (13·log2(N) + P)·u·‖w‖·‖x‖ over the output's window, N the longest transform, P the
///   longest chain of partition sums.
/// - NaN and infinity spoil every output of the transforms that hold them; `historyFrames` plus two of the largest
///   partitions later the output is clean.
public final class PartitionedConvolver: BlockProcessor {
  /// What is convolved with.
  public private(set) var matrix: ResponseMatrix
  /// How it is divided.
  public let plan: PartitionPlan
  public let maximumBlockFrames: Int

  public var inputChannels: Int { matrix.inputChannels }
  public var outputChannels: Int { matrix.outputChannels }
  public var latencyFrames: Int { plan.latencyFrames }
  public var grainFrames: Int { plan.grainFrames }
  public var historyFrames: Int? { matrix.frames - 1 }
  public var tailFrames: Int { matrix.frames - 1 }

  /// - Parameters:
  ///   - matrix: Impulse responses and their routing.
  ///   - maximumBlockFrames: The most frames of one call.
  ///   - plan: How to divide the responses; `PartitionPlanner.plan(…)` makes one for a latency and a grain.
  ///   - maximumMemoryBytes: What `plan.memoryBytes` must not exceed. Default: no limit.
  /// - Throws: `ResponseError`.
  public init(
    _ matrix: ResponseMatrix, plan: PartitionPlan, maximumBlockFrames: Int, maximumMemoryBytes: Int? = nil
  ) throws(ResponseError) {
    fatalError("sketch")
  }

  public func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int { fatalError("sketch") }

  /// Silence for ever before the next frame; the responses stay. An exchange that is under way is completed.
  public func reset() { fatalError("sketch") }

  public func copy() throws -> PartitionedConvolver { fatalError("sketch") }

  /// Makes the spectra of other responses, ready for `exchange`. Allocates; may be called on another thread, because
  /// it reads nothing but what never changes.
  /// - Throws: `ResponseError` when channels differ or the plan is too short.
  public func prepare(_ matrix: ResponseMatrix) throws(ResponseError) -> PreparedResponse { fatalError("sketch") }

  /// Fades from the responses in use to prepared ones, linearly over output frames `frame` ..< `frame + fadeFrames`
  /// (counted from `reset`, before the latency). Neither allocates nor frees; called by the owner between blocks.
  /// - Throws: `ResponseError.exchangeTooSoon` when `frame` is before `earliestExchangeFrame`; `.exchangePending`.
  public func exchange(to replacement: PreparedResponse, atFrame frame: Int, fadeFrames: Int) throws(ResponseError) {
    fatalError("sketch")
  }

  /// The first output frame at which an exchange that is asked for now can begin.
  public var earliestExchangeFrame: Int { fatalError("sketch") }
}

/// Spectra of responses for the plan of one convolver and of its copies.
public final class PreparedResponse {
  init() {}
}
