import ByteFiles

/// Reads time series from text, one at a time, with memory for one line.
///
/// ```swift
/// let reader = try SeriesReader(contentsOf: "GunPoint_TRAIN.ts")
/// while let series = try reader.next() { use(series.label, series.channels) }
/// ```
/// - Time stamps of a `.ts` file are ignored: points are assumed to be equally spaced.
/// - Missing values are NaN: an empty field, `?`, and the words of `MissingPolicy`.
/// - Errors name file, line and column. None is recoverable.
/// - One thread at a time.
package final class SeriesReader {
  /// The longest line, in bytes: about ten million values.
  package static let maximumLineBytes = 128 << 20

  /// Whether the first field of a line is its label; a `.ts` header says so itself.
  package let labelsFirst: Bool

  let name: String
  private let lines: LineBuffer
  private let format: SeriesFormat
  private var header = TSHeader()
  private var hasStarted = false
  private var separator = UInt8(ascii: ",")
  /// The number of fields in the first line of plain text; all lines must have as many.
  private var fieldCount = 0
  /// Channels and points of the first series of a `.ts` file, which the others are compared with.
  private var first: (channels: Int, points: Int)?

  /// - Parameters:
  ///   - name: Its name in errors.
  ///   - labelsFirst: For plain text: whether lines begin with a label. Default true.
  ///   - source: Fills the front of the buffer and returns the number of bytes; 0 at the end.
  package init(
    name: String, format: SeriesFormat, labelsFirst: Bool = true,
    source: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
  ) {
    self.name = name
    self.format = format
    self.labelsFirst = labelsFirst
    lines = LineBuffer(name: name, maximumLineBytes: Self.maximumLineBytes, source: source)
  }

  /// Opens a file.
  /// - Parameter format: Default: by the path's extension, else plain lines.
  /// - Throws: `ByteFileError` when it cannot be opened.
  package convenience init(contentsOf path: String, format: SeriesFormat? = nil, labelsFirst: Bool = true) throws {
    let file = try ByteFile.reading(path)
    self.init(name: path, format: format ?? SeriesFormat(path: path) ?? .lines, labelsFirst: labelsFirst) {
      try file.read(into: $0)
    }
  }

  /// The next series; nil at the end.
  /// - Throws: `RowError`, and what the source throws.
  package func next() throws -> LabelledSeries? {
    while let bytes = try lines.next() {
      let line = bytes.span
      let text = SeriesFields.trimmed(line, 0..<line.count)
      if text.isEmpty { continue }
      switch format {
      case .lines:
        guard let series = try plainLine(line) else { continue }
        return series
      case .ts:
        guard let series = try ts(line, text) else { continue }
        return series
      }
    }
    guard hasStarted || format == .ts && header.isInData else { throw RowError.empty(name: name) }
    return nil
  }

  // MARK: - One series a line

  private func plainLine(_ line: Span<UInt8>) throws(RowError) -> LabelledSeries? {
    if !hasStarted {
      separator = CSVRow.separator(of: line)
      // UCR files may also have several spaces between values.
      if !contains(line, separator) { separator = UInt8(ascii: " ") }
    }
    var fields = SeriesFields(SeriesFields.trimmed(line, 0..<line.count), separator: separator)
    if !hasStarted {
      hasStarted = true
      fieldCount = fields.count(in: line)
      if isHeader(line, fields) { return nil }
    }
    let label = labelsFirst ? fields.next(of: line) : nil
    var values: [Float] = []
    values.reserveCapacity(fieldCount)
    while let range = fields.next(of: line) { values.append(try number(line, range, column: fields.taken)) }
    guard fields.taken == fieldCount else {
      throw .columnCount(RowPlace(name: name, line: lines.lineNumber), expected: fieldCount, actual: fields.taken)
    }
    guard !values.isEmpty else {
      throw .unexpected(
        RowPlace(name: name, line: lines.lineNumber), expected: "a label, then values", actual: "one field")
    }
    while let last = values.last, last.isNaN { values.removeLast() }
    return LabelledSeries(label: label.map { string(line, $0) }, channels: [values])
  }

  /// Whether the first line names columns: a field after the first one is neither a number nor missing.
  private func isHeader(_ line: Span<UInt8>, _ fields: SeriesFields) -> Bool {
    var fields = fields
    if labelsFirst { _ = fields.next(of: line) }
    for _ in 0..<2 {
      if let range = fields.next(of: line), value(line, range) == nil { return true }
    }
    return false
  }

  // MARK: - .ts

  private func ts(_ line: Span<UInt8>, _ text: Range<Int>) throws(RowError) -> LabelledSeries? {
    let mark = line[text.lowerBound]
    if !header.isInData {
      if mark == UInt8(ascii: "#") || mark == UInt8(ascii: "%") { return nil }
      guard mark == UInt8(ascii: "@") else {
        throw unexpected("a line of the header, which begins with '@', and '@data' before the first series", line, text)
      }
      if let expected = header.read(string(line, text)) { throw unexpected(expected, line, text) }
      return nil
    }
    if mark == UInt8(ascii: "#") { return nil }
    let stamped = header.hasStamps
    var parts = SeriesFields(text, separator: UInt8(ascii: ":"), outsideParentheses: stamped).all(of: line)
    var label: String?
    if header.hasLabels {
      guard parts.count > 1 else { throw unexpected("channels, and a label after the last ':'", line, text) }
      label = string(line, parts.removeLast())
      if let known = header.labels, let label, !known.contains(label) {
        throw unexpected("one of the labels of '@classLabel' after the last ':'", line, text)
      }
    }
    if let dimensions = header.dimensions, dimensions != parts.count {
      throw .columnCount(
        RowPlace(name: "\(name) (channels)", line: lines.lineNumber), expected: dimensions, actual: parts.count)
    }
    var channels: [[Float]] = []
    for part in parts {
      var values: [Float] = []
      var fields = SeriesFields(part, separator: UInt8(ascii: ","), outsideParentheses: stamped)
      while let range = fields.next(of: line) {
        values.append(try number(line, stamped ? unstamped(line, range) : range, column: fields.taken))
      }
      channels.append(values)
    }
    let points = channels[0].count
    for channel in channels where channel.count != points {
      throw .columnCount(
        RowPlace(name: "\(name) (points of a channel)", line: lines.lineNumber), expected: points, actual: channel.count
      )
    }
    let expected = first ?? (channels.count, points)
    first = expected
    guard channels.count == expected.channels, !header.isEqualLength || points == expected.points else {
      throw .columnCount(
        RowPlace(name: name, line: lines.lineNumber), expected: expected.channels * expected.points,
        actual: channels.count * points)
    }
    return LabelledSeries(label: label, channels: channels)
  }

  // MARK: - Fields

  private func number(_ line: Span<UInt8>, _ range: Range<Int>, column: Int) throws(RowError) -> Float {
    let place = RowPlace(name: name, line: lines.lineNumber, column: column)
    guard let value = value(line, range) else {
      throw .unexpected(place, expected: "a number", actual: excerpt(NumberRowReader.bytes(range, of: line)))
    }
    guard !value.isInfinite else {
      throw .beyondRange(place, actual: excerpt(NumberRowReader.bytes(range, of: line)))
    }
    return value
  }

  /// A number, or NaN if it is missing; nil for anything else.
  private func value(_ line: Span<UInt8>, _ range: Range<Int>) -> Float? {
    if range.isEmpty || range.count == 1 && line[range.lowerBound] == UInt8(ascii: "?") { return .nan }
    if let (value, end) = DecimalNumber.read(line, from: range.lowerBound, grammar: .lenient), end == range.upperBound {
      return value
    }
    guard range.count <= 4 else { return nil }
    return ["nan", "na", "n/a", "null", "none"].contains(string(line, range).lowercased()) ? .nan : nil
  }

  /// The value in `(stamp,value)`, after the last comma.
  private func unstamped(_ line: Span<UInt8>, _ range: Range<Int>) throws(RowError) -> Range<Int> {
    guard range.count > 2, line[range.lowerBound] == UInt8(ascii: "("),
      line[range.upperBound - 1] == UInt8(ascii: ")"),
      let comma = range.last(where: { line[$0] == UInt8(ascii: ",") })
    else { throw unexpected("a time stamp and a value, '(stamp,value)'", line, range) }
    return SeriesFields.trimmed(line, (comma + 1)..<(range.upperBound - 1))
  }

  private func unexpected(_ expected: String, _ line: Span<UInt8>, _ range: Range<Int>) -> RowError {
    .unexpected(
      RowPlace(name: name, line: lines.lineNumber), expected: expected,
      actual: excerpt(NumberRowReader.bytes(range.lowerBound..<min(range.upperBound, range.lowerBound + 60), of: line)))
  }

  private func contains(_ line: Span<UInt8>, _ byte: UInt8) -> Bool { line.indices.contains { line[$0] == byte } }

  private func string(_ line: Span<UInt8>, _ range: Range<Int>) -> String {
    String(decoding: range.map { line[$0] }, as: UTF8.self)
  }
}

