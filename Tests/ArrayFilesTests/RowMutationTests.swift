import TestSupport
import Testing

@testable import ArrayFiles

@Suite("Damaged rows")
struct RowMutationTests {
  /// Bytes that matter to a parser come often.
  private static let telling =
    Array("0123456789+-.eE,;\t \"\r\n[]nulNaNinfxy".utf8) + [0, 0xEF, 0xBB, 0xBF, 0xFF, 0x80]

  private static func damage(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
    for _ in 0...random.nextInteger(upTo: 5) {
      let place = random.nextInteger(upTo: max(0, bytes.count - 1))
      let byte =
        random.nextInteger(upTo: 1) == 0
        ? UInt8(truncatingIfNeeded: random.next()) : telling[random.nextInteger(upTo: telling.count - 1)]
      switch random.nextInteger(upTo: 4) {
      case 0 where !bytes.isEmpty: bytes[place] = byte
      case 1 where !bytes.isEmpty: bytes.remove(at: place)
      case 2: bytes.insert(byte, at: place)
      case 3: bytes.removeSubrange(place...)
      default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 9)], at: place)
      }
    }
  }

  /// Reads in two cuttings, which must agree, and checks what must hold for any input.
  private static func check(_ bytes: [UInt8], _ format: RowFormat, _ random: inout SplitMix64) -> Reading {
    let policy = MissingPolicy.allCases[random.nextInteger(upTo: 2)]
    let pieces = PieceSource(bytes, seed: random.next())
    let whole = PieceSource(bytes, piece: .max)
    let reading = readRows(pieces, format, missing: policy)
    #expect(reading == readRows(whole, format, missing: policy), "\(bytes)")
    #expect(pieces.calls <= bytes.count + 1 && pieces.largestRoom <= LineBuffer.initialBytes)
    #expect(reading.values.allSatisfy { $0.allSatisfy { !$0.isNaN } })
    if let error = reading.error {
      let text = error.description
      let isHarmless = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
      #expect(text.hasSuffix(".") && text.utf8.count < 500 && isHarmless, "\(bytes)")
    } else {
      #expect(reading.layout != nil)
    }
    return reading
  }

  @Test("a damaged table gives an error or rows", arguments: RowFormat.allCases, 0..<4 as Range<UInt64>)
  func damaged(format: RowFormat, series: UInt64) throws {
    var random = SplitMix64(seed: 100 + series)
    var (errors, rows) = (0, 0)
    for round in 0..<1500 {
      let values = (0..<12).map { _ in random.nextSample(amplitude: 100) }
      let header = round % 2 == 0 ? "time,\"a\",b" : nil
      var bytes = Array(try written(values, format, columns: 3, header: header).utf8)
      Self.damage(&bytes, &random)
      let reading = Self.check(bytes, format, &random)
      errors += reading.error == nil ? 0 : 1
      rows += reading.rows.count
    }
    #expect(errors > 300 && rows > 300, "the damage must be felt, and not by all")
  }

  @Test("random bytes give an error or rows", arguments: RowFormat.allCases)
  func noise(format: RowFormat) {
    var random = SplitMix64(seed: 200)
    var rows = 0
    for round in 0..<6000 {
      let bytes = (0..<random.nextInteger(upTo: 60)).map { _ in
        round % 3 == 0
          ? UInt8(truncatingIfNeeded: random.next()) : Self.telling[random.nextInteger(upTo: Self.telling.count - 1)]
      }
      rows += Self.check(bytes, format, &random).rows.count
    }
    #expect(format == .ndjson || rows > 0)
  }
}
