import ArgumentParser
import ConvAudioKit

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure how fast a model or preset runs on this machine, by block size.",
    discussion: """
      Runs on one core. The same blocks run several times and the fastest run of each counts, so the worst block shows \
      the program and not what else the machine was doing.
      """)

  @OptionGroup var options: SubjectOptions

  @Option(parsing: .upToNextOption, help: ArgumentHelp("Block sizes in frames.", valueName: "frames"))
  var blocks = [16, 32, 64, 128, 256, 512, 1024, 2048]

  @Option(help: "Channels of the signal (default: what the model or preset takes, or 1).")
  var channels: Int?

  @Option(help: ArgumentHelp("Time for each block size, in seconds or with a unit (500ms).", valueName: "time"))
  var seconds = Seconds(0.5)

  @Flag(help: "Print a JSON report.")
  var json = false

  func validate() throws {
    guard blocks.allSatisfy({ (1...65_536).contains($0) }) else {
      throw ValidationError("--blocks must be 1 to 65536 frames.")
    }
    guard (0.001...3600).contains(seconds.value) else {
      throw ValidationError("--seconds is \(seconds), expected 0.001 to 3600.")
    }
    if let channels, !(1...1024).contains(channels) {
      throw ValidationError("--channels is \(channels), expected 1 to 1024.")
    }
  }

  func run() throws {
    try exitingOnError {
      let (chain, subject) = (try options.load(), try options.name())
      let costs = try CostTable.selected()
      var speeds: [ChainSpeed] = []
      if !json { writeToStandardOutput(Self.header(subject)) }
      for block in blocks {
        let speed = try ChainSpeed(
          of: chain, channels: channels, blockFrames: block, seconds: seconds.value, costs: costs)
        speeds.append(speed)
        if !json { writeToStandardOutput(Self.line(speed)) }
      }
      if json { writeToStandardOutput(Self.json(speeds)) }
      if !json, let speed = speeds.first(where: { $0.blockFrames == 64 }) {
        let count = speed.instancesPerCore
        writeToStandardOutput(
          "One core runs \(count == 1 ? "1 instance" : "\(count) instances") in blocks of 64 frames.\n")
        if let share = Self.share(of: chain, speed, channels) { writeToStandardOutput(share) }
      }
    }
  }

  /// How near the networks of a chain come to what the core can multiply; nil where impulse responses take time, too.
  private static func share(of chain: Chain, _ speed: ChainSpeed, _ channels: Int?) -> String? {
    guard !chain.hasResponses, chain.multiplyAddsPerFrame > 0 else { return nil }
    let copies = (channels ?? chain.typicalChannels) / (chain.inputChannels ?? 1)
    let peak = KernelLevel.selected.multiplyAddPeak()
    let operations = 2 * Double(chain.multiplyAddsPerFrame * copies * speed.sampleRateHz) * speed.timesRealTime
    return "That is \(rounded(100 * operations / peak, 0)) % of the \(rounded(peak / 1e9, 0)) billion operations per "
      + "second that the core reaches in multiply-adds alone.\n"
  }

  private static func header(_ subject: String) -> String {
    "\(subject), \(KernelLevel.selected.name)\n"
      + " frames  times real time   median block    worst block  share of its time\n"
  }

  private static func line(_ speed: ChainSpeed) -> String {
    padded("\(speed.blockFrames)", 7) + padded(rounded(speed.timesRealTime, 1), 17)
      + padded(microseconds(speed.medianBlockSeconds), 15) + padded(microseconds(speed.worstBlockSeconds), 15)
      + padded(rounded(speed.worstLoad * 100, 2) + " %", 19) + "\n"
  }

  private static func microseconds(_ seconds: Double) -> String { rounded(seconds * 1e6, 1) + " µs" }

  private static func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private static func json(_ speeds: [ChainSpeed]) -> String {
    let entries = speeds.map { speed in
      """
        {
          "blockFrames" : \(speed.blockFrames),
          "instancesPerCore" : \(speed.instancesPerCore),
          "medianBlockSeconds" : \(speed.medianBlockSeconds),
          "sampleRateHz" : \(speed.sampleRateHz),
          "timesRealTime" : \(speed.timesRealTime),
          "worstBlockSeconds" : \(speed.worstBlockSeconds)
        }
      """
    }
    return "[\n" + entries.joined(separator: ",\n") + "\n]\n"
  }
}
