import ArgumentParser
import ConvAudioKit

@main
enum Program {
  static func main() {
    openMissingStandardStreams()
    if !KernelLevel.requestWasMet {
      let known = KernelLevel.available.map { "\($0)" }.joined(separator: ", ")
      printError(
        "CONVAUDIO_KERNELS names kernels that do not run on this machine, expected one of \(known); using \(KernelLevel.selected)."
      )
    }
    do {
      let scan = try ArgumentScan(Array(CommandLine.arguments.dropFirst()))
      try ArgumentScan.$order.withValue(scan.order) {
        var command = try ConvAudioCommand.parseAsRoot(scan.arguments)
        try command.run()
      }
      try exitingOnError(checkOutput)
    } catch let mistake as ArgumentScan.Mistake {
      mistake.exit()
    } catch {
      // ArgumentParser would print the help itself, and not notice when nobody can take it.
      if ConvAudioCommand.exitCode(for: error) == .success {
        writeToStandardOutput(ConvAudioCommand.fullMessage(for: error) + "\n")
        do { try exitingOnError(checkOutput) } catch { ConvAudioCommand.exit(withError: error) }
        ConvAudioCommand.exit()
      }
      ConvAudioCommand.exit(withError: error)
    }
  }
}

struct ConvAudioCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convaudio",
    abstract: "Reamp, add cabinets and reverbs, extract features, classify recordings.",
    version: "0.1.0",
    subcommands: [
      ProcessCommand.self, StreamCommand.self, ConvolveCommand.self, PresetsCommand.self, InfoCommand.self,
      VerifyCommand.self, BenchCommand.self, TuneCommand.self, FeaturesCommand.self, ClassifyCommand.self,
    ])
}
