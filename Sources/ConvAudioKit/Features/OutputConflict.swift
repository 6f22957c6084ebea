#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An output that would overwrite a file that the run reads, or another of its outputs.
package struct OutputConflict: Error, Equatable, CustomStringConvertible {
  package let output: String
  package let other: String

  package var description: String {
    "\(output): would overwrite \(place); choose another name."
  }

  private var place: String {
    output == other
      ? "an input or another output"
      : Self.isSame(output, other) ? "\(other), which is the same file" : "a recording or series of \(other)"
  }

  /// Replacing files is meant for those of earlier runs, not for those that this run reads or writes.
  ///
  /// - Parameters:
  ///   - outputs: The output files.
  ///   - inputs: Files and folders that are read; `-` is none.
  /// - Throws: `OutputConflict` for the first output that is an input or another output, under whatever name.
  package static func check(outputs: [String], inputs: [String]) throws(OutputConflict) {
    var others = inputs.filter { $0 != "-" }
    for output in outputs where output != "-" {
      for other in others where isSame(output, other) || isRead(output, ofFolder: other) {
        throw OutputConflict(output: output, other: other)
      }
      others.append(output)
    }
  }

  /// Whether both name the same file, which may not exist yet.
  private static func isSame(_ one: String, _ other: String) -> Bool {
    if let a = identity(one), let b = identity(other) { return a == b }
    let (a, b) = (split(one), split(other))
    return a.name == b.name && identity(a.folder) != nil && identity(a.folder) == identity(b.folder)
  }

  /// Whether `SeriesFile.find` reads the file for a folder: it is in the folder or in a subfolder.
  private static func isRead(_ path: String, ofFolder folder: String) -> Bool {
    guard SeriesFile.isReadable(path), let place = identity(folder) else { return false }
    let inner = split(path).folder
    return identity(inner) == place || identity(inner + "/..") == place
  }

  private struct Identity: Equatable {
    let device: UInt64
    let file: UInt64
  }

  private static func identity(_ path: String) -> Identity? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Identity(device: UInt64(truncatingIfNeeded: status.st_dev), file: UInt64(truncatingIfNeeded: status.st_ino))
  }

  private static func split(_ path: String) -> (folder: String, name: Substring) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path[...]) }
    return (slash == path.startIndex ? "/" : String(path[..<slash]), path[path.index(after: slash)...])
  }
}
