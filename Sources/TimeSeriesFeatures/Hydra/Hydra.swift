import CConvolutionKernels
import Convolution

/// Competing kernels. At each point of the series, one kernel of each group of eight responds most and one least; the
/// features are the sums of the winners' responses and the counts of the losers (A. Dempster, D. Schmidt, G. Webb, DMKD
/// 2023, arXiv:2203.13652).
///
/// - Shapes: series `[channels, points]` → `[featureCount]`: for each dilation, first of the series, then of its
///   differences: eight sums of largest responses (`soft`) for each group, then eight counts of smallest responses
///   (`hard`) for each group. Of equal responses the first kernel wins.
/// - Channels: a group reads the sum of a few randomly drawn channels.
/// - Numerics: Float32, one fused multiply-add per tap. Counts equal PyTorch's except where two responses differ by
///   rounding only; sums agree within 1e-5 relative.
/// - Complexity: O(points · 9 · 8 · groups · dilations).
public struct Hydra: SeriesTransform, Equatable {
  /// Kernels in a group.
  public static let kernelsPerGroup = 8
  /// Taps in a kernel.
  public static let tapCount = 9

  /// Number of channels of a series.
  public let channels: Int
  /// Distances between taps in points: powers of two.
  public let dilations: [Int]
  /// Number of groups over the series, and again over the differences if there are any.
  public let groups: Int
  /// 2 (series and differences), or 1 (series only).
  public let representations: Int
  /// `[dilation, representation, group, kernel, tap]`.
  public let weights: [Float]
  /// With several channels, those of each group, `[dilation, representation, group, channelsPerGroup]`; otherwise
  /// empty.
  public let channelList: [Int]
  /// Without effect: all kernels are padded.
  public var shortSeries = ShortSeriesPolicy.pad
  /// The weights in the order of the C loops: `[dilation, representation, group, tap, kernel]`.
  private let packed: [Float]

  /// Makes a transform from its parts, and checks them.
  /// - Throws: `FeatureError.invalidParameters`.
  public init(
    channels: Int, dilations: [Int], groups: Int, representations: Int, weights: [Float], channelList: [Int] = []
  ) throws(FeatureError) {
    try FeatureError.require(
      (1...MiniRocketParameters.maximumChannels).contains(channels), "channels", "1 to 65536", "\(channels)")
    try FeatureError.require(
      (1...32).contains(dilations.count)
        && dilations.allSatisfy { (1...MiniRocketParameters.maximumDilation).contains($0) }, "dilations",
      "1 to 32 numbers from 1 to \(MiniRocketParameters.maximumDilation)", "\(dilations)")
    try FeatureError.require((1...100_000).contains(groups), "groups", "1 to 100000", "\(groups)")
    try FeatureError.require((1...2).contains(representations), "representations", "1 or 2", "\(representations)")
    let sets = dilations.count * representations * groups
    let expected = sets * Self.kernelsPerGroup * Self.tapCount
    try FeatureError.require(
      weights.count == expected && weights.allSatisfy(\.isFinite), "weights", "\(expected) finite numbers",
      "\(weights.count) numbers")
    if channels > 1 {
      try FeatureError.require(
        !channelList.isEmpty && channelList.count.isMultiple(of: sets) && channelList.count / sets <= 1024
          && channelList.allSatisfy { (0..<channels).contains($0) },
        "channelList", "a multiple of \(sets) numbers below \(channels)", "\(channelList.count) numbers")
    }
    self.channels = channels
    self.dilations = dilations
    self.groups = groups
    self.representations = representations
    self.weights = weights
    self.channelList = channels > 1 ? channelList : []
    let (kernels, taps) = (Self.kernelsPerGroup, Self.tapCount)
    packed = (0..<expected).map { index in
      let (set, rest) = index.quotientAndRemainder(dividingBy: kernels * taps)
      return weights[set * kernels * taps + rest % kernels * taps + rest / kernels]
    }
  }

  /// Draws kernels for the longest series of a set; the values do not matter.
  ///
  /// First all weights: normal numbers, minus the mean of their nine taps, divided by the sum of their absolute values.
  /// Then the channels of each group, with repetition: half of the channels, at least 2 and at most 8. The draws are
  /// those of aeon with PyTorch, so aeon's seeds give aeon's kernels, to rounding.
  ///
  /// - Parameters:
  ///   - groups: Number of groups over series and differences together: an even number, or 1 for the series only.
  ///     Default 64.
  ///   - seed: Equal seeds give equal bits on every machine.
  /// - Throws: `FeatureError.noSeries`, `.tooShort` below 10 points, `.outOfRange`.
  public init(fittingTo series: SeriesSet, groups: Int = 64, seed: UInt32 = 0) throws(FeatureError) {
    try self.init(fittingTo: FittingSet(series), groups: groups, seed: seed)
  }

