import CConvolutionKernels
import Convolution

/// Four statistics of each of MiniRocket's responses, for the series and for its differences (C. Tan, A. Dempster, C.
/// Bergmeir, G. Webb, DMKD 2022, arXiv:2102.00457).
///
/// For a response r over n points with bias b, where P is the set of points with r > b:
/// - `ppv`: |P| / n;
/// - `lspv`: the longest stretch between points where r < b, in points: max t − last, where last starts at 0 and the
///   last point also ends a stretch;
/// - `mpv`: the mean of r + b over P, 0 when P is empty (the paper subtracts b; the published code adds it, as does
///   this one);
/// - `mipv`: the mean index over P, counted from the first pooled point; −1 when P is empty.
///
/// - Shapes: series `[channels, points]` → `[featureCount]`: all `ppv` of the series, then all `lspv`, all `mpv`, all
///   `mipv`, each in MiniRocket's order; then the same for the differences x[t + 1] − x[t].
/// - Pooling: as for `MiniRocket`.
/// - Numerics: with the same parameters and `compatibility: .aeon`, `ppv`, `lspv` and `mipv` equal aeon's bit for bit;
///   `mpv` is within one unit in the last place, because its sum is in double precision.
/// - Complexity: O(points · (84 · dilations + featureCount)) per series.
public struct MultiRocket: SeriesTransform, Equatable {
  /// Which formula the features of the differences use.
  public enum Compatibility: String, CaseIterable, Sendable {
    /// The formula of the paper.
    case correct
    /// The formula of the original code, aeon and sktime. When transforming differences (but not when fitting) they
    /// read the four left taps one point too late, and use the channels drawn for the series itself.
    case aeon
  }

  /// Fitted to the series.
  public let series: MiniRocketParameters
  /// Fitted to the differences.
  public let differences: MiniRocketParameters
  /// Which formula the features of the differences use.
  public var compatibility: Compatibility
  /// What to do with kernels that nowhere fit the series.
  public var shortSeries = ShortSeriesPolicy.pad
  private let seriesLists: ChannelLists
  private let differenceLists: ChannelLists

  /// Makes a transform from parameters that were loaded or fitted elsewhere.
  /// - Throws: `FeatureError.invalidParameters` when the two have different numbers of channels, or cannot be
  ///   compatible with aeon.
  public init(
    series: MiniRocketParameters, differences: MiniRocketParameters, compatibility: Compatibility = .correct
  ) throws(FeatureError) {
    guard series.channels == differences.channels else {
      throw .invalidParameters(
        place: "differences.channels", expected: "\(series.channels), like the series",
        actual: "\(differences.channels)")
    }
    self.series = series
    self.differences = differences
    self.compatibility = compatibility
    seriesLists = ChannelLists(series)
    differenceLists = ChannelLists(differences)
    if compatibility == .aeon, series.channels > 1 {
      guard differences.dilations.count <= series.dilations.count else {
        throw .invalidParameters(
          place: "differences.dilations",
          expected: "at most \(series.dilations.count), because aeon uses the channels of the series",
          actual: "\(differences.dilations.count)")
      }
    }
  }

  /// Fits the parameters of the series and of the differences.
  ///
  /// - Parameters:
  ///   - series: At least one; the longest must have at least 10 points.
  ///   - kernels: Number of biases for the series and for the differences, each rounded down to a multiple of 84.
  ///     Default 6250, which gives 8 · 6216 = 49,728 features.
  ///   - seed: Equal seeds give equal bits on every machine.
  /// - Throws: `FeatureError.noSeries`, `.tooShort`, `.notFinite`, `.outOfRange`.
  public init(
    fittingTo series: SeriesSet, kernels: Int = 6250, seed: UInt32 = 0, compatibility: Compatibility = .correct
  ) throws(FeatureError) {
    try self.init(
      fittingTo: FittingSet(series), kernels: kernels, seed: seed, compatibility: compatibility)
  }

