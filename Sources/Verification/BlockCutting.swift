import StreamingConvolution

/// A way to cut a stream into blocks.
public enum BlockCutting: Hashable, Sendable {
  /// Blocks of a fixed number of frames.
  case blocks(of: Int)
  /// Blocks of random sizes from 1 frame to the maximum, from a seed.
  case random(seed: UInt64)

  /// The sizes of the blocks of a stream of `frames` frames.
  func sizes(frames: Int, maximum: Int) -> [Int] {
    var left = frames
    var sizes: [Int] = []
    var state: UInt64 = if case .random(let seed) = self { seed } else { 0 }
    while left > 0 {
      let size: Int
      switch self {
      case .blocks(let frames): size = frames
      case .random:
        // Knuth's linear congruential generator for 64 bits; its upper bits are good enough.
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        size = 1 + Int(state >> 33) % maximum
      }
      sizes.append(min(max(1, size), maximum, left))
      left -= sizes[sizes.count - 1]
    }
    return sizes
  }
}

extension BlockCutting: CustomStringConvertible {
  /// The cutting in words.
  public var description: String {
    switch self {
    case .blocks(of: 1): "blocks of 1 frame"
    case .blocks(let frames): "blocks of \(frames) frames"
    case .random(let seed): "random blocks, seed \(seed)"
    }
  }
}

extension BlockProcessor {
  /// The output of the processor, after a reset, for a stream cut into these blocks.
  ///
  /// - Shapes: `[inputChannels][frames]` → `[outputChannels][frames]`, latency included.
  /// - Precondition: The processor keeps the rate and takes any block.
  public func run(_ input: [[Float]], in cutting: BlockCutting) -> [[Float]] {
    precondition(rate == .unity && grainFrames == 1, "a processor that takes any block")
    reset()
    let frames = input.first?.count ?? 0
    let source = PlanarMemory(channels: inputChannels, frames: maximumBlockFrames)
    let target = PlanarMemory(channels: outputChannels, frames: maximumBlockFrames)
    var output = [[Float]](repeating: [], count: outputChannels)
    for channel in output.indices { output[channel].reserveCapacity(frames) }
    var start = 0
    for size in cutting.sizes(frames: frames, maximum: maximumBlockFrames) {
      for channel in 0..<inputChannels {
        for frame in 0..<size { source.channels[channel][frame] = input[channel][start + frame] }
      }
      _ = process(source.readableChannels, into: target.channels, frames: size)
      for channel in 0..<outputChannels {
        output[channel] += UnsafeBufferPointer(start: target.channels[channel], count: size)
      }
      start += size
    }
    return output
  }
}

/// Where the bits of two signals first differ; nil: they are equal.
package func firstDifference(_ a: [[Float]], _ b: [[Float]]) -> (channel: Int, frame: Int)? {
  for (channel, (a, b)) in zip(a, b).enumerated() {
    for frame in 0..<max(a.count, b.count) {
      guard frame < a.count, frame < b.count, a[frame].bitPattern == b[frame].bitPattern else {
        return (channel, frame)
      }
    }
  }
  return nil
}
