import ArgumentParser
import ConvAudioKit
import ModelFormats

/// A share: a number from 0 to 1, or a percentage.
struct Share: ExpressibleByArgument, CustomStringConvertible {
  let value: Float
  let description: String

  init?(argument: String) {
    let isPercentage = argument.hasSuffix("%")
    guard let number = Float(isPercentage ? String(argument.dropLast()) : argument) else { return nil }
    value = isPercentage ? number / 100 : number
    description = argument
  }

  /// The share; a sentence about what would be right where it is not one.
  func checked(_ option: String) throws -> Float {
    if (0...1).contains(value) { return value }
    let isWithoutSign = !description.hasSuffix("%") && (1...100).contains(value)
    throw ValidationError(
      "\(option) is \(description), expected 0 to 1 or 0% to 100%"
        + (isWithoutSign ? "; write \(description)% for percent." : "."))
  }
}

/// A level in decibels, with or without the unit.
struct Decibels: ExpressibleByArgument, CustomStringConvertible {
  let value: Float
  let description: String

  init(_ value: Float) { (self.value, description) = (value, "\(value)") }

  init?(argument: String) {
    let units = ["dbu", "db"]
    let lower = argument.lowercased()
    let unit = units.first { lower.hasSuffix($0) }
    var digits = argument.dropLast(unit?.count ?? 0)
    while digits.last == " " { digits.removeLast() }
    guard let number = Float(String(digits)) else { return nil }
    value = number
    description = argument
  }

  /// The level, where it can be a gain.
  func checked(_ option: String, unit: String = "dB") throws -> Float {
    guard (-200...200).contains(value) else {
      throw ValidationError("\(option) is \(value) \(unit), expected -200 to 200.")
    }
    return value
  }

  var defaultValueDescription: String { value == value.rounded() ? "\(Int(value))" : "\(value)" }
}
