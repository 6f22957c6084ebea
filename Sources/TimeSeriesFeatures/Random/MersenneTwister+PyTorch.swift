/// Draws numbers as PyTorch does on a CPU (`aten/src/ATen/native/cpu/DistributionTemplates.h`), so that a seed for
/// `torch.manual_seed` gives the same kernels here. Logarithm, sine and cosine, which differ between machines, are
/// computed from sums, products and quotients.
extension MersenneTwister {
  /// Normal numbers as `torch.randn` draws them: the Box–Muller transform in blocks of sixteen, eight radii and eight
  /// angles. When the count is not a multiple of sixteen, the last sixteen numbers are drawn again and overwritten.
  ///
  /// - Parameter count: At least 16.
  mutating func normals(_ count: Int) -> [Float] {
    precondition(count >= 16, "PyTorch draws fewer than 16 numbers differently")
    var numbers = (0..<count).map { _ in unit24() }
    func transform(from start: Int) {
      for place in start..<(start + 8) {
        // 1 - u is never 0.
        let radius = (-2 * naturalLogarithm(1 - numbers[place])).squareRoot()
        let (cosine, sine) = circle(turn: numbers[place + 8])
        numbers[place] = radius * cosine
        numbers[place + 8] = radius * sine
      }
    }
    for start in stride(from: 0, through: count - 16, by: 16) { transform(from: start) }
    if !count.isMultiple(of: 16) {
      for place in (count - 16)..<count { numbers[place] = unit24() }
      transform(from: count - 16)
    }
    return numbers.map { Float($0) }
  }

  /// An integer in 0 ..< `count` as `torch.randint` draws it: the remainder of a 32-bit word.
  mutating func remainder(below count: Int) -> Int { Int(next32() % UInt32(count)) }

  /// A multiple of 2⁻²⁴ in 0 ..< 1.
  private mutating func unit24() -> Double { Double(next32() & 0xFF_FFFF) / 16_777_216 }
}

/// cos(2π u) and sin(2π u) for 0 ≤ u < 1, within 2⁻⁵⁰. Subtracts the nearest quarter turn, which is exact, and uses the
/// power series on what remains, at most an eighth of a turn.
func circle(turn u: Double) -> (cosine: Double, sine: Double) {
  let quarter = (4 * u).rounded()
  let angle = (u - quarter / 4) * 6.283185307179586
  let square = angle * angle
  var (cosine, sine) = (1.0, 1.0)
  // The omitted terms are below (π/4)^18 / 18! < 2⁻⁵⁸.
  for n in stride(from: 16.0, through: 2, by: -2) {
    cosine = 1 - square / (n * (n - 1)) * cosine
    sine = 1 - square / (n * (n + 1)) * sine
  }
  sine *= angle
  switch Int(quarter) % 4 {
  case 0: return (cosine, sine)
  case 1: return (-sine, cosine)
  case 2: return (-cosine, -sine)
  default: return (sine, -cosine)
  }
}
