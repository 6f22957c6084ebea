import ByteFiles
import ArrayFiles

/// A picture of rows of features, added one by one: time to the right, the first column at the bottom, each value a
/// colour between the smallest and the largest.
///
/// - Memory: at most 2048 columns of pixels; when there are more rows, each pixel is the mean of two, four … of them.
package final class FeaturePlot {
  /// Features of a row.
  package let columns: Int
  private var sums: [[Double]] = []
  /// Rows per column of pixels.
  private var rowsPerPixel = 1
  private var pending: [Double]
  private var pendingRows = 0
  private static let widest = 2048
  private static let tallest = 1024

  package init(columns: Int) {
    self.columns = columns
    pending = [Double](repeating: 0, count: columns)
  }

  /// Adds the next row.
  package func add(_ row: UnsafeBufferPointer<Float>) {
    for (index, value) in row.enumerated() { pending[index] += Double(value) }
    pendingRows += 1
    guard pendingRows == rowsPerPixel else { return }
    flush()
    guard sums.count == Self.widest else { return }
    var halves: [[Double]] = []
    for index in stride(from: 0, to: sums.count, by: 2) {
      let (left, right) = (sums[index], sums[index + 1])
      halves.append(left.indices.map { (left[$0] + right[$0]) / 2 })
    }
    sums = halves
    rowsPerPixel *= 2
  }

  private func flush() {
    guard pendingRows > 0 else { return }
    sums.append(pending.map { $0 / Double(pendingRows) })
    pending = [Double](repeating: 0, count: columns)
    pendingRows = 0
  }

  /// The picture so far: short ones are drawn larger. Values that are not finite are grey.
  package func image() -> PNGImage {
    var sums = sums
    if pendingRows > 0 { sums.append(pending.map { $0 / Double(pendingRows) }) }
    let finite = sums.joined().lazy.filter(\.isFinite)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 0)
    let magnify = (x: max(1, 640 / max(1, sums.count)), y: max(1, 320 / max(1, columns)))
    // More columns than pixels: each pixel shows the first of its columns.
    let perPixel = (columns + Self.tallest - 1) / Self.tallest
    let lines = (columns + perPixel - 1) / perPixel
    var image = PNGImage(width: max(1, sums.count) * magnify.x, height: max(1, lines) * magnify.y)
    for (x, row) in sums.enumerated() {
      for line in 0..<lines {
        let color = Self.color(row[line * perPixel], from: low, to: high)
        for dy in 0..<magnify.y {
          let y = image.height - 1 - line * magnify.y - dy
          for dx in 0..<magnify.x {
            let place = 3 * (y * image.width + x * magnify.x + dx)
            (image.pixels[place], image.pixels[place + 1], image.pixels[place + 2]) = color
          }
        }
      }
    }
    return image
  }

  /// From dark blue over green to yellow; lightness rises evenly. (Nine colours of matplotlib's viridis, CC0.)
  private static let colors: [(Double, Double, Double)] = [
    (68, 1, 84), (71, 44, 122), (59, 81, 139), (44, 113, 142), (33, 144, 141), (39, 173, 129), (92, 200, 99),
    (170, 220, 50), (253, 231, 37),
  ]

  private static func color(_ value: Double, from low: Double, to high: Double) -> (UInt8, UInt8, UInt8) {
    guard value.isFinite else { return (128, 128, 128) }
    let place = high > low ? (value - low) / (high - low) * Double(colors.count - 1) : 0
    let index = min(colors.count - 2, Int(place))
    let (share, a, b) = (place - Double(index), colors[index], colors[index + 1])
    func mix(_ x: Double, _ y: Double) -> UInt8 { UInt8(x + share * (y - x)) }
    return (mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
  }

  /// Writes it to a file that appears when it is complete.
  /// - Throws: `ByteFileError`.
  package func write(to path: String, mayReplace: Bool) throws {
    try ReplacingFile.write(image().encoded(), to: path, mayReplace: mayReplace)
  }
}
