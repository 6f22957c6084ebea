import ArgumentParser
import ConvAudioKit

struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Describe a preset: its layers, its cost, its memory.")

  @Argument(help: "A preset's name or the path of its .json file.")
  var preset: String

  func run() throws {
    try exitingOnError {
      for line in PresetSummary(of: try LoadedPreset(preset)).lines { print(line) }
    }
  }
}
