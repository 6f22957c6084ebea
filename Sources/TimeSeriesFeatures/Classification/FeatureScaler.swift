/// What features go through before a linear classifier.
public struct FeatureScaler: Sendable, Equatable {
  /// How it scales.
  public enum Kind: String, CaseIterable, Sendable {
    /// x / σ, σ the standard deviation of the training set (1 for a constant feature).
    case standard
    /// Hydra's: x' = √max(x, 0), then (x' − μ) / (σ + z⁴ + 10⁻⁸) where x' is not 0, and 0 there; z is the share of zeros in
    /// the training set.
    case sparse
  }

  public let kind: Kind
  /// What is taken away, one a feature; zeros for `.standard`.
  public let offsets: [Float]
  /// What is divided by, one a feature.
  public let scales: [Float]

  /// From parts. - Precondition: as many of both.
  public init(kind: Kind, offsets: [Float], scales: [Float]) {
    precondition(offsets.count == scales.count, "one offset and one scale a feature")
    self.kind = kind
    self.offsets = offsets
    self.scales = scales
  }

  /// Measures a training set.
  /// - Precondition: At least one row.
  public init(_ kind: Kind, fittingTo table: FeatureTable) {
    let rows = Double(table.rows)
    var (sums, squares, zeros) = (
      [Double](repeating: 0, count: table.columns), [Double](repeating: 0, count: table.columns),
      [Double](repeating: 0, count: table.columns)
    )
    func prepared(_ x: Float) -> Double { kind == .sparse ? Double(max(x, 0).squareRoot()) : Double(x) }
    for row in 0..<table.rows {
      for (column, x) in table[row].enumerated() {
        sums[column] += prepared(x)
        if prepared(x) == 0 { zeros[column] += 1 }
      }
    }
    let means = sums.map { $0 / rows }
    for row in 0..<table.rows {
      for (column, x) in table[row].enumerated() {
        let difference = prepared(x) - means[column]
        squares[column] += difference * difference
      }
    }
    self.kind = kind
    switch kind {
    case .standard:
      offsets = [Float](repeating: 0, count: table.columns)
      scales = squares.enumerated().map { column, square in
        let deviation = (square / rows).squareRoot()
        // As little as rounding of the mean leaves is no deviation.
        return deviation <= abs(means[column]) * 1e-12 ? 1 : Float(deviation)
      }
    case .sparse:
      offsets = means.map { Float($0) }
      scales = squares.enumerated().map { column, square in
        let share = zeros[column] / rows
        return Float((square / max(1, rows - 1)).squareRoot() + share * share * share * share + 1e-8)
      }
    }
  }

  /// Scales a table in place.
  public func apply(to table: inout FeatureTable) {
    precondition(table.columns == scales.count, "as many features as were measured")
    for row in 0..<table.rows {
      for column in 0..<table.columns {
        let place = row * table.columns + column
        let x = kind == .sparse ? max(table.values[place], 0).squareRoot() : table.values[place]
        table.values[place] = kind == .sparse && x == 0 ? 0 : (x - offsets[column]) / scales[column]
      }
    }
  }
}
