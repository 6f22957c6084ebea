/// Ridge regression on ±1 targets, one for each class. The regularisation is chosen by leave-one-out cross-validation.
/// The papers of the ROCKET family use this classifier; it equals scikit-learn's `RidgeClassifierCV`.
///
/// The leave-one-out errors for each α of 10^-3 … 10^3 (ten values, evenly spaced in the exponent) come from one
/// decomposition: with K = Xc Xcᵀ = Q Λ Qᵀ of the centred rows, the residual of row i is `(y − ŷ)_i / (1 − 1/n − Σ_k
/// Q_ik² λ_k / (λ_k + α))`. The α with the smallest mean square wins.
public struct RidgeClassifier: Sendable, Equatable {
  /// The classes, sorted.
  public let classes: [String]
  /// `[class, feature]`; with two classes a single row, whose score is positive for the second class.
  public let weights: [Float]
  /// One per row of weights.
  public let intercepts: [Float]
  /// The chosen α.
  public let regularisation: Double

  /// Number of features.
  public var featureCount: Int { weights.count / intercepts.count }

  /// Makes a classifier from its parts.
  /// - Throws: `FeatureError.invalidParameters` when their sizes do not match.
  public init(classes: [String], weights: [Float], intercepts: [Float], regularisation: Double) throws(FeatureError) {
    let outputs = classes.count == 2 ? 1 : classes.count
    guard classes.count > 1, intercepts.count == outputs, !weights.isEmpty, weights.count.isMultiple(of: outputs) else {
      throw .invalidParameters(
        place: "classifier", expected: "a row of weights and an intercept for each of two or more classes",
        actual: "\(classes.count) classes, \(intercepts.count) intercepts, \(weights.count) weights")
    }
    self.classes = classes
    self.weights = weights
    self.intercepts = intercepts
    self.regularisation = regularisation
  }

  /// The largest size of the smaller side of the training table: the time grows with its third power.
  public static let maximumSize = 8192

  /// Fits rows of scaled features, `[series, features]`.
  ///
  /// - Throws: `FeatureError.labels` for fewer than two classes, or when there is not one label per row; `.outOfRange`
  ///   above `maximumSize`.
  public init(fittingTo table: FeatureTable, labels: [String]) throws(FeatureError) {
    guard labels.count == table.rows else {
      throw .labels(expected: "\(table.rows) labels, one per series", actual: "\(labels.count)")
    }
    let classes = Set(labels).sorted()
    guard classes.count > 1 else {
      throw .labels(expected: "series of at least two classes", actual: classes.first.map { "only '\($0)'" } ?? "none")
    }
    let (n, p) = (table.rows, table.columns)
    guard min(n, p) <= Self.maximumSize else {
      throw .outOfRange(
        what: "the smaller of training series and features", expected: "at most \(Self.maximumSize)", actual: min(n, p))
    }
    // Centred columns.
    var means = [Double](repeating: 0, count: p)
    for row in 0..<n { for (column, x) in table[row].enumerated() { means[column] += Double(x) } }
    for column in 0..<p { means[column] /= Double(n) }
    var x = [Float](repeating: 0, count: n * p)
    for row in 0..<n {
      for column in 0..<p { x[row * p + column] = Float(Double(table.values[row * p + column]) - means[column]) }
    }

    let (q, eigenvalues) = Self.decompose(x, rows: n, columns: p)
    let rank = eigenvalues.count
    let targets = classes.count == 2 ? [classes[1]] : classes
    let y = targets.map { target in labels.map { $0 == target ? 1.0 : -1.0 } }
    let yMeans = y.map { $0.reduce(0, +) / Double(n) }
    // Qᵀ (y − mean), one row per target.
    let projected = zip(y, yMeans).map { y, mean in
      (0..<rank).map { k in (0..<n).reduce(0.0) { $0 + q[k * n + $1] * (y[$1] - mean) } }
    }
    var best = (error: Double.infinity, alpha: 1.0)
    for step in 0..<10 {
      let alpha = Self.regularisations[step]
      var error = 0.0
      var leverage = [Double](repeating: 1 / Double(n), count: n)
      for k in 0..<rank {
        let share = eigenvalues[k] / (eigenvalues[k] + alpha)
        for i in 0..<n { leverage[i] += q[k * n + i] * q[k * n + i] * share }
      }
      for target in targets.indices {
        var fitted = [Double](repeating: yMeans[target], count: n)
        for k in 0..<rank {
          let weight = projected[target][k] * eigenvalues[k] / (eigenvalues[k] + alpha)
          for i in 0..<n { fitted[i] += q[k * n + i] * weight }
        }
        for i in 0..<n {
          let residual = (y[target][i] - fitted[i]) / max(1 - leverage[i], 1e-12)
          error += residual * residual
        }
      }
      if error < best.error { best = (error, alpha) }
    }
    // w = Xcᵀ Q (Λ + α)⁻¹ Qᵀ y
    var weights: [Float] = []
    var intercepts: [Float] = []
    for target in targets.indices {
      var dual = [Double](repeating: 0, count: n)
      for k in 0..<rank {
        let weight = projected[target][k] / (eigenvalues[k] + best.alpha)
        for i in 0..<n { dual[i] += q[k * n + i] * weight }
      }
      var w = [Double](repeating: 0, count: p)
      for row in 0..<n { for column in 0..<p { w[column] += dual[row] * Double(x[row * p + column]) } }
      intercepts.append(Float(yMeans[target] - zip(w, means).reduce(0) { $0 + $1.0 * $1.1 }))
      weights += w.map { Float($0) }
    }
    try self.init(classes: classes, weights: weights, intercepts: intercepts, regularisation: best.alpha)
  }

