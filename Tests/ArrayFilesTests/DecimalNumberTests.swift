import Foundation
import TestSupport
import Testing

@testable import ArrayFiles

@Suite("Decimal numbers")
struct DecimalNumberTests {
  private func value(_ text: String, _ grammar: DecimalNumber.Grammar = .lenient) -> Float? {
    let bytes = Array(text.utf8)
    guard let (value, end) = DecimalNumber.read(bytes.span, from: 0, grammar: grammar), end == bytes.count else {
      return nil
    }
    return value
  }

  @Test("random digits, points and exponents give what strtof gives", arguments: 0..<8 as Range<UInt64>)
  func likeStrtof(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var differences: [String] = []
    for _ in 0..<50_000 {
      let digits = 1 + random.nextInteger(upTo: random.nextInteger(upTo: 9) == 0 ? 150 : 24)
      var text = random.nextInteger(upTo: 1) == 0 ? "-" : ""
      let point = random.nextInteger(upTo: digits)
      for place in 0..<digits {
        if place == point { text += "." }
        text += random.nextInteger(upTo: 3) == 0 ? "0" : String(random.nextInteger(upTo: 9))
      }
      if random.nextInteger(upTo: 2) > 0 { text += "e\(random.nextInteger(upTo: 120) - 70 - point)" }
      if value(text)?.bitPattern != strtof(text, nil).bitPattern { differences.append(text) }
    }
    #expect(differences.prefix(3) == [])
  }

  /// Exact decimal digits of a double; no double here has more than 160 significant ones.
  private func exactText(_ value: Double) -> String { String(format: "%.170e", value) }

  @Test("midpoints go to the even neighbour, and the least bit more or less to the nearer one")
  func midpoints() {
    var random = SplitMix64(seed: 9)
    for round in 0..<20_000 {
      // Every other one subnormal or nearly so; below the largest finite number.
      let pattern = UInt32(truncatingIfNeeded: random.next()) % (round % 2 == 0 ? 0x7F7F_FFFF : 0x0100_0000)
      let low = Float(bitPattern: pattern)
      let middle = (Double(low) + Double(low.nextUp)) / 2
      let even = pattern % 2 == 0 ? low : low.nextUp
      let text = exactText(middle)
      let more = text.replacingOccurrences(of: "e", with: "1e")
      guard value(text) == even, value(more) == low.nextUp, value(exactText(middle.nextDown)) == low,
        value(exactText(middle.nextUp)) == low.nextUp
      else {
        Issue.record("near \(low), bits \(pattern)")
        return
      }
    }
  }

  @Test("numbers of any length are read: zeros, digits and exponents that make up for each other")
  func longNumbers() {
    let zeros = String(repeating: "0", count: 100_000)
    #expect(value("0." + zeros + "25e100001") == 2.5)
    #expect(value("25" + zeros + "e-100001") == 2.5)
    #expect(value(zeros + "7") == 7)
    #expect(value("16777217." + zeros) == 16_777_216)
    #expect(value("16777217." + zeros + "1") == 16_777_218)
    #expect(value("1e" + zeros + "2") == 100)
    #expect(value("1e99999999999999999999") == .infinity)
    #expect(value("-1e-99999999999999999999")?.bitPattern == Float(-0.0).bitPattern)
    #expect(value("-0e99999999999999999999")?.bitPattern == Float(-0.0).bitPattern)
    #expect(value("1" + zeros) == .infinity)
    #expect(value("3.40282356779733661637539395458142568447e38") == .greatestFiniteMagnitude)
    #expect(value("3.40282356779733661637539395458142568448e38") == .infinity)
  }

  @Test("JSON's grammar is the narrower one")
  func grammars() {
    for text in ["+1", ".5", "-.5", "5.", "007", "-01", "1.e3"] {
      #expect(value(text) != nil && value(text, .json) == nil, "\(text)")
    }
    for text in ["0", "-0", "0.5", "10", "1e05", "1E+5", "-1.25e-3"] {
      #expect(value(text) == Float(text) && value(text, .json) == Float(text), "\(text)")
    }
  }
}
