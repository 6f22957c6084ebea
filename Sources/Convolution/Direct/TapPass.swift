/// A rectangle of outputs that share one list of taps.
///
/// A whole convolution can be one pass. Outputs whose windows hang over the border in the same way can be a separate pass,
/// without the taps that fall into zeros; and each output phase of a transposed convolution is a pass.
struct TapPass {
  /// The kernel positions of the pass, in the order of the sum; each is one tap for each input channel. Numbered over all
  /// axes, the last fastest.
  let positions: [Int]
  /// For each of them, the floats in the grid from the place of an output to what it reads.
  let shifts: [Int]
  /// The place of the first output in the grid.
  let base: Int
  /// The place of the first output in the output, along each axis.
  let start: [Int]
  /// The distance between its outputs in the output, along each axis.
  let step: [Int]
  /// Outputs along each axis.
  let sizes: [Int]

  /// One axis of the loops.
  struct Axis: Equatable {
    let count: Int
    /// Floats between neighbours in the grid.
    let x: Int
    /// Floats between neighbours in the output.
    let y: Int
  }

  /// The axes of more than one output, outermost first. Axes that are contiguous in grid and output are merged into one.
  ///
  /// - Parameters:
  ///   - pitches: Floats between neighbouring places of the grid.
  ///   - outputPitches: Floats between neighbours in the output.
  func axes(pitches: [Int], outputPitches: [Int]) -> [Axis] {
    var axes: [Axis] = []
    for axis in sizes.indices where sizes[axis] > 1 {
      let next = Axis(count: sizes[axis], x: pitches[axis], y: step[axis] * outputPitches[axis])
      if let last = axes.last, last.x == next.count * next.x, last.y == next.count * next.y {
        axes[axes.count - 1] = Axis(count: last.count * next.count, x: next.x, y: next.y)
      } else {
        axes.append(next)
      }
    }
    return axes
  }

  /// The cheapest way to compute it.
  ///
  /// - Parameters:
  ///   - pitches: Floats between neighbouring places of the grid.
  ///   - outputSizes: Sizes after batch and channels.
  ///   - kind: Only of this kind, where it is possible.
  func layout(
    pitches: [Int], outputSizes: [Int], inputs: Int, outputs: Int, kind: RunLayout.Kind? = nil
  ) -> RunLayout {
    .cheapest(
      axes: axes(pitches: pitches, outputPitches: rowMajorPitches(outputSizes)), taps: positions.count * inputs,
      outputs: outputs, kind: kind)
  }

  /// The place of the first output in the output.
  func place(outputPitches: [Int]) -> Int { sizes.indices.reduce(0) { $0 + start[$1] * outputPitches[$1] } }

  /// Multiply-adds of the outputs.
  func multiplyAdds(inputs: Int, outputs: Int) -> Int {
    sizes.reduce(positions.count * inputs * outputs, *)
  }
}

/// All sums of one number from each list, the last list fastest.
func sums(_ lists: [[Int]]) -> [Int] {
  lists.reduce([0]) { sums, next in sums.flatMap { sum in next.map { sum + $0 } } }
}

/// Floats between neighbours along each axis of an array without gaps, the last axis innermost.
func rowMajorPitches(_ sizes: [Int]) -> [Int] {
  var pitches = [Int](repeating: 1, count: sizes.count)
  for axis in sizes.indices.dropLast().reversed() { pitches[axis] = pitches[axis + 1] * sizes[axis + 1] }
  return pitches
}
