import ArgumentParser
import ConvAudioKit
import Foundation

struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Measure what convolutions cost on this machine.",
    discussion: """
      Plans for impulse responses are made from a table of costs that comes with the program, so that the same preset \
      gives the same samples everywhere. This measures a table of your own, in two seconds; CONVAUDIO_COSTS=FILE uses \
      it. Plans made from another table may divide a response otherwise, and then differ in the last bits.
      """)

  @Option(name: .shortAndLong, help: "The file to make. Default: standard output.")
  var output: String?

  @Option(help: "What the table is called in explanations.")
  var name = "mine"

  @Flag(help: "Replace the file if it exists.")
  var force = false

  func run() throws {
    try exitingOnError {
      if let output, !force, FileManager.default.fileExists(atPath: output) {
        throw CommandError("\(output): exists; --force replaces it.")
      }
      let text = ConvolutionCosts.measured(name: name).text
      guard let output else {
        guard writeToStandardOutput(text) else { throw CommandError("standard output: the table could not be written.") }
        return
      }
      do {
        try Data(text.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
      } catch {
        throw CommandError("\(output): cannot be written: \(error.localizedDescription)")
      }
    }
  }

  func validate() throws {
    if name.isEmpty || name.contains(where: { $0.isWhitespace }) {
      throw ValidationError("--name is \"\(name)\", expected one word.")
    }
  }
}

/// The table of costs that plans are made from.
enum CostTable {
  /// The one in the file that CONVAUDIO_COSTS names, else the one that ships with the library.
  static func selected() throws -> ConvolutionCosts {
    guard let path = ProcessInfo.processInfo.environment["CONVAUDIO_COSTS"], !path.isEmpty else { return .standard }
    guard let data = FileManager.default.contents(atPath: path), data.count <= 1 << 16 else {
      throw CommandError("CONVAUDIO_COSTS: \(path) cannot be read, expected a file that convaudio tune made.")
    }
    do {
      return try ConvolutionCosts(text: String(decoding: data, as: UTF8.self))
    } catch {
      throw CommandError("CONVAUDIO_COSTS: \(path): \(error)")
    }
  }
}
