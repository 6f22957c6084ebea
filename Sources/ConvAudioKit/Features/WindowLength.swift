/// How long a window or a hop is: in frames, or in seconds of a signal whose rate is known.
public struct WindowLength: Sendable, Equatable, CustomStringConvertible {
  /// What the number counts.
  public enum Unit: Sendable, Equatable { case frames, seconds }

  /// Frames or seconds.
  public let value: Double
  /// Which of them.
  public let unit: Unit
  /// As it was given.
  public let description: String

  /// Reads `500`, `250ms` or `1.5s`; nil for anything else, and for what is not positive.
  public init?(_ text: String) {
    let (number, unit, factor): (Substring, Unit, Double) =
      text.hasSuffix("ms")
      ? (text.dropLast(2), .seconds, 0.001)
      : text.hasSuffix("s") ? (text.dropLast(), .seconds, 1) : (text[...], .frames, 1)
    guard let value = Double(number), value.isFinite, value > 0, number.first?.isNumber == true || number.first == "."
    else { return nil }
    self.value = value * factor
    self.unit = unit
    description = text
  }

  /// In frames, rounded to the nearest, at least 1.
  /// - Throws: `WindowError.noRate` for seconds of a signal without a rate; `.fraction` for a part of a frame; `.tooLong`.
  public func frames(sampleRateHz: Int?) throws(WindowError) -> Int {
    var frames = value
    if unit == .seconds {
      guard let sampleRateHz else { throw .noRate(duration: description) }
      frames *= Double(sampleRateHz)
    } else if frames != frames.rounded() {
      throw .fraction(duration: description)
    }
    guard frames < 1e9 else { throw .tooLong(duration: description) }
    return max(1, Int(frames.rounded()))
  }
}
