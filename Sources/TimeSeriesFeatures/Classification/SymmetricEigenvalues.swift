/// Eigenvalues and eigenvectors of a symmetric matrix.
///
/// Householder reduction to tridiagonal form, then the QL method with implicit shifts (G. Golub, C. Van Loan, Matrix
/// Computations, 8.3), in double precision. Not LAPACK: a ridge regression needs a single decomposition with one row
/// per training series, which takes seconds for a thousand. That does not justify a dependency, and LAPACK's results
/// would differ from machine to machine.
/// - Complexity: O(size³).
struct SymmetricEigenvalues {
  /// Unsorted.
  private(set) var values: [Double]
  /// Row k: the unit vector of `values[k]`.
  private(set) var vectors: [Double]
  let size: Int

  /// - Parameter matrix: Row by row; only the lower triangle is read.
  init(_ matrix: [Double], size n: Int) {
    precondition(matrix.count == n * n, "a square matrix")
    size = n
    values = [Double](repeating: 0, count: n)
    vectors = matrix
    guard n > 0 else { return }
    var off = [Double](repeating: 0, count: n)
    values.withUnsafeMutableBufferPointer { d in
      vectors.withUnsafeMutableBufferPointer { v in
        off.withUnsafeMutableBufferPointer { e in
          Self.reduce(v.baseAddress!, d.baseAddress!, e.baseAddress!, n)
          Self.diagonalise(v.baseAddress!, d.baseAddress!, e.baseAddress!, n)
        }
      }
    }
  }

  /// A = QᵀTQ: the diagonal of T goes to d, the subdiagonal to e (e[i] lies between i − 1 and i), Q replaces a.
  private static func reduce(
    _ a: UnsafeMutablePointer<Double>, _ d: UnsafeMutablePointer<Double>, _ e: UnsafeMutablePointer<Double>, _ n: Int
  ) {
    var reflections: [(row: Int, vector: [Double], factor: Double)] = []
    var product = [Double](repeating: 0, count: n)
    for row in stride(from: n - 1, to: 0, by: -1) {
      // Row `row` left of the diagonal becomes (0, …, 0, e).
      let x = a + row * n
      var norm = 0.0
      for j in 0..<row { norm += x[j] * x[j] }
      norm = norm.squareRoot()
      guard norm > 0 else {
        e[row] = 0
        continue
      }
      var vector = (0..<row).map { x[$0] }
      let end = vector[row - 1] > 0 ? -norm : norm
      vector[row - 1] -= end
      e[row] = end
      var square = 0.0
      for value in vector { square += value * value }
      guard square > 0 else { continue }
      let factor = 2 / square
      // p = factor · A v over the leading rows, reading only the lower triangle; then A −= v qᵀ + q vᵀ.
      for i in 0..<row { product[i] = 0 }
      for i in 0..<row {
        let line = a + i * n
        var sum = line[i] * vector[i]
        for j in 0..<i {
          sum += line[j] * vector[j]
          product[j] += line[j] * vector[i]
        }
        product[i] += sum
      }
      var inner = 0.0
      for i in 0..<row {
        product[i] *= factor
        inner += product[i] * vector[i]
      }
      let half = factor * inner / 2
      for i in 0..<row { product[i] -= half * vector[i] }
      for i in 0..<row {
        let line = a + i * n
        let (p, v) = (product[i], vector[i])
        for j in 0...i { line[j] -= v * product[j] + p * vector[j] }
      }
      reflections.append((row, vector, factor))
    }
    for i in 0..<n { d[i] = a[i * n + i] }
    e[0] = 0
    // Q = the product of the reflections, as rows.
    for i in 0..<n {
      for j in 0..<n { a[i * n + j] = i == j ? 1 : 0 }
    }
    for (row, vector, factor) in reflections.reversed() {
      for j in 0..<row { product[j] = 0 }
      // Q (I − factor v vᵀ) over the columns of v, for the rows that differ from the identity.
      for i in 0..<row {
        let line = a + i * n
        var sum = 0.0
        for j in 0..<row { sum += line[j] * vector[j] }
        sum *= factor
        for j in 0..<row { line[j] -= sum * vector[j] }
      }
    }
  }

  /// Reduces T to its eigenvalues by rotations, which turn the rows of Q into eigenvectors.
  private static func diagonalise(
    _ q: UnsafeMutablePointer<Double>, _ d: UnsafeMutablePointer<Double>, _ e: UnsafeMutablePointer<Double>, _ n: Int
  ) {
    for i in 1..<max(n, 1) { e[i - 1] = e[i] }
    e[n - 1] = 0
    for low in 0..<n {
      var sweeps = 0
      while true {
        var end = low
        while end < n - 1 {
          let size = abs(d[end]) + abs(d[end + 1])
          if abs(e[end]) <= Double.ulpOfOne * size { break }
          end += 1
        }
        // Two or three sweeps are typical; rounding never needs more than a few.
        guard end > low, sweeps < 64 else { break }
        sweeps += 1
        var g = (d[low + 1] - d[low]) / (2 * e[low])
        var r = (g * g + 1).squareRoot()
        g = d[end] - d[low] + e[low] / (g + (g < 0 ? -r : r))
        var (s, c, p) = (1.0, 1.0, 0.0)
        var isSplit = false
        for i in stride(from: end - 1, through: low, by: -1) {
          let f = s * e[i]
          let b = c * e[i]
          r = (f * f + g * g).squareRoot()
          e[i + 1] = r
          if r == 0 {
            d[i + 1] -= p
            e[end] = 0
            isSplit = true
            break
          }
          s = f / r
          c = g / r
          g = d[i + 1] - p
          r = (d[i] - g) * s + 2 * c * b
          p = s * r
          d[i + 1] = g + p
          g = c * r - b
          let (x, y) = (q + i * n, q + (i + 1) * n)
          for k in 0..<n {
            let t = y[k]
            y[k] = s * x[k] + c * t
            x[k] = c * x[k] - s * t
          }
        }
        if isSplit { continue }
        d[low] -= p
        e[low] = g
        e[end] = 0
      }
    }
  }
}
