/// How rows of numbers are written as text, one row per line.
public enum RowFormat: String, CaseIterable, Sendable {
  /// Fields between separators, with or without a header line: `0.5,-0.25`.
  case csv
  /// One JSON array of numbers per line: `[0.5, -0.25]`.
  case ndjson
}

/// What to do with missing values.
///
/// Missing are: an empty field, `NA`, `N/A`, `NaN`, `null` and `none` (in any case) in CSV, `null` and `NaN` in NDJSON.
public enum MissingPolicy: String, CaseIterable, Sendable {
  /// Stop with an error at the first one.
  case error
  /// Use the column's last value; 0 before the first.
  case hold
  /// Use 0.
  case zero
}

/// Whether the first line of CSV names the columns.
public enum HeaderPolicy: String, CaseIterable, Sendable {
  /// If no field is a number, and not all are missing. Mixing names and numbers is an error.
  case auto
  /// Always, even with names such as 2020.
  case yes
  /// Never: it is the first row.
  case no
}

/// The layout found from the first row.
package struct RowLayout: Sendable, Equatable {
  /// Numbers in a row, at least 1.
  package var columns: Int
  /// The first line, without byte order mark and line end, if it names the columns. CSV only.
  package var header: String?
  /// The separator of fields: a comma, a tab or a semicolon. A comma for NDJSON.
  package var separator: UInt8

  /// - Parameter separator: Default: a comma.
  package init(columns: Int, header: String? = nil, separator: UInt8 = UInt8(ascii: ",")) {
    self.columns = columns
    self.header = header
    self.separator = separator
  }
}
