/// Reads small pieces of a file that follow each other, without a call of the system for each.
struct ForwardBytes {
  private let io: SoundFileIO
  private var held: [UInt8] = []
  private var start: Int64 = 0
  private static let bytes = 1 << 16

  init(_ io: SoundFileIO) { self.io = io }

  /// Bytes at a place; fewer at the end of the file.
  mutating func at(_ place: Int64, count: Int) -> ArraySlice<UInt8> {
    if place < start || place + Int64(count) > start + Int64(held.count) {
      held = io.bytes(at: place, count: max(count, Self.bytes))
      start = place
    }
    let first = Int(place - start)
    guard first < held.count else { return [] }
    return held[first..<min(held.count, first + count)]
  }
}

extension SoundFileIO {
  /// The first place of some letters, from a place on.
  func find(_ letters: String, from place: Int64, before end: Int64 = .max) -> Int64? {
    let letters = Array(letters.utf8)
    let end = min(end, length)
    var place = place
    while place + Int64(letters.count) <= end {
      let piece = bytes(at: place, count: Int(min(1 << 16, end - place)))
      guard piece.count >= letters.count else { return nil }
      for index in 0...(piece.count - letters.count)
      where piece[index] == letters[0] && piece[index..<index + letters.count].elementsEqual(letters) {
        return place + Int64(index)
      }
      place += Int64(piece.count - letters.count + 1)
    }
    return nil
  }
}
