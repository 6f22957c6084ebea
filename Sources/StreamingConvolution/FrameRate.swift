/// Output frames per input frame as an exact fraction in lowest terms: 1/1 for networks and impulse responses, 1/s for
/// a stride or hop of s, s/1 for a transposed convolution of stride s.
public struct FrameRate: Hashable, Sendable {
  /// Output frames per `denominator` input frames.
  public let numerator: Int
  /// Input frames per `numerator` output frames.
  public let denominator: Int

  /// One output frame for every input frame.
  public static let unity = FrameRate(numerator: 1, denominator: 1)

  /// Reduces the fraction: 2/4 becomes 1/2.
  /// - Precondition: Both are positive.
  public init(numerator: Int, denominator: Int) {
    precondition(
      numerator > 0 && denominator > 0,
      "a frame rate is a fraction of positive integers, but \(numerator)/\(denominator) was given")
    let divisor = greatestCommonDivisor(numerator, denominator)
    self.numerator = numerator / divisor
    self.denominator = denominator / divisor
  }

  /// The rate of two processors in a row.
  public static func * (first: FrameRate, second: FrameRate) -> FrameRate {
    // Cancelled crosswise first, so that the products stay small.
    let a = FrameRate(numerator: first.numerator, denominator: second.denominator)
    let b = FrameRate(numerator: second.numerator, denominator: first.denominator)
    return FrameRate(numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator)
  }

  /// How many output frames are due once `inputFrames` have come: ⌈rate · inputFrames⌉.
  public func outputFrames(for inputFrames: Int) -> Int {
    (inputFrames * numerator + denominator - 1) / denominator
  }

  /// The fewest input frames for which `outputFrames` are due.
  public func inputFrames(for outputFrames: Int) -> Int {
    outputFrames == 0 ? 0 : (outputFrames - 1) * denominator / numerator + 1
  }

  /// The fewest input frames whose output is a multiple of `multiple` frames, nothing rounded.
  func inputFrames(forWhole multiple: Int) -> Int {
    denominator * multiple / greatestCommonDivisor(numerator, denominator * multiple)
  }
}

extension FrameRate: CustomStringConvertible {
  /// As people write it: `2/3`.
  public var description: String { "\(numerator)/\(denominator)" }
}

/// Euclid's algorithm.
func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  var (a, b) = (a, b)
  while b != 0 { (a, b) = (b, a % b) }
  return a
}
