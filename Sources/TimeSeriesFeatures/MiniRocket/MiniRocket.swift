import CConvolutionKernels
import Convolution

/// Shares of positive values: 84 fixed kernels of nine taps at up to 32 dilations, and how much of each response
/// exceeds fitted biases (A. Dempster, D. Schmidt, G. Webb, KDD 2021, arXiv:2012.08791).
///
/// ```
/// feature[j, k, q] = |{t : r_jk(t) > bias[j, k, q]}| / n,   r_jk(t) = Σ_g w_k(g) · x(t + (g − 4) · dilation[j])
/// ```
/// - Shapes: series `[channels, points]` → `[featureCount]`, dilation by dilation, kernel by kernel, bias by bias.
/// - Pooling: over all points, with zeros around the series, where dilation index plus kernel index is even; only over
///   points where the kernel lies inside the series where it is odd. `shortSeries` says what happens when there are
///   none.
/// - Numerics: Float32 in aeon's order of sums, so with the same parameters the features equal aeon's bit for bit. The
///   share is computed in double precision and rounded.
/// - Complexity: O(points · (84 · dilations + featureCount)) per series.
public struct MiniRocket: SeriesTransform, Equatable {
  /// The fitted dilations and biases.
  public let parameters: MiniRocketParameters
  /// What to do with kernels that nowhere fit the series.
  public var shortSeries = ShortSeriesPolicy.pad
  private let lists: ChannelLists

  /// Makes a transform from parameters that were loaded or fitted elsewhere.
  public init(parameters: MiniRocketParameters) {
    self.parameters = parameters
    lists = ChannelLists(parameters)
  }

  /// Fits dilations and biases.
  ///
  /// - Parameters:
  ///   - series: At least one; the longest must have at least 9 points.
  ///   - features: Rounded down to a multiple of 84. Default 10,000, which gives 9996.
  ///   - seed: Equal seeds give equal bits on every machine.
  /// - Throws: `FeatureError.noSeries`, `.tooShort`, `.notFinite`, `.outOfRange`.
  public init(fittingTo series: SeriesSet, features: Int = 10_000, seed: UInt32 = 0)
    throws(FeatureError)
  {
    try self.init(fittingTo: FittingSet(series), features: features, seed: seed)
  }

  init(fittingTo series: FittingSet, features: Int, seed: UInt32) throws(FeatureError) {
    let longest = try series.longest(atLeast: 9, features: features)
    var random = MersenneTwister(seed: seed)
    let scratch = FeatureScratch()
    self.init(
      parameters: try MiniRocketParameters(
        seriesCount: series.extent.count, channels: series.channels, longest: longest,
        features: features, seed: seed,
        random: &random, scratch: scratch
      ) { (index, reach) throws(FeatureError) in
        try series.withSeries(index) { (view) throws(FeatureError) in try scratch.pad(view, reach: reach) }
      })
  }

  public var channels: Int { parameters.channels }
  public var featureCount: Int { parameters.featureCount }
  public func featureName(_ index: Int) -> String { "ppv_" + parameters.biasName(index) }

  public func write(
    _ series: SeriesView, to row: UnsafeMutablePointer<Float>, scratch: FeatureScratch
  ) throws(FeatureError) {
    try requireChannels(series)
    guard series.length > 0 else { throw .tooShort(series: series.index, expected: 1, actual: 0) }
    let padded = try scratch.pad(series, reach: parameters.reach)
    var done = 0
    for (index, dilation) in parameters.dilations.enumerated() {
      let biases = parameters.biasesPerKernel[index]
      let count = MiniRocketParameters.kernelCount * biases
      let parts = try PooledParts(
        dilation: dilation, number: index, length: padded.length, policy: shortSeries, series: series.index)
      let call = MiniRocketCall(
        padded: padded, channels: channels, dilation: dilation, channelCounts: lists.counts[index],
        channelList: lists.channels[index], pooled: parts.ranges, memory: scratch.blockMemory(channels: channels))
      scratch.withCounts(count) { counts in
        call.withKernelCall(biases: parameters.biases[done..<(done + count)], biasesPerKernel: biases) {
          scratch.kernels.pointee.minirocket_counts($0, counts)
        }
        for kernel in 0..<MiniRocketParameters.kernelCount {
          // With the policy `.nan` there are no points: 0/0.
          let points = Double(parts.count(ofKernel: kernel))
          for feature in (kernel * biases)..<((kernel + 1) * biases) {
            row[done + feature] = Float(Double(counts[feature]) / points)
          }
        }
      }
      done += count
    }
  }

  public static func == (a: MiniRocket, b: MiniRocket) -> Bool {
    a.parameters == b.parameters && a.shortSeries == b.shortSeries
  }
}

/// The channels of every combination, by dilation, in the form that the C loops take.
struct ChannelLists: Sendable {
  var counts: [[Int32]] = []
  var channels: [[Int32]] = []

  init(_ parameters: MiniRocketParameters) {
    let kernels = MiniRocketParameters.kernelCount
    var start = 0
    for dilation in parameters.dilations.indices {
      guard !parameters.channelCounts.isEmpty else {
        counts.append([])
        channels.append([])
        continue
      }
      let counts = parameters.channelCounts[(dilation * kernels)..<((dilation + 1) * kernels)]
      let end = start + counts.reduce(0, +)
      self.counts.append(counts.map(Int32.init))
      channels.append(parameters.channelList[start..<end].map(Int32.init))
      start = end
    }
  }
}

/// The points over which the kernels of one dilation pool: those of even index, and those of odd index.
struct PooledParts {
  let ranges: (even: Range<Int>, odd: Range<Int>)

  init(
    dilation: Int, number: Int, length: Int, policy: ShortSeriesPolicy, series: Int
  ) throws(FeatureError) {
    let whole = 0..<length
    var valid = whole
    if length > 8 * dilation {
      valid = (4 * dilation)..<(length - 4 * dilation)
    } else {
      switch policy {
      case .pad: break
      case .nan: valid = 0..<0
      case .error: throw .tooShort(series: series, expected: 8 * dilation + 1, actual: length)
      }
    }
    ranges = number.isMultiple(of: 2) ? (whole, valid) : (valid, whole)
  }

  func count(ofKernel kernel: Int) -> Int { kernel.isMultiple(of: 2) ? ranges.even.count : ranges.odd.count }
}

extension MiniRocketParameters {
  /// The name of a feature by dilation, kernel and bias: `d4_k17_q2`.
  func biasName(_ index: Int) -> String {
    var rest = index
    for (dilation, count) in zip(dilations, biasesPerKernel) {
      if rest < Self.kernelCount * count { return "d\(dilation)_k\(rest / count)_q\(rest % count)" }
      rest -= Self.kernelCount * count
    }
    preconditionFailure("feature \(index) of \(featureCount)")
  }
}
