import ArgumentParser
import ConvAudioKit

/// How a model or preset is taken that is described, measured or verified.
struct SubjectOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Size, 0 to 1, of a model that was trained for several.", valueName: "share"))
  var slim: Double?

  @Flag(help: "Let a preset name files outside its own folder.")
  var allowOutside = false

  func validate() throws {
    if let slim, !(0...1).contains(slim) { throw ValidationError("--slim is \(slim), expected 0 to 1.") }
  }

  /// The model or preset.
  /// - Throws: As `Chain`; `CommandError` when a size is asked of something that is no model.
  func load(_ subject: String) throws -> Chain {
    guard let slim else { return try Chain(subject, allowOutside: allowOutside) }
    guard subject.hasSuffix(".nam") else {
      throw CommandError("\(subject): --slim is about models, expected a .nam file.")
    }
    return try Chain(model: subject, ModelDescription(modelPath: subject, size: slim))
  }
}
