import ConvAudioKit
import Foundation
import TestSupport
import Testing

@Suite("Fits to inputs that are larger than memory")
struct FeatureFitTests {
  @Test(
    "keep only the series that are drawn, and equal fits to everything at once",
    arguments: FittedTransform.Kind.allCases)
  func bounded(_ kind: FittedTransform.Kind) throws {
    let path = "\(FileManager.default.temporaryDirectory.path)/fit-\(UUID()).npy"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var values = Signals.noise(frames: 300 * 2 * 40, seed: 3)
    values[77] = .nan
    try NumPyArray(shape: [300, 2, 40], values: values).write(to: path)
    var settings = SeriesInput.Settings()
    settings.missing = .zero
    let input = { try SeriesInput(paths: [path], settings: settings) }
    let whole = try FeatureFit(kind, to: input, features: 700, seed: 4)
    let bounded = try FeatureFit(kind, to: input, features: 700, seed: 4, maximumValues: 1000)
    #expect(whole.transform == bounded.transform)
    // Both go on from the first series.
    let (first, again) = (try whole.input.all(), try bounded.input.all())
    #expect(first.series == again.series && first.series.count == 300)
  }

  @Test("a confusion matrix of labels that are all different is small, and so is its table")
  func confusion() {
    let truth = (0..<100_000).map { "\($0)" }
    let matrix = ConfusionMatrix(
      truth: truth, predicted: [String](repeating: "7", count: truth.count))
    #expect(matrix.correct == 1 && matrix.total == 100_000)
    #expect(
      matrix.table.hasPrefix("100000 classes, 99999 pairs of them confused\n0 was taken for 7: 1\n")
    )
    #expect(matrix.table.split(separator: "\n").count == 21)
  }

  @Test("Pairs that were confused equally often are listed by name")
  func equallyConfused() {
    let classes = (10..<55).map { "\($0)" }
    let truth = classes + ["12", "11", "12", "11", "30"]
    let predicted = classes + ["20", "21", "20", "20", "31"]
    #expect(
      ConfusionMatrix(truth: truth, predicted: predicted).table.split(separator: "\n").dropFirst() == [
        "12 was taken for 20: 2", "11 was taken for 20: 1", "11 was taken for 21: 1", "30 was taken for 31: 1",
      ])
  }
}
