/// One time series as a file has it.
public struct LabelledSeries: Equatable, Sendable {
  /// Its class; nil where the file has none.
  public var label: String?
  /// `[channel][point]`; NaN where a value is missing.
  public var channels: [[Float]]

  /// A series with its label, nil if it has none.
  public init(label: String?, channels: [[Float]]) {
    self.label = label
    self.channels = channels
  }
}

/// How series are written as text.
package enum SeriesFormat: String, CaseIterable, Sendable {
  /// One series of one channel a line, values between commas, tabs or semicolons, the label first: CSV as the UCR archive
  /// has it. NaN at the end of a line marks a shorter series.
  case lines
  /// The format of aeon and sktime: a header of lines with `@`, then a series a line, channels between colons.
  case ts

  /// By the end of a file's name; nil for another one.
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
