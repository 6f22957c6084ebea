/// A rectangle of outputs that share one list of taps.
///
/// A whole convolution is one pass. Outputs whose windows hang over the border in the same way can be a pass of their
/// own, with the taps that fall into zeros left out; and each output phase of a transposed convolution is one.
struct TapPass {
  /// The kernel positions that count, in the order of the sum; one tap of each input channel. Counted over all axes, the
  /// last fastest.
  let positions: [Int]
  /// How far each of them lies behind the place of an output, in the grid.
  let shifts: [Int]
  /// The place of the first output in the grid.
  let base: Int
  /// Where the first output stands in the output, along each axis.
  let start: [Int]
  /// Distance between its outputs in the output.
  let step: [Int]
  /// Outputs along each axis.
  let sizes: [Int]

  /// An axis as the loops see it.
  struct Axis: Equatable {
    let count: Int
    /// Floats between neighbours in the grid.
    let x: Int
    /// Floats between neighbours in the output.
    let y: Int
  }

  /// The axes of more than one output, outermost first; those that lie in grid and output like one axis are one.
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
  ///   - outputSizes: Behind batch and channels.
  ///   - kind: Only of this kind, where it is possible.
  func layout(
    pitches: [Int], outputSizes: [Int], inputs: Int, outputs: Int, kind: RunLayout.Kind? = nil
  ) -> RunLayout {
    .cheapest(
      axes: axes(pitches: pitches, outputPitches: rowMajorPitches(outputSizes)), taps: positions.count * inputs,
      outputs: outputs, kind: kind)
  }

  /// Where the first output stands in the output.
  func place(outputPitches: [Int]) -> Int { sizes.indices.reduce(0) { $0 + start[$1] * outputPitches[$1] } }

  /// Multiply-adds that the outputs need.
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
