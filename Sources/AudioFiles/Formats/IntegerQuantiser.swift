/// Turns Float32 samples into integers: dither, rounding to nearest even, clamping, counting.
///
/// ```
/// integer = clamp(roundToNearestEven(sample · 2^(bits − 1) + dither))
/// ```
/// - Dither: triangular, 2 LSB from peak to peak: the difference of two uniform numbers of [0, 1), so its mean is 0
///   and its variance 1/6 LSB². With the 1/12 of rounding, the total error has a variance of exactly 1/4 LSB² and
///   does not depend on the signal (Lipshitz, Wannamaker and Vanderkooy, 1992).
/// - Determinism: SplitMix64 (Steele, Lea and Flood, 2014) from a fixed seed, one draw for every sample in the
///   order of the file: the result does not depend on the block size. Draw n needs no draw before it, so several threads
///   may quantise parts of a file.
/// - NaN becomes 0; infinity is clamped. Both are counted as non-finite.
/// - Real time: no allocation.
struct IntegerQuantiser {
  /// Bits of the target, 8 to 32.
  let bits: Int
  /// Whether dither is added.
  let dithers: Bool
  /// Samples beyond full scale, after dither.
  var clippedSamples: Int { facts.clipped }
  /// Samples that were NaN or infinite.
  var nonFiniteSamples: Int { facts.nonFinite }
  private var facts = SampleFacts()
  private let seed: UInt64
  /// Samples so far.
  private var count: UInt64 = 0

  /// - Parameter seed: Seed of the dither. Default: the same for every file.
  init(bits: Int, dithers: Bool, seed: UInt64 = 0x636F_6E76_6175_6469) {
    precondition((8...32).contains(bits), "8 to 32 bits")
    self.bits = bits
    self.dithers = dithers
    self.seed = seed
  }

  /// Converts samples to integers that are left-justified in 32 bits, as libsndfile takes them.
  ///
  /// - Precondition: Both pointers have room for `count` samples.
  mutating func quantise(_ samples: UnsafePointer<Float>, into integers: UnsafeMutablePointer<Int32>, count: Int) {
    facts.add(convert(samples, count: count, after: self.count) { integers[$0] = $1 })
    self.count &+= UInt64(count)
  }

  /// The same in place for samples anywhere in the file: each becomes a float with the bits of its integer. Counts
  /// nothing here, so that it is safe on any thread.
  ///
  /// - Parameter before: Samples of the file before these.
  func quantise(_ samples: UnsafeMutablePointer<Float>, count: Int, after before: UInt64) -> SampleFacts {
    convert(samples, count: count, after: before) { samples[$0] = Float(bitPattern: UInt32(bitPattern: $1)) }
  }

  @inline(__always)
  private func convert(
    _ samples: UnsafePointer<Float>, count: Int, after before: UInt64, store: (Int, Int32) -> Void
  ) -> SampleFacts {
    if dithers {
      let step: UInt64 = 0x9E37_79B9_7F4A_7C15
      return convert(samples, count: count, state: seed &+ before &* step, store: store) { state in
        // Both halves of one draw: each is uniform, and they are independent.
        state &+= step
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Double(Int64(mixed >> 32) &- Int64(mixed & 0xFFFF_FFFF)) * 0x1p-32
      }
    } else {
      return convert(samples, count: count, state: 0, store: store) { _ in 0 }
    }
  }

  @inline(__always)
  private func convert(
    _ samples: UnsafePointer<Float>, count: Int, state: UInt64, store: (Int, Int32) -> Void,
    dither: (inout UInt64) -> Double
  ) -> SampleFacts {
    let scale = Double(Int64(1) << (bits - 1))
    let top = Int64(1) << (bits - 1) - 1
    let bottom = -(Int64(1) << (bits - 1))
    let shift = Int64(32 - bits)
    var state = state
    var clipped = 0
    var nonFinite = 0
    for i in 0..<count {
      let sample = samples[i]
      var value = Double(sample) * scale + dither(&state)
      if !sample.isFinite {
        nonFinite += 1
        if sample.isNaN { value = 0 }
      }
      // Adding 1.5 · 2^52 leaves no bits after the point, so the addition itself rounds to nearest even, and the
      // integer is in the low bits of the sum. `rounded()` would call a function on a baseline x86-64.
      value = value < 0x1p40 ? value : 0x1p40
      value = value > -0x1p40 ? value : -0x1p40
      let integer = Int64(bitPattern: (value + 0x1.8p52).bitPattern) &- Int64(bitPattern: 0x1.8p52.bitPattern)
      let held = integer > top ? top : (integer < bottom ? bottom : integer)
      clipped &+= held == integer ? 0 : 1
      store(i, Int32(truncatingIfNeeded: held &<< shift))
    }
    return SampleFacts(clipped: clipped, nonFinite: nonFinite)
  }
}

/// What was found in samples while they were prepared for writing.
package struct SampleFacts: Equatable, Sendable {
  /// Samples beyond full scale, after dither.
  package var clipped = 0
  /// Samples that were NaN or infinite.
  package var nonFinite = 0
  /// Largest absolute finite sample before it was changed, where it was measured.
  package var peak: Float = 0

  /// Nothing, or these counts.
  package init(clipped: Int = 0, nonFinite: Int = 0) { (self.clipped, self.nonFinite) = (clipped, nonFinite) }

  /// Adds what was found in the samples after these.
  package mutating func add(_ next: SampleFacts) {
    clipped += next.clipped
    nonFinite += next.nonFinite
    peak = max(peak, next.peak)
  }
}
