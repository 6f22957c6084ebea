import StreamingConvolution

/// The laws of `BlockProcessor`, for any conforming type.
///
/// Each check makes its processors with `make`, and returns one sentence for every breach; empty means that the
/// law holds. So the laws can themselves be tested, on processors that are broken on purpose.
///
/// ```swift
/// #expect(ProcessorLaws.checkBlockCutting(makeMine) == [])
/// ```
public enum ProcessorLaws {
  /// Makes a new processor; every call with the same settings.
  public typealias Maker = () throws -> any BlockProcessor

  /// All laws but the two that guard real time, which are slower and want optimised code.
  public static func checkAll(_ make: Maker) throws -> [String] {
    try checkBlockCutting(make) + checkResetEqualsNew(make) + checkCopiesAreIndependent(make)
      + checkInPlace(make) + checkCut(make)
  }

  /// The output is the same bit for bit for every schedule, and a grain of frames at a time as a whole.
  ///
  /// - Parameters:
  ///   - input: One array a channel; nil for `defaultInput`.
  ///   - schedules: Compared with whole blocks, and the last with itself in a second run.
  ///   - make: Makes the processor.
  public static func checkBlockCutting(
    input: [[Float]]? = nil, schedules: [BlockSchedule] = BlockSchedule.standard, _ make: Maker
  ) throws -> [String] {
    let first = try make()
    let input = input ?? defaultInput(for: first)
    let expected = BlockRun.of(first, on: input, in: .whole)
    var failures = expected.failures
    for schedule in schedules {
      let run = BlockRun.of(try make(), on: input, in: schedule)
      failures += run.failures.map { "\(schedule): \($0)" }
      failures += differences("\(schedule) against whole blocks", run.output, expected.output)
    }
    return failures
  }

  /// After `reset` a processor answers like a new one, whatever came before: nothing, one frame, many blocks, loud
  /// noise, NaN and infinity.
  public static func checkResetEqualsNew(input: [[Float]]? = nil, _ make: Maker) throws -> [String] {
    let new = try make()
    let input = input ?? defaultInput(for: new)
    let frames = input.first?.count ?? 0
    let expected = BlockRun.of(new, on: input, in: .whole)
    let loud = Signals.noise(channels: input.count, frames: frames, amplitude: 8, seed: 99)
    var spoilt = loud
    for channel in spoilt.indices where frames > 2 {
      spoilt[channel][frames / 2] = .nan
      spoilt[channel][frames - 1] = .infinity
    }
    let pasts: [(String, [[Float]], BlockSchedule)] = [
      ("nothing", loud.map { _ in [] }, .whole),
      ("one frame", loud.map { Array($0.prefix(1)) }, .whole),
      ("101 frames", loud.map { Array($0.prefix(101)) }, .primes),
      ("loud noise", loud, .random(seed: 3)),
      ("NaN and infinity", spoilt, .whole),
    ]
    var failures: [String] = []
    let used = try make()
    let onceUsed = try make()
    for (name, past, schedule, used) in pasts.map({ ($0.0, $0.1, $0.2, used) }) + [
      // By itself: the phase of a decimator must not add up with that of the runs above.
      ("one frame alone", pasts[1].1, .whole, onceUsed)
    ] {
      _ = BlockRun.of(used, on: past, in: schedule)
      used.reset()
      let run = BlockRun.of(used, on: input, in: .whole)
      failures += run.failures.map { "reset after \(name): \($0)" }
      failures += differences("reset after \(name) against new", run.output, expected.output)
      used.reset()
    }
    return failures
  }

