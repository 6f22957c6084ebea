/// How often each class was predicted for series of each class.
package struct ConfusionMatrix: Sendable, Equatable {
  private struct Pair: Hashable {
    let truth, prediction: String
  }

  /// The classes, sorted.
  package let classes: [String]
  /// Only pairs that occur: if all labels differ, such as numbers read as labels, a full square would be huge.
  private let counts: [Pair: Int]

  /// - Precondition: Both have the same count.
  package init(truth: [String], predicted: [String]) {
    precondition(truth.count == predicted.count, "one prediction a label")
    classes = Set(truth).union(predicted).sorted()
    var counts: [Pair: Int] = [:]
    for (truth, prediction) in zip(truth, predicted) {
      counts[Pair(truth: truth, prediction: prediction), default: 0] += 1
    }
    self.counts = counts
  }

  /// How many series of one class were predicted to be of another, or of the same.
  package func count(truth: String, prediction: String) -> Int {
    counts[Pair(truth: truth, prediction: prediction)] ?? 0
  }

  /// Series whose class was predicted correctly.
  package var correct: Int { classes.reduce(0) { $0 + count(truth: $1, prediction: $1) } }
  /// All series.
  package var total: Int { counts.values.reduce(0, +) }
  /// The share of series whose class was predicted correctly.
  package var accuracy: Double { total == 0 ? 0 : Double(correct) / Double(total) }

  /// With more classes than this, `table` lists only the confused pairs.
  package static let maximumTableClasses = 40

  /// Rows are true classes, columns predicted ones. With many classes, only the pairs that were confused, most frequent
  /// first.
  package var table: String {
    guard classes.count <= Self.maximumTableClasses else { return mistakes }
    let head = [""] + classes.map { String($0.prefix(16)) }
    let lines =
      [head]
      + classes.map { truth in
        [String(truth.prefix(16))] + classes.map { "\(count(truth: truth, prediction: $0))" }
      }
    let width = lines.joined().map(\.count).max() ?? 0
    return lines.map { line in
      line.map { String(repeating: " ", count: width - $0.count) + $0 }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  private var mistakes: String {
    let wrong = counts.filter { $0.key.truth != $0.key.prediction }.sorted {
      ($1.value, $0.key.truth, $0.key.prediction) < ($0.value, $1.key.truth, $1.key.prediction)
    }
    let lines = wrong.prefix(20).map {
      "\($0.key.truth.prefix(16)) was taken for \($0.key.prediction.prefix(16)): \($0.value)"
    }
    return (["\(classes.count) classes, \(wrong.count) pairs of them confused"] + lines).joined(
      separator: "\n")
  }
}
