import CConvolutionKernels
import Convolution

/// Random kernels; the features of each response are its share of positive values and its maximum (A. Dempster, F.
/// Petitjean, G. Webb, DMKD 2020, arXiv:1910.13051).
///
/// ```
/// s(t) = bias + Σ_c Σ_g w[c, g] · x[c](t + (g − (taps − 1)/2) · dilation);   ppv = |{t : s(t) > 0}| / n,   max = max s(t)
/// ```
/// - Shapes: series `[channels, points]` → `[2 · kernels]`: `ppv` and `max` of kernel 0, of kernel 1, and so on.
/// - Scaling: each channel is scaled to mean 0 and (population) variance 1, in double precision; a constant channel
///   becomes 0. `isNormalising: false` turns this off.
/// - Numerics: Float32, one fused multiply-add per tap. Agrees with aeon within 1e-5 relative for `max`; `ppv` is equal
///   except where a response is 0 within rounding.
/// - Complexity: O(points · taps) per kernel.
public struct Rocket: SeriesTransform, Equatable {
  /// The kernels.
  public let kernels: RocketKernels
  /// Whether channels are scaled to mean 0 and variance 1.
  public let isNormalising: Bool
  /// What to do with unpadded kernels that reach beyond the series.
  public var shortSeries = ShortSeriesPolicy.pad
  private let groups: RocketGroups

  /// Makes a transform from kernels that were loaded or drawn elsewhere.
  public init(kernels: RocketKernels, isNormalising: Bool = true) {
    self.kernels = kernels
    self.isNormalising = isNormalising
    groups = RocketGroups(kernels)
  }

  /// Draws kernels for the longest series of a set; the values do not matter.
  ///
  /// - Parameters:
  ///   - kernels: Number of kernels. Default 10,000, which gives 20,000 features.
  ///   - seed: Equal seeds give equal bits on every machine.
  /// - Throws: `FeatureError.noSeries`, `.tooShort` below 12 points, `.outOfRange`.
  public init(
    fittingTo series: SeriesSet, kernels: Int = 10_000, seed: UInt32 = 0, isNormalising: Bool = true
  ) throws(FeatureError) {
    try self.init(
      fittingTo: FittingSet(series), kernels: kernels, seed: seed, isNormalising: isNormalising)
  }

  init(
    fittingTo series: FittingSet, kernels: Int, seed: UInt32, isNormalising: Bool = true
  ) throws(FeatureError) {
    let longest = try series.longest(atLeast: 12, features: kernels)
    self.init(
      kernels: try RocketKernels(drawing: kernels, channels: series.channels, points: longest, seed: seed),
      isNormalising: isNormalising)
  }

  public var channels: Int { kernels.channels }
  public var featureCount: Int { 2 * kernels.count }
  public func featureName(_ index: Int) -> String { "\(index.isMultiple(of: 2) ? "ppv" : "max")_k\(index / 2)" }

  public func write(
    _ series: SeriesView, to row: UnsafeMutablePointer<Float>, scratch: FeatureScratch
  ) throws(FeatureError) {
    try requireChannels(series)
    guard series.length > 0 else { throw .tooShort(series: series.index, expected: 1, actual: 0) }
    let padded = try scratch.pad(series, reach: groups.reach)
    if isNormalising {
      for channel in 0..<channels { Self.normalise(padded.base + channel * padded.pitch, count: padded.length) }
    }
    for group in groups.all { try write(group, of: padded, series: series.index, to: row, scratch: scratch) }
  }

  private func write(
    _ group: RocketGroup, of padded: FeatureScratch.Padded, series: Int, to row: UnsafeMutablePointer<Float>,
    scratch: FeatureScratch
  ) throws(FeatureError) {
    let reach = group.length / 2 * group.dilation
    let fits = padded.length > 2 * reach
    if !fits, shortSeries == .error, group.paddedRows < group.kernels.count {
      throw .tooShort(series: series, expected: 2 * reach + 1, actual: padded.length)
    }
    // Padded kernels come first; they also answer where they reach beyond the series.
    var segments: [(range: Range<Int>, rows: Int)] = [(0..<padded.length, group.kernels.count)]
    if fits {
      segments = [
        (0..<reach, group.paddedRows), (reach..<(padded.length - reach), group.kernels.count),
        ((padded.length - reach)..<padded.length, group.paddedRows),
      ]
    }
    withUnsafeTemporaryAllocation(of: Int.self, capacity: group.taps.count) { offsets in
      for (index, tap) in group.taps.enumerated() {
        offsets[index] =
          tap.channel * padded.pitch + FeatureScratch.offset(tap.place * group.dilation, length: padded.length)
      }
      var positive: InlineArray<8, UInt32> = .init(repeating: 0)
      var largest: InlineArray<8, Float> = .init(repeating: -.infinity)
      groups.weights.withUnsafeBufferPointer { weights in
        groups.biases.withUnsafeBufferPointer { biases in
          var call = cck_rocket_rows()
          call.taps = group.taps.count
          call.offsets = UnsafePointer(offsets.baseAddress!)
          call.weights = weights.baseAddress! + group.weightStart
          call.weight_pitch = group.kernels.count
          call.biases = biases.baseAddress! + group.biasStart
          call.x = UnsafePointer(padded.base)
          var positives = positive.mutableSpan
          var maxima = largest.mutableSpan
          positives.withUnsafeMutableBufferPointer { positives in
            maxima.withUnsafeMutableBufferPointer { maxima in
              for (range, rows) in segments where rows > 0 && !range.isEmpty {
                call.rows = rows
                call.first = range.lowerBound
                call.end = range.upperBound
                scratch.kernels.pointee.rocket_rows(&call, positives.baseAddress!, maxima.baseAddress!)
              }
            }
          }
        }
      }
      for (index, kernel) in group.kernels.enumerated() {
        let isWhole = index < group.paddedRows || !fits
        let points = isWhole ? padded.length : padded.length - 2 * reach
        let isMissing = !fits && shortSeries == .nan && index >= group.paddedRows
        row[2 * kernel] = isMissing ? .nan : Float(Double(positive[index]) / Double(points))
        row[2 * kernel + 1] = isMissing ? .nan : largest[index]
      }
    }
  }

  /// Scales to mean 0 and variance 1 in place; a constant becomes 0.
  static func normalise(_ x: UnsafeMutablePointer<Float>, count: Int) {
    var sum = 0.0
    for point in 0..<count { sum += Double(x[point]) }
    let mean = sum / Double(count)
    var squares = 0.0
    for point in 0..<count { squares += (Double(x[point]) - mean) * (Double(x[point]) - mean) }
    var deviation = (squares / Double(count)).squareRoot()
    // The computed deviation of a constant may be a rounding error of its mean, rather than 0.
    if deviation <= abs(mean) * 0x1p-50 { deviation = 0 }
    for point in 0..<count {
      x[point] = deviation == 0 ? 0 : Float((Double(x[point]) - mean) / deviation)
    }
  }

  public static func == (a: Rocket, b: Rocket) -> Bool {
    a.kernels == b.kernels && a.isNormalising == b.isNormalising && a.shortSeries == b.shortSeries
  }
}
