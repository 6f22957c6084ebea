/// One line of fields between separators.
///
/// A field may be in quotation marks, with `""` for one inside it, and have spaces around it; tabs too, unless they
/// are the separator. Numbers are never NaN, so NaN marks a missing value.
enum CSVRow {
  private static let quote = UInt8(ascii: "\"")

  /// What separates the fields of the first line: a comma if there is one outside quotation marks, else a tab, else
  /// a semicolon; a comma if there is none of them.
  static func separator(of line: Span<UInt8>) -> UInt8 {
    var hasTab = false
    var hasSemicolon = false
    var isQuoted = false
    var isAtStart = true
    for place in line.indices {
      let byte = line[place]
      if isQuoted {
        isQuoted = byte != quote
        continue
      }
      switch byte {
      case UInt8(ascii: ","): return byte
      case UInt8(ascii: "\t"): (hasTab, isAtStart) = (true, true)
      case UInt8(ascii: ";"): (hasSemicolon, isAtStart) = (true, true)
      case UInt8(ascii: " "): break
      // `""` inside quotation marks counts here as an end and a new beginning.
      case quote: isQuoted = isAtStart || (place > 0 && line[place - 1] == quote)
      default: isAtStart = false
      }
    }
    return hasTab ? UInt8(ascii: "\t") : hasSemicolon ? UInt8(ascii: ";") : UInt8(ascii: ",")
  }

  /// Reads the fields of a line.
  ///
  /// - Parameter values: Filled from the front; fields beyond its size are only counted.
  /// - Returns: The number of fields, at least 1.
  static func read(
    _ line: Span<UInt8>, separator: UInt8, into values: UnsafeMutableBufferPointer<Float>
  ) throws(RowFault) -> Int {
    var place = 0
    var column = 0
    while true {
      place = skipSpace(line, from: place, separator: separator)
      if column >= values.count {
        place = try field(line, from: place, column: column, separator: separator).end
      } else if let (value, end) = plainNumber(line, from: place, separator: separator) {
        values[column] = value
        place = end
      } else {
        let (content, end) = try field(line, from: place, column: column, separator: separator)
        guard let value = value(line, content) else {
          throw RowFault(kind: expectedNumber(line, content, separator: separator), column: column, range: content)
        }
        guard !value.isInfinite || isWord(line, content) else {
          throw RowFault(kind: .beyondRange, column: column, range: content)
        }
        values[column] = value
        place = end
      }
      column += 1
      if place == line.count { return column }
      place += 1
    }
  }

  /// The number of fields in a line.
  static func count(_ line: Span<UInt8>, separator: UInt8) throws(RowFault) -> Int {
    try read(line, separator: separator, into: UnsafeMutableBufferPointer(start: nil, count: 0))
  }

  /// Whether there are fields that are neither numbers nor missing, and no numbers.
  ///
  /// - Throws: A fault for the first field that is not a number if other fields are: a typo must not turn a row of data
  ///   into a header.
  static func isHeader(_ line: Span<UInt8>, separator: UInt8) throws(RowFault) -> Bool {
    var place = 0
    var column = 0
    var hasNumber = false
    var name: (column: Int, content: Range<Int>)?
    while true {
      let (content, end) = try field(
        line, from: skipSpace(line, from: place, separator: separator), column: column, separator: separator)
      if let value = value(line, content) {
        if !value.isNaN { hasNumber = true }
      } else if name == nil {
        name = (column, content)
      }
      if end == line.count { break }
      place = end + 1
      column += 1
    }
    guard let name else { return false }
    guard hasNumber else { return true }
    var kind = expectedNumber(line, name.content, separator: separator)
    if kind == .unexpected(expected: "a number") {
      kind = .unexpected(expected: RowError.numberOfMixedRow)
    }
    throw RowFault(kind: kind, column: name.column, range: name.content)
  }

  /// The range of a field's content in a line, without spaces and quotation marks; nil after the last field.
  static func content(ofColumn wanted: Int, in line: Span<UInt8>, separator: UInt8) -> Range<Int>? {
    var place = 0
    for column in 0... {
      place = skipSpace(line, from: place, separator: separator)
      guard let (content, end) = try? field(line, from: place, column: column, separator: separator) else { break }
      if column == wanted { return content }
      if end == line.count { break }
      place = end + 1
    }
    return nil
  }

  // MARK: - Fields

  /// The common case: a finite number without quotation marks, and the place of the separator or line end after it.
  private static func plainNumber(
    _ line: Span<UInt8>, from start: Int, separator: UInt8
  ) -> (value: Float, end: Int)? {
    guard let (value, numberEnd) = DecimalNumber.read(line, from: start, grammar: .lenient) else { return nil }
    let end = skipSpace(line, from: numberEnd, separator: separator)
    guard end == line.count || line[end] == separator, value.isFinite else { return nil }
    return (value, end)
  }

