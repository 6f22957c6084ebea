/// Numbers in a grid of any rank, in double precision, the last axis innermost.
///
/// ```swift
/// let image = ReferenceGrid([1, 1, 2, 2], [1, 2, 3, 4] as [Float])
/// image[0, 0, 1, 0]   // 3
/// ```
/// Axes are `[batch, channels, axes…]` for signals and `[outputChannels, inputChannels / groups, kernel…]` for weights.
package struct ReferenceGrid: Hashable, Sendable {
  /// One size per axis, outermost first.
  package let sizes: [Int]
  /// The elements in the order of the axes.
  package var values: [Double]

  /// - Precondition: The number of values is the product of the sizes.
  package init(_ sizes: [Int], _ values: [Double]) {
    precondition(sizes.allSatisfy { $0 >= 0 }, "sizes are not negative: \(sizes)")
    precondition(values.count == product(sizes), "\(sizes): expected \(product(sizes)) values, actual \(values.count)")
    self.sizes = sizes
    self.values = values
  }

  /// The same from Float32 numbers, which double precision holds exactly.
  package init(_ sizes: [Int], _ values: [Float]) { self.init(sizes, values.map(Double.init)) }

  /// A grid of one number.
  package init(_ sizes: [Int], repeating value: Double) {
    self.init(sizes, [Double](repeating: value, count: product(sizes)))
  }

  /// Axes after batch and channels.
  var rank: Int { sizes.count - 2 }

  /// Sizes of the axes after batch and channels.
  var planeSizes: [Int] { Array(sizes.dropFirst(2)) }

  /// One element.
  /// - Precondition: One index per axis, each within its size.
  package subscript(indices: Int...) -> Double {
    get { values[offset(of: indices)] }
    set { values[offset(of: indices)] = newValue }
  }

  private func offset(of indices: [Int]) -> Int {
    precondition(indices.count == sizes.count, "one index an axis")
    return zip(indices, sizes).reduce(0) { offset, next in
      precondition(next.0 >= 0 && next.0 < next.1, "an index lies within its axis")
      return offset * next.1 + next.0
    }
  }
}

/// Elements of a grid of these sizes.
func product(_ sizes: [Int]) -> Int { sizes.reduce(1, *) }

/// The position of element number `index` in a grid of these sizes.
func position(_ index: Int, in sizes: [Int]) -> [Int] {
  var rest = index
  var position = sizes
  for axis in sizes.indices.reversed() {
    position[axis] = rest % sizes[axis]
    rest /= sizes[axis]
  }
  return position
}
