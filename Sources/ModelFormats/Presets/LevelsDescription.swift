/// Gains around a stage, and what share of its output stands beside its input, as a preset says them.
public struct LevelsDescription: Sendable, Equatable {
  /// Gain before the stage, which the dry signal of `mix` has gone through, too.
  public var inputGainDecibels: Float
  /// Gain behind the stage and the mix.
  public var gainDecibels: Float
  /// Share of the stage's output, 0 … 1.
  public var mix: Float

  /// Default: the stage as it is.
  public init(inputGainDecibels: Float = 0, gainDecibels: Float = 0, mix: Float = 1) {
    self.inputGainDecibels = inputGainDecibels
    self.gainDecibels = gainDecibels
    self.mix = mix
  }
}

extension LevelsDescription {
  /// What a stage's object may say of them.
  static let keys = ["inputGainDecibels", "gainDecibels", "mix"]
  /// Decibels of a gain.
  static let decibels: ClosedRange<Float> = -200...200

  init(_ object: JSONObject) throws(ModelFormatError) {
    self.init(
      inputGainDecibels: try object.optional("inputGainDecibels")?.float(in: Self.decibels) ?? 0,
      gainDecibels: try object.optional("gainDecibels")?.float(in: Self.decibels) ?? 0,
      mix: try object.optional("mix")?.float(in: 0...1) ?? 1)
  }
}
