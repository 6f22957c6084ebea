import ConvAudioKit

/// A convolver and a minute of noise to run through it.
final class Subject {
  static let rateHz = 48_000
  let row: Row
  let plan: PartitionPlan
  private let convolver: PartitionedConvolver
  private let input: PlanarMemory
  private let output: PlanarMemory
  private let inputs: UnsafeMutablePointer<UnsafePointer<Float>>
  private let outputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>>

  init(_ row: Row, plan: PartitionPlan? = nil, costs: ConvolutionCosts = .standard, seconds: Int = 60) throws {
    self.row = row
    let matrix = try row.matrix()
    self.plan = try plan ?? row.plan(for: matrix, costs: costs)
    convolver = try PartitionedConvolver(matrix, plan: self.plan, maximumBlockFrames: row.blockFrames)
    let frames = seconds * Self.rateHz
    input = PlanarMemory(channels: row.channels, frames: frames)
    output = PlanarMemory(channels: row.channels, frames: frames)
    for channel in 0..<row.channels {
      let noise = decayingNoise(taps: 4096, seed: 99)
      for frame in 0..<frames { input.channels[channel][frame] = noise[frame % 4093] }
    }
    inputs = .allocate(capacity: row.channels)
    outputs = .allocate(capacity: row.channels)
    for channel in 0..<row.channels {
      (inputs + channel).initialize(to: input.readableChannels[channel])
      (outputs + channel).initialize(to: output.channels[channel])
    }
  }

  deinit {
    inputs.deallocate()
    outputs.deallocate()
  }

  /// Makes one pass over the signal; offline also over the silence that flushes the latency.
  /// - Returns: Seconds of processing per second of sound.
  func measure() -> Double {
    convolver.reset()
    let block = row.blockFrames
    let late = row.mode == .offline ? plan.latencyFrames : 0
    var frame = 0
    let time = ContinuousClock().measure {
      while frame < input.frames + late {
        let place = frame < input.frames ? frame : 0
        let count = min(block, frame < input.frames ? input.frames - frame : late)
        for channel in 0..<row.channels {
          inputs[channel] = input.readableChannels[channel] + place
          outputs[channel] = output.channels[channel] + place
        }
        _ = convolver.process(UnsafePointer(inputs), into: UnsafePointer(outputs), frames: count)
        frame += count
      }
    }
    return time / .seconds(1) / Double(input.frames / Self.rateHz)
  }

  /// The seconds of each block, the minimum of `passes` passes, and the operations counted in it.
  func timeBlocks(_ count: Int, passes: Int) -> [(seconds: Double, operations: Int)] {
    var blocks = [(seconds: Double, operations: Int)](repeating: (.infinity, 0), count: count)
    let clock = ContinuousClock()
    for _ in 0..<passes {
      convolver.reset()
      var before = convolver.countedOperations
      for index in 0..<count {
        let place = index % (input.frames / row.blockFrames) * row.blockFrames
        for channel in 0..<row.channels {
          inputs[channel] = input.readableChannels[channel] + place
          outputs[channel] = output.channels[channel] + place
        }
        let start = clock.now
        _ = convolver.process(UnsafePointer(inputs), into: UnsafePointer(outputs), frames: row.blockFrames)
        let seconds = (clock.now - start) / .seconds(1)
        blocks[index] = (min(blocks[index].seconds, seconds), convolver.countedOperations - before)
        before = convolver.countedOperations
      }
    }
    return blocks
  }
}