/// The header of a `.ts` file. Keywords may be in upper or lower case.
struct TSHeader {
  var isInData = false
  var hasLabels = false
  var labels: Set<String>?
  var dimensions: Int?
  var isEqualLength = false
  /// Values are in parentheses, after a time stamp.
  var hasStamps = false

  /// Reads one line that begins with `@`.
  /// - Returns: What was expected instead, if it is not valid.
  mutating func read(_ text: String) -> String? {
    let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
    let truth: Bool? = words.count > 1 ? ["true": true, "false": false][words[1].lowercased()] : nil
    switch words[0].lowercased() {
    case "@data":
      isInData = true
    case "@timestamps":
      guard let truth else { return "true or false after '@timeStamps'" }
      hasStamps = truth
    case "@dimensions", "@dimension":
      guard words.count > 1, let count = Int(words[1]), (1...65_536).contains(count) else {
        return "a number of channels from 1 to 65536 after '\(words[0])'"
      }
      dimensions = count
    case "@univariate":
      guard let truth else { return "true or false after '@univariate'" }
      if truth { dimensions = 1 }
    case "@equallength":
      guard let truth else { return "true or false after '@equalLength'" }
      isEqualLength = truth
    case "@classlabel":
      guard let truth else { return "true or false after '@classLabel'" }
      hasLabels = truth
      labels = truth && words.count > 2 ? Set(words[2...]) : nil
    case "@targetlabel":
      guard let truth else { return "true or false after '@targetLabel'" }
      hasLabels = truth
    default: break  // names, lengths and the like
    }
    return nil
  }
}
