import CConvolutionKernels
import Convolution
import TestSupport
import Testing

@testable import TimeSeriesFeatures

/// Compares the loops of every instruction set with their definitions in plain C.
@Suite("Feature kernels")
struct FeatureKernelTests {
  private static let plain = withUnsafePointer(to: cck_feature_kernels_plain) { $0.pointee }

  func rows(_ transform: any SeriesTransform, _ series: SeriesSet, _ kernels: cck_feature_kernels) throws
    -> [Float]
  {
    try withUnsafePointer(to: kernels) { kernels in
      let scratch = FeatureScratch(kernels: kernels)
      return try (0..<series.count).flatMap { index in
        var row = [Float](repeating: .nan, count: transform.featureCount)
        try series.withSeries(index) { (view) throws(FeatureError) in
          try row.withUnsafeMutableBufferPointer { (row) throws(FeatureError) in
            try transform.write(view, to: row.baseAddress!, scratch: scratch)
          }
        }
        return row
      }
    }
  }

  @Test(
    "every instruction set equals the plain loops bit for bit", arguments: KernelLevel.available,
    Thoroughness.cases(of: [1, 2, 7, 9, 10, 16, 31, 33, 64, 100, 129, 511, 513, 700], quick: 4))
  func plainTwin(_ level: KernelLevel, _ points: Int) throws {
    for channels in [1, 3] {
      let training = try walks(3, channels: channels, points: 120, seed: 5)
      let series = try walks(2, channels: channels, points: points, seed: UInt32(points))
      let kernels = cck_feature_kernels_of(Int32(level.rawValue))!.pointee
      var transforms: [any SeriesTransform] = [
        try MiniRocket(fittingTo: training, features: 84 * 21),
        try Rocket(fittingTo: training, kernels: 150),
      ]
      if points > 1 {
        transforms.append(try MultiRocket(fittingTo: training, kernels: 84 * 11, compatibility: .aeon))
        transforms.append(try Hydra(fittingTo: training, groups: 6))
      }
      for transform in transforms {
        let fast = try rows(transform, series, kernels)
        let plain = try rows(transform, series, Self.plain)
        #expect(
          firstBitDifference(fast, plain) == nil, "\(type(of: transform)), \(channels) channels, \(points) points")
      }
    }
  }

  @Test("constant series follow the definition: ties go to the first kernel")
  func constant() throws {
    let training = try walks(2, points: 100)
    let series = try SeriesSet(cases: 1, channels: 1, points: 50, values: [Float](repeating: 3, count: 50))
    let transforms: [any SeriesTransform] = [
      try MiniRocket(fittingTo: training, features: 840), try MultiRocket(fittingTo: training, kernels: 84),
      try Rocket(fittingTo: training, kernels: 50), try Hydra(fittingTo: training, groups: 4),
    ]
    for level in KernelLevel.available {
      for transform in transforms {
        let row = try rows(transform, series, cck_feature_kernels_of(Int32(level.rawValue))!.pointee)
        let isFinite = row.allSatisfy { $0.isFinite }
        #expect(isFinite)
        let plain = try rows(transform, series, Self.plain)
        #expect(firstBitDifference(row, plain) == nil)
        guard let hydra = transform as? Hydra else { continue }
        // Differences of a constant are 0: all kernels tie at all 49 points.
        for (index, value) in row.enumerated() where hydra.featureName(index).hasPrefix("hard_dx") {
          #expect(value == (index.isMultiple(of: 8) ? 49 : 0))
        }
      }
    }
  }
}
