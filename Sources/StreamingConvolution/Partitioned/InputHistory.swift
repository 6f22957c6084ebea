import Convolution

/// The past of every input channel, in rings of equal capacity: a multiple of the largest partition, so that no
/// partition wraps. The start of each ring is repeated after its end, because the direct sum reads from any position.
///
/// Safe because the owner of this value keeps `memory` alive.
struct InputHistory {
  /// Frames in one ring.
  let capacity: Int
  /// Frames after its end that repeat its start.
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

  /// Writes `count` frames of a channel, starting at frame `frame`.
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

  /// The address of frame `frame` of a channel. Negative frames wrap to the ring's end, which holds silence at first.
  @inline(__always)
  func place(channel: Int, frame: Int) -> UnsafePointer<Float> {
    let rest = frame % capacity
    return UnsafePointer(base + channel * pitch + (rest < 0 ? rest + capacity : rest))
  }

  func clear(channels: Int) { base.update(repeating: 0, count: channels * pitch) }
}
