import StreamingConvolution

/// The output of one run of a processor over a stream, and what went wrong during it.
public struct BlockRun {
  /// Everything that was written, one array per channel.
  public private(set) var output: [[Float]]
  /// Breaches that show in any single run: memory written outside the buffers, wrong frame counts.
  public private(set) var failures: [String] = []
  private var inputs: [Int: PlanarBuffer] = [:]
  private var outputs: [Int: PlanarBuffer] = [:]
  /// Input frames since the processor's last `reset`.
  private var framesIn: Int

  private init(_ processor: any BlockProcessor, framesBefore: Int) {
    output = Array(repeating: [], count: processor.outputChannels)
    framesIn = framesBefore
  }

  /// Feeds `input` to `processor` in the blocks of `schedule`, without a `reset` before it.
  ///
  /// Every call gets exactly as much input and output memory as the contract promises for its block, with guards around
  /// both.
  /// - Parameters:
  ///   - framesBefore: How many input frames the processor has had since its last `reset`. Default: none.
  ///   - inPlace: Whether output channel c is written to the memory of input channel c.
  public static func of(
    _ processor: any BlockProcessor, on input: [[Float]], in schedule: BlockSchedule, after framesBefore: Int = 0,
    inPlace: Bool = false
  ) -> BlockRun {
    precondition(
      input.count == processor.inputChannels,
      "a processor with \(processor.inputChannels) input channels was given \(input.count)")
    var run = BlockRun(processor, framesBefore: framesBefore)
    let sizes = schedule.sizes(
      frames: input.first?.count ?? 0, maximum: processor.maximumBlockFrames, grain: processor.grainFrames)
    var frame = 0
    for size in sizes {
      run.feed(processor, input, from: frame, frames: size, inPlace: inPlace)
      frame += size
    }
    return run
  }

  /// As `of`, for two processors that take turns block by block; the third value of each is `framesBefore`.
  static func alternating(
    _ first: (any BlockProcessor, [[Float]], Int), _ second: (any BlockProcessor, [[Float]], Int),
    in schedule: BlockSchedule
  ) -> (BlockRun, BlockRun) {
    var runs = [BlockRun(first.0, framesBefore: first.2), BlockRun(second.0, framesBefore: second.2)]
    var frames = [0, 0]
    let sizes = [first, second].map { processor, input, _ in
      schedule.sizes(
        frames: input.first?.count ?? 0, maximum: processor.maximumBlockFrames, grain: processor.grainFrames)
    }
    for turn in 0..<max(sizes[0].count, sizes[1].count) {
      for (index, pair) in [first, second].enumerated() where turn < sizes[index].count {
        let size = sizes[index][turn]
        runs[index].feed(pair.0, pair.1, from: frames[index], frames: size, inPlace: false)
        frames[index] += size
      }
    }
    return (runs[0], runs[1])
  }

  private mutating func feed(
    _ processor: any BlockProcessor, _ input: [[Float]], from frame: Int, frames: Int, inPlace: Bool
  ) {
    let source: PlanarBuffer
    let target: PlanarBuffer
    let room = processor.rate.outputFrames(for: frames)
    if inPlace {
      source = PlanarBuffer(
        channels: max(processor.inputChannels, processor.outputChannels), frames: max(frames, room))
      target = source
    } else {
      source = inputs[frames] ?? PlanarBuffer(channels: processor.inputChannels, frames: frames)
      inputs[frames] = source
      target = outputs[room] ?? PlanarBuffer(channels: processor.outputChannels, frames: room)
      outputs[room] = target
    }
    source.write(input, from: frame, frames: frames)
    let due = processor.rate.outputFrames(for: framesIn + frames) - processor.rate.outputFrames(for: framesIn)
    framesIn += frames
    let written = processor.process(source.input, into: target.output, frames: frames)
    let place = "in the block of \(frames) at frame \(frame)"
    if !source.guardsAreIntact { fail("memory outside the input was written \(place)") }
    if !inPlace && !target.guardsAreIntact { fail("memory outside the output was written \(place)") }
    guard written == due, written <= processor.maximumOutputFrames else {
      return fail(
        "\(written) frames written \(place), expected \(due) and at most \(processor.maximumOutputFrames)")
    }
    for channel in output.indices {
      output[channel] += target.samples(channel: channel, count: written)
    }
  }

  private mutating func fail(_ description: String) {
    // One breach tends to repeat in every block; the first says enough.
    if failures.isEmpty { failures.append(description) }
  }
}
