import ByteFiles
import TimeSeriesFeatures

extension FittedTransform {
  /// Saves the parameters to a file that appears when it is complete.
  /// - Throws: `ByteFileError`.
  public func write(to path: String, mayReplace: Bool) throws {
    try ReplacingFile.write(serialized(), to: path, mayReplace: mayReplace)
  }
}

extension SeriesClassifier {
  /// Saves transform and classifier to a file that appears when it is complete.
  /// - Throws: `ByteFileError`.
  public func write(to path: String, mayReplace: Bool) throws {
    try ReplacingFile.write(serialized(), to: path, mayReplace: mayReplace)
  }
}

/// Writes one word per line to a file that appears when it is complete, or to standard output if `path` is `-`.
/// - Throws: `ByteFileError`.
package func writeLines(_ lines: [String], to path: String, mayReplace: Bool) throws {
  guard path == standardStreamPath else {
    return try ReplacingFile.write(encoded(lines), to: path, mayReplace: mayReplace)
  }
  do {
    try printLines(lines)
  } catch ByteFileError.readerClosed {
    // The reader wanted only the beginning.
  }
}

/// Writes one word per line to standard output.
/// - Throws: `ByteFileError`; `.readerClosed` when the reader has closed it.
package func printLines(_ lines: [String], cancellation: Cancellation = .never) throws {
  try ByteFile.standardOutput(cancellation).write(elements: encoded(lines))
}

private func encoded(_ lines: [String]) -> [UInt8] { Array(lines.map { $0 + "\n" }.joined().utf8) }
