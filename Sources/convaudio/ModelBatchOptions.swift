import ArgumentParser
import ConvAudioKit

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Options for processing every input through every one of many models.
struct ModelBatchOptions: ParsableArguments {
  @Option(
    name: .customLong("models"),
    help: ArgumentHelp(
      """
      Process every input through each of these models (.nam): a file, a folder with all its subfolders, or a quoted \
      pattern such as '*.nam' or 'amps/**/*.nam'. \
      Existing outputs are skipped unless --force is given.
      """, valueName: "pattern"))
  var patterns: [String] = []

  @Option(
    help: ArgumentHelp(
      "Names of the outputs, with {input}, {model} and {extension}, in the folder of -o or beside the input.",
      valueName: "template"))
  var names = OutputNaming.defaultTemplate

  func validate() throws {
    if patterns.contains("") { throw ValidationError("--models is empty, expected a pattern such as '*.nam'.") }
    if let strange = OutputNaming.strangePlaceholder(in: names) {
      let known = OutputNaming.placeholders.map { "{\($0)}" }.joined(separator: ", ")
      throw ValidationError("--names has \(strange), expected \(known).")
    }
    if names.hasPrefix("/") || names.split(separator: "/").contains("..") {
      throw ValidationError("--names is \"\(names)\", expected names inside the folder of the outputs.")
    }
    if names.isEmpty || names.hasSuffix("/") {
      throw ValidationError("--names is \"\(names)\", expected a file name.")
    }
  }

  /// The model files, in the order of the patterns, sorted within each, each once; none without --models.
  /// - Throws: `InputFilesError` when a pattern gives none.
  func files() throws -> [String] {
    guard !patterns.isEmpty else { return [] }
    let found = try InputFiles(patterns, .models)
    if let missing = found.files.first(where: { !FileManager.default.fileExists(atPath: $0.path) }) {
      throw CommandError("\(missing.path): there is no such .nam file.")
    }
    return found.files.map(\.path)
  }
}
