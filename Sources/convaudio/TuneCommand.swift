import ArgumentParser
import ByteFiles
import ConvAudioKit

struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Measure what convolutions cost on this machine.",
    discussion: """
      Long impulse responses are divided by a cost table that comes with the program, so the same preset gives the same \
      samples on every machine. This command measures a table for this machine in two seconds. Set CONVAUDIO_COSTS to \
      its file to use it. With another table a response may be divided differently, which changes the last bits of the \
      output.
      """)

  @Option(name: .shortAndLong, help: "Output file, - for standard output (default: -).", transform: outputPath)
  var output: String?

  @Option(help: "Name of the table, shown by --explain and info.")
  var name = "mine"

  @Flag(help: "Replace an existing output.")
  var force = false

  func run() throws {
    try exitingOnError {
      guard let output, output != standardStreamPath else {
        return writeToStandardOutput(ConvolutionCosts.measured(name: name).text)
      }
      try ReplacingFile.check(path: output, mayReplace: force)
      let text = ConvolutionCosts.measured(name: name).text
      try ReplacingFile.write(Array(text.utf8), to: output, mayReplace: force)
    }
  }

  func validate() throws {
    if name.isEmpty || name.contains(where: { $0.isWhitespace }) {
      throw ValidationError("--name is \"\(name)\", expected one word.")
    }
    if output == "" { throw ValidationError("--output is empty, expected the name of a file.") }
  }
}
