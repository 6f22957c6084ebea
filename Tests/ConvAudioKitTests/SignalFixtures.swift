import Signals
@testable import ConvAudioKit

/// Returns its input `latencyFrames` later, and an echo at half the level `tailFrames` after that.
final class Echo: BlockProcessor {
  let (inputChannels, outputChannels) = (1, 1)
  let latencyFrames = 5
  let tailFrames = 12
  let historyFrames: Int? = 17
  let cut: StreamCut? = StreamCut(preRollFrames: 17)
  let maximumBlockFrames: Int
  private var past: [Float] = []

  init(maximumBlockFrames: Int) { self.maximumBlockFrames = maximumBlockFrames }

  func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int {
    for frame in 0..<frames {
      past.append(input[0][frame])
      func before(_ frames: Int) -> Float { past.count > frames ? past[past.count - 1 - frames] : 0 }
      output[0][frame] = before(latencyFrames) + before(latencyFrames + tailFrames) / 2
    }
    return frames
  }

  func reset() { past = [] }
  func copy() -> Echo { Echo(maximumBlockFrames: maximumBlockFrames) }
}

/// A source and a sink of one channel, in memory.
final class Samples: FrameSource, FrameSink {
  let name = "samples"
  let input: [Float]
  private(set) var output: [Float] = []
  private var place = 0
  private let most: Int
  var framesRead: Int64 { Int64(place) }

  /// - Parameter most: Frames that a read gives at most.
  init(_ input: [Float], most: Int = .max) { (self.input, self.most) = (input, most) }

  func read(into samples: UnsafeMutableBufferPointer<Float>) -> Int {
    let count = min(samples.count, input.count - place, most)
    for index in 0..<count { samples[index] = input[place + index] }
    place += count
    return count
  }

  func write(_ samples: UnsafeBufferPointer<Float>) { output += samples }
}
