import StreamingConvolution

/// What came out of one run of a processor over a stream, and what was wrong on the way.
public struct BlockRun {
  /// Everything that was written, one array a channel.
  public private(set) var output: [[Float]]
  /// Breaches that show in any single run: memory written outside the buffers, impossible frame counts.
  public private(set) var failures: [String] = []
  private var inputs: [Int: PlanarBuffer] = [:]
  private var sharedOutput: PlanarBuffer?

  private init(channels: Int) { output = Array(repeating: [], count: channels) }

  /// Feeds `input` to `processor` in the blocks of `schedule`, without a `reset` before it.
  ///
  /// Every call gets input memory of exactly the block's size and output memory of exactly
  /// `maximumOutputFrames`, with guards around both.
  /// - Parameter inPlace: Whether output channel c is written to the memory of input channel c.
  public static func of(
    _ processor: any BlockProcessor, on input: [[Float]], in schedule: BlockSchedule, inPlace: Bool = false
  ) -> BlockRun {
    precondition(input.count == processor.inputChannels, "\(input.count) channels for \(processor.inputChannels)")
    var run = BlockRun(channels: processor.outputChannels)
    let sizes = schedule.sizes(
      frames: input.first?.count ?? 0, maximum: processor.maximumBlockFrames, grain: processor.grainFrames)
    var frame = 0
    for size in sizes {
      run.feed(processor, input, from: frame, frames: size, inPlace: inPlace)
      frame += size
    }
    return run
  }

  /// As `of`, for two processors that take turns block by block.
  static func alternating(
    _ first: (any BlockProcessor, [[Float]]), _ second: (any BlockProcessor, [[Float]]), in schedule: BlockSchedule
  ) -> (BlockRun, BlockRun) {
    var runs = [BlockRun(channels: first.0.outputChannels), BlockRun(channels: second.0.outputChannels)]
    var frames = [0, 0]
    let sizes = [first, second].map { processor, input in
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
    if inPlace {
      source = PlanarBuffer(
        channels: max(processor.inputChannels, processor.outputChannels),
        frames: max(frames, processor.maximumOutputFrames))
      target = source
    } else {
      source = inputs[frames] ?? PlanarBuffer(channels: processor.inputChannels, frames: frames)
      inputs[frames] = source
      target =
        sharedOutput
        ?? PlanarBuffer(channels: processor.outputChannels, frames: processor.maximumOutputFrames)
      sharedOutput = target
    }
    source.write(input, from: frame, frames: frames)
    let written = processor.process(source.input, into: target.output, frames: frames)
    let place = "in the block of \(frames) at frame \(frame)"
    if !source.guardsAreIntact { fail("memory outside the input was written \(place)") }
    if !inPlace && !target.guardsAreIntact { fail("memory outside the output was written \(place)") }
    guard (0...processor.maximumOutputFrames).contains(written) else {
      return fail("\(written) frames written \(place), at most \(processor.maximumOutputFrames) are allowed")
    }
    for channel in output.indices {
      output[channel] += target.samples(channel: channel, count: written)
    }
  }

  private mutating func fail(_ description: String) {
    // One breach tends to repeat in every block; the first tells enough.
    if failures.isEmpty { failures.append(description) }
  }
}
