import ArgumentParser
import ConvAudioKit

struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Describe a model, preset or impulse response: cost, latency, memory and speed on this machine.")

  @Argument(
    help: "A model (.nam), a preset (name or .json file), or an audio file of impulse responses.")
  var subject: String

  @OptionGroup var options: SubjectOptions

  func run() throws {
    try exitingOnError {
      let costs = try CostTable.selected()
      let fileExtension = subject.lastIndex(of: ".").map { String(subject[subject.index(after: $0)...]) } ?? ""
      if AudioContainer(fileExtension: fileExtension) != nil {
        let summary = try ResponseSummary(of: ImpulseResponse(path: subject), costs: costs)
        printLine(subject)
        for line in summary.lines { printLine("  " + line) }
      } else {
        let chain = try options.load(subject)
        for line in try ChainSummary(of: chain, costs: costs).lines { printLine(line) }
        if !chain.stages.isEmpty { printLine("  times real time    " + (try speeds(of: chain, costs: costs))) }
      }
    }
  }

  /// A quick estimate: 0.03 seconds for each block size.
  private func speeds(of chain: Chain, costs: ConvolutionCosts) throws -> String {
    try [32, 64, 128, 512].map { frames in
      let speed = try ChainSpeed(of: chain, blockFrames: frames, seconds: 0.03, costs: costs)
      return "\(rounded(speed.timesRealTime, speed.timesRealTime < 10 ? 1 : 0)) in blocks of \(frames)"
    }.joined(separator: ", ")
  }
}
