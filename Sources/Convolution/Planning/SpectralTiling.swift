/// The overlapping tiles of a convolution of any rank through transforms: a pure function of sizes and costs.
///
/// Along an outer axis a tile is cyclic, with a length of small prime factors; along the last axis it is the 2N samples of
/// a `RightAngleTransform`. A tile of S positions gives S − reach + 1 outputs of stride 1; outputs that a stride skips are
/// computed and dropped.
struct SpectralTiling: Hashable, Sendable {
  /// Padded input positions of a tile along each axis; 2N along the last.
  let tile: [Int]
  /// Outputs of stride 1 of a tile along each axis.
  let hop: [Int]
  /// Tiles along each axis.
  let tiles: [Int]
  /// Nanoseconds for one element of the batch, by the table.
  let cost: Double

  /// N of the transform along the last axis.
  var count: Int { tile[tile.count - 1] / 2 }
  /// Positions of a tile along all axes but the last.
  var rows: Int { tile.dropLast().reduce(1, *) }
  /// Complex values of a tile's spectrum.
  var values: Int { rows * count }

  /// The cheapest tiling, or nil when the kernel is too long along the last axis.
  ///
  /// - Parameters:
  ///   - reaches: Input positions that an output spans, one per axis.
  ///   - outputs: Outputs of stride 1 along each axis.
  static func cheapest(
    reaches: [Int], outputs: [Int], groups: Int, groupInputs: Int, groupOutputs: Int, costs: ConvolutionCosts
  ) -> SpectralTiling? {
    let last = reaches.count - 1
    let most = last > 2 ? 3 : 12
    var choices: [[Int]] = (0..<last).map { axis in
      // Up to the whole axis, but not so short that most of a tile is overlap.
      let whole = smooth(from: outputs[axis] + reaches[axis] - 1)
      var sizes = [whole]
      var size = whole
      while sizes.count < most, size > 8 {
        size = smooth(from: (size * 3 + 3) / 4)
        if size >= sizes[sizes.count - 1] { size = smooth(from: sizes[sizes.count - 1] / 2) }
        guard size >= reaches[axis], size < sizes[sizes.count - 1] else { break }
        sizes.append(size)
      }
      return sizes
    }
    let lengths = (0...12).map { 2 * (32 << $0) }.filter { $0 / 2 >= reaches[last] }
    guard let shortest = lengths.first(where: { $0 >= outputs[last] + reaches[last] - 1 }) ?? lengths.last else {
      return nil
    }
    choices.append(lengths.filter { $0 <= shortest })
    let tilings = product(choices).map { tile -> SpectralTiling in
      let hop = tile.indices.map { tile[$0] - reaches[$0] + 1 }
      let tiles = tile.indices.map { (outputs[$0] + hop[$0] - 1) / hop[$0] }
      let (rows, count) = (tile.dropLast().reduce(1, *), tile[last] / 2)
      let values = Double(rows * count)
      let (inputs, all) = (groups * groupInputs, groups * groupOutputs)
      let doublings = tile.dropLast().reduce(0.0) { $0 + Double(Int.bitWidth - ($1 - 1).leadingZeroBitCount) }
      let transforms =
        Double(inputs + all) * values
        * (costs.transform(frames: count) / 2 + doublings * costs.outerDoubling + 0.5)
      let bytes = 8 * rows * count * (inputs + all * groupInputs)
      let products = Double(all * groupInputs) * values * costs.product(bytes: bytes)
      return SpectralTiling(
        tile: tile, hop: hop, tiles: tiles, cost: Double(tiles.reduce(1, *)) * (transforms + products))
    }
    return tilings.min { $0.cost < $1.cost }
  }

  /// The next number without prime factors above 5.
  static func smooth(from least: Int) -> Int {
    var number = max(1, least)
    while true {
      var rest = number
      for prime in [2, 3, 5] { while rest % prime == 0 { rest /= prime } }
      if rest == 1 { return number }
      number += 1
    }
  }
}
