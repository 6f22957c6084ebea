import StreamingConvolution

/// Planar memory of exactly the requested size, with guards before and after every channel.
///
/// The guards are a NaN with its own bit pattern: overwriting it shows in `guardsAreIntact`, and reading
/// it spoils what is computed from it. Channels start at addresses that are aligned for one `Float` and no more,
/// differently in each channel.
public final class PlanarBuffer {
  /// Channels.
  public let channels: Int
  /// Samples in every channel.
  public let frames: Int

  private static let guardBits: UInt32 = 0x7FC5_A5A5
  private static let guardFrames = 32
  private let memory: UnsafeMutablePointer<Float>
  private let count: Int
  private let planes: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let readPlanes: UnsafeMutablePointer<UnsafePointer<Float>>

  /// A buffer full of guard values: nothing in it is silently zero.
  public init(channels: Int, frames: Int) {
    self.channels = channels
    self.frames = frames
    let stride = frames + Self.guardFrames + 1
    count = channels * stride + 2 * Self.guardFrames
    memory = .allocate(capacity: count)
    memory.initialize(repeating: Float(bitPattern: Self.guardBits), count: count)
    planes = .allocate(capacity: max(1, channels))
    readPlanes = .allocate(capacity: max(1, channels))
    for channel in 0..<channels {
      let start = memory + Self.guardFrames + 1 + channel * stride
      (planes + channel).initialize(to: start)
      (readPlanes + channel).initialize(to: UnsafePointer(start))
    }
  }

  /// A buffer that holds these samples.
  /// - Precondition: All channels are equally long.
  public convenience init(_ samples: [[Float]]) {
    self.init(channels: samples.count, frames: samples.first?.count ?? 0)
    write(samples)
  }

  deinit {
    memory.deallocate()
    planes.deallocate()
    readPlanes.deallocate()
  }

  /// The form that `process` reads.
  public var input: InputChannels { InputChannels(readPlanes) }
  /// The form that `process` writes.
  public var output: OutputChannels { OutputChannels(planes) }

  /// Copies `samples` in from the first frame on; channels after those of `samples` stay unchanged.
  public func write(_ samples: [[Float]], from frame: Int = 0, frames wanted: Int? = nil) {
    for channel in samples.indices {
      let length = wanted ?? samples[channel].count - frame
      precondition(length <= frames && frame + length <= samples[channel].count, "too many frames")
      samples[channel].withUnsafeBufferPointer { source in
        guard let start = source.baseAddress, length > 0 else { return }
        planes[channel].update(from: start + frame, count: length)
      }
    }
  }

  /// The first `count` frames of a channel.
  public func samples(channel: Int, count: Int) -> [Float] {
    Array(UnsafeBufferPointer(start: planes[channel], count: count))
  }

  /// Whether nothing was written outside the channels.
  public var guardsAreIntact: Bool {
    var index = 0
    for channel in 0..<channels {
      let start = planes[channel] - memory
      while index < start {
        if memory[index].bitPattern != Self.guardBits { return false }
        index += 1
      }
      index += frames
    }
    while index < count {
      if memory[index].bitPattern != Self.guardBits { return false }
      index += 1
    }
    return true
  }
}