  init(
    fittingTo series: FittingSet, kernels: Int, seed: UInt32, compatibility: Compatibility
  ) throws(FeatureError) {
    let longest = try series.longest(atLeast: 10, each: 2, features: kernels)
    var random = MersenneTwister(seed: seed)
    let scratch = FeatureScratch()
    let ofSeries = try MiniRocketParameters(
      seriesCount: series.extent.count, channels: series.channels, longest: longest,
      features: kernels, seed: seed,
      random: &random, scratch: scratch
    ) { (index, reach) throws(FeatureError) in
      try series.withSeries(index) { (view) throws(FeatureError) in try scratch.pad(view, reach: reach) }
    }
    let ofDifferences = try MiniRocketParameters(
      seriesCount: series.extent.count, channels: series.channels, longest: longest - 1,
      features: kernels, seed: seed,
      random: &random, scratch: scratch
    ) { (index, reach) throws(FeatureError) in
      let padded = try series.withSeries(index) { (view) throws(FeatureError) in try scratch.pad(view, reach: 0) }
      return scratch.padDifferences(of: padded, channels: series.channels, reach: reach)
    }
    try self.init(series: ofSeries, differences: ofDifferences, compatibility: compatibility)
  }

  public var channels: Int { series.channels }
  public var featureCount: Int { 4 * (series.featureCount + differences.featureCount) }

  public func featureName(_ index: Int) -> String {
    let isDifference = index >= 4 * series.featureCount
    let parameters = isDifference ? differences : series
    let rest = isDifference ? index - 4 * series.featureCount : index
    let pool = ["ppv", "lspv", "mpv", "mipv"][rest / parameters.featureCount]
    return "\(pool)_\(isDifference ? "dx" : "x")_" + parameters.biasName(rest % parameters.featureCount)
  }

  public func write(
    _ view: SeriesView, to row: UnsafeMutablePointer<Float>, scratch: FeatureScratch
  ) throws(FeatureError) {
    try requireChannels(view)
    guard view.length > 1 else { throw .tooShort(series: view.index, expected: 2, actual: view.length) }
    let padded = try scratch.pad(view, reach: series.reach)
    try pool(padded, series, seriesLists, shift: 0, index: view.index, to: row, scratch: scratch)
    let differenced = scratch.padDifferences(of: padded, channels: channels, reach: differences.reach)
    let isAeon = compatibility == .aeon
    try pool(
      differenced, differences, isAeon ? seriesLists : differenceLists, shift: isAeon ? 1 : 0, index: view.index,
      to: row + 4 * series.featureCount, scratch: scratch)
  }

  private func pool(
    _ padded: FeatureScratch.Padded, _ parameters: MiniRocketParameters, _ lists: ChannelLists, shift: Int, index: Int,
    to row: UnsafeMutablePointer<Float>, scratch: FeatureScratch
  ) throws(FeatureError) {
    let stride = parameters.featureCount
    var done = 0
    for (number, dilation) in parameters.dilations.enumerated() {
      let biases = parameters.biasesPerKernel[number]
      let count = MiniRocketParameters.kernelCount * biases
      let parts = try PooledParts(
        dilation: dilation, number: number, length: padded.length, policy: shortSeries, series: index)
      let call = MiniRocketCall(
        padded: padded, channels: channels, dilation: dilation, leftTapsShift: shift,
        channelCounts: lists.counts[number],
        channelList: lists.channels[number], pooled: parts.ranges, memory: scratch.blockMemory(channels: channels))
      scratch.withPools(count) { pools in
        call.withKernelCall(biases: parameters.biases[done..<(done + count)], biasesPerKernel: biases) {
          scratch.kernels.pointee.multirocket_pools($0, pools)
        }
        for kernel in 0..<MiniRocketParameters.kernelCount {
          let points = Double(parts.count(ofKernel: kernel))
          for feature in (kernel * biases)..<((kernel + 1) * biases) {
            let pool = pools[feature]
            let positive = Double(pool.positive)
            let out = row + done + feature
            guard points > 0 else {
              for number in 0..<4 { out[number * stride] = .nan }
              continue
            }
            out[0] = Float(positive / points)
            out[stride] = Float(pool.stretch)
            out[2 * stride] = positive > 0 ? Float(pool.sum / positive) : 0
            out[3 * stride] = positive > 0 ? Float(Double(pool.index_sum) / positive) : -1
          }
        }
      }
      done += count
    }
  }

  public static func == (a: MultiRocket, b: MultiRocket) -> Bool {
    a.series == b.series && a.differences == b.differences && a.compatibility == b.compatibility
      && a.shortSeries == b.shortSeries
  }
}
