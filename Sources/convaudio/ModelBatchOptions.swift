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

/// Options for processing every input through every one of many models.
struct ModelBatchOptions: ParsableArguments {
  @Option(
    name: .customLong("models"),
    help: ArgumentHelp(
      """
      Process every input through each of these models (.nam): a quoted pattern such as '*.nam', a folder, or a file. \
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

  /// The model files: sorted within each pattern, each once.
  /// - Throws: `CommandError` when a pattern gives none.
  func files() throws -> [String] {
    var files: [String] = []
    var known = Set<String>()
    for pattern in patterns {
      let found = try Self.files(matching: pattern)
      guard !found.isEmpty else { throw CommandError("\(pattern): there is no such .nam file.") }
      // ./a.nam and a.nam are the same file.
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
