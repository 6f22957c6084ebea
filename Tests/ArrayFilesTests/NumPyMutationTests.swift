import TestSupport
import Testing

@testable import ArrayFiles

@Suite("Damaged NumPy files")
struct NumPyMutationTests {
  /// Bytes that matter to a parser come often.
  private static let telling = Array("0123456789(){}[]'\",:<>|=f4f8ifTrueFalseL -\\\n".utf8) + [0, 0x93, 0xFF, 1, 2, 3]

  /// Damages header and data; half of the time without touching the prefix, whose loss hides all else.
  private static func damage(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
    let first = random.nextInteger(upTo: 1) == 0 ? 0 : 10
    for _ in 0...random.nextInteger(upTo: 3) {
      guard bytes.count > first else { return }
      // The dictionary, more often than the rest.
      let last = random.nextInteger(upTo: 3) == 0 ? bytes.count - 1 : min(bytes.count - 1, 80)
      let place = first + random.nextInteger(upTo: max(0, last - first))
      let byte =
        random.nextInteger(upTo: 3) == 0
        ? UInt8(truncatingIfNeeded: random.next()) : telling[random.nextInteger(upTo: telling.count - 1)]
      switch random.nextInteger(upTo: 7) {
      case 0: bytes.remove(at: place)
      case 1: bytes.insert(byte, at: place)
      case 2: bytes.removeSubrange(place...)
      case 3: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 9)], at: place)
      case 4:
        // Keeps the length: one digit becomes another, so that shapes and data disagree.
        if let digit = bytes[place...].firstIndex(where: { (0x30...0x39).contains($0) }) {
          bytes[digit] = 0x30 + UInt8(random.nextInteger(upTo: 9))
        }
      default: bytes[place] = byte
      }
    }
  }

  private static func outcome(_ body: () throws(NumPyError) -> NumPyArray) -> Result<NumPyArray, NumPyError> {
    do throws(NumPyError) { return .success(try body()) } catch { return .failure(error) }
  }

  @Test("a damaged file gives an error or an array", arguments: NumPyFixture.all)
  func damaged(fixture: NumPyFixture) throws {
    var random = SplitMix64(seed: 400 + UInt64(fixture.name.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) } % 1000))
    let whole = try fixture.bytes()
    var (errors, arrays) = (0, 0)
    for _ in 0..<1500 {
      var bytes = whole
      Self.damage(&bytes, &random)
      let known = Self.outcome { () throws(NumPyError) in try NumPyArray(bytes: bytes, name: "x") }
      let piped = Self.outcome { () throws(NumPyError) in try readPiped(bytes, seed: random.next()) }
      switch (known, piped) {
      case (.success(let known), .success(let piped)):
        arrays += 1
        #expect(known.values.count == known.shape.reduce(1, *) && known.shape == piped.shape)
        #expect(firstBitDifference(known.values, piped.values) == nil)
      case (.failure(.excess(_, let expected, _)), .failure(let piped)):
        errors += 1
        #expect(piped == .excess(name: "x", expected: expected, actual: nil))
      case (.failure(let known), .failure(let piped)):
        errors += 1
        #expect(known == piped)
        let text = known.description
        let isHarmless = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        #expect(text.hasSuffix(".") && text.utf8.count < 600 && isHarmless, "\(text)")
      default: Issue.record("\(known) and \(piped)")
      }
    }
    #expect(errors > 300, "the damage must be felt")
    #expect(fixture.shape == nil || arrays > 10, "and not by all")
  }

  @Test("random bytes after a valid beginning")
  func noise() {
    var random = SplitMix64(seed: 401)
    for _ in 0..<5000 {
      let text = (0..<random.nextInteger(upTo: 60)).map { _ in
        Self.telling[random.nextInteger(upTo: Self.telling.count - 1)]
      }
      let error = numPyError(numPyBytes("{'descr': '<f4', ") + text)
      #expect(error?.description.hasSuffix(".") == true)
    }
  }
}
