/// The random kernels of ROCKET.
public struct RocketKernels: Sendable, Equatable {
  /// Number of channels of a series.
  public let channels: Int
  /// Taps of each kernel: 7, 9 or 11.
  public let lengths: [Int]
  /// Distances between taps, in points.
  public let dilations: [Int]
  /// Whether the series is padded with zeros, so that the response is as long as the series.
  public let isPadded: [Bool]
  /// Added to each response.
  public let biases: [Float]
  /// How many channels each kernel reads.
  public let channelCounts: [Int]
  /// Which channels those are, kernel by kernel.
  public let channelList: [Int]
  /// `[kernel][channel of its list][tap]`, flattened.
  public let weights: [Float]

  /// Number of kernels.
  public var count: Int { lengths.count }

  /// Makes kernels from their parts, and checks them.
  /// - Throws: `FeatureError.invalidParameters`.
  public init(
    channels: Int, lengths: [Int], dilations: [Int], isPadded: [Bool], biases: [Float], channelCounts: [Int],
    channelList: [Int], weights: [Float]
  ) throws(FeatureError) {
    let count = lengths.count
    try FeatureError.require(
      (1...MiniRocketParameters.maximumChannels).contains(channels), "channels", "1 to 65536", "\(channels)")
    try FeatureError.require((1...1_000_000).contains(count), "lengths", "1 to 1000000 kernels", "\(count)")
    try FeatureError.require(
      lengths.allSatisfy { [7, 9, 11].contains($0) }, "lengths", "7, 9 or 11 each",
      "\(lengths.first { ![7, 9, 11].contains($0) } ?? 0)")
    try FeatureError.require(
      dilations.count == count && dilations.allSatisfy { (1...MiniRocketParameters.maximumDilation).contains($0) },
      "dilations", "\(count) numbers from 1 to \(MiniRocketParameters.maximumDilation)", "\(dilations.count) numbers"
    )
    try FeatureError.require(isPadded.count == count, "paddings", "\(count)", "\(isPadded.count)")
    try FeatureError.require(
      biases.count == count && biases.allSatisfy(\.isFinite), "biases", "\(count) finite numbers",
      "\(biases.count) numbers")
    try FeatureError.require(
      channelCounts.count == count && channelCounts.allSatisfy { (1...min(11, channels)).contains($0) },
      "channelCounts",
      "\(count) numbers from 1 to \(min(11, channels))", "\(channelCounts.count) numbers")
    try FeatureError.require(
      channelList.count == channelCounts.reduce(0, +) && channelList.allSatisfy { (0..<channels).contains($0) },
      "channelList", "\(channelCounts.reduce(0, +)) numbers below \(channels)", "\(channelList.count) numbers")
    let expected = zip(lengths, channelCounts).reduce(0) { $0 + $1.0 * $1.1 }
    try FeatureError.require(
      weights.count == expected && weights.allSatisfy(\.isFinite), "weights", "\(expected) finite numbers",
      "\(weights.count) numbers")
    self.channels = channels
    self.lengths = lengths
    self.dilations = dilations
    self.isPadded = isPadded
    self.biases = biases
    self.channelCounts = channelCounts
    self.channelList = channelList
    self.weights = weights
  }

  /// Draws kernels for series of `points` points, in aeon's order: all lengths; all numbers of channels; then for each
  /// kernel its weights (normal, minus their mean in each channel), channels, bias, dilation and padding.
  ///
  /// - Throws: `FeatureError.outOfRange`; `.tooShort` below 12 points, which the dilation of a kernel of 11 taps needs.
  public init(drawing count: Int, channels: Int, points: Int, seed: UInt32) throws(FeatureError) {
    guard (1...1_000_000).contains(count) else {
      throw .outOfRange(what: "the number of kernels", expected: "1 to 1000000", actual: count)
    }
    guard points >= 12 else { throw .tooShort(series: 0, expected: 12, actual: points) }
    var random = MersenneTwister(seed: seed)
    let lengths = (0..<count).map { _ in [7, 9, 11][random.index(below: 3)] }
    let channelCounts = lengths.map { random.powerOfTwo(below: min(channels, $0) + 1) }
    var weights: [Float] = []
    var channelList: [Int] = []
    var (biases, dilations, isPadded): ([Float], [Int], [Bool]) = ([], [], [])
    for (length, channelCount) in zip(lengths, channelCounts) {
      let drawn = (0..<(channelCount * length)).map { _ in Float(random.normal()) }
      for start in stride(from: 0, to: drawn.count, by: length) {
        let taps = drawn[start..<(start + length)]
        let mean = Float(taps.reduce(0) { $0 + Double($1) } / Double(length))
        weights += taps.map { $0 - mean }
      }
      channelList += random.choice(channelCount, of: channels)
      biases.append(Float(random.uniform(-1, 1)))
      dilations.append(random.powerOfTwo(below: points - 1, over: length - 1))
      isPadded.append(random.index(below: 2) == 1)
    }
    try self.init(
      channels: channels, lengths: lengths, dilations: dilations, isPadded: isPadded, biases: biases,
      channelCounts: channelCounts, channelList: channelList, weights: weights)
  }
}
