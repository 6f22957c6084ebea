import ModelFormats
import StreamingConvolution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Factors around a stage, and what share of its output stands beside its input.
public struct StageLevels: Sendable, Equatable {
  /// Before the stage and before the dry signal.
  public let gainIn: Float
  /// Behind both.
  public let gainOut: Float
  /// Share of the stage's output, 0 … 1.
  public let mix: Float

  /// Factors as they are.
  public init(gainIn: Float = 1, gainOut: Float = 1, mix: Float = 1) {
    self.gainIn = gainIn
    self.gainOut = gainOut
    self.mix = mix
  }

  /// What a preset says in decibels.
  init(_ description: LevelsDescription) {
    self.init(
      gainIn: decibelsToFactor(description.inputGainDecibels), gainOut: decibelsToFactor(description.gainDecibels),
      mix: description.mix)
  }

  /// A stage between its gains.
  ///
  /// - Parameter prepare: Makes the stage, given what comes into it, behind the gain, when there is silence.
  /// - Throws: `PresetLookupError.mix`, and what `prepare` throws.
  func around(at place: StagePlace, _ prepare: ([Float]?) throws -> PreparedStage) throws -> PreparedStage {
    if self == StageLevels() { return try prepare(place.restingInput) }
    let dry = place.restingInput?.map { $0 * gainIn }
    var stage = try prepare(dry)
    guard mix == 1 || GainAndMix.canMix(stage.processor) else {
      throw PresetLookupError.mix(
        path: place.path, stage: place.index, inputs: stage.processor.inputChannels,
        outputs: stage.processor.outputChannels)
    }
    stage.processor = GainAndMix(
      stage.processor, gainIn: gainIn, gainOut: gainOut, mix: mix, restingInput: place.restingInput)
    stage.restingOutput = stage.restingOutput.indices.map { channel in
      GainAndMix.resting(
        wet: stage.restingOutput[channel], dry: dry.map { $0[$0.count == 1 ? 0 : channel] } ?? 0, mix: mix,
        gainOut: gainOut)
    }
    return stage
  }
}

/// A gain in decibels as a factor.
func decibelsToFactor(_ decibels: Float) -> Float { Float(factor(ofDecibels: decibels)) }

/// The same in double precision.
func factor(ofDecibels decibels: Float) -> Double { decibels == 0 ? 1 : pow(10, Double(decibels) / 20) }
