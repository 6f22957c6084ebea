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
    let (source, target) = (PlanarBuffer(noise), PlanarBuffer(channels: processor.outputChannels, frames: processor.maximumOutputFrames))
    var failures: [String] = []
    let initial = cck_flush_denormals()
    let flushing = cck_flush_denormals()
    for (name, before) in [("off", initial), ("on", flushing)] {
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

  /// Without the flags of past exceptions, which any arithmetic may set.
  private static func control(_ state: UInt64) -> UInt64 {
    #if arch(x86_64)
      state & ~0x3F
    #else
      state
    #endif
  }

  /// What came more than `historyFrames` before does not matter: frames that follow NaN by more than the history and
  /// the latency are the bits of a clean run, and frames before it, too. Nothing is said of processors without a
  /// finite history. For rates of 1 only.
  public static func checkHistory(_ make: Maker) throws -> [String] {
    let processor = try make()
    guard let history = processor.historyFrames, processor.rate == .unity else { return [] }
    let spoiltFrame = 100
    let end = spoiltFrame + history + processor.latencyFrames + 1
    let input = Signals.noise(channels: processor.inputChannels, frames: end + 200, seed: 11)
    var spoilt = input
    for channel in spoilt.indices { spoilt[channel][spoiltFrame] = .nan }
    let clean = BlockRun.of(processor, on: input, in: .whole).output
    let output = BlockRun.of(try make(), on: spoilt, in: .whole).output
    var failures: [String] = []
    if let place = firstBitDifference(output.map { Array($0.prefix(spoiltFrame)) }, clean.map { Array($0.prefix(spoiltFrame)) }) {
      failures.append("\(place): changed by a frame that came later")
    }
    if let place = firstBitDifference(output.map { Array($0.dropFirst(end)) }, clean.map { Array($0.dropFirst(end)) }) {
      failures.append(
        "\(place.frame + end) frames, channel \(place.channel): changed by frame \(spoiltFrame), beyond a history of \(history)")
    }
    return failures
  }

  /// A frame of the input is first heard `latencyFrames` later: not sooner, and not later. For rates of 1, and for
  /// processors that do not look ahead and answer every frame at once.
  public static func checkLatency(_ make: Maker) throws -> [String] {
    let processor = try make()
    let frame = 130
    let input = Signals.noise(channels: processor.inputChannels, frames: frame + processor.latencyFrames + 200, seed: 12)
    var changed = input
    for channel in changed.indices { changed[channel][frame] += 0.5 }
    let before = BlockRun.of(processor, on: input, in: .whole).output
    let after = BlockRun.of(try make(), on: changed, in: .whole).output
    let heard = zip(before, after).compactMap { firstBitDifference($0, $1) }.min()
    let expected = frame + processor.latencyFrames
    return heard == expected ? [] : ["frame \(frame) is heard at \(heard.map { "\($0)" } ?? "no time"), not at \(expected)"]
  }
}
