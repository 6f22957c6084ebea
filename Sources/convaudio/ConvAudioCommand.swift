import ArgumentParser
import ConvAudioKit

@main
enum Program {
  static func main() {
    openMissingStandardStreams()
    if !KernelLevel.requestWasMet {
      let known = KernelLevel.available.map { "\($0)" }.joined(separator: ", ")
      printError(
        "CONVAUDIO_KERNELS asks for kernels that are not here, expected one of \(known); \(KernelLevel.selected) is used."
      )
    }
    ConvAudioCommand.main()
  }
}

struct ConvAudioCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convaudio",
    abstract: "Run trained stacks of convolutions and impulse responses over audio.",
    version: "0.1.0",
    subcommands: [
      ProcessCommand.self, StreamCommand.self, ConvolveCommand.self, PresetsCommand.self, InfoCommand.self,
      VerifyCommand.self, BenchCommand.self, TuneCommand.self, FeaturesCommand.self, ClassifyCommand.self,
    ])
}
