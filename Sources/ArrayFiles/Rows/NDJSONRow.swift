/// One line of JSON that is an array of numbers.
///
/// Numbers are those of RFC 8259. `null` is a missing value, given as NaN; so are, beyond the RFC, Python's `NaN`,
/// and `Infinity` and `-Infinity` are numbers.
enum NDJSONRow {
  /// Reads the numbers of a line.
  ///
  /// - Parameter values: Filled from the front; numbers beyond its size are only counted.
  /// - Returns: The number of numbers, at least 1.
  static func read(_ line: Span<UInt8>, into values: UnsafeMutableBufferPointer<Float>) throws(RowFault) -> Int {
    var place = skipSpace(line, from: 0)
    guard place < line.count, line[place] == UInt8(ascii: "[") else {
      throw fault(line, at: place, expected: "an array of numbers such as [0.5, -0.25]")
    }
    place = skipSpace(line, from: place + 1)
    if place < line.count, line[place] == UInt8(ascii: "]") {
      throw fault(line, at: place, expected: "at least one number in the array")
    }
    var column = 0
    while true {
      let (value, end) = try element(line, from: place, column: column)
      if column < values.count { values[column] = value }
      column += 1
      place = skipSpace(line, from: end)
      guard place < line.count, line[place] == UInt8(ascii: ",") else { break }
      place = skipSpace(line, from: place + 1)
    }
    guard place < line.count, line[place] == UInt8(ascii: "]") else {
      throw fault(line, at: place, column: column - 1, expected: "',' or ']' after the number")
    }
    place = skipSpace(line, from: place + 1)
    guard place == line.count else { throw fault(line, at: place, expected: "the end of the line after ']'") }
    return column
  }

  /// Counts the numbers in a line.
  static func count(_ line: Span<UInt8>) throws(RowFault) -> Int {
    try read(line, into: UnsafeMutableBufferPointer(start: nil, count: 0))
  }

  /// The range of a number in a line that could be read; nil after the last one.
  static func content(ofColumn wanted: Int, in line: Span<UInt8>) -> Range<Int>? {
    var place = skipSpace(line, from: 0) + 1
    for column in 0... {
      place = skipSpace(line, from: place)
      guard let end = try? element(line, from: place, column: column).end else { break }
      if column == wanted { return place..<end }
      place = skipSpace(line, from: end)
      guard place < line.count, line[place] == UInt8(ascii: ",") else { break }
      place += 1
    }
    return nil
  }

  /// A number, or NaN if it is missing, and the place after it.
  private static func element(
    _ line: Span<UInt8>, from start: Int, column: Int
  ) throws(RowFault) -> (value: Float, end: Int) {
    if let (value, end) = DecimalNumber.read(line, from: start, grammar: .json), !continues(line, at: end) {
      guard value.isFinite else { throw RowFault(kind: .beyondRange, column: column, range: start..<end) }
      return (value, end)
    }
    if let end = word("null", in: line, at: start) ?? word("NaN", in: line, at: start) { return (.nan, end) }
    if let end = word("Infinity", in: line, at: start) { return (.infinity, end) }
    if let end = word("-Infinity", in: line, at: start) { return (-.infinity, end) }
    throw fault(line, at: start, column: column, expected: "a number as JSON writes it, or null")
  }

  private static func word(_ word: StaticString, in line: Span<UInt8>, at start: Int) -> Int? {
    let end = start + word.utf8CodeUnitCount
    guard end <= line.count, !continues(line, at: end) else { return nil }
    for place in start..<end where line[place] != word.utf8Start[place - start] { return nil }
    return end
  }

  /// Whether the byte at `place` belongs to the number or word before it.
  private static func continues(_ line: Span<UInt8>, at place: Int) -> Bool {
    guard place < line.count else { return false }
    switch line[place] {
    case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: " "), UInt8(ascii: "\t"): return false
    default: return true
    }
  }

  /// The range of a fault extends to the next comma or bracket, so that the message quotes the whole element.
  private static func fault(
    _ line: Span<UInt8>, at place: Int, column: Int? = nil, expected: String
  ) -> RowFault {
    var end = min(place + 1, line.count)
    while end < line.count, line[end] != UInt8(ascii: ","), line[end] != UInt8(ascii: "]") { end += 1 }
    return RowFault(kind: .unexpected(expected: expected), column: column, range: place..<end)
  }

  private static func skipSpace(_ line: Span<UInt8>, from start: Int) -> Int {
    var place = start
    while place < line.count, line[place] == UInt8(ascii: " ") || line[place] == UInt8(ascii: "\t") { place += 1 }
    return place
  }
}
