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

/// The output file of each input, and the folders they need.
struct OutputPaths {
  let inputs: [InputFile]
  let output: String?
  /// The names of outputs without an explicit name.
  let template: String
  let container: AudioContainer?
  /// Outputs of each input.
  let chains: Int

  /// Every input with its output and what processes it.
  func files(through processor: SharedFileProcessor) -> [BatchFile] {
    if let output, !isFolder { return [BatchFile(input: inputs[0].path, output: output, processor: processor)] }
    return inputs.map {
      BatchFile(input: $0.path, output: path(for: $0, through: processor.name), processor: processor)
    }
  }

  /// The output of an input without an explicit name.
  func path(for input: InputFile, through chain: String) -> String {
    OutputNaming(template: template, folder: output, container: container)
      .path(for: input.path, through: chain, tree: input.folder)
  }

  /// Runs `body` after making the folders of these outputs; those that stay empty are removed again.
  func makingFolders<Result>(for files: [BatchFile], _ body: () throws -> Result) throws -> Result {
    if isFolder, kind == .file, let output {
      throw CommandError(
        "\(output): is a file, expected a folder for \(inputs.count == 1 ? "1 input" : "\(inputs.count) inputs")"
          + (chains > 1 ? " and \(chains) models." : "."))
    }
    if isFolder, kind == .nothing, let output, !output.hasSuffix("/"), isAudioFile(output) {
      let folder = fileStem(of: output)
      throw CommandError(
        "\(output): is the name of one file, and there are \(inputs.count * chains) outputs; name a folder, such as \(folder)/.")
    }
    var made = MadeFolders()
    defer { made.removeIfEmpty() }
    if output != nil && isFolder || template.contains("/") || inputs.contains(where: { !$0.folder.isEmpty }) {
      for file in files {
        if let slash = file.output.lastIndex(of: "/") { try made.make(file.output[..<slash]) }
      }
    }
    return try body()
  }

  /// Whether `output` is a folder: there are several outputs, or it exists as one, or its name ends in a slash.
  private var isFolder: Bool {
    inputs.count * chains > 1 || output?.hasSuffix("/") == true || kind == .folder
  }

  private enum Kind { case nothing, file, folder }

  private var kind: Kind {
    var isFolder = false
    let exists = FileManager.default.fileExists(atPath: output ?? "", isDirectory: &isFolder)
    return exists ? (isFolder ? .folder : .file) : .nothing
  }
}

/// Folders that were made for outputs.
private struct MadeFolders {
  private var known = Set<Substring>()
  /// The outermost first.
  private var paths: [String] = []

  /// Makes a folder and those above it, where they do not exist.
  mutating func make(_ path: Substring) throws {
    guard known.insert(path).inserted else { return }
    var folder = ""
    for part in path.split(separator: "/") {
      folder += (folder.isEmpty && !path.hasPrefix("/") ? "" : "/") + part
      if mkdir(folder, 0o777) == 0 {
        paths.append(folder)
      } else if errno != EEXIST {
        throw CommandError("\(path): the folder cannot be made: \(String(cString: strerror(errno))).")
      }
    }
  }

  /// Removes those that nothing was written to.
  func removeIfEmpty() {
    for path in paths.reversed() { rmdir(path) }
  }
}