  /// A copy is as new, has the same properties, and neither copy nor original feels what the other one does.
  public static func checkCopiesAreIndependent(input: [[Float]]? = nil, _ make: Maker) throws -> [String] {
    let original = try make()
    let input = input ?? defaultInput(for: original)
    let frames = input.first?.count ?? 0
    let other = Signals.noise(channels: input.count, frames: frames, seed: 77)
    let expected = BlockRun.of(try make(), on: input, in: .whole).output
    let expectedOther = BlockRun.of(try make(), on: other, in: .whole).output

    var half = frames / 2 / original.grainFrames * original.grainFrames
    // Not where a decimator would be at its first phase again.
    if original.rate.denominator > 1, half % original.rate.denominator == 0 { half += original.grainFrames }
    let before = BlockRun.of(original, on: input.map { Array($0.prefix(half)) }, in: .whole)
    let copy = try original.copy()
    var failures = propertyDifferences(original, copy)
    if copy === original { failures.append("the copy is the original itself") }
    let (after, ofCopy) = BlockRun.alternating(
      (original, input.map { Array($0.dropFirst(half)) }, half), (copy, other, 0), in: .constant(64))
    failures += before.failures + after.failures + ofCopy.failures
    let ofOriginal = zip(before.output, after.output).map { $0 + $1 }
    failures += differences("the copy against new", ofCopy.output, expectedOther)
    failures += differences("the original beside its copy against alone", ofOriginal, expected)
    copy.reset()
    let again = BlockRun.of(copy, on: input, in: .whole)
    failures += differences("the copy after reset against new", again.output, expected)
    return failures
  }

  /// Output channel c may be written to the memory of input channel c.
  public static func checkInPlace(
    input: [[Float]]? = nil, schedules: [BlockSchedule] = [.whole, .primes, .constant(64)], _ make: Maker
  ) throws -> [String] {
    let first = try make()
    let input = input ?? defaultInput(for: first)
    let expected = BlockRun.of(first, on: input, in: .whole)
    var failures: [String] = []
    for schedule in schedules {
      let run = BlockRun.of(try make(), on: input, in: schedule, inPlace: true)
      failures += run.failures.map { "in place, \(schedule): \($0)" }
      failures += differences("in place, \(schedule), against apart", run.output, expected.output)
    }
    return failures
  }

  /// Noise with silence, a full-scale step and an impulse in it, longer than the processor's history.
  public static func defaultInput(for processor: any BlockProcessor, seed: UInt64 = 1) -> [[Float]] {
    let frames = 3000 + min(processor.historyFrames ?? 0, 20_000)
    var input = Signals.noise(channels: processor.inputChannels, frames: frames, seed: seed)
    for channel in input.indices {
      for frame in 700..<900 { input[channel][frame] = 0 }
      input[channel][800 + channel % 64] = 1
      for frame in 1500..<1600 { input[channel][frame] = channel % 2 == 0 ? 1 : -1 }
    }
    return input
  }

  static func differences(_ name: String, _ actual: [[Float]], _ expected: [[Float]]) -> [String] {
    guard let place = firstBitDifference(actual, expected) else { return [] }
    let counts = (actual.first?.count ?? 0, expected.first?.count ?? 0)
    let values = [actual, expected].map { output in
      output.indices.contains(place.channel) && output[place.channel].indices.contains(place.frame)
        ? "\(output[place.channel][place.frame])" : "nothing"
    }
    return ["\(name): differs at \(place) (\(values[0]), not \(values[1]); \(counts.0) and \(counts.1) frames)"]
  }

  private static func propertyDifferences(_ first: any BlockProcessor, _ second: any BlockProcessor) -> [String] {
    func list(_ p: any BlockProcessor) -> [(String, String)] {
      [
        ("inputChannels", "\(p.inputChannels)"), ("outputChannels", "\(p.outputChannels)"),
        ("rate", "\(p.rate)"), ("latencyFrames", "\(p.latencyFrames)"),
        ("historyFrames", "\(String(describing: p.historyFrames))"), ("tailFrames", "\(p.tailFrames)"),
        ("grainFrames", "\(p.grainFrames)"), ("cut", "\(String(describing: p.cut))"),
        ("maximumBlockFrames", "\(p.maximumBlockFrames)"),
        ("maximumOutputFrames", "\(p.maximumOutputFrames)"),
      ]
    }
    return zip(list(first), list(second)).filter { $0.1 != $1.1 }
      .map { "the copy's \($0.0) is \($1.1), not \($0.1)" }
  }
}
