import TimeSeriesFeatures

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension FittedTransform {
  /// Saves the parameters under a name that appears when the file is complete.
  /// - Throws: `OutputError`, `StreamError`.
  public func write(to path: String, mayReplace: Bool) throws {
    try writeFile(serialized(), to: path, mayReplace: mayReplace)
  }
}

extension SeriesClassifier {
  /// Saves transform and classifier under a name that appears when the file is complete.
  /// - Throws: `OutputError`, `StreamError`.
  public func write(to path: String, mayReplace: Bool) throws {
    try writeFile(serialized(), to: path, mayReplace: mayReplace)
  }
}

/// Words, one a line, to a file that appears when it is complete, or to standard output where `path` is `-`.
/// - Throws: `OutputError`, `StreamError`.
public func writeLines(_ lines: [String], to path: String, mayReplace: Bool) throws {
  guard path == "-" else { return try writeFile(encoded(lines), to: path, mayReplace: mayReplace) }
  do {
    try printLines(lines)
  } catch is ReaderClosed {
    // A reader that wants only the beginning is content.
  }
}

/// Words, one a line, to standard output.
/// - Throws: `StreamError`; `ReaderClosed` when nobody reads them any more; `CancellationError` while nobody does.
public func printLines(_ lines: [String], isCancelled: @escaping () -> Bool = { false }) throws {
  let stream = DescriptorStream(descriptor: STDOUT_FILENO, name: "standard output", isCancelled: isCancelled)
  try encoded(lines).withUnsafeBytes { try stream.write($0) }
}

private func encoded(_ lines: [String]) -> [UInt8] { Array(lines.map { $0 + "\n" }.joined().utf8) }

func writeFile(_ bytes: [UInt8], to path: String, mayReplace: Bool) throws {
  let file = try ReplacingFile(path: path, mayReplace: mayReplace)
  let descriptor = open(file.temporaryPath, O_WRONLY | O_TRUNC | O_CLOEXEC)
  guard descriptor >= 0 else { throw StreamError.writeFailed(name: path, reason: String(cString: strerror(errno))) }
  defer { close(descriptor) }
  let stream = DescriptorStream(descriptor: descriptor, name: path, isCancelled: { false })
  try bytes.withUnsafeBytes { try stream.write($0) }
  try file.commit()
}
