import Convolution

/// Memory for planar blocks, with the pointers that `process` takes.
///
/// Safe because the pointers live as long as the object, and whoever uses them keeps it.
public final class PlanarMemory {
  /// One pointer a channel.
  public let channels: OutputChannels
  /// The same for reading.
  public let readableChannels: InputChannels
  /// How many channels.
  public let channelCount: Int
  /// Frames of each.
  public let frames: Int

  private let samples: AlignedMemory
  private let pointers: UnsafeMutablePointer<UnsafeMutablePointer<Float>>

  /// Silence in `channels` channels of `frames` frames.
  public init(channels count: Int, frames: Int) {
    // A cache line between channels, so that they do not fall on the same places of a cache.
    let stride = (frames + 15) / 16 * 16 + 16
    samples = AlignedMemory(count: count * stride)
    pointers = .allocate(capacity: max(count, 1))
    for channel in 0..<count { (pointers + channel).initialize(to: samples.base + channel * stride) }
    channels = UnsafePointer(pointers)
    readableChannels = UnsafeRawPointer(pointers).assumingMemoryBound(to: UnsafePointer<Float>.self)
    channelCount = count
    self.frames = frames
  }

  deinit { pointers.deallocate() }

  /// Takes interleaved frames apart.
  public func deinterleave(_ interleaved: UnsafePointer<Float>, frames: Int) {
    for channel in 0..<channelCount {
      let row = channels[channel]
      for frame in 0..<frames { row[frame] = interleaved[frame * channelCount + channel] }
    }
  }

  /// Puts frames together again.
  public func interleave(into interleaved: UnsafeMutablePointer<Float>, frames: Int) {
    for channel in 0..<channelCount {
      let row = channels[channel]
      for frame in 0..<frames { interleaved[frame * channelCount + channel] = row[frame] }
    }
  }
}
