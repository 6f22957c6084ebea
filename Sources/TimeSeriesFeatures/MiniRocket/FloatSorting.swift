/// Sorts finite floats, ten times as fast as by comparisons: three passes over eleven bits each of the numbers as whole
/// numbers in the same order (least significant digit first; D. Knuth, The Art of Computer Programming 3, 5.2.5).
///
/// −0 comes before 0. - Complexity: O(count), memory for as many numbers again.
func sortFloats(_ values: inout [Float]) {
  // Counting 3 · 2048 digits is not worth it for a few.
  guard values.count > 512 else {
    values.sort()
    return
  }
  // Rising as unsigned numbers: the sign bit of positive ones is set, and all bits of negative ones are inverted.
  var keys = values.map { $0.bitPattern ^ ($0.sign == .minus ? UInt32.max : 0x8000_0000) }
  values = []
  var counts = [Int](repeating: 0, count: 3 << 11)
  for key in keys {
    counts[Int(key & 0x7FF)] += 1
    counts[2048 + Int(key >> 11 & 0x7FF)] += 1
    counts[4096 + Int(key >> 22)] += 1
  }
  var sorted = keys
  for digit in 0..<3 {
    var place = 0
    for value in (2048 * digit)..<(2048 * (digit + 1)) {
      let count = counts[value]
      counts[value] = place
      place += count
    }
    let shift = UInt32(11 * digit)
    keys.withUnsafeBufferPointer { keys in
      sorted.withUnsafeMutableBufferPointer { sorted in
        counts.withUnsafeMutableBufferPointer { counts in
          for key in keys {
            let value = 2048 * digit + Int(key >> shift & 0x7FF)
            sorted[counts[value]] = key
            counts[value] += 1
          }
        }
      }
    }
    swap(&keys, &sorted)
  }
  values = keys.map { Float(bitPattern: $0 & 0x8000_0000 == 0 ? ~$0 : $0 ^ 0x8000_0000) }
}
