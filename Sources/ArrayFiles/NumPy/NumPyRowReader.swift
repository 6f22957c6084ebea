import ByteFiles

/// Reads a .npy file in parts. A row is everything at one index of the first axis, whatever the other axes.
///
/// ```swift
/// let reader = try NumPyRowReader(contentsOf: "series.npy")  // [cases, channels, points]
/// while let rows = try reader.next(maximumCount: 64) { use(rows) }
/// ```
/// Memory: the current rows. A file in Fortran order, whose rows are scattered all over it, is read as a whole.
package final class NumPyRowReader {
  /// The sizes of the axes, outermost first. Empty for a single number, which is one row.
  package let shape: [Int]
  /// The number of rows.
  package let rows: Int
  /// Elements of a row.
  package let columns: Int
  /// Rows delivered so far.
  package private(set) var rowsRead = 0
  /// How reading has changed the numbers so far; nil if it has not.
  package var conversion: NumPyConversion? { whole?.conversion ?? counts }

  private var decoder: NumPyDecoder
  private var counts: NumPyConversion?
  private let element: NumPyElement
  private let end: Int
  /// The array, if it had to be read at once.
  private let whole: NumPyArray?

  /// Opens a regular file.
  /// - Throws: `NumPyError`.
  package convenience init(contentsOf path: String) throws(NumPyError) {
    let file = try NumPyError.file { () throws(ByteFileError) in try ByteFile.reading(path) }
    try self.init(name: path, byteCount: file.byteCount) { (buffer) throws(NumPyError) in
      try NumPyError.file { () throws(ByteFileError) in try file.read(into: buffer) }
    }
  }

  /// Reads the header from a source of bytes.
  ///
  /// - Parameters:
  ///   - name: Its name in errors.
  ///   - byteCount: The total number of bytes; nil if unknown.
  ///   - read: Fills the front of the buffer and returns the number of bytes, at least 1; 0 at the end.
  /// - Throws: `NumPyError`.
  package init(
    name: String, byteCount: Int?,
    read: @escaping (UnsafeMutableRawBufferPointer) throws(NumPyError) -> Int
  ) throws(NumPyError) {
    var decoder = NumPyDecoder(name: name, byteCount: byteCount, read: read)
    let header = try decoder.header()
    end = try decoder.extent(of: header).end
    shape = header.shape
    // Cannot overflow: the number of all elements did not.
    columns = header.shape.dropFirst().reduce(1, *)
    rows = header.shape.first ?? 1
    whole = header.isFortranOrder ? try decoder.decode(header) : nil
    counts = header.element.conversion
    element = header.element
    self.decoder = decoder
  }

  /// The next rows, at most `maximumCount`, one after another; nil after the last.
  /// - Throws: `NumPyError`.
  package func next(maximumCount: Int) throws(NumPyError) -> [Float]? {
    let count = min(maximumCount, rows - rowsRead)
    guard count > 0 else { return nil }
    defer { rowsRead += count }
    if let whole {
      return Array(whole.values[(rowsRead * columns)..<((rowsRead + count) * columns)])
    }
    let values = try decoder.values(count: count * columns, of: element, end: end, conversion: &counts)
    if rowsRead + count == rows { try decoder.requireEnd(at: end) }
    return values
  }
}
