/// Iterates over the fields of a part of a line, without spaces around them; a list of ten million would take more
/// memory than their values.
struct SeriesFields {
  private var start: Int
  private let end: Int
  private let separator: UInt8
  private let skipsParentheses: Bool
  private var isAtEnd = false
  /// Fields so far.
  private(set) var taken = 0

  /// - Parameters:
  ///   - separator: Several spaces count as one.
  ///   - outsideParentheses: Whether to ignore separators inside parentheses.
  init(_ part: Range<Int>, separator: UInt8, outsideParentheses: Bool = false) {
    start = part.lowerBound
    end = part.upperBound
    self.separator = separator
    skipsParentheses = outsideParentheses
  }

  /// The next field; nil after the last. There is at least one.
  mutating func next(of line: Span<UInt8>) -> Range<Int>? {
    guard !isAtEnd else { return nil }
    var place = start
    var isInside = false
    while place < end {
      let byte = line[place]
      if skipsParentheses {
        if byte == UInt8(ascii: "(") { isInside = true }
        if byte == UInt8(ascii: ")") { isInside = false }
      }
      if byte == separator, !isInside {
        if separator != UInt8(ascii: " ") || place > start { break }
        start = place + 1
      }
      place += 1
    }
    let field = Self.trimmed(line, start..<place)
    isAtEnd = place == end
    start = place + 1
    taken += 1
    return field
  }

  /// All remaining fields.
  func all(of line: Span<UInt8>) -> [Range<Int>] {
    var (rest, all) = (self, [Range<Int>]())
    while let field = rest.next(of: line) { all.append(field) }
    return all
  }

  /// The number of remaining fields.
  func count(in line: Span<UInt8>) -> Int {
    var rest = self
    while rest.next(of: line) != nil {}
    return rest.taken - taken
  }

  /// A part of a line without spaces around it.
  static func trimmed(_ line: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high, isSpace(line[low]) { low += 1 }
    while high > low, isSpace(line[high - 1]) { high -= 1 }
    return low..<high
  }
}
