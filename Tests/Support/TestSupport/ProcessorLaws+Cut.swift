import StreamingConvolution

/// The law of `StreamCut`: parts of a stream have the bits of the whole.
extension ProcessorLaws {
  /// A part that is started where the processor says, whose pre-roll is not kept, has the bits of the whole stream, wherever it begins
  /// and however long it is. Frames before its pre-roll do not matter, not even NaN. Does not check processors that
  /// cannot be cut.
  public static func checkCut(_ make: Maker) throws -> [String] {
    let processor = try make()
    guard let cut = processor.cut else { return [] }
    var failures: [String] = []
    if cut.alignmentFrames % processor.grainFrames != 0 {
      failures.append("an alignment of \(cut.alignmentFrames) does not fit a grain of \(processor.grainFrames)")
    }
    let step = processor.grainFrames
    let far = cut.preRollFrames + cut.alignmentFrames
    // At the start, where the pre-roll still reaches it, where it just does not, and at other places in a partition.
    let places = [0, step, cut.preRollFrames / 2, cut.preRollFrames, far, far + step, far + 3 * step, 2 * far + 17]
    for first in Set(places.map { $0 / step * step }).sorted() {
      failures += try check(cut, from: first, processor, make)
      if failures.count > 3 { break }
    }
    return failures
  }

  private static func check(
    _ cut: StreamCut, from first: Int, _ processor: any BlockProcessor, _ make: Maker
  ) throws -> [String] {
    let start = cut.start(before: first)
    var input = Signals.noise(
      channels: processor.inputChannels, frames: first + 300 + 2 * cut.alignmentFrames, seed: UInt64(first) + 21)
    for channel in input.indices {
      // Just before the pre-roll, and within the part.
      if start > 0 { input[channel][start - 1] = .nan }
      input[channel][first + 100] = .infinity
    }
    let whole = BlockRun.of(try make(), on: input, in: .whole).output.map { Array($0.dropFirst(first)) }
    processor.reset(keepingFrom: first - start)
    let part = BlockRun.of(processor, on: input.map { Array($0.dropFirst(start)) }, in: .random(seed: 5)).output
      .map { Array($0.dropFirst(first - start)) }
    return differences("the part from frame \(first), started at \(start)", part, whole)
  }
}
