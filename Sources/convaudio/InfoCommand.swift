import ArgumentParser
import ConvAudioKit

struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Describe a model, a preset or impulse responses: cost, latency, memory, speed here.")

  @Argument(
    help: "A model (.nam), a preset's name, the path of its .json file, or an audio file of impulse responses.")
  var subject: String

  @OptionGroup var options: SubjectOptions

  func run() throws {
    try exitingOnError {
      let costs = try CostTable.selected()
      let fileExtension = subject.lastIndex(of: ".").map { String(subject[subject.index(after: $0)...]) } ?? ""
      if AudioContainer(fileExtension: fileExtension) != nil {
        let summary = try ResponseSummary(of: ImpulseResponse(path: subject), costs: costs)
        print(subject)
        for line in summary.lines { print("  " + line) }
      } else {
        let preset = try options.load(subject)
        for line in try ChainSummary(of: preset, costs: costs).lines { print(line) }
        if !preset.stages.isEmpty { print("  times real time    " + (try speeds(of: preset, costs: costs))) }
      }
    }
  }

  /// An estimate: some hundredths of a second for each block size.
  private func speeds(of preset: Chain, costs: ConvolutionCosts) throws -> String {
    try [32, 64, 128, 512].map { frames in
      let speed = try ChainSpeed(of: preset, blockFrames: frames, seconds: 0.03, costs: costs)
      return "\(rounded(speed.timesRealTime, speed.timesRealTime < 10 ? 1 : 0)) in blocks of \(frames)"
    }.joined(separator: ", ")
  }
}
