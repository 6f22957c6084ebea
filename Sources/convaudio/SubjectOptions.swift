import ArgumentParser
import ConvAudioKit
import ModelFormats

/// Options of the commands that describe, measure or verify a model or preset.
struct SubjectOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Which size of a multi-size model to take: 0 smallest, 1 full (default: 1).", valueName: "size"))
  var slim: Double?

  @Flag(help: "Allow the preset to name files outside its own folder.")
  var allowOutside = false

  func validate() throws {
    if let slim, !(0...1).contains(slim) { throw ValidationError("--slim is \(slim), expected 0 to 1.") }
  }

  /// The model or preset.
  /// - Throws: As `Chain`; `CommandError` for --slim without a model.
  func load(_ subject: String) throws -> Chain {
    guard let slim else { return try Chain(subject, allowOutside: allowOutside) }
    guard subject.hasSuffix(".nam") else {
      throw CommandError("\(subject): --slim needs a model (.nam).")
    }
    return try Chain(model: subject, ModelDescription(modelPath: subject, size: slim))
  }
}
