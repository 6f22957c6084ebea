import ByteFiles

/// Reads labels from text, one per line, for series stored in an array.
package final class LabelReader {
  /// The file.
  package let name: String
  private let lines: LineBuffer

  /// Opens a file.
  /// - Throws: `ByteFileError` when it cannot be opened; `LabelError` for a NumPy array.
  package init(contentsOf path: String) throws {
    guard !path.lowercased().hasSuffix(".npy") else { throw LabelError(path: path) }
    let file = try ByteFile.reading(path)
    name = path
    lines = LineBuffer(name: path) { try file.read(into: $0) }
  }

  /// The next label, without spaces around it; nil at the end. Skips empty lines.
  /// - Throws: `RowError.lineTooLong`, and what reading throws.
  package func next() throws -> String? {
    while let line = try lines.next() {
      let text = String(decoding: line, as: UTF8.self)
      let label = text.drop { $0.isWhitespace }
      guard let last = label.lastIndex(where: { !$0.isWhitespace }) else { continue }
      return String(label[...last])
    }
    return nil
  }
}

/// Labels were given as a NumPy array; they must be text.
public struct LabelError: Error, Equatable, CustomStringConvertible {
  /// The file.
  public let path: String

  /// One sentence with the file and what was expected.
  public var description: String {
    "\(path): expected text with one label a line; in Python, np.savetxt('labels.txt', y, fmt='%s') writes it."
  }
}
