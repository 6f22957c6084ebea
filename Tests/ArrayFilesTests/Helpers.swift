import TestSupport
import Testing

@testable import ArrayFiles

/// Gives bytes in pieces: of `piece` bytes, or of random sizes from `seed`.
final class PieceSource {
  private let bytes: [UInt8]
  private var place = 0
  private let piece: Int?
  private var random: SplitMix64
  /// How often it was asked for bytes.
  private(set) var calls = 0
  /// The largest buffer that was to be filled.
  private(set) var largestRoom = 0

  init(_ bytes: [UInt8], piece: Int) {
    (self.bytes, self.piece, random) = (bytes, piece, SplitMix64(seed: 0))
  }

  init(_ bytes: [UInt8], seed: UInt64) {
    (self.bytes, piece, random) = (bytes, nil, SplitMix64(seed: seed))
  }

  func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    calls += 1
    largestRoom = max(largestRoom, buffer.count)
    let wanted = piece ?? (random.nextInteger(upTo: 1) == 0 ? 1 : 1 + random.nextInteger(upTo: 100))
    let count = min(wanted, buffer.count, bytes.count - place)
    bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[place..<place + count])) }
    place += count
    return count
  }
}

/// All rows of a text and how the reading ended.
struct Reading: Equatable {
  var layout: RowLayout?
  /// Bit patterns, so that −0 differs from 0.
  var rows: [[UInt32]] = []
  var missing = 0
  var error: RowError?

  var values: [[Float]] { rows.map { $0.map(Float.init(bitPattern:)) } }
}

func readRows(
  _ source: PieceSource, _ format: RowFormat, columns: Int? = nil, missing: MissingPolicy = .error,
  header: HeaderPolicy = .auto, maximumColumns: Int = 64
) -> Reading {
  var reading = Reading()
  do {
    let reader = try NumberRowReader(
      name: "in", format: format, columns: columns, missing: missing, header: header,
      maximumColumns: maximumColumns, read: source.read)
    reading.layout = reader.layout
    var row = [Float](repeating: .nan, count: reader.layout.columns)
    defer { reading.missing = reader.missingValues }
    while try row.withUnsafeMutableBufferPointer({ try reader.read(into: $0) }) {
      reading.rows.append(row.map(\.bitPattern))
      #expect(reader.rowsRead == reading.rows.count)
    }
  } catch let error as RowError {
    reading.error = error
  } catch {
    Issue.record("\(error) is no RowError")
  }
  return reading
}

func readRows(
  _ text: String, _ format: RowFormat, columns: Int? = nil, missing: MissingPolicy = .error,
  header: HeaderPolicy = .auto, maximumColumns: Int = 64
) -> Reading {
  readRows(
    PieceSource(Array(text.utf8), piece: 4096), format, columns: columns, missing: missing,
    header: header, maximumColumns: maximumColumns)
}

/// What the writer makes of rows.
func written(
  _ values: [Float], _ format: RowFormat, columns: Int, header: String? = nil, separator: UInt8 = UInt8(ascii: ",")
) throws -> String {
  var bytes: [UInt8] = []
  let writer = try NumberRowWriter(format: format, columns: columns, header: header, separator: separator) {
    bytes += $0
  }
  try values.withUnsafeBufferPointer { try writer.write($0) }
  return String(decoding: bytes, as: UTF8.self)
}
