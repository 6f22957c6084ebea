import CConvolutionKernels
import Convolution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The transfer function of a Morlet wavelet on a grid of N frequencies: a Gaussian around its centre, less as much of one
/// around zero as makes it vanish there, both periodised; divided by the sum of the absolute values of its impulse
/// response. Real.
func morletSpectrum(_ wavelet: Wavelet, count: Int) -> [Double] {
  let (center, width) = (wavelet.center, wavelet.width)
  // As many periods as hold all that is above 1e-7, at most 5 on either side.
  let periods = min(Int(((2 * width * width * log(1e7)).squareRoot() + 1).rounded(.up)), 5)
  func gaussian(around center: Double) -> [Double] {
    var values = [Double](repeating: 0, count: count)
    // Behind nine deviations there is less than 3e-18.
    let low = max((1 - periods) * count, Int(((center - 9 * width) * Double(count)).rounded(.down)))
    let high = min(periods * count - 1, Int(((center + 9 * width) * Double(count)).rounded(.up)))
    for index in low...max(low, high) {
      let distance = (Double(index) / Double(count) - center) / width
      values[((index % count) + count) % count] += exp(-distance * distance / 2)
    }
    return values
  }
  let (band, low) = (gaussian(around: center), gaussian(around: 0))
  let share = band[0] / low[0]
  let spectrum = zip(band, low).map { $0 - share * $1 }
  let response = ComplexTransform(count: count).forward(spectrum.map { ($0, 0) })
  let size = response.reduce(0) { $0 + ($1.0 * $1.0 + $1.1 * $1.1).squareRoot() } / Double(count)
  return spectrum.map { $0 / size }
}

/// A transfer function that is multiplied with a spectrum and folded to a lower rate in one go, without what is too small
/// to matter. Spectra stand in eight rows (`EightRowTransform`).
final class ScatteringFilter {
  /// Values of the folded spectrum.
  let foldedCount: Int
  /// Neighbours in a row of the spectrum and in one of the folded spectrum, with their weights: places of numbers.
  private var runs: [(from: Int, to: Int, weight: Int, count: Int)] = []
  private let weights: AlignedMemory

  /// - Parameters:
  ///   - spectrum: The transfer function at the rate of what is filtered, from 0 on.
  ///   - scale: What it is multiplied with.
  init(_ spectrum: [Double], halvings: Int, scale: Double) {
    let count = spectrum.count
    foldedCount = count >> halvings
    let (row, foldedRow) = (count / 8, foldedCount / 8)
    let (first, length) = Self.support(of: spectrum)
    // Each weight twice, for real and imaginary part.
    weights = AlignedMemory(count: 2 * length + RealTransform.slack)
    var done = 0
    for r in 0..<8 {
      // Places whose value 8 · place + r lies in the support; they go on around the circle.
      var place = (first - r + 7) / 8
      if 8 * place + r < first { place += 1 }
      let end = (first + length - r + 7) / 8
      while place < end {
        let (from, to) = (place % row, place % foldedRow)
        let run = min(end - place, row - from, foldedRow - to)
        runs.append((2 * (r * row + from), 2 * (r * foldedRow + to), 2 * done, 2 * run))
        for offset in 0..<run {
          let weight = Float(spectrum[8 * (from + offset) + r] * scale)
          (weights.base[2 * (done + offset)], weights.base[2 * (done + offset) + 1]) = (weight, weight)
        }
        done += run
        place += run
      }
    }
  }

  /// The shortest stretch, around the circle, that holds all values above 1e-8 of the largest.
  private static func support(of spectrum: [Double]) -> (first: Int, length: Int) {
    let count = spectrum.count
    let least = 1e-8 * (spectrum.map(abs).max() ?? 0)
    guard let anchor = spectrum.firstIndex(where: { abs($0) > least }) else { return (0, 0) }
    var (gapEnd, longest, gap) = (anchor, 0, 0)
    for offset in 1...count {
      let index = (anchor + offset) % count
      if abs(spectrum[index]) > least {
        if gap > longest { (longest, gapEnd) = (gap, index) }
        gap = 0
      } else {
        gap += 1
      }
    }
    return (gapEnd, count - longest)
  }

  /// The filtered spectrum at the lower rate.
  /// - Parameter folded: Room for `foldedCount` complex numbers.
  @inline(__always)
  func apply(
    _ kernels: UnsafePointer<cck_spectral_kernels>, to spectrum: UnsafePointer<Float>,
    folded: UnsafeMutablePointer<Float>
  ) {
    folded.update(repeating: 0, count: 2 * foldedCount)
    for run in runs {
      kernels.pointee.multiply_add(weights.base + run.weight, spectrum + run.from, folded + run.to, run.count)
    }
  }
}

/// The low-pass at one rate, for all rows of a block.
struct ScatteringAverage {
  let bands: [cck_band]
  private let memory: AlignedMemory

  /// Rows of a block see `row · hop + t`, |t| ≤ support, of values whose first one stands at `−2·support`.
  ///
  /// - Parameters:
  ///   - halvings: log2 of frames for a value.
  ///   - width: Of the low-pass, in cycles a frame.
  ///   - support, hopFrames: In frames.
  ///   - margin: Where in memory the first value stands.
  init(width: Double, support: Int, hopFrames: Int, halvings: Int, rows: Int, valid: Int, margin: Int) {
    let reach = support >> halvings
    let deviation = 1 / (2 * Double.pi * width)
    func gaussian(_ frame: Int) -> Double { exp(-0.5 * (Double(frame) / deviation) * (Double(frame) / deviation)) }
    // The sum over all frames is 1. Values at a lower rate are averaged with every 2^j-th of the weights, whose sum then is
    // 2^−j: that is how kymatio 0.3 does it, and its orders are that much smaller for slower wavelets.
    let sum = (-support...support).reduce(0) { $0 + gaussian($1) }
    let weights = (-reach...reach).map { gaussian($0 << halvings) / sum }
    let chains = Int(CCK_DOT_CHAINS)
    let table = AlignedMemory(count: weights.count + 2 * chains + RealTransform.slack)
    for (index, weight) in weights.enumerated() { table.base[index] = Float(weight) }
    memory = table
    bands = (0..<rows).map { row in
      // The first weight's place among the values; values outside 0 ..< valid are zero and left out in steps of a vector.
      let place = (row * hopFrames - 2 * support) >> halvings
      let from = max(0, min(-place / chains * chains, weights.count / chains * chains))
      let end = min(weights.count, max(from, valid - place))
      return cck_band(
        first: margin + place + from, count: (end - from + chains - 1) / chains * chains,
        weights: UnsafePointer(table.base + from))
    }
  }
}
