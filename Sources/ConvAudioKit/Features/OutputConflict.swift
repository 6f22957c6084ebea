import ByteFiles

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
      : FilePlace.isSame(output, other) ? "\(other), which is the same file" : "a recording or series of \(other)"
  }

  /// Replacing files is meant for those of earlier runs, not for those that this run reads or writes.
  ///
  /// - Parameters:
  ///   - outputs: The output files.
  ///   - inputs: Files and folders that are read; `-` is none.
  /// - Throws: `OutputConflict` for the first output that is an input or another output, under whatever name.
  package static func check(outputs: [String], inputs: [String]) throws(OutputConflict) {
    var others = inputs.filter { $0 != standardStreamPath }
    for output in outputs where output != standardStreamPath && !isNullDevice(output) {
      for other in others where FilePlace.isSame(output, other) || isRead(output, ofFolder: other) {
        throw OutputConflict(output: output, other: other)
      }
      others.append(output)
    }
  }

  /// Whether `SeriesFile.find` reads the file for a folder: it is in the folder or in a subfolder.
  private static func isRead(_ path: String, ofFolder folder: String) -> Bool {
    guard SeriesFile.isReadable(path), let place = FileIdentity(folder) else { return false }
    let inner = FilePlace(path).folder
    return FileIdentity(inner) == place || FileIdentity(inner + "/..") == place
  }
}
