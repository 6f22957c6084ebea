import ReferenceConvolution
import TestSupport

@testable import Convolution

extension Tensor {
  /// Random numbers in −amplitude ..< amplitude.
  init(_ sizes: [Int], random: inout SplitMix64, amplitude: Float = 1, around centre: Float = 0) throws {
    let shape = try Shape(sizes)
    try self.init(shape, values: (0..<shape.count).map { _ in centre + random.nextSample(amplitude: amplitude) })
  }

  /// The same numbers for the reference.
  var grid: ReferenceGrid { ReferenceGrid(shape.sizes, values) }
}

/// The unit roundoff of Float32.
let unit = 0x1p-24

/// Room for terms that first-order bounds leave out, and for subnormal results.
func withSlack(_ bound: Double) -> Double { bound * (1 + 0x1p-10) + 0x1p-148 }

func randoms(_ count: Int, _ random: inout SplitMix64, from low: Float, to high: Float) -> [Float] {
  (0..<count).map { _ in low + (high - low) * random.nextUnit() }
}
