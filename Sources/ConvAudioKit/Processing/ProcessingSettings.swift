import AudioFiles
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
  /// They are refused.
  case refuse
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

  /// The defaults above.
  public init() {}

  /// Whether samples change although there are no stages.
  var changesLevels: Bool { gainInDecibels != 0 || gainOutDecibels != 0 }

  /// The preset's chain between the gains.
  ///
  /// - Parameter input: The input's name, for errors.
  /// - Throws: `ProcessingError.channels`, `.channelsChange`; `PresetLookupError`.
  func makeProcessor(
    _ preset: LoadedPreset, input: String, channels: Int, maximumBlockFrames: Int
  ) throws -> any BlockProcessor {
    let processor: any BlockProcessor
    do {
      processor = try preset.makeProcessor(channels: channels, maximumBlockFrames: maximumBlockFrames)
    } catch PresetLookupError.channels(let name, let expected, let actual) {
      throw ProcessingError.channels(path: input, expected: expected, actual: actual, preset: name)
    }
    guard changesLevels || mix != 1 else { return processor }
    guard processor.inputChannels == processor.outputChannels else {
      throw ProcessingError.channelsChange(
        preset: preset.preset.name, expected: processor.inputChannels, actual: processor.outputChannels)
    }
    return GainAndMix(
      processor, gainIn: decibelsToFactor(gainInDecibels), gainOut: decibelsToFactor(gainOutDecibels), mix: mix)
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

/// A gain in decibels as a factor.
func decibelsToFactor(_ decibels: Float) -> Float { decibels == 0 ? 1 : Float(pow(10, Double(decibels) / 20)) }