  /// A field's content, and the place of the separator or line end after it. `start`: after leading spaces.
  private static func field(
    _ line: Span<UInt8>, from start: Int, column: Int, separator: UInt8
  ) throws(RowFault) -> (content: Range<Int>, end: Int) {
    var end = start
    guard start < line.count, line[start] == quote else {
      while end < line.count, line[end] != separator { end += 1 }
      return (trim(line, start..<end, separator: separator), end)
    }
    end += 1
    while true {
      while end < line.count, line[end] != quote { end += 1 }
      guard end < line.count else {
        throw RowFault(
          kind: .unexpected(expected: "a closing quotation mark on the same line"), column: column,
          range: start..<line.count)
      }
      guard end + 1 < line.count, line[end + 1] == quote else { break }
      end += 2
    }
    let content = trim(line, start + 1..<end, separator: separator)
    end = skipSpace(line, from: end + 1, separator: separator)
    guard end == line.count || line[end] == separator else {
      throw RowFault(
        kind: .unexpected(expected: "a separator after the closing quotation mark"), column: column,
        range: end..<line.count)
    }
    return (content, end)
  }

  /// A field's number; NaN if it is missing, infinite if beyond Float32's range; nil if it is anything else.
  private static func value(_ line: Span<UInt8>, _ content: Range<Int>) -> Float? {
    if content.isEmpty { return .nan }
    let number = DecimalNumber.read(line, from: content.lowerBound, grammar: .lenient)
    if let number, number.end == content.upperBound { return number.value }
    var word = content
    let sign = line[word.lowerBound]
    if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { word = word.lowerBound + 1..<word.upperBound }
    let magnitude: Float
    // C prints -nan.
    if matches(line, word, "nan") {
      magnitude = .nan
    } else if matches(line, word, "inf") || matches(line, word, "infinity") {
      magnitude = .infinity
    } else if matches(line, content, "na") || matches(line, content, "n/a") || matches(line, content, "null")
      || matches(line, content, "none")
    {
      magnitude = .nan
    } else {
      return nil
    }
    return sign == UInt8(ascii: "-") ? -magnitude : magnitude
  }

  /// Whether an infinite value is the word `inf` or `infinity`, and not a number that is too large.
  private static func isWord(_ line: Span<UInt8>, _ content: Range<Int>) -> Bool {
    line[content.upperBound - 1] | 0x20 >= UInt8(ascii: "a")
  }

  /// Compares ignoring case; `word` is in lower case.
  private static func matches(_ line: Span<UInt8>, _ range: Range<Int>, _ word: StaticString) -> Bool {
    guard range.count == word.utf8CodeUnitCount else { return false }
    for i in 0..<range.count {
      let byte = line[range.lowerBound + i]
      let isCapital = (0x41...0x5A).contains(byte)
      guard (isCapital ? byte | 0x20 : byte) == word.utf8Start[i] else { return false }
    }
    return true
  }

  /// The expected number, with a hint if a comma may be a decimal mark.
  private static func expectedNumber(_ line: Span<UInt8>, _ content: Range<Int>, separator: UInt8) -> RowFault.Kind {
    func contains(_ byte: UInt8) -> Bool { content.contains { line[$0] == byte } }
    if separator != UInt8(ascii: ","), contains(UInt8(ascii: ",")) {
      return .unexpected(expected: "a number with a point as decimal mark, not a comma")
    }
    if separator == UInt8(ascii: ","), contains(UInt8(ascii: ";")) || contains(UInt8(ascii: "\t")) {
      return .unexpected(
        expected: "a number (commas separate the columns, as in the first row; the decimal mark is a point)")
    }
    return .unexpected(expected: "a number")
  }

  private static func skipSpace(_ line: Span<UInt8>, from start: Int, separator: UInt8) -> Int {
    var place = start
    while place < line.count, isSpace(line[place], separator: separator) { place += 1 }
    return place
  }

  private static func trim(_ line: Span<UInt8>, _ range: Range<Int>, separator: UInt8) -> Range<Int> {
    var (first, last) = (range.lowerBound, range.upperBound)
    while first < last, isSpace(line[first], separator: separator) { first += 1 }
    while last > first, isSpace(line[last - 1], separator: separator) { last -= 1 }
    return first..<last
  }

  private static func isSpace(_ byte: UInt8, separator: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (byte == UInt8(ascii: "\t") && byte != separator)
  }
}
