/// The fitted parameters of MiniRocket: dilations, biases and, for several channels, which of them each kernel reads.
///
/// The 84 kernels themselves are fixed: all choices of 3 of the 9 taps. The chosen taps weigh 2, the other six −1.
/// Kernels are numbered in lexicographic order of the three. Combination `84 j + k` is kernel k at dilation j.
public struct MiniRocketParameters: Sendable, Equatable {
  /// Number of kernels at every dilation.
  public static let kernelCount = 84
  /// Taps in a kernel.
  public static let tapCount = 9

  /// Number of channels of a series.
  public let channels: Int
  /// Distances between taps in points, ascending.
  public let dilations: [Int]
  /// Biases per kernel, one number for each dilation.
  public let biasesPerKernel: [Int]
  /// `[dilation][kernel][bias]`, flattened.
  public let biases: [Float]
  /// Number of channels of each combination; empty for a single channel.
  public let channelCounts: [Int]
  /// The channels of combination 0, then of combination 1, and so on; empty for a single channel.
  public let channelList: [Int]

  /// Number of features: one per bias.
  public var featureCount: Int { biases.count }
  /// The largest distance from the centre of a kernel to a tap, in points.
  public var reach: Int { 4 * (dilations.last ?? 0) }

  /// Makes parameters from their parts, and checks them.
  /// - Throws: `FeatureError.invalidParameters`.
  public init(
    channels: Int, dilations: [Int], biasesPerKernel: [Int], biases: [Float], channelCounts: [Int] = [],
    channelList: [Int] = []
  ) throws(FeatureError) {
    try FeatureError.require(
      (1...Self.maximumChannels).contains(channels), "channels", "1 to \(Self.maximumChannels)", "\(channels)")
    try FeatureError.require(
      (1...1024).contains(dilations.count), "dilations", "1 to 1024 dilations", "\(dilations.count)")
    try FeatureError.require(
      dilations.allSatisfy { (1...Self.maximumDilation).contains($0) }
        && zip(dilations, dilations.dropFirst()).allSatisfy(<),
      "dilations", "ascending numbers from 1 to \(Self.maximumDilation)", "\(dilations)")
    try FeatureError.require(
      biasesPerKernel.count == dilations.count && biasesPerKernel.allSatisfy { (0...1_000_000).contains($0) },
      "biasesPerKernel", "\(dilations.count) numbers from 0 to 1000000", "\(biasesPerKernel)")
    let expected = Self.kernelCount * biasesPerKernel.reduce(0, +)
    try FeatureError.require(
      biases.count == expected, "biases", "\(expected) (84 × \(expected / 84))", "\(biases.count)")
    if let index = biases.firstIndex(where: { !$0.isFinite }) {
      throw .invalidParameters(place: "biases[\(index)]", expected: "a finite number", actual: "\(biases[index])")
    }
    if channels == 1 {
      try FeatureError.require(
        channelCounts.allSatisfy { $0 == 1 } && channelList.allSatisfy { $0 == 0 }, "channelCounts",
        "none for one channel",
        "\(channelCounts.count)")
      self.channelCounts = []
      self.channelList = []
    } else {
      let combinations = Self.kernelCount * dilations.count
      try FeatureError.require(
        channelCounts.count == combinations && channelCounts.allSatisfy { (1...channels).contains($0) },
        "channelCounts",
        "\(combinations) numbers from 1 to \(channels)", "\(channelCounts.count) numbers")
      try FeatureError.require(
        channelList.count == channelCounts.reduce(0, +) && channelList.allSatisfy { (0..<channels).contains($0) },
        "channelList", "\(channelCounts.reduce(0, +)) numbers below \(channels)", "\(channelList.count)")
      self.channelCounts = channelCounts
      self.channelList = channelList
    }
    self.channels = channels
    self.dilations = dilations
    self.biasesPerKernel = biasesPerKernel
    self.biases = biases
  }

  /// Bounds that keep every index of the kernels within 31 bits.
  static let maximumChannels = 65_536
  static let maximumDilation = 1 << 26

  /// The largest number of features that can be fitted.
  public static let maximumFeatures = 10_000_000
}
