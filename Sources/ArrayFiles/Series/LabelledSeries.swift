/// One time series of a file.
public struct LabelledSeries: Equatable, Sendable {
  /// Its class; nil if the file has none.
  public var label: String?
  /// `[channel][point]`; NaN marks a missing value.
  public var channels: [[Float]]

  /// A series with its label, nil if it has none.
  public init(label: String?, channels: [[Float]]) {
    self.label = label
    self.channels = channels
  }
}

/// How series are written as text.
package enum SeriesFormat: String, CaseIterable, Sendable {
  /// One single-channel series per line, the label first, then values, separated by commas, tabs or semicolons: CSV as
  /// in the UCR archive. NaN at the end of a line marks a shorter series.
  case lines
  /// The format of aeon and sktime: header lines with `@`, then one series per line, with colons between channels.
  case ts

  /// The format for a file name's extension; nil for an unknown one.
  package init?(path: String) {
    let lower = path.lowercased()
    if lower.hasSuffix(".ts") {
      self = .ts
    } else if [".csv", ".tsv", ".txt"].contains(where: lower.hasSuffix) {
      self = .lines
    } else {
      return nil
    }
  }
}
