import CConvolutionKernels
import Convolution

/// Working memory of one thread for transforming series. Grows to what the longest series needs, and no further.
///
/// Pointers into it are valid until the next call of a method that may grow it.
public final class FeatureScratch {
  /// The C loops to use.
  let kernels: UnsafePointer<cck_feature_kernels>
  private var series = AlignedMemory(count: 0)
  private var differences = AlignedMemory(count: 0)
  private var blocks = AlignedMemory(count: 0)
  private var sums = AlignedMemory(count: 0)
  private(set) var counts: [UInt32] = []
  private(set) var pools: [cck_multirocket_pools] = []

  /// Allocates nothing yet.
  /// - Parameter level: Default: the best one that the processor has.
  public convenience init(level: KernelLevel = .selected) {
    self.init(kernels: cck_feature_kernels_of(Int32(level.rawValue))!)
  }

  init(kernels: UnsafePointer<cck_feature_kernels>) { self.kernels = kernels }

  /// A series with zeros around every channel, as the kernels read it.
  struct Padded {
    /// Point 0 of channel 0.
    let base: UnsafeMutablePointer<Float>
    let pitch: Int
    let length: Int
  }

  /// Number of zeros around a series of `length` points, for kernels whose taps are at most `reach` away. Past the last
  /// point whole tiles are read, of at most 96 floats.
  static func margin(reach: Int, length: Int) -> Int { (min(reach, length + 16) + 112 + 15) / 16 * 16 }

  /// Limits the offset of a tap. A tap further away than the series is long reads only zeros wherever it is, so it
  /// moves to the nearest such place; huge dilations then need no memory.
  static func offset(_ offset: Int, length: Int) -> Int { max(-length - 16, min(length + 16, offset)) }

  /// Copies a series and surrounds it with zeros.
  /// - Throws: `FeatureError.notFinite`.
  func pad(_ view: SeriesView, reach: Int) throws(FeatureError) -> Padded {
    try view.requireFinite()
    let padded = Self.rows(in: &series, channels: view.channels, length: view.length, reach: reach)
    for channel in 0..<view.channels {
      (padded.base + channel * padded.pitch).update(from: view.base + channel * view.pitch, count: view.length)
    }
    return padded
  }

  /// The differences x[t + 1] − x[t] of every channel.
  func padDifferences(of source: Padded, channels: Int, reach: Int) -> Padded {
    let padded = Self.rows(in: &differences, channels: channels, length: source.length - 1, reach: reach)
    for channel in 0..<channels {
      let x = source.base + channel * source.pitch
      let y = padded.base + channel * padded.pitch
      for point in 0..<padded.length { y[point] = x[point + 1] - x[point] }
    }
    return padded
  }

  /// Memory for one more row with zeros around it: sums over channels.
  func padSum(length: Int, reach: Int) -> Padded {
    Self.rows(in: &sums, channels: 1, length: length, reach: reach)
  }

  private static func rows(in memory: inout AlignedMemory, channels: Int, length: Int, reach: Int) -> Padded {
    let margin = margin(reach: reach, length: length)
    let pitch = (length + 2 * margin + 15) / 16 * 16
    if memory.count < channels * pitch { memory = AlignedMemory(count: channels * pitch) }
    for channel in 0..<channels {
      let row = memory.base + channel * pitch
      row.update(repeating: 0, count: margin)
      (row + margin + length).update(repeating: 0, count: pitch - margin - length)
    }
    return Padded(base: memory.base + margin, pitch: pitch, length: length)
  }

  /// Memory for MiniRocket's blocks.
  func blockMemory(channels: Int) -> UnsafeMutablePointer<Float> {
    let count = cck_minirocket_scratch(channels)
    if blocks.count < count { blocks = AlignedMemory(count: count) }
    return blocks.base
  }

  func withCounts<Result>(_ count: Int, _ body: (UnsafeMutablePointer<UInt32>) -> Result) -> Result {
    if counts.count < count { counts = [UInt32](repeating: 0, count: count) }
    return counts.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
  }

  func withPools<Result>(_ count: Int, _ body: (UnsafeMutablePointer<cck_multirocket_pools>) -> Result) -> Result {
    if pools.count < count { pools = [cck_multirocket_pools](repeating: .init(), count: count) }
    return pools.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
  }
}
