import ArgumentParser
import ConvAudioKit

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Every input through every model, and what the outputs are called.
struct ModelBatchOptions: ParsableArguments {
  @Option(
    name: .customLong("models"),
    help: ArgumentHelp(
      """
      Models (.nam), each of which processes every input: a quoted pattern such as '*.nam', a folder, or a file. \
      Outputs that exist are skipped, unless --force replaces them.
      """, valueName: "pattern"))
  var patterns: [String] = []

  @Option(
    help: ArgumentHelp(
      "Names of outputs, in the folder of -o or beside the input, with {input}, {model} and {extension}.",
      valueName: "template"))
  var names = OutputNaming.defaultTemplate

  func validate() throws {
    if patterns.contains("") { throw ValidationError("--models is empty, expected a pattern such as '*.nam'.") }
    if let strange = OutputNaming.strangePlaceholder(in: names) {
      let known = OutputNaming.placeholders.map { "{\($0)}" }.joined(separator: ", ")
      throw ValidationError("--names has \(strange), expected \(known).")
    }
    if names.isEmpty || names.hasSuffix("/") {
      throw ValidationError("--names is \"\(names)\", expected a file's name.")
    }
  }

  /// The models' files: of each pattern in order of their names, none twice.
  /// - Throws: `CommandError` when a pattern fits nothing.
  func files() throws -> [String] {
    var files: [String] = []
    var known = Set<String>()
    for pattern in patterns {
      let found = try Self.files(matching: pattern)
      guard !found.isEmpty else { throw CommandError("\(pattern): fits no model, expected files that end in .nam.") }
      // However a file is spelled, it is one.
      for file in found where known.insert(Self.place(of: file)).inserted { files.append(file) }
    }
    return files
  }

  private static func place(of path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func files(matching pattern: String) throws -> [String] {
    var isFolder = false
    if FileManager.default.fileExists(atPath: pattern, isDirectory: &isFolder) {
      guard isFolder else { return [pattern] }
      let prefix = pattern.hasSuffix("/") ? pattern : pattern + "/"
      do {
        return try FileManager.default.contentsOfDirectory(atPath: pattern).sorted()
          .filter { $0.hasSuffix(".nam") && !$0.hasPrefix(".") }.map { prefix + $0 }
      } catch {
        throw CommandError("\(pattern): the folder cannot be read.")
      }
    }
    var matches = glob_t()
    defer { globfree(&matches) }
    guard glob(pattern, GLOB_BRACE, nil, &matches) == 0 else { return [] }
    return (0..<Int(matches.gl_pathc)).compactMap { matches.gl_pathv[$0].map { String(cString: $0) } }
  }
}
