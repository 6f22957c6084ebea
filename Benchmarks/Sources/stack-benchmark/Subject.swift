import ConvAudioKit

/// A preset's processor and a block of noise to process repeatedly.
struct Subject {
  let blockFrames: Int
  private(set) var secondsPerFrame: [Double] = []

  private let processor: any BlockProcessor
  private let input: PlanarMemory
  private let output: PlanarMemory

  init(preset: Chain, blockFrames: Int) throws {
    self.blockFrames = blockFrames
    processor = try preset.makeProcessor(maximumBlockFrames: blockFrames)
    input = PlanarMemory(channels: processor.inputChannels, frames: blockFrames)
    output = PlanarMemory(channels: processor.outputChannels, frames: blockFrames)
    var state: UInt64 = 1
    for channel in 0..<processor.inputChannels {
      for frame in 0..<blockFrames {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        input.channels[channel][frame] = Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-32
      }
    }
  }

  /// Runs about a quarter of a second of sound and records the time per frame, after a warm-up of half that length.
  /// Short enough to fit between other programs' time slices.
  mutating func measure() {
    run(blocks: max(1, 6_000 / blockFrames))
    let count = max(1, 12_000 / blockFrames)
    let time = ContinuousClock().measure { run(blocks: count) }
    secondsPerFrame.append(time / .seconds(1) / Double(count * blockFrames))
  }

  private func run(blocks: Int) {
    for _ in 0..<blocks {
      _ = processor.process(input.readableChannels, into: output.channels, frames: blockFrames)
    }
  }

  /// The seconds of each of `count` blocks, starting with the first one after a reset and a short warm-up.
  func timeBlocks(_ count: Int) -> [Double] {
    var times = [Double](repeating: 0, count: count)
    let clock = ContinuousClock()
    processor.reset()
    for index in -1000..<count {
      let start = clock.now
      _ = processor.process(input.readableChannels, into: output.channels, frames: blockFrames)
      if index >= 0 { times[index] = (clock.now - start) / .seconds(1) }
    }
    return times
  }
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func decimal(_ value: Double) -> String {
  let tenths = Int((value * 10).rounded())
  return "\(tenths / 10).\(tenths % 10)"
}
