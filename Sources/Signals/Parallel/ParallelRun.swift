import AudioFiles
import ByteFiles
import Dispatch
import StreamingConvolution

/// Runs a signal through a processor on several threads. What is written has the same bits as with `SignalRun`, in the
/// same order.
///
/// The signal goes through a few chunks in memory. Every thread does what is due next: it reads a chunk, computes one, or
/// writes one (`ChunkBoard`). So reading and decoding, computing, and encoding and writing overlap. The thread that
/// computed a chunk also measures and quantises it, where the sink allows that.
///
/// - Memory: `WorkDivision.slotBytes` for every thread and one more, whatever the length.
package final class ParallelRun: @unchecked Sendable {
  // Sendable because every part is used by one thread at a time, which has it from the board, and the board's mutex
  // orders what they do. Source, past and the numbers after them belong to the thread that reads; the sink to the one
  // that writes, except for its `prepare`, which is made for any thread; a processor to the one that computes with it; a
  // slot to the one that reads or writes its chunk, and its channels to those that compute them.
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
  /// The same, if it can prepare frames on any thread.
  private let preparingSink: (any PreparingSink)?
  private let outputChannels: Int
  private let latencyFrames: Int

  /// One chunk in memory.
  private final class Slot {
    /// The pre-roll and the chunk, channel by channel.
    let input: PlanarMemory
    /// The chunk's output, interleaved; nil where it replaces the input, because both are mono.
    private let separateOutput: PlanarMemory?
    /// Frame of the stream where the chunk begins.
    var first = 0
    /// Frames of pre-roll.
    var preRoll = 0
    /// Frames of the chunk.
    var frames = 0
    /// What was found in the output; nil until the sink has prepared it.
    var found: SampleFacts?
    /// Frames that the counted source had given when the chunk was read.
    var framesCounted: Int64 = 0

    init(inputs: Int, outputs: Int, preRoll: Int, frames: Int) {
      input = PlanarMemory(channels: inputs, frames: preRoll + frames)
      separateOutput = inputs == 1 && outputs == 1 ? nil : PlanarMemory(channels: 1, frames: frames * outputs)
    }

    var replacesInput: Bool { separateOutput == nil }
    /// Where the output of the chunk's first frame is.
    var output: UnsafeMutablePointer<Float> { separateOutput?.channels[0] ?? input.channels[0] + preRoll }
  }

  /// A processor and the channels that are its own.
  private final class Lane {
    let processor: any BlockProcessor
    private let firstChannel: Int
    private let output: PlanarMemory
    private let pointers: UnsafeMutablePointer<UnsafePointer<Float>>

    init(_ processor: any BlockProcessor, firstChannel: Int) {
      self.processor = processor
      self.firstChannel = firstChannel
      output = PlanarMemory(channels: processor.outputChannels, frames: processor.maximumOutputFrames)
      pointers = .allocate(capacity: processor.inputChannels)
    }

    deinit { pointers.deallocate() }

    /// Processes frames from a place in the slot's input. The output of pre-roll is thrown away.
    /// - Parameter outputs: Channels of the whole output.
    func process(_ slot: Slot, from place: Int, frames: Int, outputs: Int) {
      for channel in 0..<processor.inputChannels {
        (pointers + channel).initialize(to: UnsafePointer(slot.input.channels[firstChannel + channel] + place))
      }
      if slot.replacesInput {
        _ = withUnsafePointer(to: slot.input.channels[0] + place) {
          processor.process(InputChannels(pointers), into: $0, frames: frames)
        }
        return
      }
      _ = processor.process(InputChannels(pointers), into: output.channels, frames: frames)
      guard place >= slot.preRoll else { return }
      let target = slot.output + (place - slot.preRoll) * outputs + firstChannel
      for channel in 0..<processor.outputChannels {
        let row = output.channels[channel]
        for frame in 0..<frames { target[frame * outputs + channel] = row[frame] }
      }
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
    preparingSink = sink as? any PreparingSink
    self.counted = counted ?? source
    self.tailFrames = tailFrames
    self.cancellation = cancellation
    outputChannels = whole.outputChannels
    latencyFrames = whole.latencyFrames
    blockFrames = whole.maximumBlockFrames / whole.grainFrames * whole.grainFrames
    let preRoll = division.cut.map { $0.preRollFrames + $0.alignmentFrames - 1 } ?? 0
    board = Monitor(ChunkBoard(sharing: division.sharing, processors: division.processors.count, slots: division.slots))
    slots = (0..<division.slots).map { _ in
      Slot(
        inputs: whole.inputChannels, outputs: whole.outputChannels, preRoll: preRoll, frames: division.chunkFrames)
    }
    lanes = division.processors.enumerated().map { index, processor in
      Lane(processor, firstChannel: division.sharing == .byChannel ? index * processor.inputChannels : 0)
    }
    past = PlanarMemory(channels: whole.inputChannels, frames: preRoll)
    interleavedInput = [Float](repeating: 0, count: blockFrames * whole.inputChannels)
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
      slot.input.channels[channel].update(
        from: past.channels[channel] + framesInPast - slot.preRoll, count: slot.preRoll)
    }
    slot.frames = 0
    slot.found = nil
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
        let row = slot.input.channels[channel] + slot.preRoll + slot.frames
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
      (slot.input.channels[channel] + slot.preRoll + slot.frames).update(repeating: 0, count: frames)
    }
    slot.frames += frames
  }

  private func keepPast(of slot: Slot) {
    let all = slot.preRoll + slot.frames
    framesInPast = min(past.frames, all)
    for channel in 0..<past.channelCount where framesInPast > 0 {
      past.channels[channel].update(from: slot.input.channels[channel] + all - framesInPast, count: framesInPast)
    }
  }

  // MARK: - Computing and writing

  private func compute(_ slot: Slot, _ lane: Lane) throws {
    if division.sharing == .byChunk { lane.processor.reset(keepingFrom: slot.preRoll) }
    var place = 0
    let end = slot.preRoll + slot.frames
    while place < end {
      try cancellation.check()
      let frames = min(blockFrames, (place < slot.preRoll ? slot.preRoll : end) - place)
      lane.process(slot, from: place, frames: frames, outputs: outputChannels)
      place += frames
    }
    // While others are read and written. By channel, the other channels may not be ready.
    if division.sharing == .byChunk { prepare(slot) }
  }

  /// The chunk's output, without the latency at the beginning of the stream.
  private func output(of slot: Slot) -> UnsafeMutableBufferPointer<Float> {
    let unwanted = min(slot.frames, max(0, latencyFrames - slot.first))
    return UnsafeMutableBufferPointer(
      start: slot.output + unwanted * outputChannels, count: (slot.frames - unwanted) * outputChannels)
  }

  private func prepare(_ slot: Slot) {
    slot.found = preparingSink?.prepare(output(of: slot), after: Int64(max(0, slot.first - latencyFrames)))
  }

  private func write(_ slot: Slot) throws {
    if slot.found == nil { prepare(slot) }
    var rest = UnsafeBufferPointer(output(of: slot))[...]
    while !rest.isEmpty {
      try cancellation.check()
      let block = UnsafeBufferPointer(rebasing: rest.prefix(blockFrames * outputChannels))
      if let preparingSink {
        try preparingSink.write(prepared: block, slot.found ?? SampleFacts())
        slot.found = SampleFacts()
      } else {
        try sink.write(block)
      }
      rest = rest.dropFirst(block.count)
    }
  }
}
