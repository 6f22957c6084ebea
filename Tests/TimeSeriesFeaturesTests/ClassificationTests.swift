import Testing

@testable import TimeSeriesFeatures

@Suite("Classification")
struct ClassificationTests {
  @Test(
    "eigenvalues and orthonormal eigenvectors reproduce the matrix", arguments: [1, 2, 3, 10, 57])
  func eigenvalues(_ n: Int) {
    var random = MersenneTwister(seed: UInt32(n))
    var matrix = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0...i {
        // Blocks of zeros, and repeated values on the diagonal.
        let value = n > 20 && (i < 20) != (j < 20) ? 0 : i == j && i % 3 == 0 ? 1 : random.normal()
        matrix[i * n + j] = value
        matrix[j * n + i] = value
      }
    }
    let eigen = SymmetricEigenvalues(matrix, size: n)
    for i in 0..<n {
      for j in 0..<n {
        var (product, inner) = (0.0, 0.0)
        for k in 0..<n {
          product += eigen.values[k] * eigen.vectors[k * n + i] * eigen.vectors[k * n + j]
          inner += eigen.vectors[i * n + k] * eigen.vectors[j * n + k]
        }
        #expect(abs(product - matrix[i * n + j]) <= 1e-12 * Double(n))
        #expect(abs(inner - (i == j ? 1 : 0)) <= 1e-13 * Double(n))
      }
    }
  }

  private func table(rows: Int, columns: Int, seed: UInt32) -> FeatureTable {
    var random = MersenneTwister(seed: seed)
    return FeatureTable(
      rows: rows, columns: columns, values: (0..<(rows * columns)).map { _ in Float(random.normal()) })
  }

  @Test("weights and regularisation equal scikit-learn's RidgeClassifierCV, with more features than rows or fewer")
  func ridge() throws {
    for golden in RidgeGolden.all {
      let x = table(rows: golden.rows, columns: golden.columns, seed: 21)
      let labels = (0..<golden.rows).map { row in
        let score = x[row].prefix(3).reduce(0, +)
        return golden.classes == 2 ? (score > 0 ? "b" : "a") : (score > 1 ? "c" : score > -0.5 ? "b" : "a")
      }
      let ridge = try RidgeClassifier(fittingTo: x, labels: labels)
      #expect(abs(ridge.regularisation - golden.alpha) <= 1e-9 * golden.alpha)
      for (w, truth) in zip(ridge.weights, golden.weights) { #expect(abs(Double(w) - truth) <= 1e-5) }
      for (b, truth) in zip(ridge.intercepts, golden.intercepts) { #expect(abs(Double(b) - truth) <= 1e-5) }
    }
  }

  @Test("a classifier separates separable classes, and its file predicts the same")
  func classifier() throws {
    func set(_ seed: UInt32) throws -> (SeriesSet, [String]) {
      var set = try walks(30, points: 100, seed: seed)
      // The second class has a bump in the middle of the noise.
      for index in stride(from: 0, to: 30, by: 2) {
        for t in 40..<60 { set.values[index * 100 + t] += Float(t.isMultiple(of: 2) ? 6 : -6) }
      }
      return (set, (0..<30).map { $0.isMultiple(of: 2) ? "bump" : "none" })
    }
    let (training, labels) = try set(1)
    let (test, truth) = try set(2)
    for kind in FittedTransform.Kind.allCases {
      let classifier = try SeriesClassifier(kind, fittingTo: training, labels: labels, features: 2000)
      let predicted = try classifier.predict(test)
      let right = zip(predicted, truth).filter { $0 == $1 }.count
      #expect(right >= 28, "\(kind): \(right) of 30")
    }
    #expect(throws: FeatureError.self) {
      _ = try SeriesClassifier(.minirocket, fittingTo: training, labels: [String](repeating: "a", count: 30))
    }
    #expect(throws: FeatureError.self) {
      _ = try SeriesClassifier(.minirocket, fittingTo: training, labels: ["a", "b"])
    }
  }

  @Test("the sparse scaler is Hydra's: zeros stay zero, and rare features are attenuated")
  func sparseScaler() {
    var table = FeatureTable(rows: 4, columns: 2, values: [4, 0, 9, 0, 16, 1, 1, 0])
    let scaler = FeatureScaler(.sparse, fittingTo: table)
    // Square roots 2, 3, 4, 1: mean 2.5, deviation √(5/3). Second column 0, 0, 1, 0: mean 0.25, deviation 0.5, (3/4)⁴.
    #expect(abs(scaler.scales[0] - 1.2909944) < 1e-6 && abs(scaler.scales[1] - (0.5 + 0.31640625)) < 1e-6)
    scaler.apply(to: &table)
    #expect(table.values[1] == 0 && abs(table.values[5] - 0.75 / 0.81640625) < 1e-6)
  }
}

/// Results of scikit-learn 1.9.1 for `numpy.random.RandomState(21).normal(size=(rows, columns))` as float32, with
/// labels by the sum of the first three columns: `RidgeClassifierCV(alphas=numpy.logspace(-3, 3, 10))`.
private struct RidgeGolden {
  let rows, columns, classes: Int
  let alpha: Double
  let weights, intercepts: [Double]

  static let all = [
    RidgeGolden(
      rows: 12, columns: 20, classes: 2, alpha: 0.001,
      weights: [
        0.31358215, 0.08824044, 0.30041835, -0.01671565, 0.18643060, -0.15232956, -0.15267912,
        -0.14900984, 0.21761529, 0.03802815, -0.06256254, 0.03116859, 0.10003297, -0.04709330,
        0.04381058, 0.21616802, 0.05377628, 0.19084029, 0.02216873, 0.22935950,
      ],
      intercepts: [-0.27142752]),
    RidgeGolden(
      rows: 40, columns: 6, classes: 3, alpha: 10.0,
      weights: [
        -0.33360421, -0.38574525, -0.35540736, 0.15052406, -0.11847847, -0.05838266, -0.00763725,
        0.16385936, 0.01728824, -0.14999582, 0.24516640, 0.14511994, 0.34124146, 0.22188588,
        0.33811911, -0.00052824, -0.12668793, -0.08673727,
      ],
      intercepts: [-0.24379141, -0.35885777, -0.39735082]),
    RidgeGolden(
      rows: 15, columns: 18, classes: 3, alpha: 46.41588833612773,
      weights: [
        -0.11166001, -0.10423846, -0.06598897, 0.11451780, -0.02192644, 0.03636150, -0.05007640,
        0.00311182, -0.05299547, -0.02481858, -0.00080319, 0.05529076, -0.03497314, 0.03213357,
        -0.02092122, 0.02855635, -0.07110377, 0.02056758, 0.03194833, 0.07649606, -0.05650102,
        -0.06997938, 0.04249061, -0.03070802, 0.02910271, -0.02887366, 0.00162163, -0.01118844,
        -0.03535094, -0.00664324, -0.03138853, -0.01521959, -0.01747016, -0.05687424, 0.01838804,
        -0.02556087, 0.07971167, 0.02774240, 0.12248999, -0.04453842, -0.02056416, -0.00565348,
        0.02097369, 0.02576184, 0.05137385, 0.03600702, 0.03615413, -0.04864752, 0.06636167,
        -0.01691399, 0.03839139, 0.02831788, 0.05271573, 0.00499330,
      ],
      intercepts: [-0.00050389, -0.54192208, -0.45757403]),
  ]
}
