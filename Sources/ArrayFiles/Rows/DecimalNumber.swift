#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads decimal numbers from text as the nearest Float32, ties to even.
///
/// The syntax is checked here and not by `strtof`, which accepts hexadecimal, `nan(…)` and leading space, obeys the
/// locale and needs a zero byte at the end. `strtof` computes the value only if the quick way below cannot be sure: for
/// fewer than one of 10⁷ random numbers, and if digits and exponent need a power beyond 10^±22.
enum DecimalNumber {
  enum Grammar {
    /// Also `+1`, `.5` and `5.`, and leading zeros.
    case lenient
    /// RFC 8259.
    case json
  }

  /// Reads the number that begins at `start`.
  ///
  /// - Returns: The value, infinite if no finite Float32 is near enough, and the place after the last character; nil
  ///   if no number begins here. The caller checks what follows.
  static func read(_ text: Span<UInt8>, from start: Int, grammar: Grammar) -> (value: Float, end: Int)? {
    var place = start
    var isNegative = false
    if place < text.count {
      isNegative = text[place] == UInt8(ascii: "-")
      if isNegative || (grammar == .lenient && text[place] == UInt8(ascii: "+")) { place += 1 }
    }
    let first = place
    var number = Significand()
    number.append(digitsOf: text, from: &place, isFraction: false)
    let integerDigits = place - first
    var fractionDigits = 0
    if place < text.count, text[place] == UInt8(ascii: ".") {
      place += 1
      let fraction = place
      number.append(digitsOf: text, from: &place, isFraction: true)
      fractionDigits = place - fraction
      if grammar == .json, fractionDigits == 0 { return nil }
    }
    if integerDigits + fractionDigits == 0 { return nil }
    if grammar == .json, integerDigits == 0 || (integerDigits > 1 && text[first] == 0x30) { return nil }
    let last = place
    var exponent = 0
    if place < text.count, text[place] | 0x20 == UInt8(ascii: "e") {
      place += 1
      guard let value = readExponent(text, from: &place) else { return nil }
      exponent = value
    }
    let magnitude =
      number.value == 0
      ? 0
      : quick(number.value, exponent: number.exponent + exponent)
        ?? exact(text, digits: first..<last, exponent: exponent)
    return (isNegative ? -magnitude : magnitude, place)
  }

  /// The first 19 significant digits of a number, which always fit.
  private struct Significand {
    var value: UInt64 = 0
    /// The number is `value`·10^`exponent`, apart from digits that were dropped.
    var exponent = 0
    private var significantDigits = 0

    mutating func append(digitsOf text: Span<UInt8>, from place: inout Int, isFraction: Bool) {
      while place < text.count {
        let digit = text[place] &- 0x30
        guard digit < 10 else { return }
        place += 1
        if significantDigits < 19 {
          value = value &* 10 &+ UInt64(digit)
          if value != 0 { significantDigits &+= 1 }
          if isFraction { exponent &-= 1 }
        } else if !isFraction {
          exponent &+= 1
        }
      }
    }
  }

  /// The digits after an `e`; nil if there are none.
  private static func readExponent(_ text: Span<UInt8>, from place: inout Int) -> Int? {
    guard place < text.count else { return nil }
    let isNegative = text[place] == UInt8(ascii: "-")
    if isNegative || text[place] == UInt8(ascii: "+") { place += 1 }
    let first = place
    var value = 0
    while place < text.count, text[place] &- 0x30 < 10 {
      // Far more than the digits of the longest line can compensate.
      value = min(value * 10 + Int(text[place] &- 0x30), 1_000_000_000)
      place += 1
    }
    return place == first ? nil : isNegative ? -value : value
  }

  /// The powers of ten that are exact in double precision.
  private static let exactPowers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]

  /// The nearest Float32 by way of a Double; nil if that could be the wrong neighbour.
  ///
  /// The Double is off by less than 2 of its units in the last place: half a unit each for the significand and for
  /// the product or quotient with an exact power, and 10⁻¹⁸ for dropped digits. Rounding it to Float32 gives what
  /// rounding the true number gives, unless a midpoint of two floats lies between the two. Midpoints of normal
  /// floats are the doubles whose last 29 bits are 1 followed by 28 zeros, so 4 units of distance are enough.
  private static func quick(_ significand: UInt64, exponent: Int) -> Float? {
    guard exponent >= -22, exponent <= 22 else { return nil }
    let double =
      exponent < 0 ? Double(significand) / exactPowers[-exponent] : Double(significand) * exactPowers[exponent]
    let distance = Int64(double.bitPattern & 0x1FFF_FFFF) - 0x1000_0000
    guard distance > 4 || distance < -4 else { return nil }
    guard double > 0x1.000001p-126, double < 0x1.FFFFFEp127 else { return nil }
    return Float(double)
  }

  /// The nearest Float32 by `strtof`, for digits with at most one point among them.
  ///
  /// The number is rewritten as an integer and an exponent, which every locale reads alike. Up to 112 digits can matter
  /// for a Float32; after the 120th it only matters whether one is not zero.
  private static func exact(_ text: Span<UInt8>, digits: Range<Int>, exponent: Int) -> Float {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 160) { copy in
      var count = 0
      var exponent = exponent
      var isFraction = false
      var dropsDigit = false
      for place in digits {
        let byte = text[place]
        if byte == UInt8(ascii: ".") {
          isFraction = true
        } else if count < 120 {
          if isFraction { exponent -= 1 }
          if count == 0, byte == 0x30 { continue }
          copy[count] = CChar(byte)
          count += 1
        } else {
          if !isFraction { exponent += 1 }
          if byte != 0x30 { dropsDigit = true }
        }
      }
      func append(_ byte: UInt8) {
        copy[count] = CChar(byte)
        count += 1
      }
      if dropsDigit {
        append(UInt8(ascii: "1"))
        exponent -= 1
      }
      append(UInt8(ascii: "e"))
      // Beyond ±9999 the result is the same; at most 5 characters.
      for byte in String(max(-9999, min(9999, exponent))).utf8 { append(byte) }
      append(0)
      return strtof(copy.baseAddress!, nil)
    }
  }
}
