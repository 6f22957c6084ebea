import ModelFormats
import StreamingConvolution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Gains around a stage or a chain, and its share beside the dry signal. Gains are factors.
package struct StageLevels: Sendable, Equatable {
  /// Before the stage and before the dry signal.
  package let gainIn: Float
  /// After both.
  package let gainOut: Float
  /// Share of the stage's output, 0 to 1.
  package let mix: Float

  /// These factors. The defaults change nothing.
  package init(gainIn: Float = 1, gainOut: Float = 1, mix: Float = 1) {
    self.gainIn = gainIn
    self.gainOut = gainOut
    self.mix = mix
  }

  /// The levels of a preset's stage.
  init(_ description: LevelsDescription) {
    self.init(
      gainIn: decibelsToFactor(description.inputGainDecibels), gainOut: decibelsToFactor(description.gainDecibels),
      mix: description.mix)
  }

  /// The levels around a whole chain.
  init(_ settings: ChainSettings) {
    self.init(
      gainIn: decibelsToFactor(settings.gainInDecibels), gainOut: decibelsToFactor(settings.gainOutDecibels),
      mix: settings.mix)
  }

  /// A stage between its gains.
  ///
  /// - Parameter prepare: Makes the stage, given its place after the input gain.
  /// - Throws: `ChainError.mix`, and what `prepare` throws.
  func around(_ place: StagePlace, _ prepare: (StagePlace) throws -> PreparedStage) throws -> PreparedStage {
    if self == StageLevels() { return try prepare(place) }
    var inner = place
    inner.restingInput = place.restingInput?.map { $0 * gainIn }
    let dry = inner.restingInput
    var stage = try prepare(inner)
    guard mix == 1 || GainAndMix.canMix(stage.processor) else {
      throw ChainError.mix(
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

/// A factor in decibels, with one decimal.
func decibelText(_ factor: Double) -> String {
  guard factor > 0 else { return "−∞ dB" }
  let tenths = Int((200 * log10(factor)).rounded())
  return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10) dB"
}
