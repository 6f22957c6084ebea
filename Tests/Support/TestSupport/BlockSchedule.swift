/// A way of cutting a stream into blocks.
public struct BlockSchedule: Sendable, CustomStringConvertible {
  private enum Rule: Sendable {
    case constant(Int)
    case cycle([Int])
    case random(seed: UInt64)
    case whole
  }

  /// What the schedule is called in failure messages.
  public let description: String
  private let rule: Rule

  private init(_ description: String, _ rule: Rule) {
    self.description = description
    self.rule = rule
  }

  /// Blocks of one size.
  public static func constant(_ frames: Int) -> BlockSchedule {
    precondition(frames > 0, "blocks of \(frames) frames never end")
    return BlockSchedule("blocks of \(frames)", .constant(frames))
  }

  /// These sizes over and over. Zeros are kept.
  public static func cycle(_ sizes: [Int]) -> BlockSchedule {
    precondition(sizes.contains { $0 > 0 } && sizes.allSatisfy { $0 >= 0 }, "\(sizes) never ends")
    return BlockSchedule("blocks of \(sizes) in turn", .cycle(sizes))
  }

  /// Sizes from 0 to the maximum, about one in eight of them zero.
  public static func random(seed: UInt64) -> BlockSchedule {
    BlockSchedule("random blocks, seed \(seed)", .random(seed: seed))
  }

  /// As few blocks as the maximum allows.
  public static let whole = BlockSchedule("whole blocks", .whole)
  /// Primes on both sides of the vector widths, with an empty block between them.
  public static let primes = BlockSchedule(
    "prime blocks", .cycle([2, 3, 5, 7, 11, 13, 17, 0, 31, 37, 61, 67, 127, 131, 257, 509, 1021]))

  /// All 1s, all 7s, 64, 1000, whole, primes and two random ones: what every law runs by default.
  public static let standard: [BlockSchedule] = [
    .constant(1), .constant(7), .constant(64), .constant(1000), .whole, .primes, .random(seed: 1),
    .random(seed: 2),
  ]

  /// The sizes, which sum to `frames`.
  ///
  /// - Parameters:
  ///   - frames: The length of the stream.
  ///   - maximum: No block is longer.
  ///   - grain: All sizes but the last are rounded up to multiples of it. Default 1.
  /// - Precondition: `maximum` holds at least one grain.
  public func sizes(frames: Int, maximum: Int, grain: Int = 1) -> [Int] {
    precondition(grain > 0 && maximum >= grain, "a maximum of \(maximum) frames holds no grain of \(grain)")
    let longest = maximum / grain * grain
    var sizes: [Int] = []
    var left = frames
    var turn = 0
    var random = SplitMix64(seed: 0)
    if case .random(let seed) = rule { random = SplitMix64(seed: seed) }
    while left > 0 {
      let wanted: Int
      switch rule {
      case .constant(let size): wanted = size
      case .cycle(let cycle): wanted = cycle[turn % cycle.count]
      case .random: wanted = random.next() % 8 == 0 ? 0 : random.nextInteger(upTo: longest)
      case .whole: wanted = longest
      }
      let size = min(left, longest, (wanted + grain - 1) / grain * grain)
      sizes.append(size)
      left -= size
      turn += 1
    }
    return sizes
  }
}
