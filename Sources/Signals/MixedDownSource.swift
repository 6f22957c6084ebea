/// The mean of all channels, as in librosa's `to_mono`: sums in the order of the channels, in Float32.
final class MixedDownSource: FrameSource {
  private let source: any FrameSource
  private let channels: Int
  private var frames: [Float] = []

  init(_ source: any FrameSource, channels: Int) {
    self.source = source
    self.channels = channels
  }

  var name: String { source.name }
  var framesRead: Int64 { source.framesRead }

  func read(into samples: UnsafeMutableBufferPointer<Float>) throws -> Int {
    let most = samples.count * channels
    if frames.count < most { frames = [Float](repeating: 0, count: most) }
    return try frames.withUnsafeMutableBufferPointer { frames in
      let count = try source.read(into: UnsafeMutableBufferPointer(rebasing: frames[..<most]))
      for frame in 0..<count {
        var sum: Float = 0
        for channel in 0..<channels { sum += frames[frame * channels + channel] }
        samples[frame] = sum / Float(channels)
      }
      return count
    }
  }

  func finish() throws { try source.finish() }
}
