import CConvolutionKernels
import Convolution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The transfer function of a Morlet wavelet on a grid of N frequencies: a Gaussian around its centre, minus a Gaussian
/// around zero scaled so that the sum vanishes there, both periodised; then divided by the sum of the absolute values
/// of the impulse response. Real.
func morletSpectrum(_ wavelet: Wavelet, count: Int) -> [Double] {
  let (center, width) = (wavelet.center, wavelet.width)
  // Enough periods for everything above 1e-7, at most 5 on either side.
  let periods = min(Int(((2 * width * width * log(1e7)).squareRoot() + 1).rounded(.up)), 5)
  func gaussian(around center: Double) -> [Double] {
    var values = [Double](repeating: 0, count: count)
    // Less than 3e-18 remains past nine deviations.
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

/// Multiplies a spectrum with a transfer function and folds it to a lower rate in one pass, skipping weights that are
/// negligible.
final class ScatteringFilter {
  /// Values of the folded spectrum.
  let foldedCount: Int
  /// Runs of consecutive values in a row of the spectrum and of the folded spectrum, and of their weights, as indices
  /// of numbers.
  private var runs: [(from: Int, to: Int, weight: Int, count: Int)] = []
  private let weights: AlignedMemory

  /// - Parameters:
  ///   - spectrum: The transfer function at the rate of the input, starting at frequency 0.
  ///   - scale: A factor for all weights.
  init(_ spectrum: [Double], halvings: Int, scale: Double) {
    let count = spectrum.count
    foldedCount = count >> halvings
    let (row, foldedRow) = (count / 8, foldedCount / 8)
    let (first, length) = Self.support(of: spectrum)
    // Each weight twice, for the real and the imaginary part.
    weights = AlignedMemory(count: 2 * length + RealTransform.slack)
    var done = 0
    for r in 0..<8 {
      // Positions where 8 · place + r lies in the support, wrapping around the circle.
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

  /// The shortest stretch around the circle that holds all values above 1e-8 of the largest.
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

  /// Computes the filtered spectrum at the lower rate.
  /// - Parameter folded: Memory for `foldedCount` complex numbers.
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

  /// Row `row` of a block depends on values at `row · hop + t`, |t| ≤ support, where the first value lies at
  /// `−2·support`.
  ///
  /// - Parameters:
  ///   - halvings: log2 of the frames per value.
  ///   - width: Width of the low-pass, in cycles per frame.
  ///   - support, hopFrames: In frames.
  ///   - margin: Index of the first value in memory.
  init(width: Double, support: Int, hopFrames: Int, halvings: Int, rows: Int, valid: Int, margin: Int) {
    let reach = support >> halvings
    let deviation = 1 / (2 * Double.pi * width)
    func gaussian(_ frame: Int) -> Double { exp(-0.5 * (Double(frame) / deviation) * (Double(frame) / deviation)) }
    // The sum over all frames is 1. Values at a lower rate are averaged with every 2^j-th weight, and those sum to
    // 2^−j. kymatio 0.3 does the same, so its orders are smaller by that factor for slower wavelets.
    let sum = (-support...support).reduce(0) { $0 + gaussian($1) }
    let weights = (-reach...reach).map { gaussian($0 << halvings) / sum }
    let chains = Int(CCK_DOT_CHAINS)
    let table = AlignedMemory(count: weights.count + 2 * chains + RealTransform.slack)
    for (index, weight) in weights.enumerated() { table.base[index] = Float(weight) }
    memory = table
    bands = (0..<rows).map { row in
      // Index of the first weight among the values. Values outside 0 ..< valid are zero, and are skipped in steps of a
      // vector.
      let place = (row * hopFrames - 2 * support) >> halvings
      let from = max(0, min(-place / chains * chains, weights.count / chains * chains))
      let end = min(weights.count, max(from, valid - place))
      return cck_band(
        first: margin + place + from, count: (end - from + chains - 1) / chains * chains,
        weights: UnsafePointer(table.base + from))
    }
  }
}
