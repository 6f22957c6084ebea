/// Sebastiano Vigna's SplitMix64: a small generator whose whole state is its seed, so that a failing test can be
/// repeated from the number that it prints.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// - Parameter seed: Equal seeds give equal sequences, on every platform and in every version of Swift.
  public init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in 0 ..< 1, a multiple of 2⁻²⁴. `Float.random(in:using:)` may change between Swift versions; this
  /// does not.
  public mutating func nextUnit() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// A number in −`amplitude` ..< `amplitude`.
  public mutating func nextSample(amplitude: Float = 1) -> Float { (2 * nextUnit() - 1) * amplitude }

  /// An integer in 0 … `maximum`. The bias of the remainder is below 2⁻⁴⁰ for the sizes that tests use.
  public mutating func nextInteger(upTo maximum: Int) -> Int { Int(next() % UInt64(maximum + 1)) }
}
