/// How a long impulse response is divided: the first taps as a direct sum, the rest into levels of equal partitions
/// that are convolved by transforms.
///
/// ```
/// taps:   | directTaps | level 0: partitions of B0 | level 1: partitions of B1 ≥ B0 | …
/// ```
/// A plan is a value. It can be written as text and read again, and two processors with the same plan and response give
/// the same bits.
///
/// For a level with partitions of B frames that starts at tap O, input block [kB, (k+1)B) is complete at frame (k+1)B
/// and first heard in output frame kB + O. Its work is spread over the O − B + latencyFrames frames in between.
public struct PartitionPlan: Hashable, Sendable {
  /// Equal partitions of consecutive taps.
  public struct Level: Hashable, Sendable {
    /// Frames of one partition, a power of two.
    public let partitionFrames: Int
    /// Tap at which the first partition begins.
    public let firstTap: Int
    /// The number of partitions.
    public let partitions: Int

    /// Equal partitions from tap `firstTap` on.
    public init(partitionFrames: Int, firstTap: Int, partitions: Int) {
      self.partitionFrames = partitionFrames
      self.firstTap = firstTap
      self.partitions = partitions
    }

    /// The tap after the last partition.
    public var endTap: Int { firstTap + partitions * partitionFrames }

    /// Output blocks to keep: the one being computed and the earlier ones that are still being read.
    func slots(in plan: PartitionPlan) -> Int {
      let wait = firstTap + plan.latencyFrames
      let heard = (wait + partitionFrames - 1) / partitionFrames
      return wait < partitionFrames ? heard + 1 : heard
    }
  }

  /// Taps 0 ..< directTaps are computed as a direct sum.
  public let directTaps: Int
  /// Shortest partitions first; each begins where the one before ends.
  public let levels: [Level]
  /// Latency in frames.
  public let latencyFrames: Int
  /// Block sizes must be multiples of this many frames.
  public let grainFrames: Int

  /// The allowed partition lengths, in frames.
  public static let partitionFrames = 32...1 << 17

  /// - Throws: `ResponseError.plan` when the levels do not follow one another, a partition is not a power of two within
  ///   `partitionFrames`, a level would be needed before its input is complete, or there is nothing in the plan.
  public init(directTaps: Int, levels: [Level], latencyFrames: Int = 0, grainFrames: Int = 1) throws(ResponseError) {
    guard latencyFrames >= 0, latencyFrames <= ResponseMatrix.maximumFrames else {
      throw .setting("the latency in frames", expected: 0...ResponseMatrix.maximumFrames, actual: latencyFrames)
    }
    guard grainFrames >= 1, grainFrames <= Self.partitionFrames.upperBound else {
      throw .setting("the grain in frames", expected: 1...Self.partitionFrames.upperBound, actual: grainFrames)
    }
    guard directTaps >= 0, directTaps + levels.reduce(0, { $0 + $1.partitions }) > 0 else {
      throw .plan("a plan has direct taps or partitions, but this one has neither")
    }
    // The last partition may extend past the longest response.
    guard directTaps <= ResponseMatrix.maximumFrames else {
      throw .setting("the number of direct taps", expected: 0...ResponseMatrix.maximumFrames, actual: directTaps)
    }
    var tap = directTaps
    for (index, level) in levels.enumerated() {
      guard tap <= ResponseMatrix.maximumFrames else {
        throw .plan("level \(index) begins at tap \(tap), expected at most \(ResponseMatrix.maximumFrames)")
      }
      let frames = level.partitionFrames
      guard Self.partitionFrames.contains(frames), frames & (frames - 1) == 0 else {
        throw .plan(
          "level \(index) has partitions of \(frames) frames, expected a power of two from "
            + "\(Self.partitionFrames.lowerBound) to \(Self.partitionFrames.upperBound)")
      }
      guard level.partitions > 0, level.partitions <= ResponseMatrix.maximumFrames / frames else {
        throw .plan(
          "level \(index) has \(level.partitions) partitions, expected at least one and an addressable length")
      }
      guard level.firstTap == tap else {
        throw .plan("level \(index) begins at tap \(level.firstTap), expected \(tap), where the part before it ends")
      }
      if index > 0, frames < levels[index - 1].partitionFrames {
        throw .plan("level \(index) has shorter partitions than the level before it")
      }
      let isGrain = index == 0 && grainFrames % frames == 0
      guard isGrain || level.firstTap + latencyFrames >= frames else {
        throw .plan(
          "level \(index) is heard from tap \(level.firstTap) with a latency of \(latencyFrames), before its input of "
            + "\(frames) frames is complete")
      }
      tap = level.endTap
    }
    self.directTaps = directTaps
    self.levels = levels
    self.latencyFrames = latencyFrames
    self.grainFrames = grainFrames
  }

  /// The longest response that fits, in taps.
  public var capacityFrames: Int { levels.last?.endTap ?? directTaps }

  /// Whether the first level must answer within the same grain that completes its input.
  var isImmediate: Bool {
    guard let first = levels.first else { return false }
    return first.firstTap + latencyFrames < first.partitionFrames
  }

  /// The plan as one line, which `init(text:)` reads. For example
  /// `grain 1 latency 0 direct 256 partitions 14x128 30x1024 28x16384`.
  public var text: String {
    let parts = levels.map { "\($0.partitions)x\($0.partitionFrames)" }
    return
      (["grain \(grainFrames) latency \(latencyFrames) direct \(directTaps)"] + (parts.isEmpty ? [] : ["partitions"])
      + parts).joined(separator: " ")
  }

  /// Reads a plan written by `text`.
  /// - Throws: `ResponseError.plan` for any other text.
  public init(text: String) throws(ResponseError) {
    let words = text.split(separator: " ")
    func number(_ place: Int, behind name: String) throws(ResponseError) -> Int {
      guard words.count > place, words[place - 1] == name, let value = Int(words[place]) else {
        throw .plan("the plan \"\(text)\" has no number after \"\(name)\" as word \(place)")
      }
      return value
    }
    let (grain, latency, direct) = (
      try number(1, behind: "grain"), try number(3, behind: "latency"), try number(5, behind: "direct")
    )
    guard words.count == 6 || words.count > 7 && words[6] == "partitions" else {
      throw .plan("the plan \"\(text)\" goes on with something else than \"partitions\" and their sizes")
    }
    var levels: [Level] = []
    var tap = direct
    for word in words.dropFirst(7) {
      let parts = word.split(separator: "x", omittingEmptySubsequences: false)
      guard parts.count == 2, let count = Int(parts[0]), let frames = Int(parts[1]), count > 0, frames > 0,
        count <= ResponseMatrix.maximumFrames / frames, tap >= 0, tap <= 2 * ResponseMatrix.maximumFrames
      else {
        throw .plan(
          "\"\(word)\" in the plan \"\(text)\" is not a number of partitions and their frames, such as 14x128")
      }
      let level = Level(partitionFrames: frames, firstTap: tap, partitions: count)
      levels.append(level)
      tap = level.endTap
    }
    try self.init(directTaps: direct, levels: levels, latencyFrames: latency, grainFrames: grain)
  }
}
