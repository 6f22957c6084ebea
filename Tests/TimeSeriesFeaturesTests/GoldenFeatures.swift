import Foundation
import ModelFormats
import TimeSeriesFeatures

/// A case of `Tools/golden/make_feature_golden.py`: parameters fitted by aeon, series, and aeon's features for them.
struct GoldenFeatures {
  let transform: FittedTransform
  let series: SeriesSet
  let features: [Float]
  let columns: Int

  init(_ name: String) throws {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "Golden/\(name).safetensors")
    let file = try TensorFile(contentsOf: url.path)
    transform = try FittedTransform(file)
    let input = file.tensors["input"]!
    series = try SeriesSet(
      cases: input.shape[0], channels: input.shape[1], points: input.shape[2], values: input.values!)
    features = file.tensors["features"]!.values!
    columns = file.tensors["features"]!.shape[1]
  }

  /// The features that the transform computes here.
  func computed(threads: Int = 1) throws -> [Float] {
    try transform.transform.features(of: series, threads: threads).values
  }
}

/// Random walks.
func walks(_ cases: Int, channels: Int = 1, points: Int, seed: UInt32 = 1) throws -> SeriesSet {
  var random = MersenneTwister(seed: seed)
  var values: [Float] = []
  for _ in 0..<(cases * channels) {
    var x = 0.0
    for _ in 0..<points {
      x += random.normal()
      values.append(Float(x))
    }
  }
  return try SeriesSet(cases: cases, channels: channels, points: points, values: values)
}
