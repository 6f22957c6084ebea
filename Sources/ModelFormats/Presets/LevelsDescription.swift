/// Gains before and after a stage, and its dry/wet mix.
package struct LevelsDescription: Sendable, Equatable {
  /// Gain before the stage; it also applies to the dry signal of `mix`.
  package var inputGainDecibels: Float
  /// Gain after the stage and the mix.
  package var gainDecibels: Float
  /// Dry/wet mix: 0 is dry, 1 is wet.
  package var mix: Float

  /// Makes levels; by default the stage is unchanged.
  package init(inputGainDecibels: Float = 0, gainDecibels: Float = 0, mix: Float = 1) {
    self.inputGainDecibels = inputGainDecibels
    self.gainDecibels = gainDecibels
    self.mix = mix
  }
}

extension LevelsDescription {
  /// The keys of these settings in a stage.
  static let keys = ["inputGainDecibels", "gainDecibels", "mix"]
  /// The range of a gain, in decibels.
  static let decibels: ClosedRange<Float> = -200...200

  init(_ object: JSONObject) throws(ModelFormatError) {
    self.init(
      inputGainDecibels: try object.optional("inputGainDecibels")?.float(in: Self.decibels) ?? 0,
      gainDecibels: try object.optional("gainDecibels")?.float(in: Self.decibels) ?? 0,
      mix: try object.optional("mix")?.float(in: 0...1) ?? 1)
  }
}
