import ArgumentParser
import ConvAudioKit

struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Describe a model, preset or impulse response: cost, latency, memory and speed on this machine.")

  @OptionGroup var options: SubjectOptions

  func run() throws {
    try exitingOnError {
      let costs = try CostTable.selected()
      if let subject = options.subject, isAudioFile(subject) {
        let summary = try ResponseSummary(of: ImpulseResponse(path: subject, truncated: .keep), costs: costs)
        printLine(subject)
        for line in summary.lines { printLine("  " + line) }
      } else {
        let chain = try options.load()
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
