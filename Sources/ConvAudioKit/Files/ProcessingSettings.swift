import AudioFiles
import Convolution
import StreamingConvolution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What happens to samples that are NaN or infinite in the input.
public enum NonFinitePolicy: String, Sendable, CaseIterable {
  /// They go where the mathematics takes them.
  case keep
  /// They become 0.
  case zero
  /// The input is refused, or ends there.
  case error
}

/// What happens to files of another sample rate than the preset's.
public enum RatePolicy: String, Sendable, CaseIterable {
  /// They are brought to the preset's rate and back.
  case resample
  /// The preset is brought to theirs, where that is a whole multiple of its own, by dilations as many times as long.
  case dilate
  /// They are refused.
  case refuse
}

/// How much of what rings on behind the input's last frame is kept.
public enum TailPolicy: Hashable, Sendable {
  /// All of it.
  case keep
  /// Nothing: the output is as long as the input.
  case cut
  /// At most so many seconds.
  case seconds(Double)

  /// Frames that are kept of the tail of a chain.
  func frames(of chain: PreparedChain) -> Int {
    let frames = chain.processor.tailFrames
    switch self {
    case .keep: return frames
    case .cut: return 0
    case .seconds(let seconds):
      // Only convolutions have tails, and with one of them there is a rate.
      guard let rate = chain.sampleRateHz else { return frames }
      return Int(min(Double(frames), (seconds * Double(rate)).rounded(.up)))
    }
  }
}

/// What is done to a signal besides the preset, in a file or a stream.
public struct SoundSettings: Sendable {
  /// Decibels before the preset.
  public var gainInDecibels: Float = 0
  /// Decibels behind the preset.
  public var gainOutDecibels: Float = 0
  /// Share of the processed signal, 0 … 1.
  public var mix: Float = 1
  /// NaN and infinities in the input.
  public var nonFinite = NonFinitePolicy.keep
  /// What rings on behind the input.
  public var tail = TailPolicy.keep
  /// How long convolutions with impulse responses may take to answer; nil: files: whatever is cheapest, streams: not at
  /// all.
  public var latency: ConvolutionLatency?
  /// What all convolutions with impulse responses of a chain may take together.
  public var maximumMemoryBytes = ChainSettings().maximumMemoryBytes
  /// The table of costs that plans are made from.
  public var costs = ConvolutionCosts.standard

  /// The defaults above.
  public init() {}

  /// Whether samples change although there are no stages.
  var changesLevels: Bool { gainInDecibels != 0 || gainOutDecibels != 0 }

  /// The preset's chain between the gains.
  ///
  /// - Parameters:
  ///   - input: The input's name, for errors.
  ///   - latency: Where the settings leave it open.
  /// - Throws: `ProcessingError.channels`, `.channelsChange`; `PresetLookupError`; `ImpulseResponseError`.
  func makeChain(
    _ preset: Chain, input: String, channels: Int, maximumBlockFrames: Int, sampleRateHz: Int?,
    latency: ConvolutionLatency
  ) throws -> PreparedChain {
    var settings = ChainSettings()
    settings.channels = channels
    settings.maximumBlockFrames = maximumBlockFrames
    settings.sampleRateHz = sampleRateHz
    settings.latency = self.latency ?? latency
    settings.maximumMemoryBytes = maximumMemoryBytes
    settings.costs = costs
    let chain: PreparedChain
    do {
      chain = try preset.makeChain(settings)
    } catch PresetLookupError.channels(let name, let expected, let actual) {
      throw ProcessingError.channels(path: input, expected: expected, actual: actual, preset: name)
    }
    guard changesLevels || mix != 1 else { return chain }
    guard mix == 1 || GainAndMix.canMix(chain.processor) else {
      throw ProcessingError.channelsChange(
        preset: preset.name, expected: chain.processor.inputChannels, actual: chain.processor.outputChannels)
    }
    let processor = GainAndMix(
      chain.processor, gainIn: decibelsToFactor(gainInDecibels), gainOut: decibelsToFactor(gainOutDecibels), mix: mix)
    return PreparedChain(
      processor: processor, notes: chain.notes, explanation: chain.explanation, memoryBytes: chain.memoryBytes,
      stateBytes: chain.stateBytes, sampleRateHz: chain.sampleRateHz)
  }
}

/// How files are processed: everything but the names of the files.
public struct ProcessingSettings: Sendable {
  /// Gains, mix, and what is not finite.
  public var sound = SoundSettings()
  /// Files of another rate than the preset's.
  public var ratePolicy = RatePolicy.resample
  /// The output's container; nil: by the output's extension.
  public var container: AudioContainer?
  /// The output's sample format; nil: the input's.
  public var bitDepth: BitDepth?
  /// Whether TPDF dither is added where depth is reduced.
  public var dithers = true
  /// Whether an existing output is replaced.
  public var replacesExisting = false
  /// More channels are refused.
  public var maximumChannels = 64

  /// The defaults above.
  public init() {}
}
