import ArgumentParser
import ConvAudioKit

struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Describe a preset or impulse responses: cost, latency, memory.")

  @Argument(help: "A preset's name, the path of its .json file, or an audio file of impulse responses.")
  var subject: String

  func run() throws {
    try exitingOnError {
      let costs = try CostTable.selected()
      let fileExtension = subject.lastIndex(of: ".").map { String(subject[subject.index(after: $0)...]) } ?? ""
      if AudioContainer(fileExtension: fileExtension) != nil {
        let summary = try ResponseSummary(of: ImpulseResponse(path: subject), costs: costs)
        print(subject)
        for line in summary.lines { print("  " + line) }
      } else {
        for line in try PresetSummary(of: LoadedPreset(subject), costs: costs).lines { print(line) }
      }
    }
  }
}
