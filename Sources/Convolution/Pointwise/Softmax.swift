extension Tensor {
  /// e to the power of each element, divided by the sum of these along an axis.
  ///
  /// ```
  /// y[i] = exp(x[i] − m) / Σ_j exp(x[j] − m),  m = max_j x[j]
  /// ```
  /// Subtracting the largest only prevents overflow. If the axis has a NaN or +∞, or only −∞, all of its results are NaN.
  /// - Shapes: any → the same.
  /// - Numerics: exponentials and sum in double precision, summed in order, one rounding to Float32:
  ///   |error| ≤ (1 + 2⁻²⁰) · u · |y| + 2⁻¹⁴⁹ for axes of fewer than 2²⁰ elements. The same bits on every processor.
  /// - Throws: `GeometryError.tooSmall`, `.tooLarge` for an axis that does not exist.
  /// - Complexity: O(elements); memory for 64 places along the axis.
  public func softmax(axis: Int) throws(GeometryError) -> Tensor {
    try checkAxis(axis)
    var output = Tensor(shape)
    guard count > 0 else { return output }
    let length = shape[axis]
    let inner = shape.sizes[(axis + 1)...].reduce(1, *)
    // Elements along the later axes are processed together, so that memory is read in runs.
    let width = min(inner, 64)
    let powers = UnsafeMutablePointer<Double>.allocate(capacity: length * width)
    let sums = UnsafeMutablePointer<Double>.allocate(capacity: width)
    let largest = UnsafeMutablePointer<Float>.allocate(capacity: width)
    defer {
      powers.deallocate()
      sums.deallocate()
      largest.deallocate()
    }
    output.withUnsafeMutableValues { output in
      withUnsafeValues { input in
        for start in stride(from: 0, to: count, by: length * inner) {
          for column in stride(from: 0, to: inner, by: width) {
            let run = min(width, inner - column)
            let x = input.baseAddress! + start + column
            let y = output.baseAddress! + start + column
            largest.initialize(repeating: -.infinity, count: run)
            for row in 0..<length {
              for index in 0..<run { largest[index] = max(largest[index], x[row * inner + index]) }
            }
            sums.initialize(repeating: 0, count: run)
            for row in 0..<length {
              for index in 0..<run {
                let power = exponential(Double(x[row * inner + index]) - Double(largest[index]))
                powers[row * run + index] = power
                sums[index] += power
              }
            }
            for row in 0..<length {
              for index in 0..<run { y[row * inner + index] = Float(powers[row * run + index] / sums[index]) }
            }
          }
        }
      }
    }
    return output
  }
}

/// eˣ for x ≤ 0, and 0 below −110, where no Float32 is left; NaN for NaN.
///
/// x = k · ln 2 + r with |r| ≤ ½ ln 2, then the Taylor series of e^r, whose first omitted term, r¹⁴/14!, is below 2⁻⁵⁷,
/// and k added to the exponent. Not the system's exp, whose last bit depends on the processor.
/// - Numerics: |error| ≤ 2⁻⁵⁰ · eˣ above −110.
@inline(__always)
func exponential(_ x: Double) -> Double {
  // Adding 1.5 · 2⁵² rounds to an integer, which is then in the low bits.
  let rounder = 6755399441055744.0
  let clamped = x < -110 ? -110 : x
  let shifted = clamped * 1.4426950408889634 + rounder
  let k = shifted - rounder
  // ln 2 in two parts; the first has 32 bits fewer than a double, so that its product with k is exact.
  let r = (clamped - k * 0.693147180369123816490) - k * 1.90821492927058770002e-10
  var sum = 1.0 / 6227020800
  sum = sum * r + 1.0 / 479001600
  sum = sum * r + 1.0 / 39916800
  sum = sum * r + 1.0 / 3628800
  sum = sum * r + 1.0 / 362880
  sum = sum * r + 1.0 / 40320
  sum = sum * r + 1.0 / 5040
  sum = sum * r + 1.0 / 720
  sum = sum * r + 1.0 / 120
  sum = sum * r + 1.0 / 24
  sum = sum * r + 1.0 / 6
  sum = sum * r + 0.5
  sum = sum * r + 1
  sum = sum * r + 1
  let power = sum * Double(bitPattern: (shifted.bitPattern &+ 1023) &<< 52)
  return x < -110 ? 0 : power
}
