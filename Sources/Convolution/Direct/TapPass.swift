/// A rectangle of outputs that share one list of taps, and how the loops go over it.
///
/// A whole convolution is one pass. Outputs whose windows hang over the border in the same way can be a pass of their
/// own, with the taps that fall into zeros left out; and each output phase of a transposed convolution is one.
struct TapPass {
  /// The kernel positions that count, in the order of the sum; one tap of each input channel.
  let positions: [[Int]]
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

  /// How the loops go over a pass.
  struct Way {
    /// Innermost axes that are run through as one, with the places between the rows computed for nothing.
    let flattened: Int
    /// Runs that the loops make.
    let runs: Int
    /// Places of one run.
    let length: Int
    /// Whether a run lies in the output as it is computed, so that it needs no way over scratch memory.
    let isDirect: Bool
    /// What it costs, in multiply-adds of full vectors.
    let cost: Int
  }

  /// The cheapest way.
  ///
  /// - Parameters:
  ///   - pitches: Floats between neighbouring places of the grid.
  ///   - outputPitches: Floats between neighbours in the output.
  ///   - inputs: Input channels of a group.
  ///   - outputs: Output channels of a group.
  func way(pitches: [Int], outputPitches: [Int], inputs: Int, outputs: Int) -> Way {
    let ways = (1...sizes.count).map { depth in
      let axes = (sizes.count - depth)..<sizes.count
      let runs = sizes.dropLast(depth).reduce(1, *)
      let length = axes.reduce(1) { $0 + (sizes[$1] - 1) * pitches[$1] }
      // With nothing between its rows, and lying in the output at the same pitches.
      let isDirect =
        step[axes].allSatisfy { $0 == 1 } && length == axes.reduce(1) { $0 * sizes[$1] }
        && axes.dropFirst().allSatisfy { outputPitches[$0 - 1] == sizes[$0] * outputPitches[$0] }
      let cost = Self.cost(
        runs: runs, length: length, taps: positions.count * inputs, outputs: outputs, isDirect: isDirect)
      return Way(flattened: depth, runs: runs, length: length, isDirect: isDirect, cost: cost)
    }
    return ways.min { $0.cost < $1.cost }!
  }

  /// Multiply-adds that the outputs need.
  func multiplyAdds(inputs: Int, outputs: Int) -> Int {
    sizes.reduce(positions.count * inputs * outputs, *)
  }

  /// A vector is computed whole, a run and a tile have a beginning and an end, and what goes over scratch memory is
  /// copied once more. The numbers are of one processor with 16 floats a vector, and part of the plan on every other
  /// one: it must not depend on the machine.
  private static func cost(runs: Int, length: Int, taps: Int, outputs: Int, isDirect: Bool) -> Int {
    let vectors = (length + 15) / 16
    let arithmetic = vectors * 16 * outputs * max(taps, 1)
    let tiles = (vectors + 2) / 3 * ((outputs + 7) / 8)
    return runs * (arithmetic + 1500 + tiles * 600 + (isDirect ? 0 : length * outputs * 24))
  }
}
