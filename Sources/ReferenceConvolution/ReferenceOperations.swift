/// The operations of a network that are neither convolution nor activation, on planar double-precision signals.
package enum ReferenceOperations {
  /// The sum, sample by sample.
  /// - Precondition: Equal shapes.
  package static func add(_ first: [[Double]], _ second: [[Double]]) -> [[Double]] {
    combine(first, second) { $0 + $1 }
  }

  /// The product, sample by sample.
  /// - Precondition: Equal shapes.
  package static func multiply(_ first: [[Double]], _ second: [[Double]]) -> [[Double]] {
    combine(first, second) { $0 * $1 }
  }

  /// Every sample times `factor`.
  package static func scale(_ input: [[Double]], by factor: Double) -> [[Double]] {
    input.map { $0.map { factor * $0 } }
  }

  /// `scale[c]`·x + `shift[c]` in every channel c.
  package static func affine(_ input: [[Double]], scale: [Float], shift: [Float]) -> [[Double]] {
    precondition(input.count == scale.count && input.count == shift.count, "one number a channel")
    return input.indices.map { c in input[c].map { Double(scale[c]) * $0 + Double(shift[c]) } }
  }

  /// x from `minimum` to `maximum`, and outside straight lines with the two slopes.
  package static func leakyClamp(
    _ input: [[Double]], minimum: Float, maximum: Float, slopeBelow: Float, slopeAbove: Float
  ) -> [[Double]] {
    let (low, high) = (Double(minimum), Double(maximum))
    return input.map { channel in
      channel.map { x in
        if x < low { return slopeBelow == 0 ? low : low + Double(slopeBelow) * (x - low) }
        if x > high { return slopeAbove == 0 ? high : high + Double(slopeAbove) * (x - high) }
        return x
      }
    }
  }

  /// The channels of all inputs, in order.
  package static func concatenate(_ inputs: [[[Double]]]) -> [[Double]] { inputs.flatMap { $0 } }

  /// The channels in `channels`.
  package static func slice(_ input: [[Double]], channels: Range<Int>) -> [[Double]] { Array(input[channels]) }

  private static func combine(
    _ first: [[Double]], _ second: [[Double]], _ operation: (Double, Double) -> Double
  ) -> [[Double]] {
    precondition(first.map(\.count) == second.map(\.count), "shapes: \(first.count) and \(second.count) channels")
    return zip(first, second).map { zip($0, $1).map(operation) }
  }
}
