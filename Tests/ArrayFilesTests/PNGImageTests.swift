import ArrayFiles
import CZlib
import Testing

@Suite("PNG pictures")
struct PNGImageTests {
  /// The chunks of a file, each checked against its sum.
  private func chunks(_ bytes: [UInt8]) -> [(kind: String, data: [UInt8])] {
    #expect(Array(bytes[..<8]) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    var place = 8
    var found: [(String, [UInt8])] = []
    func number(_ at: Int) -> Int { bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
    while place < bytes.count {
      let count = number(place)
      let body = Array(bytes[place + 4..<place + 8 + count])
      #expect(number(place + 8 + count) == Int(crc32(0, body, uInt(body.count))))
      found.append((String(decoding: body[..<4], as: UTF8.self), Array(body[4...])))
      place += 12 + count
    }
    return found
  }

  @Test("a picture comes back as it was", arguments: [(1, 1), (3, 2), (640, 7)])
  func roundTrip(_ width: Int, _ height: Int) throws {
    var image = PNGImage(width: width, height: height)
    for index in image.pixels.indices { image.pixels[index] = UInt8(truncatingIfNeeded: index * 37 + index / 11) }
    let chunks = chunks(image.encoded())
    #expect(chunks.map(\.kind) == ["IHDR", "IDAT", "IEND"])
    #expect(Array(chunks[0].data[8...]) == [8, 2, 0, 0, 0])
    #expect(chunks[0].data[..<4].reduce(0) { $0 << 8 | Int($1) } == width)
    #expect(chunks[0].data[4..<8].reduce(0) { $0 << 8 | Int($1) } == height)
    let expected = height * (3 * width + 1)
    var count = uLong(expected + 10)
    var rows = [UInt8](repeating: 0, count: Int(count))
    #expect(uncompress(&rows, &count, chunks[1].data, uLong(chunks[1].data.count)) == Z_OK)
    #expect(Int(count) == expected)
    var pixels: [UInt8] = []
    for row in 0..<height {
      let line = Array(rows[row * (3 * width + 1)..<(row + 1) * (3 * width + 1)])
      #expect(line[0] == 1)
      var decoded: [UInt8] = []
      for (index, byte) in line.dropFirst().enumerated() {
        decoded.append(byte &+ (index < 3 ? 0 : decoded[index - 3]))
      }
      pixels += decoded
    }
    #expect(pixels == image.pixels)
  }
}
