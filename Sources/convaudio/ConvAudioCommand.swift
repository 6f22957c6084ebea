import ArgumentParser

@main
enum Program {
  static func main() {
    openMissingStandardStreams()
    ConvAudioCommand.main()
  }
}

struct ConvAudioCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convaudio",
    abstract: "Run trained stacks of convolutions over audio.",
    version: "0.1.0",
    subcommands: [ProcessCommand.self, PresetsCommand.self, InfoCommand.self])
}
