import ByteFiles
import TimeSeriesFeatures

extension FittedTransform {
  /// Saves the parameters under a name that appears when the file is complete.
  /// - Throws: `ByteFileError`.
  public func write(to path: String, mayReplace: Bool) throws {
    try ReplacingFile.write(serialized(), to: path, mayReplace: mayReplace)
  }
}

extension SeriesClassifier {
  /// Saves transform and classifier under a name that appears when the file is complete.
  /// - Throws: `ByteFileError`.
  public func write(to path: String, mayReplace: Bool) throws {
    try ReplacingFile.write(serialized(), to: path, mayReplace: mayReplace)
  }
}

/// Words, one a line, to a file that appears when it is complete, or to standard output where `path` is `-`.
/// - Throws: `ByteFileError`.
package func writeLines(_ lines: [String], to path: String, mayReplace: Bool) throws {
  guard path == standardStreamPath else {
    return try ReplacingFile.write(encoded(lines), to: path, mayReplace: mayReplace)
  }
  do {
    try printLines(lines)
  } catch ByteFileError.readerClosed {
    // A reader that wants only the beginning is content.
  }
}

/// Words, one a line, to standard output.
/// - Throws: `ByteFileError`; `.readerClosed` when nobody reads them any more.
package func printLines(_ lines: [String], cancellation: Cancellation = .never) throws {
  try ByteFile.standardOutput(cancellation).write(elements: encoded(lines))
}

private func encoded(_ lines: [String]) -> [UInt8] { Array(lines.map { $0 + "\n" }.joined().utf8) }
