/// Processors in sequence, as one processor.
///
/// Rates multiply. Latency, history and tail add up, each counted in the chain's own frames. A chain without stages
/// copies its input to its output.
///
/// The grain satisfies all stages together. `[1/2, 2/1]` has a grain of 2: for one frame in, the second stage would
/// give two.
package final class ProcessorChain: BlockProcessor, ChannelSeparable {
  package let inputChannels: Int
  package let outputChannels: Int
  package let maximumBlockFrames: Int
  package var rate: FrameRate { timing.rate }
  package var latencyFrames: Int { timing.latencyFrames }
  package var historyFrames: Int? { timing.historyFrames }
  package var tailFrames: Int { timing.tailFrames }
  package var grainFrames: Int { timing.grainFrames }
  package var cut: StreamCut? { timing.cut }

  private let stages: [any BlockProcessor]
  private let timing: ChainTiming
  /// The longest pieces that each stage is fed; no limit if whatever reaches it fits into one call.
  private let pieceFrames: [Int]
  /// Pointers to the piece that a stage reads and writes.
  private let pieceInput: UnsafeMutablePointer<UnsafePointer<Float>>
  private let pieceOutput: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  /// The signal between two stages; two buffers, used in turn.
  private let between: [PlanarMemory]
  /// Where the last stage writes the end of the stream, which it may round up beyond what is due.
  private let ending: PlanarMemory?
  /// Input frames since `reset`.
  private var framesIn = 0

  /// - Parameters:
  ///   - stages: In signal order.
  ///   - channels: The channels of a chain without stages.
  ///   - maximumBlockFrames: The most frames of one call. Each stage must take a block of this size, or everything that
  ///     reaches it if that is less. A stage that gets more, after a rate above 1, is fed in pieces.
  /// - Precondition: Neighbouring stages agree on channels, the latency is a whole number of output frames, and a block
  ///   has room for the chain's grain.
  package init(_ stages: [any BlockProcessor], channels: Int = 1, maximumBlockFrames: Int) {
    for (index, pair) in zip(stages, stages.dropFirst()).enumerated() {
      precondition(
        pair.0.outputChannels == pair.1.inputChannels,
        "stage \(index + 1) of a chain has \(pair.0.outputChannels) output channels, but the next one expects "
          + "\(pair.1.inputChannels)")
    }
    self.stages = stages
    self.maximumBlockFrames = maximumBlockFrames
    timing = ChainTiming(stages)
    precondition(
      maximumBlockFrames >= timing.grainFrames,
      "the stages of this chain need blocks that are multiples of \(timing.grainFrames) frames, but the longest block "
        + "has \(maximumBlockFrames)")
    inputChannels = stages.first?.inputChannels ?? channels
    outputChannels = stages.last?.outputChannels ?? channels
    // The most frames that can reach each stage in one call, and leave the last.
    var reach = [maximumBlockFrames]
    for (index, stage) in stages.enumerated() {
      let expected = min(reach[index], maximumBlockFrames)
      precondition(
        stage.maximumBlockFrames >= expected,
        "stage \(index + 1) of a chain takes at most \(stage.maximumBlockFrames) frames per call, "
          + "but must take \(expected)"
      )
      reach.append(stage.rate.outputFrames(for: reach[index]))
    }
    pieceFrames = zip(stages, reach).map { stage, frames in
      frames <= stage.maximumBlockFrames ? .max : stage.maximumBlockFrames / stage.grainFrames * stage.grainFrames
    }
    pieceInput = .allocate(capacity: stages.map(\.inputChannels).max() ?? 0)
    let widest = stages.map(\.outputChannels).max() ?? 0
    pieceOutput = .allocate(capacity: widest)
    let longest = reach.dropFirst().dropLast().max() ?? 0
    between = (0..<min(2, max(0, stages.count - 1))).map { _ in PlanarMemory(channels: widest, frames: longest) }
    ending = timing.grainFrames > 1 ? PlanarMemory(channels: outputChannels, frames: reach[stages.count]) : nil
  }

  deinit {
    pieceInput.deallocate()
    pieceOutput.deallocate()
  }

  @discardableResult
  package func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int {
    guard !stages.isEmpty else {
      copy(input, to: output, frames: frames)
      return frames
    }
    let framesBefore = framesIn
    framesIn += frames
    var source = input
    var count = frames
    for index in 0..<stages.count - 1 {
      let target = between[index % 2]
      count = feed(index, source, into: target.channels, frames: count)
      source = target.readableChannels
    }
    guard let ending, frames % grainFrames != 0 else {
      return feed(stages.count - 1, source, into: output, frames: count)
    }
    // The end of the stream. Each stage rounds up, so that more may come out than is due.
    _ = feed(stages.count - 1, source, into: ending.channels, frames: count)
    let due = rate.outputFrames(for: framesIn) - rate.outputFrames(for: framesBefore)
    copy(ending.readableChannels, to: output, frames: due)
    return due
  }

  /// Runs one stage over its input, in blocks of sizes that it accepts.
  @inline(__always)
  private func feed(_ index: Int, _ input: InputChannels, into output: OutputChannels, frames: Int) -> Int {
    let stage = stages[index]
    guard frames > pieceFrames[index] else { return stage.process(input, into: output, frames: frames) }
    var (read, written) = (0, 0)
    while read < frames {
      let count = min(frames - read, pieceFrames[index])
      for channel in 0..<stage.inputChannels { (pieceInput + channel).initialize(to: input[channel] + read) }
      for channel in 0..<stage.outputChannels { (pieceOutput + channel).initialize(to: output[channel] + written) }
      written += stage.process(InputChannels(pieceInput), into: OutputChannels(pieceOutput), frames: count)
      read += count
    }
    return written
  }

  private func copy(_ input: InputChannels, to output: OutputChannels, frames: Int) {
    for channel in 0..<outputChannels where UnsafePointer(output[channel]) != input[channel] {
      output[channel].update(from: input[channel], count: frames)
    }
  }

  package func reset() {
    framesIn = 0
    for index in stages.indices { stages[index].reset() }
  }

  /// A stage needs what the one before it gives from its own pre-roll on.
  package func reset(keepingFrom first: Int) {
    framesIn = 0
    var first = timing.cut == nil ? 0 : first
    for index in stages.indices.reversed() {
      stages[index].reset(keepingFrom: max(0, first))
      first -= stages[index].cut?.preRollFrames ?? 0
    }
  }

  package func copy() throws -> ProcessorChain {
    try ProcessorChain(
      stages.map { try $0.copy() }, channels: inputChannels, maximumBlockFrames: maximumBlockFrames)
  }

  package func separateChannels() throws -> [any BlockProcessor]? {
    var stagesOfChannel = [[any BlockProcessor]](repeating: [], count: inputChannels)
    for stage in stages {
      guard let channels = try stage.channels() else { return nil }
      for (channel, processor) in channels.enumerated() { stagesOfChannel[channel].append(processor) }
    }
    return stagesOfChannel.map { ProcessorChain($0, maximumBlockFrames: maximumBlockFrames) }
  }
}
