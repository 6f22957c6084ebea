/// Scales features before a linear classifier.
public struct FeatureScaler: Sendable, Equatable {
  /// The formula.
  public enum Kind: String, CaseIterable, Sendable {
    /// x / σ, where σ is the standard deviation over the training set (1 for a constant feature).
    case standard
    /// Hydra's: x' = √max(x, 0), then (x' − μ) / (σ + z⁴ + 10⁻⁸) where x' is not 0, and 0 where it is; z is the share
    /// of zeros in the training set.
    case sparse
  }

  /// The formula.
  public let kind: Kind
  /// Subtracted, one per feature; zeros for `.standard`.
  public let offsets: [Float]
  /// Divisors, one per feature.
  public let scales: [Float]

  /// Makes a scaler from its parts.
  /// - Precondition: `offsets` and `scales` have the same length.
  public init(kind: Kind, offsets: [Float], scales: [Float]) {
    precondition(offsets.count == scales.count, "one offset and one scale per feature")
    self.kind = kind
    self.offsets = offsets
    self.scales = scales
  }

  /// Measures a training set, `[series, features]`.
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
        // A deviation within rounding error of the mean counts as 0.
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
  /// - Precondition: The table has as many columns as the training set.
  public func apply(to table: inout FeatureTable) {
    precondition(table.columns == scales.count, "as many features as in the training set")
    for row in 0..<table.rows {
      for column in 0..<table.columns {
        let place = row * table.columns + column
        let x = kind == .sparse ? max(table.values[place], 0).squareRoot() : table.values[place]
        table.values[place] = kind == .sparse && x == 0 ? 0 : (x - offsets[column]) / scales[column]
      }
    }
  }
}
