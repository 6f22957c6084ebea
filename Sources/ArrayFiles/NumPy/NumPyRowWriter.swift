import ByteFiles

/// Writes a .npy file with two axes row by row; the number of rows need not be known.
///
/// The header leaves room for the number of rows, as NumPy's does, and `finish` fills it in; until then the file claims
/// to have none. Memory: only the current row.
package final class NumPyRowWriter {
  /// Numbers in a row.
  package let columns: Int
  /// Rows written so far.
  package private(set) var rows = 0
  private let file: ByteFile

  /// Creates a file, or empties it.
  /// - Throws: `ByteFileError.unwritable`, `NumPyError.negativeSize`, `.overflow`.
  package init(path: String, columns: Int) throws {
    guard columns >= 0 else { throw NumPyError.negativeSize(axis: 1, actual: columns) }
    _ = try NumPyHeader.count(of: [1, columns], name: path)
    self.columns = columns
    file = try ByteFile.writing(path)
    try file.write(elements: NumPyHeader.bytes(shape: [0, columns]))
  }

  /// Appends whole rows.
  /// - Throws: `ByteFileError.unwritable`.
  /// - Precondition: A multiple of `columns` values.
  package func write(_ values: [Float]) throws(ByteFileError) {
    guard columns > 0 else { return }
    precondition(values.count.isMultiple(of: columns), "whole rows")
    #if _endian(big)
      try file.write(elements: values.map { Float(bitPattern: $0.bitPattern.byteSwapped) })
    #else
      try file.write(elements: values)
    #endif
    rows += values.count / columns
  }

  /// Fills in the number of rows and closes the file.
  /// - Throws: `ByteFileError.unwritable`, also if the file cannot seek, like a pipe.
  package func finish() throws(ByteFileError) {
    try file.overwrite(NumPyHeader.bytes(shape: [rows, columns]), at: 0)
    try file.close()
  }
}