  /// 10^(-3 + 6 i / 9).
  private static let regularisations = [
    0.001, 0.0046415888336127774, 0.021544346900318832, 0.1, 0.46415888336127775, 2.1544346900318843, 10.0,
    46.41588833612773, 215.44346900318823, 1000.0,
  ]

  /// Left singular vectors, row by row, and the squares of the singular values that are above rounding error.
  private static func decompose(_ x: [Float], rows n: Int, columns p: Int) -> (q: [Double], values: [Double]) {
    let isWide = n <= p
    let size = isWide ? n : p
    var gram = [Double](repeating: 0, count: size * size)
    x.withUnsafeBufferPointer { x in
      gram.withUnsafeMutableBufferPointer { gram in
        if isWide {
          for i in 0..<n {
            for j in 0...i {
              // Four independent sums, so that additions do not wait for each other.
              var sums: (Double, Double, Double, Double) = (0, 0, 0, 0)
              let (a, b) = (x.baseAddress! + i * p, x.baseAddress! + j * p)
              var k = 0
              while k + 4 <= p {
                sums.0 += Double(a[k]) * Double(b[k])
                sums.1 += Double(a[k + 1]) * Double(b[k + 1])
                sums.2 += Double(a[k + 2]) * Double(b[k + 2])
                sums.3 += Double(a[k + 3]) * Double(b[k + 3])
                k += 4
              }
              while k < p {
                sums.0 += Double(a[k]) * Double(b[k])
                k += 1
              }
              gram[i * n + j] = (sums.0 + sums.1) + (sums.2 + sums.3)
            }
          }
        } else {
          for row in 0..<n {
            let a = x.baseAddress! + row * p
            for i in 0..<p {
              let value = Double(a[i])
              for j in 0...i { gram[i * p + j] += value * Double(a[j]) }
            }
          }
        }
      }
    }
    let eigen = SymmetricEigenvalues(gram, size: size)
    let largest = eigen.values.max() ?? 0
    let kept = eigen.values.indices.filter { eigen.values[$0] > largest * Double(max(n, p)) * Double.ulpOfOne }
    var q = [Double](repeating: 0, count: kept.count * n)
    for (k, index) in kept.enumerated() {
      let vector = eigen.vectors[(index * size)..<((index + 1) * size)]
      if isWide {
        for (i, value) in vector.enumerated() { q[k * n + i] = value }
      } else {
        let scale = 1 / eigen.values[index].squareRoot()
        for row in 0..<n {
          var sum = 0.0
          for (column, value) in vector.enumerated() { sum += Double(x[row * p + column]) * value }
          q[k * n + row] = sum * scale
        }
      }
    }
    return (q, kept.map { eigen.values[$0] })
  }

  /// Predicts the class of each row of scaled features.
  /// - Precondition: The table has `featureCount` columns.
  public func predict(_ table: FeatureTable) -> [String] {
    precondition(table.columns == featureCount, "as many features as in the training set")
    return (0..<table.rows).map { row in
      let x = table[row]
      let scores = intercepts.indices.map { output in
        zip(x, weights[(output * table.columns)...]).reduce(Double(intercepts[output])) {
          $0 + Double($1.0) * Double($1.1)
        }
      }
      if classes.count == 2 { return classes[scores[0] > 0 ? 1 : 0] }
      return classes[scores.indices.max { scores[$0] < scores[$1] }!]
    }
  }
}
