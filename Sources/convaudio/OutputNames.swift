import ConvAudioKit

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Which file each input is written to.
struct OutputNames {
  let inputs: [String]
  let output: String?

  /// Pairs of input and output. Makes the output folder when there are several inputs, or its name ends in a slash.
  func files(by processor: FileProcessor) throws -> [(input: String, output: String)] {
    guard let output else { return inputs.map { ($0, processor.defaultOutput(for: $0)) } }
    var isFolder = false
    let exists = FileManager.default.fileExists(atPath: output, isDirectory: &isFolder)
    if inputs.count == 1, !isFolder, !output.hasSuffix("/") { return [(inputs[0], output)] }
    if exists, !isFolder {
      throw OutputFolderError(
        description: "\(output): is a file, expected a folder, because there are \(inputs.count) inputs.")
    }
    if !exists {
      do {
        try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
      } catch {
        throw OutputFolderError(description: "\(output): the folder cannot be made, expected a writable place.")
      }
    }
    return inputs.map { ($0, processor.defaultOutput(for: $0, in: output)) }
  }
}

struct OutputFolderError: Error, CustomStringConvertible {
  let description: String
}
