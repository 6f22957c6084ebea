import Convolution

/// A piece of a level's work, done without interruption.
struct LevelStep {
  enum Kind: UInt8 {
    /// Samples of an input to the rows of its transform; columns.
    case split
    /// One row to its part of the spectrum; a row.
    case forward
    /// Products of spectra for an output; chunks.
    case multiply
    /// A part of the spectrum to its row; a row.
    case backward
    /// Rows to samples of an output; columns.
    case join
  }

  let kind: Kind
  /// Input or output.
  let channel: Int32
  let begin: Int32
  let end: Int32
  /// Floating-point operations.
  let operations: Int

  /// The target size of a piece, in operations, for work that can be split anywhere.
  static let granule = 16_384

  /// Forward transform of one input.
  static func input(_ channel: Int, _ transform: RightAngleTransform) -> [LevelStep] {
    columns(.split, channel, transform)
      + (0..<transform.rowCount).map {
        LevelStep(
          kind: .forward, channel: Int32(channel), begin: Int32($0), end: Int32($0 + 1),
          operations: transform.rowOperations)
      }
  }

  /// Products with `products` partitions and the inverse transform of one output.
  static func output(_ channel: Int, products: Int, _ transform: RightAngleTransform) -> [LevelStep] {
    let chunks = SpectrumChunk.count(of: transform.columns)
    let operations = 8 * SpectrumChunk.floats / 2 * products
    let together = max(1, granule / operations)
    var steps: [LevelStep] = []
    for row in 0..<transform.rowCount {
      for begin in stride(from: row * chunks, to: (row + 1) * chunks, by: together) {
        let end = min(begin + together, (row + 1) * chunks)
        steps.append(
          LevelStep(
            kind: .multiply, channel: Int32(channel), begin: Int32(begin), end: Int32(end),
            operations: (end - begin) * operations))
      }
      steps.append(
        LevelStep(
          kind: .backward, channel: Int32(channel), begin: Int32(row), end: Int32(row + 1),
          operations: transform.rowOperations))
    }
    return steps + columns(.join, channel, transform)
  }

  private static func columns(_ kind: Kind, _ channel: Int, _ transform: RightAngleTransform) -> [LevelStep] {
    let together = max(1, granule / transform.columnOperations / 16) * 16
    return stride(from: 0, to: transform.columns, by: together).map { begin in
      let end = min(begin + together, transform.columns)
      return LevelStep(
        kind: kind, channel: Int32(channel), begin: Int32(begin), end: Int32(end),
        operations: (end - begin) * transform.columnOperations)
    }
  }
}
