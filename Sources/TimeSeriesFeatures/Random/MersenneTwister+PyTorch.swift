/// Draws as PyTorch makes them on a CPU (`aten/src/ATen/native/cpu/DistributionTemplates.h`), so that a seed of
/// `torch.manual_seed` gives the same kernels here; its logarithm, sine and cosine, which differ from machine to machine,
/// are computed from sums, products and quotients.
extension MersenneTwister {
  /// Normal numbers as of `torch.randn`: by the transformation of G. Box and M. Muller in blocks of sixteen, eight radii and
  /// eight angles; a rest is part of a block that is drawn anew and written over the last sixteen.
  ///
  /// - Parameter count: At least 16.
  mutating func normals(_ count: Int) -> [Float] {
    precondition(count >= 16, "PyTorch makes fewer than 16 in another way")
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

  /// An integer in 0 ..< `count` as of `torch.randint`: what is left of a word after division.
  mutating func remainder(below count: Int) -> Int { Int(next32() % UInt32(count)) }

  /// A multiple of 2⁻²⁴ in 0 ..< 1.
  private mutating func unit24() -> Double { Double(next32() & 0xFF_FFFF) / 16_777_216 }
}

/// cos(2π u) and sin(2π u) for 0 ≤ u < 1, within 2⁻⁵⁰: the power series on an eighth of a turn to either side of a quarter,
/// which is taken away exactly.
func circle(turn u: Double) -> (cosine: Double, sine: Double) {
  let quarter = (4 * u).rounded()
  let angle = (u - quarter / 4) * 6.283185307179586
  let square = angle * angle
  var (cosine, sine) = (1.0, 1.0)
  // What is left out is below (π/4)^18 / 18! < 2⁻⁵⁸.
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
