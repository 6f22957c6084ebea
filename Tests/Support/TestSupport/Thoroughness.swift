import CTestSupport
import Foundation
import Testing

/// How much a build can be asked for. Unoptimised code is about 20 times slower, and allocates where optimised code
/// does not. Measured, not told: `-Xswiftc -O` leaves `DEBUG` defined.
public enum Thoroughness {
  /// Whether Swift and C are both optimised.
  public static let isOptimised: Bool = isSwiftOptimised && cts_is_optimised() == 1

  /// An optimised build does not evaluate what it asserts.
  static let isSwiftOptimised: Bool = {
    var isOptimised = true
    func isEvaluated() -> Bool {
      isOptimised = false
      return true
    }
    assert(isEvaluated())
    return isOptimised
  }()

  /// Whether tests can prove that nothing was allocated: not where allocations cannot be counted, or unoptimised Swift
  /// allocates by itself.
  public static var canProveAllocationFree: Bool { ProcessorLaws.canCountAllocations && isSwiftOptimised }

  /// How many of many random cases a test should run: `full`, or `quick` in an unoptimised build, where the skipped
  /// cases are counted and printed once, at the end of the run.
  ///
  /// The cases are seeded, so the quick ones are the first of the full ones.
  public static func cases(full: Int, quick: Int) -> Int {
    guard !isOptimised, quick < full else { return full }
    LeftOut.shared.add(full - quick, of: full)
    return quick
  }

  /// A list, or `quick` elements from all over it, as `cases(full:quick:)` says.
  public static func cases<Element>(of full: [Element], quick: Int) -> [Element] {
    let count = cases(full: full.count, quick: quick)
    return (0..<count).map { full[$0 * full.count / count] }
  }

  /// Counts the cases skipped in this run.
  private final class LeftOut: @unchecked Sendable {
    static let shared = LeftOut()
    private let lock = NSLock()
    private var (leftOut, all, tests) = (0, 0, 0)

    private init() { atexit { LeftOut.shared.print() } }

    func add(_ count: Int, of total: Int) {
      lock.withLock { (leftOut, all, tests) = (leftOut + count, all + total, tests + 1) }
    }

    private func print() {
      let words =
        "This build is not optimised: \(leftOut) of \(all) cases were left out, in \(tests) places. "
        + "Tools/setup/test runs them all.\n"
      FileHandle.standardError.write(Data(words.utf8))
    }
  }
}

extension Trait where Self == ConditionTrait {
  /// Leaves out a test that shows that nothing is allocated where it could not show that, and says so.
  public static var countsAllocations: Self {
    .enabled(
      if: Thoroughness.canProveAllocationFree,
      "only an optimised build without sanitizers, on Linux, can show that nothing is allocated: run Tools/setup/test")
  }
}
