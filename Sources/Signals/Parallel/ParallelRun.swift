import ByteFiles
import Dispatch
import StreamingConvolution

/// Runs a signal through a processor on several threads. What is written has the same bits as with `SignalRun`, in the
/// same order.
///
/// The signal goes through a few chunks in memory. Every thread does what is due next: it reads a chunk, computes one, or
/// writes one (`ChunkBoard`). So reading and decoding, computing, and encoding and writing overlap.
///
/// - Memory: `WorkDivision.slotBytes` for every thread and one more, whatever the length.
package final class ParallelRun: @unchecked Sendable {
  // Sendable because every part is used by one thread at a time, which has it from the board, and the board's mutex
  // orders what they do. Source, past and the numbers after them belong to the thread that reads; sink and
  // `interleavedOutput` to the one that writes; a processor to the one that computes with it; a slot to the one that
  // reads or writes its chunk, and its channels to those that compute them.
  private let division: WorkDivision
  private let board: Monitor<ChunkBoard>
  private let slots: [Slot]
  private let lanes: [Lane]
  private let cancellation: Cancellation
  /// The longest block of a processor, a multiple of its grain.
  private let blockFrames: Int

  private let source: any FrameSource
  private let counted: any FrameSource
  /// The end of the last chunk's input: the pre-roll of the next.
  private let past: PlanarMemory
  private var framesInPast = 0
  private var interleavedInput: [Float]
  /// Input frames, and all frames with the silence after them.
  private var framesRead = 0
  private var framesGiven = 0
  /// All frames there will be, once the input has ended: input, latency and tail.
  private var totalFrames: Int?
  /// The error that ended the input early.
  private var trouble: (any Error)?
  private let tailFrames: Int

  private let sink: any FrameSink
  private var interleavedOutput: [Float]
  private let outputChannels: Int
  private let latencyFrames: Int

  /// One chunk in memory, channel by channel. Its output replaces its input.
  private final class Slot {
    let rows: PlanarMemory
    /// Frame of the stream where the chunk begins.
    var first = 0
    /// Frames before it in memory.
    var preRoll = 0
    var frames = 0
    /// Frames that the counted source has given when the chunk was read.
    var framesCounted: Int64 = 0

    init(channels: Int, frames: Int) { rows = PlanarMemory(channels: channels, frames: frames) }
  }

  /// A processor, the channels that are its own, and the pointers to its block.
  private final class Lane {
    let processor: any BlockProcessor
    let firstChannel: Int
    private let input: UnsafeMutablePointer<UnsafePointer<Float>>
    private let output: UnsafeMutablePointer<UnsafeMutablePointer<Float>>

    init(_ processor: any BlockProcessor, firstChannel: Int) {
      self.processor = processor
      self.firstChannel = firstChannel
      input = .allocate(capacity: processor.inputChannels)
      output = .allocate(capacity: processor.outputChannels)
    }

    deinit {
      input.deallocate()
      output.deallocate()
    }

    /// Processes frames where they are.
    func process(_ rows: PlanarMemory, from place: Int, frames: Int) {
      for channel in 0..<processor.inputChannels {
        (input + channel).initialize(to: UnsafePointer(rows.channels[firstChannel + channel] + place))
      }
      for channel in 0..<processor.outputChannels {
        (output + channel).initialize(to: rows.channels[firstChannel + channel] + place)
      }
      _ = processor.process(InputChannels(input), into: OutputChannels(output), frames: frames)
    }
  }

  /// - Parameters:
  ///   - division: Processors, as new, and how they share the work.
  ///   - tailFrames: How much of the tail to write.
  ///   - counted: The source whose frames are reported as progress. Default: `source`.
  ///   - cancellation: Asked before every block.
  package init(
    _ division: WorkDivision, from source: any FrameSource, to sink: any FrameSink, tailFrames: Int,
    counting counted: (any FrameSource)? = nil, cancellation: Cancellation = .never
  ) {
    let whole = division.whole
    self.division = division
    self.source = source
    self.sink = sink
    self.counted = counted ?? source
    self.tailFrames = tailFrames
    self.cancellation = cancellation
    outputChannels = whole.outputChannels
    latencyFrames = whole.latencyFrames
    blockFrames = whole.maximumBlockFrames / whole.grainFrames * whole.grainFrames
    let preRoll = division.cut.map { $0.preRollFrames + $0.alignmentFrames - 1 } ?? 0
    board = Monitor(ChunkBoard(sharing: division.sharing, processors: division.processors.count, slots: division.slots))
    slots = (0..<division.slots).map { _ in
      Slot(channels: max(whole.inputChannels, whole.outputChannels), frames: preRoll + division.chunkFrames)
    }
    lanes = division.processors.enumerated().map { index, processor in
      Lane(processor, firstChannel: division.sharing == .byChannel ? index * processor.inputChannels : 0)
    }
    past = PlanarMemory(channels: whole.inputChannels, frames: preRoll)
    interleavedInput = [Float](repeating: 0, count: blockFrames * whole.inputChannels)
    interleavedOutput = [Float](repeating: 0, count: blockFrames * whole.outputChannels)
  }

  /// Processes the whole signal. Returns when all threads are done.
  ///
  /// - Parameter progress: Called on this thread, with the frames that are written so far, as the counted source counts
  ///   them. Always called with all of them at the end.
  /// - Throws: What the sink throws; `CancellationError`; the error that ended the input early, after everything before it
  ///   was written; what `finish` of the source throws.
  package func run(progress: (Int64) -> Void = { _ in }) throws {
    let helpers = DispatchGroup()
    for _ in 1..<max(1, division.threads) {
      // A queue of its own gives each a thread, whatever else the program does.
      DispatchQueue(label: "convaudio.chunks").async(group: helpers) { self.work { _ in } }
    }
    work(progress)
    helpers.wait()
    if let error = board.change({ $0.error }) { throw error }
    if let trouble { throw trouble }
    try source.finish()
  }

  /// Does one task after another until none is left.
  private func work(_ progress: (Int64) -> Void) {
    var reported: Int64 = 0
    while true {
      let task = board.wait { $0.next() }
      do {
        switch task {
        case .read(let chunk): try read(slots[chunk % slots.count])
        case .compute(let chunk, let processor):
          try compute(slots[chunk % slots.count], lanes[processor])
          board.change { $0.didCompute(chunk: chunk, processor: processor) }
        case .write(let chunk):
          let slot = slots[chunk % slots.count]
          try write(slot)
          board.change { $0.didWrite(framesCounted: slot.framesCounted) }
        case .leave: break
        }
      } catch {
        board.change { $0.stop(error) }
      }
      let written = board.wait { $0.framesCounted }
      if written > reported { progress(written) }
      reported = written
      if task == .leave { return }
    }
  }

  // MARK: - Reading

  private func read(_ slot: Slot) throws {
    slot.first = framesGiven
    slot.preRoll = division.cut.map { framesGiven - $0.start(before: framesGiven) } ?? 0
    for channel in 0..<past.channelCount where slot.preRoll > 0 {
      slot.rows.channels[channel].update(
        from: past.channels[channel] + framesInPast - slot.preRoll, count: slot.preRoll)
    }
    slot.frames = 0
    while slot.frames < division.chunkFrames, totalFrames == nil { try readBlock(into: slot) }
    addSilence(to: slot)
    framesGiven += slot.frames
    keepPast(of: slot)
    slot.framesCounted = counted.framesRead
    let (isEmpty, isLast) = (slot.frames == 0, framesGiven == totalFrames)
    board.change { $0.didRead(isEmpty: isEmpty, isLast: isLast) }
  }

  private func readBlock(into slot: Slot) throws {
    try cancellation.check()
    let channels = past.channelCount
    let room = min(blockFrames, division.chunkFrames - slot.frames) * channels
    var frames = 0
    do {
      frames = try interleavedInput.withUnsafeMutableBufferPointer {
        try source.read(into: UnsafeMutableBufferPointer(rebasing: $0[..<room]))
      }
    } catch {
      // What came before it is still processed and written, as with one thread.
      trouble = error
    }
    guard frames > 0 else {
      totalFrames = latencyFrames + framesRead + tailFrames
      return
    }
    interleavedInput.withUnsafeBufferPointer { samples in
      for channel in 0..<channels {
        let row = slot.rows.channels[channel] + slot.preRoll + slot.frames
        for frame in 0..<frames { row[frame] = samples[frame * channels + channel] }
      }
    }
    framesRead += frames
    slot.frames += frames
  }

  /// After the input's end, silence until latency and tail are out.
  private func addSilence(to slot: Slot) {
    guard let totalFrames else { return }
    let frames = min(division.chunkFrames - slot.frames, totalFrames - framesGiven - slot.frames)
    for channel in 0..<past.channelCount {
      (slot.rows.channels[channel] + slot.preRoll + slot.frames).update(repeating: 0, count: frames)
    }
    slot.frames += frames
  }

  private func keepPast(of slot: Slot) {
    let all = slot.preRoll + slot.frames
    framesInPast = min(past.frames, all)
    for channel in 0..<past.channelCount where framesInPast > 0 {
      past.channels[channel].update(from: slot.rows.channels[channel] + all - framesInPast, count: framesInPast)
    }
  }

  // MARK: - Computing and writing

  private func compute(_ slot: Slot, _ lane: Lane) throws {
    if division.sharing == .byChunk { lane.processor.reset() }
    var place = 0
    let end = slot.preRoll + slot.frames
    while place < end {
      try cancellation.check()
      let frames = min(blockFrames, end - place)
      lane.process(slot.rows, from: place, frames: frames)
      place += frames
    }
  }

  /// Writes the chunk's output, without the latency at the beginning of the stream.
  private func write(_ slot: Slot) throws {
    let channels = outputChannels
    var place = min(slot.frames, max(0, latencyFrames - slot.first))
    while place < slot.frames {
      try cancellation.check()
      let frames = min(blockFrames, slot.frames - place)
      interleavedOutput.withUnsafeMutableBufferPointer { samples in
        for channel in 0..<channels {
          let row = slot.rows.channels[channel] + slot.preRoll + place
          for frame in 0..<frames { samples[frame * channels + channel] = row[frame] }
        }
      }
      try interleavedOutput.withUnsafeBufferPointer {
        try sink.write(UnsafeBufferPointer(rebasing: $0[..<(frames * channels)]))
      }
      place += frames
    }
  }
}
