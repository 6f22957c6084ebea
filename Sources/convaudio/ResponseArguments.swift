import ArgumentParser
import ConvAudioKit
import ModelFormats

/// The level of a response: `none`, `peak`, `energy`, or decibels.
enum ResponseGain: ExpressibleByArgument, Equatable, CustomStringConvertible {
  case normalized(ResponseNormalization)
  case decibels(Float)

  init?(argument: String) {
    if let normalization = ResponseNormalization(rawValue: argument) {
      self = .normalized(normalization)
    } else if let decibels = Decibels(argument: argument)?.value, (-200...200).contains(decibels) {
      self = .decibels(decibels)
    } else {
      return nil
    }
  }

  /// The level as a plan has it.
  var level: ChainPlan.ResponseLevel {
    switch self {
    case .normalized(let normalization): .normalized(normalization)
    case .decibels(let decibels): .decibels(decibels)
    }
  }

  var description: String {
    switch self {
    case .normalized(let normalization): normalization.rawValue
    case .decibels(let decibels): "\(decibels)"
    }
  }
  var defaultValueDescription: String { description }
}

/// A predelay. A number alone is milliseconds, as on every reverb.
struct Predelay: ExpressibleByArgument, CustomStringConvertible {
  let milliseconds: Double

  init(milliseconds: Double) { self.milliseconds = milliseconds }

  init?(argument: String) {
    guard let seconds = secondsOfTime(argument, unit: 1e-3) else { return nil }
    milliseconds = seconds * 1e3
  }

  /// The time, where it is not longer than any predelay.
  func checked(_ option: String) throws -> Float {
    guard milliseconds <= Double(ConvolutionDescription.maximumDelayMilliseconds) else {
      throw ValidationError("\(option) is \(self), expected at most 60 seconds.")
    }
    return Float(milliseconds)
  }

  var description: String { "\(milliseconds)ms" }
  var defaultValueDescription: String { "0" }
}

/// Seconds of a time with a unit, ms or s. A number alone is in units of `unit` seconds.
func secondsOfTime(_ text: String, unit: Double) -> Double? {
  let (digits, unit): (Substring, Double) =
    text.hasSuffix("ms") ? (text.dropLast(2), 1e-3) : text.hasSuffix("s") ? (text.dropLast(), 1) : (text[...], unit)
  guard let value = Double(digits), value.isFinite, value >= 0 else { return nil }
  return value * unit
}

/// A latency: frames, or a time with its unit.
struct Latency: ExpressibleByArgument {
  let value: ConvolutionLatency

  init?(argument: String) {
    if let frames = Int(argument) {
      value = .frames(frames)
    } else if argument.hasSuffix("s"), let seconds = secondsOfTime(argument, unit: 1) {
      value = .seconds(seconds)
    } else {
      return nil
    }
  }
}

/// A length of time in seconds, or with a unit.
struct Seconds: ExpressibleByArgument, CustomStringConvertible {
  let value: Double

  init(_ value: Double) { self.value = value }

  init?(argument: String) {
    guard let seconds = secondsOfTime(argument, unit: 1) else { return nil }
    value = seconds
  }

  var description: String { "\(value)" }
  var defaultValueDescription: String { description }
}

extension TailPolicy: ExpressibleByArgument {
  /// `keep`, `cut`, or a time; nil for anything else.
  public init?(argument: String) {
    switch argument {
    case "keep": self = .keep
    case "cut": self = .cut
    default:
      guard let time = secondsOfTime(argument, unit: 1) else { return nil }
      self = .seconds(time)
    }
  }

  /// The default, as help texts show it.
  public var defaultValueDescription: String { "keep" }
}

/// A number of bytes; K, M and G stand for 2¹⁰, 2²⁰ and 2³⁰.
struct ByteCount: ExpressibleByArgument {
  let bytes: Int

  init(bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    let unit = argument.last.flatMap { units[$0] }
    guard let count = Int(unit == nil ? argument : String(argument.dropLast())), count > 0 else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: unit ?? 1)
    guard !overflow else { return nil }
    self.bytes = bytes
  }

  var defaultValueDescription: String {
    bytes % (1 << 30) == 0 ? "\(bytes >> 30)G" : bytes % (1 << 20) == 0 ? "\(bytes >> 20)M" : "\(bytes)"
  }
}
