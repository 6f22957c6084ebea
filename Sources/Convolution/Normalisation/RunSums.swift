/// Sums over neighbouring elements in double precision.
///
/// The order is part of the result: element i goes to chain i mod 4, in order, and the chains are added as
/// (0 + 1) + (2 + 3). Four, because a single chain waits for each addition before the next.
/// - Numerics: |error| ≤ (count / 4 + 3) · 2⁻⁵³ · Σ|x|.
enum RunSums {
  /// Σ x
  static func sum(_ run: UnsafeBufferPointer<Float>) -> Double {
    var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
    let whole = run.count & ~3
    for index in stride(from: 0, to: whole, by: 4) {
      a += Double(run[index])
      b += Double(run[index + 1])
      c += Double(run[index + 2])
      d += Double(run[index + 3])
    }
    if run.count > whole { a += Double(run[whole]) }
    if run.count > whole + 1 { b += Double(run[whole + 1]) }
    if run.count > whole + 2 { c += Double(run[whole + 2]) }
    return (a + b) + (c + d)
  }

  /// Σ (x − mean)²
  static func squaredDeviations(_ run: UnsafeBufferPointer<Float>, from mean: Double) -> Double {
    func square(_ value: Float) -> Double {
      let deviation = Double(value) - mean
      return deviation * deviation
    }
    var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
    let whole = run.count & ~3
    for index in stride(from: 0, to: whole, by: 4) {
      a += square(run[index])
      b += square(run[index + 1])
      c += square(run[index + 2])
      d += square(run[index + 3])
    }
    if run.count > whole { a += square(run[whole]) }
    if run.count > whole + 1 { b += square(run[whole + 1]) }
    if run.count > whole + 2 { c += square(run[whole + 2]) }
    return (a + b) + (c + d)
  }

  /// The mean, and 1 / √(variance + epsilon), where the variance is the mean square of the deviations (divided by the
  /// count, not by one less). In two passes: the difference of mean square and square of the mean loses all digits
  /// where the mean is large.
  static func standardising(_ run: UnsafeBufferPointer<Float>, epsilon: Double) -> (mean: Double, gain: Double) {
    let mean = sum(run) / Double(run.count)
    let variance = squaredDeviations(run, from: mean) / Double(run.count)
    return (mean, 1 / (variance + epsilon).squareRoot())
  }
}
