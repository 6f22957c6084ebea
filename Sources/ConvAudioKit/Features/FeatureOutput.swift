import ArrayFiles
import ByteFiles
import TimeSeriesFeatures

/// Writes rows of features to a file or to standard output as they come.
///
/// - `.npy`: the features, [series, features], without labels.
/// - `.npz`: `features`, `names`, and `labels` if there are any.
/// - `.csv`, `.tsv`: a header of names; if there are labels, a first column `label`. Nine digits, enough to restore
///   every Float32.
/// A file appears under its name when it is complete. Text goes to standard output at once, arrays when complete.
public final class FeatureOutput {
  /// How rows are written.
  public enum Format: String, CaseIterable, Sendable {
    case csv, tsv, npy, npz

    /// The format that a file's extension names; nil for others.
    public init?(path: String) {
      guard let dot = path.lastIndex(of: ".") else { return nil }
      self.init(rawValue: path[path.index(after: dot)...].lowercased())
    }
  }

  private enum Target {
    case text(ByteFile, separator: String)
    case array(NumPyRowWriter)
    case archive(NumPyArchiveWriter)
  }

  private let file: (any PendingOutput)?
  private let target: Target
  private let hasLabels: Bool
  private let hasTimes: Bool
  private var labels: [String] = []

  /// - Parameters:
  ///   - path: `-` is standard output.
  ///   - names: Names of the features.
  ///   - hasLabels: Whether rows have labels, which come first in text, under `labelName`.
  ///   - labelName: Name of the column of labels in text.
  ///   - hasTimes: Whether a column `time` comes before the features.
  /// - Throws: `ByteFileError`, `NumPyError`.
  public init(
    path: String, format: Format, names: [String], hasLabels: Bool, labelName: String = "label",
    hasTimes: Bool = false, mayReplace: Bool, cancellation: Cancellation = .never
  ) throws {
    self.hasLabels = hasLabels
    self.hasTimes = hasTimes
    let names = (hasTimes ? ["time"] : []) + names
    let isText = format == .csv || format == .tsv
    file =
      path == standardStreamPath && isText
      ? nil : try pendingOutput(path, mayReplace: mayReplace, cancellation: cancellation)
    switch format {
    case .csv, .tsv:
      let separator = format == .csv ? "," : "\t"
      let stream =
        try file.map { try ByteFile.writing($0.temporaryPath, name: path, cancellation: cancellation) }
        ?? .standardOutput(cancellation)
      target = .text(stream, separator: separator)
      let header = (hasLabels ? [labelName] : []) + names
      try Self.write(header.joined(separator: separator) + "\n", to: stream)
    case .npy:
      target = .array(try NumPyRowWriter(path: file!.temporaryPath, columns: names.count))
    case .npz:
      let archive = try NumPyArchiveWriter(path: file!.temporaryPath)
      try archive.add("names", text: names)
      try archive.begin("features", columns: names.count)
      target = .archive(archive)
    }
  }

  /// Appends the rows of a table.
  /// - Throws: `ByteFileError`; `.readerClosed` when a pipe's reader has gone.
  public func write(_ table: FeatureTable, labels: [String?]) throws {
    switch target {
    case .array(let writer): try writer.write(table.values)
    case .archive(let archive):
      try archive.write(table.values)
      if hasLabels { self.labels += labels.map { $0 ?? "" } }
    case .text(let stream, let separator):
      for row in 0..<table.rows {
        var line = hasLabels ? Self.quoted(labels[row] ?? "", separator: separator) : ""
        var isFirst = !hasLabels
        for value in table[row] {
          if !isFirst { line += separator }
          isFirst = false
          line += "\(value)"
        }
        line += "\n"
        try Self.write(line, to: stream)
      }
    }
  }

  /// Appends one row of a stream.
  ///
  /// - Parameters:
  ///   - time: Written in full to text, and as Float32 to arrays; needed if `hasTimes` is true.
  /// - Throws: As above.
  public func write(row: UnsafeBufferPointer<Float>, time: Double, label: String?) throws {
    guard case .text(let stream, let separator) = target else {
      let values = (hasTimes ? [Float(time)] : []) + row
      if case .array(let writer) = target { try writer.write(values) }
      if case .archive(let archive) = target { try archive.write(values) }
      if hasLabels, case .archive = target { labels.append(label ?? "") }
      return
    }
    var line = hasLabels ? Self.quoted(label ?? "", separator: separator) : ""
    if hasTimes { line += (line.isEmpty ? "" : separator) + "\(time)" }
    for value in row { line += (line.isEmpty ? "" : separator) + "\(value)" }
    line += "\n"
    try Self.write(line, to: stream)
  }

  /// Completes the file and gives it its name.
  public func finish() throws {
    switch target {
    case .text(let stream, _): try stream.close()
    case .array(let writer): try writer.finish()
    case .archive(let archive):
      try archive.endRows()
      if hasLabels { try archive.add("labels", text: labels) }
      try archive.finish()
    }
    try file?.commit()
  }

  private static func write(_ text: String, to stream: ByteFile) throws {
    try stream.write(elements: Array(text.utf8))
  }

  /// Quotes a field that contains the separator, a quotation mark or a line end (RFC 4180).
  static func quoted(_ field: String, separator: String) -> String {
    guard field.contains(separator) || field.contains("\"") || field.contains("\n") || field.contains("\r") else {
      return field
    }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
