/// How often each class was taken for each.
public struct ConfusionMatrix: Sendable, Equatable {
  /// The classes, sorted.
  public let classes: [String]
  /// `counts[truth][prediction]`.
  public let counts: [[Int]]

  /// - Precondition: As many of both.
  public init(truth: [String], predicted: [String]) {
    precondition(truth.count == predicted.count, "one prediction a label")
    let classes = Set(truth + predicted).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: zip(classes, 0...))
    var counts = [[Int]](repeating: [Int](repeating: 0, count: classes.count), count: classes.count)
    for (truth, prediction) in zip(truth, predicted) { counts[numbers[truth]!][numbers[prediction]!] += 1 }
    self.classes = classes
    self.counts = counts
  }

  /// Series whose class was found.
  public var correct: Int { classes.indices.reduce(0) { $0 + counts[$1][$1] } }
  /// All series.
  public var total: Int { counts.joined().reduce(0, +) }
  /// The share of series whose class was found.
  public var accuracy: Double { total == 0 ? 0 : Double(correct) / Double(total) }

  /// Rows are what is true, columns what was said.
  public var table: String {
    let head = [""] + classes.map { String($0.prefix(16)) }
    let lines = [head] + classes.indices.map { [String(classes[$0].prefix(16))] + counts[$0].map(String.init) }
    let width = lines.joined().map(\.count).max() ?? 0
    return lines.map { line in
      line.map { String(repeating: " ", count: width - $0.count) + $0 }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}
