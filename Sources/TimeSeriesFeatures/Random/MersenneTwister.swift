/// MT19937 by M. Matsumoto and T. Nishimura (ACM TOMACS 8, 1998), seeded with their `init_genrand`.
///
/// Every fit draws from this generator, in an order that its documentation gives. It uses only integers and exactly
/// rounded operations, so a seed gives the same bits on every processor and system. The order and the derived
/// distributions are those of NumPy's legacy `RandomState`, so a seed of aeon draws the same series, channels and
/// kernels here.
public struct MersenneTwister: RandomNumberGenerator, Sendable {
  private var state: [UInt32]
  private var place = 624
  /// The second number of the last pair of normal numbers.
  private var spareNormal: Double?

  /// Starts a sequence.
  /// - Parameter seed: Equal seeds give equal sequences.
  public init(seed: UInt32) {
    state = [UInt32](repeating: 0, count: 624)
    state[0] = seed
    for index in 1..<624 {
      let last = state[index - 1]
      state[index] = 1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(index)
    }
  }

  /// The next 32 bits.
  public mutating func next32() -> UInt32 {
    if place == 624 { advance() }
    var word = state[place]
    place += 1
    word ^= word >> 11
    word ^= (word << 7) & 0x9D2C_5680
    word ^= (word << 15) & 0xEFC6_0000
    return word ^ (word >> 18)
  }

  /// Two 32-bit words, the first one low.
  public mutating func next() -> UInt64 {
    let low = UInt64(next32())
    return UInt64(next32()) << 32 | low
  }

  private mutating func advance() {
    for index in 0..<624 {
      let joined = state[index] & 0x8000_0000 | state[(index + 1) % 624] & 0x7FFF_FFFF
      state[index] = state[(index + 397) % 624] ^ (joined >> 1) ^ (joined & 1 == 0 ? 0 : 0x9908_B0DF)
    }
    place = 0
  }

  // MARK: - Distributions

  /// A double in 0 ..< 1, a multiple of 2⁻⁵³.
  public mutating func unit() -> Double {
    let high = Double(next32() >> 5)
    return (high * 67_108_864 + Double(next32() >> 6)) / 9_007_199_254_740_992
  }

  /// A double in `low` ..< `high`.
  public mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * unit() }

  /// An integer in 0 ..< `count`: the low bits of a word, redrawn until they are below `count`; draws nothing when
  /// `count` is 1.
  public mutating func index(below count: Int) -> Int {
    precondition((1...Int(UInt32.max)).contains(count), "a count from 1 to 2^32 - 1")
    guard count > 1 else { return 0 }
    let mask = UInt32.max >> UInt32(UInt32(count - 1).leadingZeroBitCount)
    while true {
      let index = Int(next32() & mask)
      if index < count { return index }
    }
  }

  /// The first `size` numbers of 0 ..< `count` after a shuffle.
  public mutating func choice(_ size: Int, of count: Int) -> [Int] {
    var all = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) { all.swapAt(last, index(below: last + 1)) }
    return Array(all[..<size])
  }

  /// A normal number with mean 0 and variance 1, by G. Marsaglia's polar method. Uses `naturalLogarithm`, so the result
  /// depends only on sums, products, quotients and a square root.
  public mutating func normal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    while true {
      let x = 2 * unit() - 1
      let y = 2 * unit() - 1
      let square = x * x + y * y
      guard square < 1, square != 0 else { continue }
      let factor = (-2 * naturalLogarithm(square) / square).squareRoot()
      spareNormal = factor * x
      return factor * y
    }
  }

  /// floor(2^u) for u uniform in 0 ..< log2(`numerator` / `denominator`), found by comparing logarithms of whole
  /// numbers.
  mutating func powerOfTwo(below numerator: Int, over denominator: Int = 1) -> Int {
    let exponent = uniform(0, binaryLogarithm(Double(numerator) / Double(denominator)))
    // The largest n with log2(n) ≤ exponent; at most floor(numerator / denominator).
    var low = 1
    var high = max(1, numerator / denominator) + 1
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if binaryLogarithm(Double(middle)) <= exponent { low = middle } else { high = middle }
    }
    return low
  }
}
