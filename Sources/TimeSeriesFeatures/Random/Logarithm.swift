/// log2(x) for positive normal x, from sums, products and quotients only. That gives the same bits everywhere, which
/// libm does not promise. Powers of two are exact; the error is below 4 ulp of the result or 1e-16, whichever is
/// larger.
///
/// x = 2^e m with m in [√½, √2); log2(m) = 2/ln 2 · artanh(s), s = (m − 1)/(m + 1), |s| < 0.1716, by its power series.
func binaryLogarithm(_ x: Double) -> Double {
  let (exponent, series) = logarithmParts(x)
  return exponent + series * 2.885390081777926814719849362003784
}

/// ln(x) for positive normal x, computed in the same way.
func naturalLogarithm(_ x: Double) -> Double {
  let (exponent, series) = logarithmParts(x)
  return exponent * 0.6931471805599453094172321214581766 + 2 * series
}

/// e and artanh((m − 1)/(m + 1)).
private func logarithmParts(_ x: Double) -> (exponent: Double, series: Double) {
  precondition(x.isNormal && x > 0, "the logarithm of a positive normal number")
  var exponent = Double(x.exponent)
  var mantissa = x.significand
  if mantissa > 1.4142135623730951 {
    mantissa /= 2
    exponent += 1
  }
  let s = (mantissa - 1) / (mantissa + 1)
  let square = s * s
  var sum = 0.0
  // The first omitted term, s^25/25, is below 2^-66 of s.
  for power in stride(from: 23, through: 3, by: -2) { sum = (sum + 1 / Double(power)) * square }
  return (exponent, s + s * sum)
}
