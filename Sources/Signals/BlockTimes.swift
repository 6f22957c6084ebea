#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How long blocks took: a histogram of constant size, for a run of any length.
///
/// Times are counted in classes 1/32 of an octave wide, so that a percentile is at most 3.2 % too high and never too
/// low; the worst is exact.
///
/// - Real time: `record` allocates nothing and makes no system call if reading the clock needs none (Linux's vDSO).
/// - One thread at a time.
public final class BlockTimes {
  /// Blocks counted.
  public private(set) var count: UInt64 = 0
  /// The longest time, in nanoseconds.
  public private(set) var worstNanoseconds: UInt64 = 0

  /// log2 of the number of classes per octave.
  private static let classBits = 5
  private var counts = [UInt64](repeating: 0, count: (64 - classBits + 1) << classBits)

  /// No block yet.
  public init() {}

  /// The monotonic clock in nanoseconds.
  package func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Counts a block that began at `start` and ends now.
  package func record(since start: UInt64) { record(nanoseconds: now() &- start) }

  /// Counts a block.
  public func record(nanoseconds: UInt64) {
    count += 1
    worstNanoseconds = max(worstNanoseconds, nanoseconds)
    counts[Self.classOf(nanoseconds)] += 1
  }

  /// The time within which this share of the blocks finished, in nanoseconds; 0 without blocks.
  ///
  /// - Parameter share: 0.99 for the 99th percentile.
  /// - Complexity: O(classes), about two thousand.
  public func percentile(_ share: Double) -> UInt64 {
    let rank = UInt64((share * Double(count)).rounded(.up))
    var seen: UInt64 = 0
    for index in counts.indices {
      seen += counts[index]
      if seen >= max(rank, 1) { return min(Self.largest(inClass: index), worstNanoseconds) }
    }
    return worstNanoseconds
  }

  /// Below 2^classBits every number has its own class; above, its leading classBits + 1 bits give the class.
  private static func classOf(_ value: UInt64) -> Int {
    let shift = max(0, 63 - classBits - value.leadingZeroBitCount)
    return shift << classBits + Int(value >> UInt64(shift))
  }

  private static func largest(inClass index: Int) -> UInt64 {
    let shift = max(0, index >> classBits - 1)
    let leading = UInt64(index - shift << classBits)
    return ((leading + 1) << UInt64(shift)) &- 1
  }
}
