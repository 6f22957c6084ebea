import ArgumentParser
import ConvAudioKit

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Measure what convolutions cost on this machine.",
    discussion: """
      Plans for impulse responses are made from a table of costs that comes with the program, so that the same preset \
      gives the same samples everywhere. This measures a table of your own, in two seconds; CONVAUDIO_COSTS=FILE uses \
      it. Plans made from another table may divide a response otherwise, and then differ in the last bits.
      """)

  @Option(name: .shortAndLong, help: "The file to make. Default: standard output, or -.")
  var output: String?

  @Option(help: "What the table is called in explanations.")
  var name = "mine"

  @Flag(help: "Replace the file if it exists.")
  var force = false

  func run() throws {
    try exitingOnError {
      guard let output, output != standardStreamPath else {
        let text = ConvolutionCosts.measured(name: name).text
        guard writeToStandardOutput(text) else {
          throw CommandError("standard output: the table could not be written.")
        }
        return
      }
      let file = try ReplacingFile(path: output, mayReplace: force)
      let text = ConvolutionCosts.measured(name: name).text
      if let reason = write(text, toFile: file.temporaryPath) {
        throw CommandError("\(output): cannot be written: \(reason).")
      }
      try file.commit()
    }
  }

  func validate() throws {
    if name.isEmpty || name.contains(where: { $0.isWhitespace }) {
      throw ValidationError("--name is \"\(name)\", expected one word.")
    }
    if output == "" { throw ValidationError("--output is empty, expected the name of a file.") }
  }
}

/// The table of costs that plans are made from.
enum CostTable {
  /// The one in the file that CONVAUDIO_COSTS names, else the one that ships with the library.
  static func selected() throws -> ConvolutionCosts {
    guard let path = ProcessInfo.processInfo.environment["CONVAUDIO_COSTS"], !path.isEmpty else { return .standard }
    do {
      return try ConvolutionCosts(contentsOf: path)
    } catch let error as ConvolutionCostsError {
      throw CommandError("CONVAUDIO_COSTS: \(path): \(error)")
    } catch {
      throw CommandError("CONVAUDIO_COSTS: \(error)")
    }
  }
}
