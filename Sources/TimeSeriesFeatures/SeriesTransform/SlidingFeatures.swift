import Convolution

/// Features of a sliding window over a stream: a window of fixed length that moves on by a hop.
///
/// ```swift
/// var sliding = try SlidingFeatures(transform, windowFrames: 500, hopFrames: 125)
/// try sliding.push(interleaved: samples) { row, end in use(row) }  // row: the features of frames end - 500 ..< end
/// ```
/// Each row equals, bit for bit, what the transform gives for the same window as a series of its own. MiniRocket pools
/// padded responses, which depend on where a window ends, so every window is computed from scratch. Memory does not
/// grow; frames older than the window are dropped.
/// - Complexity: that of the transform for one window, per hop.
public final class SlidingFeatures {
  /// Length of a window, in frames.
  public let windowFrames: Int
  /// Distance between windows, in frames.
  public let hopFrames: Int
  /// Frames received so far.
  public private(set) var frames = 0

  private let transform: any SeriesTransform
  private let scratch = FeatureScratch()
  /// Every frame is stored twice, a window apart, so that a whole window is always contiguous.
  private let ring: AlignedMemory
  private var row: [Float]
  private var written = 0

  /// - Throws: `FeatureError.outOfRange` for window or hop.
  public init(_ transform: any SeriesTransform, windowFrames: Int, hopFrames: Int) throws(FeatureError) {
    let limit = 1 << 28
    guard (1...(limit / transform.channels)).contains(windowFrames) else {
      throw .outOfRange(what: "the window", expected: "1 to \(limit / transform.channels) frames", actual: windowFrames)
    }
    guard (1...limit).contains(hopFrames) else {
      throw .outOfRange(what: "the hop", expected: "1 to \(limit) frames", actual: hopFrames)
    }
    self.transform = transform
    self.windowFrames = windowFrames
    self.hopFrames = hopFrames
    ring = AlignedMemory(count: 2 * windowFrames * transform.channels)
    row = [Float](repeating: 0, count: transform.featureCount)
  }

  /// Takes whole frames of interleaved samples.
  ///
  /// - Parameter body: Called with the features of each complete window, and the number of frames up to its end.
  /// - Throws: `FeatureError`, whose `series` is the window's number; anything that `body` throws.
  public func push(
    interleaved samples: UnsafeBufferPointer<Float>, _ body: (borrowing [Float], Int) throws -> Void
  ) throws {
    let channels = transform.channels
    precondition(samples.count.isMultiple(of: channels), "whole frames")
    for frame in 0..<(samples.count / channels) {
      let place = frames % windowFrames
      for channel in 0..<channels {
        let sample = samples[frame * channels + channel]
        let row = ring.base + 2 * windowFrames * channel
        row[place] = sample
        row[place + windowFrames] = sample
      }
      frames += 1
      guard frames >= windowFrames, (frames - windowFrames).isMultiple(of: hopFrames) else { continue }
      // The oldest frame of the window is where the next one will be written.
      let view = SeriesView(
        base: ring.base + frames % windowFrames, channels: channels, length: windowFrames, pitch: 2 * windowFrames,
        index: written)
      try row.withUnsafeMutableBufferPointer { (row) throws(FeatureError) in
        try transform.write(view, to: row.baseAddress!, scratch: scratch)
      }
      written += 1
      try body(row, frames)
    }
  }
}
