import CConvolutionKernels
import Convolution

/// The sizes of a convolver's buffers: a pure function of plan, routing and block size. The convolver allocates from
/// it, and `PartitionPlan.memoryBytes` adds it up.
struct PartitionLayout {
  /// The stream is always cut at multiples of this many frames, whatever the blocks: the shortest partition.
  let cutFrames: Int
  /// The most frames that are processed at once.
  let stepFrames: Int
  /// Frames in the ring of one input.
  let historyFrames: Int
  /// How many of them are repeated after its end.
  let mirroredFrames: Int

  init(_ plan: PartitionPlan, maximumBlockFrames: Int) {
    let longest = plan.levels.last?.partitionFrames ?? 64
    cutFrames = plan.levels.first?.partitionFrames ?? 1024
    stepFrames = min(cutFrames, maximumBlockFrames)
    // The direct sum reads whole vectors, past its last frame.
    let reach = plan.directTaps + stepFrames + 2 * Int(CCK_READ_SLACK)
    mirroredFrames = plan.directTaps > 0 ? reach : 0
    let direct = plan.directTaps > 0 ? plan.latencyFrames + reach : 0
    // The next block arrives while the first pass over a block is still running.
    let needed = max(direct, 3 * longest, cutFrames)
    let unit = max(longest, cutFrames)
    historyFrames = (needed + unit - 1) / unit * unit
  }

  /// Floats in the rings of all inputs.
  func historyFloats(inputs: Int) -> Int {
    InputHistory.floats(channels: inputs, capacity: historyFrames, mirrored: mirroredFrames)
  }
}

extension PartitionPlan {
  /// Bytes that a processor with this plan needs for `matrix`: spectra of responses and inputs, rings, scratch. Known
  /// before any of it is allocated. Includes the transform tables that all processors share (8 bytes per partition
  /// frame), but not the responses themselves.
  public func memoryBytes(for matrix: ResponseMatrix, maximumBlockFrames: Int) -> Int {
    let layout = PartitionLayout(self, maximumBlockFrames: maximumBlockFrames)
    var floats = layout.historyFloats(inputs: matrix.inputChannels) + layout.stepFrames
    for level in levels {
      floats += PartitionLevel.floats(of: level, inputs: matrix.inputChannels)
      floats += 2 * level.partitionFrames
    }
    return MemoryLayout<Float>.stride * floats + responseBytes(for: matrix)
  }

  /// The part of it that belongs to the responses. Preparing a replacement needs as much again.
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
