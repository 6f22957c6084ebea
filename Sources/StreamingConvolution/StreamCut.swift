/// How to start a processor in the middle of a stream, so that it gives the same bits as if it had run from the beginning.
///
/// A part of the stream is computed by a processor that is as new. It is fed the frames before the part first, from
/// `start(before:)` on, and what it writes for those is thrown away:
///
/// ```
/// stream:     0 ────────── start ───────────── first ────────────── end
/// processor:               │ pre-roll, ignored │ the part, to keep  │
/// ```
/// Frames are counted as the processor writes them, latency included. Nothing else depends on a stage's place in time, so
/// parts may be computed in any order, on any number of threads or machines.
public struct StreamCut: Hashable, Sendable {
  /// A processor may start at multiples of this many frames: those where a partition of its transforms begins.
  public let alignmentFrames: Int
  /// Frames that must be fed before the first frame that is kept.
  public let preRollFrames: Int

  /// - Precondition: The alignment is at least 1 and the pre-roll is not negative.
  public init(alignmentFrames: Int = 1, preRollFrames: Int) {
    precondition(
      alignmentFrames > 0 && preRollFrames >= 0,
      "an alignment of at least 1 and a pre-roll of at least 0 frames are expected, not \(alignmentFrames) and "
        + "\(preRollFrames)")
    self.alignmentFrames = alignmentFrames
    self.preRollFrames = preRollFrames
  }

  /// Where to start for a part that begins at frame `first`: the whole pre-roll before it, or at the beginning of the
  /// stream if that is nearer.
  public func start(before first: Int) -> Int {
    max(0, first - preRollFrames) / alignmentFrames * alignmentFrames
  }

  /// The cut of this processor and one that follows it.
  func followed(by next: StreamCut) -> StreamCut {
    StreamCut(
      alignmentFrames: alignmentFrames / greatestCommonDivisor(alignmentFrames, next.alignmentFrames)
        * next.alignmentFrames,
      preRollFrames: preRollFrames + next.preRollFrames)
  }
}
