import TestSupport
import Testing

@testable import ArrayFiles

@Suite("Rows written and read again")
struct RowRoundTripTests {
  /// Every sign and exponent with the smallest, largest and random significands, and random bits of any kind. `NaN`
  /// has no way back.
  private static let values: [Float] = {
    var random = SplitMix64(seed: 11)
    var patterns: [UInt32] = []
    for top in 0..<512 as Range<UInt32> {
      for significand in [0, 1, 2, 0x3F_FFFF, 0x40_0000, 0x7F_FFFE, 0x7F_FFFF] as [UInt32] {
        patterns.append(top << 23 | significand)
      }
      for _ in 0..<200 { patterns.append(top << 23 | UInt32(random.nextInteger(upTo: 0x7F_FFFF))) }
    }
    for _ in 0..<200_000 { patterns.append(UInt32(truncatingIfNeeded: random.next())) }
    let values = patterns.map(Float.init(bitPattern:)).filter { !$0.isNaN }
    return Array(values.prefix(values.count / 7 * 7))
  }()

  @Test("CSV keeps every float but NaN, bit for bit", arguments: [",", "\t", ";"] as [Character])
  func csv(separator: Character) throws {
    let header = "abcdefg".map { "\($0)" }.joined(separator: String(separator))
    let text = try written(Self.values, .csv, columns: 7, header: header, separator: separator.asciiValue!)
    let reading = readRows(PieceSource(Array(text.utf8), piece: 10_007), .csv)
    #expect(reading.error == nil && reading.layout?.separator == separator.asciiValue)
    #expect(reading.rows.flatMap { $0 } == Self.values.map(\.bitPattern))
  }

  @Test("NDJSON keeps every finite float bit for bit")
  func ndjson() throws {
    let finite = Self.values.filter(\.isFinite)
    let text = try written(finite, .ndjson, columns: 1)
    let reading = readRows(PieceSource(Array(text.utf8), piece: 10_007), .ndjson)
    #expect(reading.error == nil)
    #expect(reading.rows.flatMap { $0 } == finite.map(\.bitPattern))
  }

  @Test("values that are not finite come back as missing, in CSV only NaN")
  func nonFinite() throws {
    let values: [Float] = [.nan, .infinity, -.infinity, 1]
    let csv = readRows(try written(values, .csv, columns: 4), .csv, missing: .zero)
    #expect(csv.values == [[0, .infinity, -.infinity, 1]])
    let ndjson = readRows(try written(values, .ndjson, columns: 4), .ndjson, missing: .zero)
    #expect(ndjson.values == [[0, 0, 0, 1]])
  }
}
