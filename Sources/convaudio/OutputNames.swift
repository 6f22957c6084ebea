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

  /// Pairs of input and output.
  func files(by processor: FileProcessor) throws -> [(input: String, output: String)] {
    guard let output else { return inputs.map { ($0, processor.defaultOutput(for: $0)) } }
    guard isFolder else { return [(inputs[0], output)] }
    return inputs.map { ($0, processor.defaultOutput(for: $0, in: output)) }
  }

  /// Makes the output folder, and those above it, where one is meant and is not there.
  func makeFolder() throws -> MadeFolder {
    guard let output, isFolder, kind != .folder else { return MadeFolder(paths: []) }
    if kind == .file {
      throw CommandError("\(output): is a file, expected a folder, because there are \(inputs.count) inputs.")
    }
    var made: [String] = []
    var folder = ""
    for part in output.split(separator: "/") {
      folder += (folder.isEmpty && !output.hasPrefix("/") ? "" : "/") + part
      if mkdir(folder, 0o777) == 0 {
        made.append(folder)
      } else if errno != EEXIST {
        let reason = String(cString: strerror(errno))
        MadeFolder(paths: made).removeIfEmpty()
        throw CommandError("\(output): the folder cannot be made: \(reason).")
      }
    }
    return MadeFolder(paths: made)
  }

  /// Whether `output` names a folder for the files: there are several, or it is one, or its name ends in a slash.
  private var isFolder: Bool { inputs.count > 1 || output?.hasSuffix("/") == true || kind == .folder }

  private enum Kind { case nothing, file, folder }

  private var kind: Kind {
    var isFolder = false
    let exists = FileManager.default.fileExists(atPath: output ?? "", isDirectory: &isFolder)
    return exists ? (isFolder ? .folder : .file) : .nothing
  }
}

/// Folders that were made for outputs.
struct MadeFolder {
  /// The outermost first.
  let paths: [String]

  /// Takes away those that nothing was written to.
  func removeIfEmpty() {
    for path in paths.reversed() { rmdir(path) }
  }
}
