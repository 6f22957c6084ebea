#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Normalisations for inference, and softmax, by their definitions and in double precision.
///
/// All are `scale · (x − mean) / √(variance + epsilon) + shift`; they differ in the elements of the mean and variance.
/// The variance is the mean square of the deviations (divided by the count, not by one less).
package enum ReferenceNormalisation {
  /// Batch normalisation: mean and variance of every channel are constants from training.
  ///
  /// - Shapes: `[batch, channels, axes…]` → the same; all parameters have one number per channel.
  /// - Parameters:
  ///   - scale: Default 1.
  ///   - shift: Default 0.
  package static func batch(
    _ input: ReferenceGrid, mean: [Float], variance: [Float], scale: [Float]? = nil, shift: [Float]? = nil,
    epsilon: Double
  ) -> ReferenceGrid {
    let channels = input.sizes[1]
    let plane = product(input.planeSizes)
    precondition(mean.count == channels && variance.count == channels, "one number a channel")
    var output = input
    for index in input.values.indices {
      let c = index / plane % channels
      let normal = (input.values[index] - Double(mean[c])) / (Double(variance[c]) + epsilon).squareRoot()
      output.values[index] = Double(scale?[c] ?? 1) * normal + Double(shift?[c] ?? 0)
    }
    return output
  }

  /// Layer normalisation: over the last `axes` axes together.
  ///
  /// - Shapes: any → the same; scale and shift have as many numbers as these axes have elements.
  package static func layer(
    _ input: ReferenceGrid, axes: Int, scale: [Float]? = nil, shift: [Float]? = nil, epsilon: Double
  ) -> ReferenceGrid {
    let count = product(Array(input.sizes.suffix(axes)))
    return normalise(input, runs: count, epsilon: epsilon) { index, normal in
      Double(scale?[index % count] ?? 1) * normal + Double(shift?[index % count] ?? 0)
    }
  }

  /// Group normalisation: over the channels of a group and all axes after them.
  ///
  /// - Shapes: `[batch, channels, axes…]` → the same; scale and shift have one number per channel.
  package static func group(
    _ input: ReferenceGrid, groups: Int, scale: [Float]? = nil, shift: [Float]? = nil, epsilon: Double
  ) -> ReferenceGrid {
    let channels = input.sizes[1]
    precondition(groups >= 1 && channels % groups == 0, "groups divide the channels")
    let plane = product(input.planeSizes)
    return normalise(input, runs: channels / groups * plane, epsilon: epsilon) { index, normal in
      let c = index / plane % channels
      return Double(scale?[c] ?? 1) * normal + Double(shift?[c] ?? 0)
    }
  }

  /// Instance normalisation: every channel separately, over all axes after it.
  ///
  /// - Shapes: `[batch, channels, axes…]` → the same; scale and shift have one number per channel.
  package static func instance(
    _ input: ReferenceGrid, scale: [Float]? = nil, shift: [Float]? = nil, epsilon: Double
  ) -> ReferenceGrid {
    group(input, groups: input.sizes[1], scale: scale, shift: shift, epsilon: epsilon)
  }

  /// e to the power of each element, divided by the sum of these along `axis`.
  ///
  /// - Shapes: any → the same.
  package static func softmax(_ input: ReferenceGrid, axis: Int) -> ReferenceGrid {
    let count = input.sizes[axis]
    let step = product(Array(input.sizes.dropFirst(axis + 1)))
    var output = input
    for first in input.values.indices where first / step % count == 0 {
      let places = (0..<count).map { first + $0 * step }
      // The largest is subtracted first: the quotient is the same, and nothing overflows.
      let largest = places.map { input.values[$0] }.max() ?? 0
      let powers = places.map { exp(input.values[$0] - largest) }
      let sum = powers.reduce(0, +)
      for (place, power) in zip(places, powers) { output.values[place] = power / sum }
    }
    return output
  }

  /// (x − mean) / √(variance + epsilon) in every run of `runs` neighbours, then `affine` of index and result.
  private static func normalise(
    _ input: ReferenceGrid, runs count: Int, epsilon: Double, affine: (_ index: Int, _ normal: Double) -> Double
  ) -> ReferenceGrid {
    var output = input
    for first in stride(from: 0, to: input.values.count, by: max(count, 1)) {
      let run = input.values[first..<first + count]
      let mean = run.reduce(0, +) / Double(count)
      let variance = run.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
      for index in run.indices {
        output.values[index] = affine(index, (run[index] - mean) / (variance + epsilon).squareRoot())
      }
    }
    return output
  }
}
