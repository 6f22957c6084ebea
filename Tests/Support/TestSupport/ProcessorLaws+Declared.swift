import CConvolutionKernels
import StreamingConvolution

/// The laws about what a processor says of itself, and about the state in which it leaves the machine.
extension ProcessorLaws {
  /// `process` flushes denormals for its own duration only: the control bits are afterwards what they were, whether
  /// flushing was off or on before, in empty blocks as well.
  public static func checkDenormals(_ make: Maker) throws -> [String] {
    let processor = try make()
    let frames = min(200, processor.maximumBlockFrames) / processor.grainFrames * processor.grainFrames
    let noise = Signals.noise(channels: processor.inputChannels, frames: frames, amplitude: 0x1p-120)
    let (source, target) = (
      PlanarBuffer(noise), PlanarBuffer(channels: processor.outputChannels, frames: processor.maximumOutputFrames)
    )
    var failures: [String] = []
    let initial = cck_flush_denormals()
    let flushing = cck_flush_denormals()
    // Not `initial`, which another test on this thread may have spoilt.
    for (name, before) in [("off", flushing & ~flushBits), ("on", flushing)] {
      for size in [0, processor.grainFrames, frames] {
        cck_restore_denormals(before)
        _ = processor.process(source.input, into: target.output, frames: size)
        // Asking for the state sets the flush bits; the loop's next turn, or the end, sets it again.
        let after = cck_flush_denormals()
        if control(after) != control(before) {
          failures.append("flushing was \(name) before a block of \(size) and is not afterwards")
        }
      }
    }
    cck_restore_denormals(initial)
    return failures
  }

  /// The control bits that `cck_flush_denormals` sets.
  #if arch(x86_64)
    private static let flushBits: UInt64 = 0x8040
  #elseif arch(arm64)
    private static let flushBits: UInt64 = 1 << 24
  #else
    private static let flushBits: UInt64 = 0
  #endif

  /// Without the flags of past exceptions, which any arithmetic may set.
  private static func control(_ state: UInt64) -> UInt64 {
    #if arch(x86_64)
      state & ~0x3F
    #else
      state
    #endif
  }

  /// Frames further back than `historyFrames` do not matter: output that follows NaN by more than the history and the
  /// latency has the bits of a clean run, and so has output from before it. Does not check processors without a
  /// finite history.
  public static func checkHistory(_ make: Maker) throws -> [String] {
    let processor = try make()
    guard let history = processor.historyFrames else { return [] }
    // Each phase of a rate looks back a different way.
    return try (0..<min(12, processor.rate.denominator * processor.grainFrames)).flatMap {
      try checkHistory(of: history, spoiltFrame: 100 + $0, make)
    }
  }

  private static func checkHistory(of history: Int, spoiltFrame: Int, _ make: Maker) throws -> [String] {
    let processor = try make()
    // With a grain, output is known for whole grains only.
    let start = processor.rate.outputFrames(for: spoiltFrame / processor.grainFrames * processor.grainFrames)
    let end = processor.rate.outputFrames(for: spoiltFrame + history + 1) + processor.latencyFrames
    let frames = processor.rate.inputFrames(for: end + 200)
    let input = Signals.noise(channels: processor.inputChannels, frames: frames, seed: 11)
    var spoilt = input
    for channel in spoilt.indices { spoilt[channel][spoiltFrame] = .nan }
    let clean = BlockRun.of(processor, on: input, in: .whole).output
    let output = BlockRun.of(try make(), on: spoilt, in: .whole).output
    var failures: [String] = []
    if let place = firstBitDifference(output.map { Array($0.prefix(start)) }, clean.map { Array($0.prefix(start)) }) {
      failures.append("\(place): changed by a frame that came later")
    }
    if let place = firstBitDifference(output.map { Array($0.dropFirst(end)) }, clean.map { Array($0.dropFirst(end)) }) {
      failures.append(
        "channel \(place.channel), frame \(place.frame + end): changed by frame \(spoiltFrame), beyond a history of "
          + "\(history)")
    }
    return failures
  }

  /// An input frame is first heard `latencyFrames` later: not sooner, and not later. For processors that do not look
  /// ahead and answer every frame at once.
  public static func checkLatency(_ make: Maker) throws -> [String] {
    let processor = try make()
    // A frame that an output frame belongs to, whatever the rate.
    let step = processor.rate.denominator * processor.grainFrames
    let frame = (130 + step - 1) / step * step
    let expected = processor.rate.outputFrames(for: frame) + processor.latencyFrames
    let frames = processor.rate.inputFrames(for: expected + 200)
    let input = Signals.noise(channels: processor.inputChannels, frames: frames, seed: 12)
    var changed = input
    for channel in changed.indices { changed[channel][frame] += 0.5 }
    let before = BlockRun.of(processor, on: input, in: .whole).output
    let after = BlockRun.of(try make(), on: changed, in: .whole).output
    let heard = zip(before, after).compactMap { firstBitDifference($0, $1) }.min()
    return heard == expected
      ? [] : ["input frame \(frame) is heard at \(heard.map { "output frame \($0)" } ?? "no time"), not at \(expected)"]
  }
}
