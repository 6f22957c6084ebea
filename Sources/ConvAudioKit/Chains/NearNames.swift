/// The name that was probably meant, of those that exist: the one with the fewest letters mistyped; nil when all are too
/// different.
package func nearest(to name: String, among known: [String]) -> String? {
  let name = name.lowercased()
  let scored = known.map { (name: $0, distance: editDistance(name, $0.lowercased())) }
  guard let best = scored.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
  guard name.count > 2 else { return nil }
  // A third of the letters may be wrong; a name may also be cut off.
  if best.distance <= name.count / 3 { return best.name }
  let begun = known.filter { $0.lowercased().hasPrefix(name) }
  return begun.count == 1 ? begun[0] : nil
}

/// Letters to insert, remove, replace or exchange with their neighbour.
private func editDistance(_ first: String, _ second: String) -> Int {
  let (a, b) = (Array(first), Array(second))
  guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
  var rows = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
  for i in 0...a.count { rows[i][0] = i }
  for j in 0...b.count { rows[0][j] = j }
  for i in 1...a.count {
    for j in 1...b.count {
      var best = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { best = min(best, rows[i - 2][j - 2] + 1) }
      rows[i][j] = best
    }
  }
  return rows[a.count][b.count]
}
