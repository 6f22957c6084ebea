import CZlib

/// An 8-bit RGB image for a PNG file (ISO/IEC 15948).
package struct PNGImage: Sendable, Equatable {
  package let width: Int
  package let height: Int
  /// Row after row from the top, three bytes per pixel.
  package var pixels: [UInt8]

  /// A black image.
  /// - Precondition: 1 to 65,535 pixels per side.
  package init(width: Int, height: Int) {
    precondition((1...65_535).contains(width) && (1...65_535).contains(height), "a picture has a size")
    self.width = width
    self.height = height
    pixels = [UInt8](repeating: 0, count: 3 * width * height)
  }

  /// The bytes of the PNG file.
  package func encoded() -> [UInt8] {
    var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    // Eight bits per channel, truecolour, deflate, the standard filters, not interlaced.
    Self.append("IHDR", Self.bigEndian(width) + Self.bigEndian(height) + [8, 2, 0, 0, 0], to: &bytes)
    Self.append("IDAT", Self.deflated(filteredRows()), to: &bytes)
    Self.append("IEND", [], to: &bytes)
    return bytes
  }

  /// The rows, each after its filter number 1: every byte minus the same byte of the pixel to its left, so that areas
  /// of one colour become zeros.
  private func filteredRows() -> [UInt8] {
    var rows: [UInt8] = []
    rows.reserveCapacity(height * (3 * width + 1))
    for row in 0..<height {
      let line = pixels[(row * 3 * width)..<((row + 1) * 3 * width)]
      rows.append(1)
      for index in line.indices { rows.append(line[index] &- (index - line.startIndex < 3 ? 0 : line[index - 3])) }
    }
    return rows
  }

  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var count = compressBound(uLong(bytes.count))
    return [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, written in
      // Cannot fail: the bound is zlib's own, and it needs only 256 KiB of other memory.
      let status = compress2(buffer.baseAddress, &count, bytes, uLong(bytes.count), 6)
      precondition(status == Z_OK, "zlib has no memory")
      written = Int(count)
    }
  }

  private static func append(_ kind: String, _ data: [UInt8], to bytes: inout [UInt8]) {
    let body = Array(kind.utf8) + data
    bytes += bigEndian(data.count) + body + bigEndian(Int(crc32(0, body, uInt(body.count))))
  }

  private static func bigEndian(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
