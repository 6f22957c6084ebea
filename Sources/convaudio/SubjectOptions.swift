import ArgumentParser
import ConvAudioKit

/// What commands describe, measure or verify: one model, preset or impulse response, or a chain of them.
struct SubjectOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A model (.nam), a preset (name or .json file), or an audio file of impulse responses. Or give a chain with -p, --model and --ir.",
      valueName: "subject"))
  var subject: String?

  @OptionGroup(title: "Chain") var chain: ChainOptions
  @OptionGroup(title: StageOptions.title) var choices: StageOptions

  func validate() throws {
    guard try plan().stages.isEmpty else { return }
    throw ValidationError("Nothing is named: give a model, a preset or an audio file, or a chain with -p, --model or --ir.")
  }

  /// The chain as it was typed.
  func plan() throws -> ChainPlan {
    try chain.plan(choices, subject: subject.map { isAudioFile($0) ? .response($0) : .preset($0) })
  }

  /// What reports call it.
  func name() throws -> String { try subject ?? plan().description }

  /// Reads it, and says what it is and which options have no effect.
  func load() throws -> Chain {
    let plan = try plan()
    let (chain, remarks) = try plan.loadWithLevels()
    plan.announce()
    remarks.forEach { printError($0.sentence) }
    return chain
  }
}
