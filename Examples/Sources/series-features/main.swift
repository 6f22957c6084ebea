// Fits MiniRocket to series, saves and loads what was fitted, and transforms other series.
import Foundation
import TimeSeriesFeatures

let points = 200
func waves(_ cycles: Float) -> [[Float]] { [(0..<points).map { sin(2 * .pi * cycles * Float($0) / Float(points)) }] }

let training = try SeriesSet((1...20).map { waves(Float($0)) })  // [case][channel][point]
let fitted = try FittedTransform(.minirocket, fittingTo: training, seed: 7)
let file = FileManager.default.temporaryDirectory.appendingPathComponent("waves.safetensors")
try Data(fitted.serialized()).write(to: file)

let transform = try FittedTransform(contentsOf: file.path).transform
let table = try transform.features(of: SeriesSet([waves(2.5), waves(7.25)]), threads: 2)
print("\(table.rows) series of \(table.columns) features; \(transform.featureName(1000)) is \(table[0][1000])")
