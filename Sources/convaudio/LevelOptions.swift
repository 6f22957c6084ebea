import ArgumentParser
import ConvAudioKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A loudness in LUFS, with or without the unit.
struct LUFS: ExpressibleByArgument {
  let value: Float

  init?(argument: String) {
    let isNamed = argument.lowercased().hasSuffix("lufs")
    guard let number = Float(isNamed ? String(argument.dropLast(4)) : argument) else { return nil }
    value = number
  }
}

/// The level of the whole output.
struct LevelOptions: ParsableArguments {
  /// What --normalize means without a number: a little room for what converters make between samples.
  static let defaultPeak = "-1"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Bring the peak of each output to this level in dB below full scale; without a number, -1.",
      valueName: "dB"))
  var normalize: Decibels?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Bring each output to this integrated loudness (ITU-R BS.1770). Both keep the output in $TMPDIR until its level is \
      known.
      """, valueName: "LUFS"))
  var loudness: LUFS?

  func validate() throws {
    if normalize != nil, loudness != nil { throw ValidationError("--normalize and --loudness cannot be combined.") }
    if let normalize, !(-200...0).contains(normalize.value) {
      throw ValidationError("--normalize is \(normalize.value) dB, expected -200 to 0.")
    }
    if let loudness, !(-70...0).contains(loudness.value) {
      throw ValidationError("--loudness is \(loudness.value) LUFS, expected -70 to 0.")
    }
  }

  var level: OutputLevel? {
    normalize.map { .peak(decibels: $0.value) } ?? loudness.map { .loudness(lufs: $0.value) }
  }
}

/// What helps against clipping: the option that sets the level, with the highest value that does not clip.
struct ClippingAdvice {
  /// The gain after the chain that clipped.
  var gainOutDecibels: Float = 0
  var level: OutputLevel?

  /// - Parameter peak: The largest sample before it was clipped.
  func remedy(peak: Float) -> String {
    let (option, value): (String, Float) =
      switch level {
      case .peak(let decibels): ("--normalize", decibels)
      case .loudness(let lufs): ("--loudness", lufs)
      case nil: ("--gain-out", gainOutDecibels)
      }
    // At full scale the largest whole number is already passed.
    let excess = max(0.01, 20 * log10(Double(peak)))
    let tenths = ((Double(value) - excess) * 10).rounded(.down)
    return "\(option) \(rounded(tenths / 10, 1)) avoids it"
  }

  /// How many samples were clipped, and what helps.
  func sentence(clipped: Int, peak: Float) -> String {
    "\(clipped == 1 ? "1 sample was" : "\(clipped) samples were") clipped; \(remedy(peak: peak))"
  }
}
