import ByteFiles
import Signals
import Convolution
import StreamingConvolution

/// How a chain is prepared and run: one value, which files, streams and blocks in memory all use.
public struct ChainSettings: Sendable {
  /// Gain in dB before the chain and before the dry signal.
  public var gainInDecibels: Float = 0
  /// Gain in dB after the chain and the mix.
  public var gainOutDecibels: Float = 0
  /// Share of the wet signal, 0 to 1.
  public var mix: Float = 1
  /// What happens to NaN and infinite samples of the input. Files and streams look at it.
  public var nonFinite = NonFinitePolicy.keep
  /// How much of the tail is kept after the input ends. Files and streams look at it.
  public var tail = TailPolicy.keep
  /// Latency of each convolution with impulse responses; nil: the cheapest for files, 0 everywhere else.
  public var latency: ConvolutionLatency?
  /// Limit on the memory of all convolutions with impulse responses, in bytes. Default: 4 GiB, or what this process may
  /// have.
  public var maximumMemoryBytes = min(4 << 30, MemoryBudget.bytes)
  /// Limit on the histories and working memory of all networks over all channels, in bytes.
  package var maximumStateBytes = NetworkProcessor.defaultMaximumStateBytes
  /// The cost table that plans are made from.
  public var costs = ConvolutionCosts.standard

  /// The defaults above.
  public init() {}

  /// Takes levels and tail from what was chosen for the whole of a plan.
  package mutating func choose(_ choices: ChainPlan.Choices) {
    gainInDecibels = choices.gainInDecibels ?? 0
    gainOutDecibels = choices.gainDecibels ?? 0
    mix = choices.mix ?? 1
    tail = choices.tail ?? .keep
  }

  /// Whether samples change even when there are no stages.
  var changesLevels: Bool { gainInDecibels != 0 || gainOutDecibels != 0 }
}

/// Latency of a convolution with impulse responses.
public enum ConvolutionLatency: Hashable, Sendable {
  /// 0 frames, unless the preset gives a plan.
  case lowest
  /// Whatever is cheapest, unless the preset gives a plan. For files.
  case cheapest
  /// This many frames at the rate at which the convolution runs, whatever the preset says.
  case frames(Int)
  /// This many seconds, rounded to frames at the rate at which the convolution runs, whatever the preset says.
  case seconds(Double)

  /// Latencies that can be asked for, in frames. No plan gets cheaper beyond an eighth of the largest.
  public static let allowedFrames = 0...1 << 20
}

/// How much of the tail (a reverb's ringing) is kept after the input ends.
public enum TailPolicy: Hashable, Sendable {
  /// All of it.
  case keep
  /// Nothing: the output is as long as the input.
  case cut
  /// At most this many seconds.
  case seconds(Double)

  /// Frames of a chain's tail that are kept.
  func frames(of chain: PreparedChain) -> Int { frames(of: chain.tailFrames, sampleRateHz: chain.sampleRateHz) }

  /// Frames of a tail of `frames` that are kept.
  func frames(of frames: Int, sampleRateHz: Int?) -> Int {
    switch self {
    case .keep: return frames
    case .cut: return 0
    case .seconds(let seconds):
      // Only convolutions have tails, and a chain with one of them has a rate.
      guard let rate = sampleRateHz else { return frames }
      return Int(min(Double(frames), (seconds * Double(rate)).rounded(.up)))
    }
  }
}
