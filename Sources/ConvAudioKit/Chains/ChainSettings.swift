import Convolution
import StreamingConvolution

/// How long a convolution may take to answer.
public enum ConvolutionLatency: Hashable, Sendable {
  /// It answers at once, unless the preset says how it is divided.
  case lowest
  /// Whatever is cheapest, unless the preset says how it is divided: for files.
  case cheapest
  /// Exactly so many frames of the rate at which it runs, whatever the preset says.
  case frames(Int)

  /// The frames that can be asked for. No plan becomes cheaper beyond an eighth of the most.
  public static let allowedFrames = 0...1 << 20
}

/// What a chain of stages needs to know to become a processor.
public struct ChainSettings: Sendable {
  /// Channels of the signal; nil: what the chain takes, else one.
  public var channels: Int?
  /// The most frames of one call.
  public var maximumBlockFrames = 4096
  /// Rate of the signal, which responses of other rates are brought to unless the preset has a rate of its own; nil: that
  /// of the preset, else that of its first impulse response.
  public var sampleRateHz: Int?
  /// Of each convolution with impulse responses.
  public var latency = ConvolutionLatency.lowest
  /// What all convolutions with impulse responses may take together.
  public var maximumMemoryBytes = 4 << 30
  /// What the histories and working memory of all networks may take together, over all channels.
  public var maximumStateBytes = NetworkProcessor.defaultMaximumStateBytes
  /// The table of costs that plans are made from.
  public var costs = ConvolutionCosts.standard

  /// The defaults above.
  public init() {}
}
