import CConvolutionKernels
import Convolution

/// The sizes of a convolver's memory: a pure function of plan, routing and block size, from which the memory is
/// allocated and of which `PartitionPlan.memoryBytes` is the sum.
struct PartitionLayout {
  /// Frames after which the stream is cut, whatever the blocks: the shortest partition.
  let cutFrames: Int
  /// The most frames that are processed in one go.
  let stepFrames: Int
  /// Frames of an input's ring.
  let historyFrames: Int
  /// Of those, how many are repeated behind its end.
  let mirroredFrames: Int

  init(_ plan: PartitionPlan, maximumBlockFrames: Int) {
    let longest = plan.levels.last?.partitionFrames ?? 64
    cutFrames = plan.levels.first?.partitionFrames ?? 1024
    stepFrames = min(cutFrames, maximumBlockFrames)
    // The direct sum reads whole vectors behind its last frame.
    let reach = plan.directTaps + stepFrames + 2 * Int(CCK_READ_SLACK)
    mirroredFrames = plan.directTaps > 0 ? reach : 0
    let direct = plan.directTaps > 0 ? plan.latencyFrames + reach : 0
    // While the first pass over a block is under way, the block after it comes in.
    let needed = max(direct, 3 * longest, cutFrames)
    let unit = max(longest, cutFrames)
    historyFrames = (needed + unit - 1) / unit * unit
  }

  /// Floats of the inputs' rings.
  func historyFloats(inputs: Int) -> Int {
    InputHistory.floats(channels: inputs, capacity: historyFrames, mirrored: mirroredFrames)
  }
}

extension PartitionPlan {
  /// Bytes that a processor of this plan takes for `matrix`: spectra of responses and inputs, rings, scratch. Known before
  /// any of it is allocated. What all processors share (the tables of the transforms, 8 bytes for every frame of the
  /// partitions) is counted, too; what the responses themselves take is not.
  public func memoryBytes(for matrix: ResponseMatrix, maximumBlockFrames: Int) -> Int {
    let layout = PartitionLayout(self, maximumBlockFrames: maximumBlockFrames)
    var floats = layout.historyFloats(inputs: matrix.inputChannels) + layout.stepFrames
    for level in levels {
      floats += PartitionLevel.floats(of: level, inputs: matrix.inputChannels)
      floats += 2 * level.partitionFrames
    }
    return MemoryLayout<Float>.stride * floats + responseBytes(for: matrix)
  }

  /// Of those, what belongs to the responses: as much again is taken by a set of responses prepared to replace them.
  public func responseBytes(for matrix: ResponseMatrix) -> Int {
    var floats = 0
    for level in levels { floats += LevelBank.floats(of: level, in: self, outputs: matrix.outputChannels) }
    for kind in ResponseSpectra.kinds(of: matrix).kinds {
      let span = kind.delayFrames..<kind.delayFrames + matrix.responses[kind.response].count
      floats += span.clamped(to: 0..<max(directTaps, 0)).count
      for level in levels {
        floats += 2 * level.partitionFrames * ResponseSpectra.partitions(of: span, in: level).count
      }
    }
    return MemoryLayout<Float>.stride * floats
  }
}
