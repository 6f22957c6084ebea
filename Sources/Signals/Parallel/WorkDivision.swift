import StreamingConvolution

/// How several threads share one signal. It never changes a bit of the output.
///
/// - By chunk, where the processor can be cut: every thread has a copy and computes whole chunks, each after its pre-roll.
/// - By channel, where it cannot and channels are independent: every channel has a processor of its own. The channels of a
///   chunk are computed side by side.
/// - Otherwise one thread computes while others read and write.
package struct WorkDivision {
  /// What a division depends on.
  package struct Settings {
    /// Threads, including the one that calls.
    package var threads: Int
    /// Input frames, as far as they are known.
    package var expectedFrames: Int
    /// Output frames after the input's end.
    package var tailFrames: Int
    /// The most processors that memory allows.
    package var maximumCopies = Int.max
    /// Frames of a chunk. Default: chosen by length, pre-roll and memory.
    package var chunkFrames: Int?

    /// A number of threads for a signal of this length.
    package init(threads: Int, expectedFrames: Int, tailFrames: Int) {
      (self.threads, self.expectedFrames, self.tailFrames) = (threads, expectedFrames, tailFrames)
    }
  }

  let whole: any BlockProcessor
  let processors: [any BlockProcessor]
  let sharing: ChunkBoard.Sharing
  /// Where a chunk's processor starts; by chunk only.
  let cut: StreamCut?
  /// Frames of every chunk but the last.
  let chunkFrames: Int
  /// Threads that can be busy at once.
  let threads: Int
  /// Chunks in memory at once.
  var slots: Int { threads + 1 }

  /// Samples of one chunk with its pre-roll, in bytes. There is one chunk more than threads, so this is at most 36 MB a
  /// thread.
  static let slotBytes = 24 << 20
  /// Signals of fewer frames are left to one thread: they are done before others have started.
  private static let shortFrames = 32_768
  /// Chunks are so much longer than their pre-roll, if memory and the signal's length allow it.
  private static let wantedRatio = 128
  /// Chunks are at least so much longer than their pre-roll if channels could be shared instead.
  private static let goodRatio = 8

  /// - Returns: nil where one thread is as fast.
  /// - Throws: What `copy` of the processor throws.
  package init?(_ crew: ProcessorCrew, _ settings: Settings) throws {
    let whole = crew.whole
    let frames = settings.expectedFrames + whole.latencyFrames + settings.tailFrames
    guard settings.threads > 1, whole.rate == .unity else { return nil }
    if settings.chunkFrames == nil, frames < Self.shortFrames { return nil }
    let copies = min(settings.threads, settings.maximumCopies)
    var chunks = whole.cut.flatMap { Self.chunk(of: whole, $0, frames: frames, copies: copies, settings.chunkFrames) }
    if let chosen = chunks, settings.chunkFrames == nil, chosen.frames < Self.goodRatio * chosen.preRoll,
      try crew.channels().count > 1
    {
      chunks = nil
    }
    if let chunks {
      self.init(
        whole, try crew.equals(count: min(copies, max(1, (frames + chunks.frames - 1) / chunks.frames))),
        sharing: .byChunk, chunkFrames: chunks.frames, threads: settings.threads)
    } else {
      // Two at most are busy with reading and writing.
      let channels = settings.maximumCopies > 1 ? try crew.channels() : [whole]
      self.init(
        whole, channels, sharing: .byChannel, chunkFrames: settings.chunkFrames ?? 8 * whole.maximumBlockFrames,
        threads: settings.threads)
    }
  }

  /// A division into chunks of about `chunkFrames` frames: a multiple of the processor's alignment and grain.
  init(
    _ whole: any BlockProcessor, _ processors: [any BlockProcessor], sharing: ChunkBoard.Sharing, chunkFrames: Int,
    threads: Int
  ) {
    self.whole = whole
    self.processors = processors
    self.sharing = sharing
    cut = sharing == .byChunk ? whole.cut : nil
    let unit = cut?.alignmentFrames ?? whole.grainFrames
    self.chunkFrames = max(1, (chunkFrames + unit - 1) / unit) * unit
    self.threads = min(threads, processors.count + (sharing == .byChunk ? 0 : 2))
  }

  /// The length of a chunk and its pre-roll; nil where a cut gains nothing.
  private static func chunk(
    of whole: any BlockProcessor, _ cut: StreamCut, frames: Int, copies: Int, _ chosen: Int?
  ) -> (frames: Int, preRoll: Int)? {
    guard copies > 1 else { return nil }
    let preRoll = (cut.preRollFrames + cut.alignmentFrames - 1) / cut.alignmentFrames * cut.alignmentFrames
    if let chosen { return (chosen, preRoll) }
    let (inputs, outputs) = (whole.inputChannels, whole.outputChannels)
    let room = (slotBytes / 4 - inputs * preRoll) / (inputs == 1 && outputs == 1 ? 1 : inputs + outputs)
    let most = min(max(wantedRatio * preRoll, 65_536), room)
    guard most >= 2 * preRoll, most >= cut.alignmentFrames else { return nil }
    // As many chunks for every thread, so that all are done at the same time.
    let rounds = (frames + most * copies - 1) / (most * copies)
    let even = (frames + rounds * copies - 1) / (rounds * copies)
    let length = min(max(even, 2 * preRoll, cut.alignmentFrames), most)
    return length < frames ? (length, preRoll) : nil
  }
}
