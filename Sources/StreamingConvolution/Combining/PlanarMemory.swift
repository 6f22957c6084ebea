import Convolution

/// Memory for planar blocks, with the pointers that `process` takes.
///
/// The pointers are valid as long as this object: keep a reference to it while you use them.
public final class PlanarMemory {
  /// One pointer per channel.
  public let channels: OutputChannels
  /// The same for reading.
  public let readableChannels: InputChannels
  /// The number of channels.
  public let channelCount: Int
  /// Frames in each channel.
  public let frames: Int

  private let samples: AlignedMemory
  private let pointers: UnsafeMutablePointer<UnsafeMutablePointer<Float>>

  /// Makes `channels` channels of `frames` frames, filled with zeros.
  public init(channels count: Int, frames: Int) {
    // A spare cache line after each channel keeps channels from competing for the same cache sets.
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

  /// Splits interleaved frames into channels.
  /// - Parameter start: The frame of this memory where the first of them goes.
  public func deinterleave(_ interleaved: UnsafePointer<Float>, frames: Int, to start: Int = 0) {
    for channel in 0..<channelCount {
      let row = channels[channel] + start
      for frame in 0..<frames { row[frame] = interleaved[frame * channelCount + channel] }
    }
  }

  /// Joins the channels into interleaved frames.
  public func interleave(into interleaved: UnsafeMutablePointer<Float>, frames: Int) {
    for channel in 0..<channelCount {
      let row = channels[channel]
      for frame in 0..<frames { interleaved[frame * channelCount + channel] = row[frame] }
    }
  }
}
