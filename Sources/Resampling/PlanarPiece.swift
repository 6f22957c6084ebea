/// A planar buffer in the form that the converter reads and writes.
///
/// The pointers are valid as long as this object: keep a reference to it while you use them.
final class PlanarPiece<Sample: ConvertibleSample> {
  let channels: UnsafePointer<UnsafeMutablePointer<Sample>>
  let readableChannels: UnsafePointer<UnsafePointer<Sample>>
  let channelCount: Int
  let frames: Int

  private let samples: UnsafeMutablePointer<Sample>
  private let pointers: UnsafeMutablePointer<UnsafeMutablePointer<Sample>>

  init(channels count: Int, frames: Int = 4096) {
    samples = .allocate(capacity: count * frames)
    samples.initialize(repeating: 0, count: count * frames)
    pointers = .allocate(capacity: count)
    for channel in 0..<count { (pointers + channel).initialize(to: samples + channel * frames) }
    channels = UnsafePointer(pointers)
    readableChannels = UnsafeRawPointer(pointers).assumingMemoryBound(to: UnsafePointer<Sample>.self)
    channelCount = count
    self.frames = frames
  }

  deinit {
    pointers.deallocate()
    samples.deallocate()
  }

  /// Fills it with zeros.
  func clear() { samples.update(repeating: 0, count: channelCount * frames) }

  /// Copies the frames of `signal` from `start` on.
  /// - Returns: The number of frames copied.
  func fill(from signal: [[Sample]], at start: Int) -> Int {
    let count = min(frames, signal[0].count - start)
    for channel in 0..<channelCount {
      signal[channel].withUnsafeBufferPointer { channels[channel].update(from: $0.baseAddress! + start, count: count) }
    }
    return count
  }

  /// Appends frames of this piece to `signal`, from frame `start` on.
  func append(from start: Int = 0, frames: Int, to signal: inout [[Sample]]) {
    for channel in 0..<channelCount {
      signal[channel].append(contentsOf: UnsafeBufferPointer(start: channels[channel] + start, count: frames - start))
    }
  }
}
