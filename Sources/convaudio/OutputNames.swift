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

/// Which file each input is written to.
struct OutputNames {
  let inputs: [String]
  let output: String?
  /// What outputs are called where no name is given.
  let template: String
  let container: AudioContainer?
  /// How many outputs there are of an input.
  let chains: Int

  /// Pairs of input and output.
  func files(through chain: String) -> [(input: String, output: String)] {
    if let output, !isFolder { return [(inputs[0], output)] }
    let naming = OutputNaming(template: template, folder: output, container: container)
    return inputs.map { ($0, naming.path(for: $0, through: chain)) }
  }

  /// Makes the folders of these outputs, and those above them, where they are not there.
  func makeFolders(for outputs: [String]) throws -> MadeFolders {
    if isFolder, kind == .file, let output {
      throw CommandError(
        "\(output): is a file, expected a folder, because there \(inputs.count == 1 ? "is 1 input" : "are \(inputs.count) inputs")"
          + (chains > 1 ? " and \(chains) models." : "."))
    }
    guard output != nil && isFolder || template.contains("/") else { return MadeFolders(paths: []) }
    var made = MadeFolders(paths: [])
    var known = Set<Substring>()
    for output in outputs {
      guard let slash = output.lastIndex(of: "/"), known.insert(output[..<slash]).inserted else { continue }
      do {
        try made.make(output[..<slash])
      } catch {
        made.removeIfEmpty()
        throw error
      }
    }
    return made
  }

  /// Whether `output` names a folder for the files: there are several, or it is one, or its name ends in a slash.
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
struct MadeFolders {
  /// The outermost first.
  private(set) var paths: [String]

  /// Makes a folder and those above it.
  fileprivate mutating func make(_ path: Substring) throws {
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

  /// Takes away those that nothing was written to.
  func removeIfEmpty() {
    for path in paths.reversed() { rmdir(path) }
  }
}
