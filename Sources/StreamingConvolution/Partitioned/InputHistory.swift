import Convolution

/// The past of every input channel in rings of one capacity, a multiple of the largest partition, so that no partition
/// wraps. The first frames of a ring are mirrored behind its end for the direct sum, which reads at any place.
///
/// Safe because the memory lives as long as its owner, which keeps `memory`.
struct InputHistory {
  /// Frames of a ring.
  let capacity: Int
  /// Frames behind its end that repeat its beginning.
  private let mirrored: Int
  private let pitch: Int
  private let base: UnsafeMutablePointer<Float>

  /// - Parameters:
  ///   - memory: At least `floats(…)`.
  init(memory: AlignedMemory, capacity: Int, mirrored: Int) {
    self.capacity = capacity
    self.mirrored = mirrored
    pitch = Self.pitch(capacity: capacity, mirrored: mirrored)
    base = memory.base
  }

  private static func pitch(capacity: Int, mirrored: Int) -> Int { (capacity + mirrored + 31) / 16 * 16 }

  static func floats(channels: Int, capacity: Int, mirrored: Int) -> Int {
    channels * pitch(capacity: capacity, mirrored: mirrored)
  }

  /// Takes `count` frames of a channel that begin at frame `frame`.
  /// - Precondition: They do not wrap.
  @inline(__always)
  func write(_ samples: UnsafePointer<Float>, channel: Int, frame: Int, count: Int) {
    let place = frame % capacity
    let ring = base + channel * pitch
    (ring + place).update(from: samples, count: count)
    if place < mirrored {
      (ring + capacity + place).update(from: samples, count: min(count, mirrored - place))
    }
  }

  /// Silence from frame `frame` on.
  func writeSilence(channel: Int, frame: Int, count: Int) {
    let place = frame % capacity
    (base + channel * pitch + place).update(repeating: 0, count: count)
    if place < mirrored {
      (base + channel * pitch + capacity + place).update(repeating: 0, count: min(count, mirrored - place))
    }
  }

  /// Where frame `frame` of a channel stands. Frames before the first one are those of a whole ring earlier: silence.
  @inline(__always)
  func place(channel: Int, frame: Int) -> UnsafePointer<Float> {
    let rest = frame % capacity
    return UnsafePointer(base + channel * pitch + (rest < 0 ? rest + capacity : rest))
  }

  func clear(channels: Int) { base.update(repeating: 0, count: channels * pitch) }
}