  init(fittingTo series: FittingSet, groups: Int, seed: UInt32) throws(FeatureError) {
    let longest = try series.longest(atLeast: 10, features: groups)
    guard groups == 1 || groups.isMultiple(of: 2), groups <= 100_000 else {
      throw .outOfRange(what: "the number of groups", expected: "1, or an even number up to 100000", actual: groups)
    }
    let dilations = Self.dilations(points: longest)
    let representations = groups == 1 ? 1 : 2
    let perRepresentation = max(1, groups / 2)
    var random = MersenneTwister(seed: seed)
    var weights = random.normals(
      dilations.count * representations * perRepresentation * Self.kernelsPerGroup * Self.tapCount)
    for start in stride(from: 0, to: weights.count, by: Self.tapCount) {
      let taps = weights[start..<(start + Self.tapCount)].map { Double($0) }
      let mean = taps.reduce(0, +) / Double(Self.tapCount)
      let size = taps.reduce(0) { $0 + abs($1 - mean) }
      for (index, tap) in taps.enumerated() { weights[start + index] = Float((tap - mean) / size) }
    }
    var channelList: [Int] = []
    if series.channels > 1 {
      let each = min(8, max(2, series.channels / 2))
      channelList = (0..<(dilations.count * representations * perRepresentation * each)).map { _ in
        random.remainder(below: series.channels)
      }
    }
    try self.init(
      channels: series.channels, dilations: dilations, groups: perRepresentation, representations: representations,
      weights: weights, channelList: channelList)
  }

  /// Powers of two up to an eighth of the distance from the first point to the last.
  static func dilations(points: Int) -> [Int] {
    var dilations = [1]
    while 16 * dilations[dilations.count - 1] <= points - 1 {
      dilations.append(2 * dilations[dilations.count - 1])
    }
    return dilations
  }

  public var featureCount: Int {
    dilations.count * representations * groups * 2 * Self.kernelsPerGroup
  }

  public func featureName(_ index: Int) -> String {
    let (kernel, group) = (index % 8, index / 8 % groups)
    let (kind, set) = (index / 8 / groups % 2, index / 8 / groups / 2)
    return "\(kind == 0 ? "soft" : "hard")_\(set % representations == 0 ? "x" : "dx")"
      + "_d\(dilations[set / representations])_g\(group)_k\(kernel)"
  }

  public func write(
    _ series: SeriesView, to row: UnsafeMutablePointer<Float>, scratch: FeatureScratch
  ) throws(FeatureError) {
    try requireChannels(series)
    guard series.length >= representations else {
      throw .tooShort(series: series.index, expected: representations, actual: series.length)
    }
    let reach = 4 * (dilations.max() ?? 0)
    let padded = try scratch.pad(series, reach: reach)
    let differences =
      representations == 2 ? scratch.padDifferences(of: padded, channels: channels, reach: reach) : padded
    let size = groups * Self.kernelsPerGroup
    let each = channelList.count / (dilations.count * representations * groups)
    packed.withUnsafeBufferPointer { packed in
      for (number, dilation) in dilations.enumerated() {
        for representation in 0..<representations {
          let source = representation == 0 ? padded : differences
          let set = number * representations + representation
          let out = row + set * 2 * size
          for group in 0..<groups {
            var x = source.base
            if channels > 1 {
              let first = (set * groups + group) * each
              x = sum(of: channelList[first..<(first + each)], in: source, reach: reach, scratch: scratch)
            }
            func offset(_ tap: Int) -> Int { FeatureScratch.offset((tap - 4) * dilation, length: source.length) }
            var call = cck_hydra_group(
              x: x, length: source.length,
              offsets: (
                offset(0), offset(1), offset(2), offset(3), 0, offset(5), offset(6), offset(7), offset(8)
              ),
              weights: packed.baseAddress! + (set * groups + group) * Self.kernelsPerGroup * Self.tapCount)
            let place = group * Self.kernelsPerGroup
            scratch.kernels.pointee.hydra_group(&call, out + place, out + size + place)
          }
        }
      }
    }
  }

  private func sum(
    of channels: ArraySlice<Int>, in source: FeatureScratch.Padded, reach: Int, scratch: FeatureScratch
  ) -> UnsafeMutablePointer<Float> {
    let sum = scratch.padSum(length: source.length, reach: reach).base
    for (index, channel) in channels.enumerated() {
      let x = source.base + channel * source.pitch
      for point in 0..<source.length { sum[point] = index == 0 ? x[point] : sum[point] + x[point] }
    }
    return sum
  }

  public static func == (a: Hydra, b: Hydra) -> Bool {
    a.channels == b.channels && a.dilations == b.dilations && a.groups == b.groups
      && a.representations == b.representations && a.weights == b.weights && a.channelList == b.channelList
      && a.shortSeries == b.shortSeries
  }
}
