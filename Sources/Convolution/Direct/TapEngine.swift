import CConvolutionKernels
import Dispatch

/// Runs the tap kernel over the passes of a plan: the one engine under convolution and transposed convolution of any
/// rank. What rank, stride and padding there are is in offsets that were made before.
///
/// Safe because its memory belongs to it, offsets were made for a grid and an output of the sizes that `execute` checks,
/// and `PaddedGrid` is readable for a vector behind its last place.
final class TapEngine {
  let grid: PaddedGrid
  let passes: [TapPass]
  let ways: [TapPass.Way]
  let groups: Int
  /// Input and output channels of one group.
  let inputs: Int
  let outputs: Int
  /// The output's sizes behind batch and channels.
  let outputSizes: [Int]

  private let filler: GridFiller
  private let outputPitches: [Int]
  private let outputChannelPitch: Int
  private let inputChannelPitch: Int
  private let activation: Activation
  private let kernels: UnsafePointer<cck_kernels>
  private let bias: AlignedMemory
  private let slopes: AlignedMemory
  private let taps: [PackedTaps]
  private let padded: AlignedMemory?
  private let threads: Int
  private let scratch: [AlignedMemory]

  /// - Parameters:
  ///   - weight: The weight of an output channel, counted over all groups, for an input channel of its group and a
  ///     kernel position.
  ///   - bias: One an output channel; nil: none.
  init(
    grid: PaddedGrid, mode: PaddingMode, passes: [TapPass], groups: Int, inputs: Int, outputs: Int, outputSizes: [Int],
    bias: [Float]?, activation: Activation, threads: Int, level: KernelLevel,
    weight: (_ output: Int, _ input: Int, _ position: [Int]) -> Float
  ) throws(GeometryError) {
    let whole = try Shape([groups * outputs] + outputSizes).strides
    outputChannelPitch = whole[0]
    let outputPitches = Array(whole[1...])
    self.outputPitches = outputPitches
    inputChannelPitch = try Shape(grid.inputSizes).count
    let ways = passes.map {
      $0.way(pitches: grid.pitches, outputPitches: outputPitches, inputs: inputs, outputs: outputs)
    }
    self.grid = grid
    filler = GridFiller(grid, mode: mode)
    self.passes = passes
    self.ways = ways
    self.groups = groups
    self.inputs = inputs
    self.outputs = outputs
    self.outputSizes = outputSizes
    self.activation = activation
    self.threads = max(1, threads)
    kernels = level.kernels
    taps = passes.map { pass in
      PackedTaps(
        pass: pass, channelPitch: grid.channelPitch, groups: groups, inputs: inputs, outputs: outputs, weight: weight)
    }
    let channels = groups * outputs
    self.bias = AlignedMemory(count: channels)
    slopes = AlignedMemory(count: channels)
    for channel in 0..<channels {
      self.bias.base[channel] = bias?[channel] ?? 0
      slopes.base[channel] = activation.slope(channel: channel)
    }
    if grid.isInput {
      padded = nil
    } else {
      let memory = try Shape([groups * inputs, grid.channelPitch])
      let padded = AlignedMemory(count: memory.count + Int(CCK_READ_SLACK))
      for channel in 0..<groups * inputs { filler.prepare(padded.base + channel * grid.channelPitch) }
      self.padded = padded
    }
    let longest = zip(ways, passes).map { $0.0.isDirect ? 0 : $0.0.length }.max() ?? 0
    let rows = min(outputs, Int(CCK_ROW_BLOCK))
    scratch = (0..<self.threads).map { _ in AlignedMemory(count: longest == 0 ? 0 : rows * Self.pitch(longest)) }
  }

  /// Floats between the rows of scratch memory: a cache line more than a row, against rows that fall on one another.
  private static func pitch(_ length: Int) -> Int { (length + 15) / 16 * 16 + 16 }

  /// Computes one element of a batch.
  ///
  /// - Parameters:
  ///   - input: All channels; where the grid is the input, readable for a vector behind its end.
  ///   - output: All channels.
  func execute(_ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>) {
    if let padded {
      inParallel(groups * inputs) { channel, _ in
        self.filler.copy(
          input + channel * self.inputChannelPitch, to: padded.base + channel * self.grid.channelPitch)
      }
    }
    let source = padded.map { UnsafePointer($0.base) } ?? input
    for index in passes.indices {
      // A unit is a run of all outputs of a group, or of a block of them where they go over scratch memory.
      let blocks = ways[index].isDirect ? 1 : (outputs + Int(CCK_ROW_BLOCK) - 1) / Int(CCK_ROW_BLOCK)
      let runs = ways[index].runs
      inParallel(groups * runs * blocks) { unit, thread in
        self.run(
          pass: index, group: unit / blocks / runs, run: unit / blocks % runs, block: unit % blocks, of: blocks,
          from: source, into: output, scratch: self.scratch[thread])
      }
    }
  }

  /// Computes all elements of a batch.
  /// - Throws: `GeometryError.shape`.
  func execute(
    _ input: Tensor, of inputShape: Shape, into output: inout Tensor, of outputShape: Shape
  ) throws(GeometryError) {
    guard input.shape == inputShape else {
      throw .shape(of: "input", expected: inputShape, actual: input.shape)
    }
    guard output.shape == outputShape else {
      throw .shape(of: "output", expected: outputShape, actual: output.shape)
    }
    guard outputShape.count > 0 else { return }
    let (inputPitch, outputPitch) = (inputShape.strides[0], outputShape.strides[0])
    input.withUnsafeValues { x in
      output.withUnsafeMutableValues { y in
        for element in 0..<inputShape[0] {
          execute(x.baseAddress! + element * inputPitch, into: y.baseAddress! + element * outputPitch)
        }
      }
    }
  }

  /// How it is computed and why, a sentence a line.
  func explanation(of cost: ConvolutionCost?) -> [String] {
    let taps = passes.map { $0.multiplyAdds(inputs: inputs, outputs: outputs * groups) }.reduce(0, +)
    var lines = [
      "direct: the tap kernel along the innermost axis, \(groups == 1 ? "" : "\(groups) groups, ")"
        + "\(inputs) to \(outputs) channels\(groups == 1 ? "" : " each")"
    ]
    lines.append(
      grid.isInput
        ? "the input is read where it lies: no padding and no stride"
        : "a padded copy of the input, \(groups * inputs * grid.channelPitch * 4) bytes"
          + (grid.phases.contains { $0 > 1 } ? ", split by the phases of the stride so that runs are contiguous" : ""))
    if let cost {
      let done = cost.multiplyAdds == 0 ? 1 : Double(taps * max(1, cost.outputShape[0])) / Double(cost.multiplyAdds)
      lines.append(
        "\(percent(done)) of \(cost.multiplyAdds) nominal multiply-adds are done, "
          + "\(percent(cost.shareInside)) lie within the input")
    }
    for (pass, way) in zip(passes, ways) {
      let share = Double(pass.sizes.reduce(1, *)) / Double(max(1, way.runs * way.length))
      lines.append(
        "outputs \(pass.sizes.map(String.init).joined(separator: " × ")) of \(pass.positions.count) taps a channel: "
          + "\(way.runs) runs of \(way.length)"
          + (way.flattened > 1 ? ", \(way.flattened) axes flattened, \(percent(share)) of a run are outputs" : "")
          + (way.isDirect ? "" : ", over scratch memory"))
    }
    return lines
  }

  private func run(
    pass index: Int, group: Int, run: Int, block: Int, of blocks: Int, from source: UnsafePointer<Float>,
    into output: UnsafeMutablePointer<Float>, scratch: AlignedMemory
  ) {
    let (pass, way, taps) = (passes[index], ways[index], taps[index])
    let outer = pass.sizes.count - way.flattened
    var x = source + group * inputs * grid.channelPitch + pass.base
    var place = 0
    var rest = run
    for axis in (0..<outer).reversed() {
      let position = rest % pass.sizes[axis]
      rest /= pass.sizes[axis]
      x += position * grid.pitches[axis]
      place += (pass.start[axis] + position * pass.step[axis]) * outputPitches[axis]
    }
    for axis in outer..<pass.sizes.count { place += pass.start[axis] * outputPitches[axis] }
    let first = blocks == 1 ? 0 : block * Int(CCK_ROW_BLOCK)
    let rows = blocks == 1 ? outputs : min(Int(CCK_ROW_BLOCK), outputs - first)
    let channel = group * outputs + first
    let y = output + channel * outputChannelPitch + place
    var call = cck_convolution()
    call.outputs = rows
    call.frames = way.length
    call.weights = taps.weights(group: group, output: first)
    call.bias = UnsafePointer(bias.base + channel)
    call.activation = activation.kernelCode
    call.parameters = UnsafePointer(slopes.base + channel)
    call.y = way.isDirect ? y : scratch.base
    call.y_stride = way.isDirect ? outputChannelPitch : Self.pitch(way.length)
    taps.withSources(at: x) { sources in
      call.sources = sources.baseAddress
      call.source_count = sources.count
      kernels.pointee.convolve(&call)
    }
    if !way.isDirect {
      for row in 0..<rows {
        spread(
          scratch.base + row * Self.pitch(way.length), to: y + row * outputChannelPitch, pass: pass, axis: outer)
      }
    }
  }

  /// Copies the outputs of a run from their places to where they belong.
  private func spread(
    _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, pass: TapPass, axis: Int
  ) {
    let step = pass.step[axis] * outputPitches[axis]
    if axis == pass.sizes.count - 1 {
      if step == 1 {
        target.update(from: source, count: pass.sizes[axis])
      } else {
        for index in 0..<pass.sizes[axis] { target[index * step] = source[index] }
      }
      return
    }
    for index in 0..<pass.sizes[axis] {
      spread(source + index * grid.pitches[axis], to: target + index * step, pass: pass, axis: axis + 1)
    }
  }

  /// Calls `body` with every number below `count` and the number of the thread that it runs on.
  private func inParallel(_ count: Int, _ body: (_ unit: Int, _ thread: Int) -> Void) {
    let threads = min(threads, count)
    guard threads > 1 else {
      for unit in 0..<count { body(unit, 0) }
      return
    }
    // Safe to share: units write to different outputs, and each thread has scratch memory of its own.
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      for unit in thread * count / threads..<(thread + 1) * count / threads { body(unit, thread) }
    }
  }
}

/// The taps of one pass as the kernel wants them: offsets, chains, and packed weights of every group.
///
/// Order of sums: input channel outermost, kernel positions in their order; kernels of more than `TapList.longestChain`
/// positions in separate chains of `TapList.chainTaps`.
private final class PackedTaps {
  private let offsets: UnsafeMutablePointer<Int>
  private let chains: [(first: Int, count: Int, isSeparate: Bool)]
  private let packed: AlignedMemory
  private let taps: Int
  private let outputs: Int

  init(
    pass: TapPass, channelPitch: Int, groups: Int, inputs: Int, outputs: Int,
    weight: (_ output: Int, _ input: Int, _ position: [Int]) -> Float
  ) {
    let positions = pass.positions.count
    taps = inputs * positions
    self.outputs = outputs
    offsets = .allocate(capacity: max(1, taps))
    for tap in 0..<taps { (offsets + tap).initialize(to: tap / positions * channelPitch + pass.shifts[tap % positions]) }
    if positions > TapList.longestChain {
      chains = (0..<inputs).flatMap { input in
        stride(from: 0, to: positions, by: TapList.chainTaps).map { first in
          (input * positions + first, min(TapList.chainTaps, positions - first), true)
        }
      }
    } else {
      chains = [(0, taps, false)]
    }
    packed = AlignedMemory(count: groups * outputs * taps)
    for group in 0..<groups {
      let target = packed.base + group * outputs * taps
      for output in 0..<outputs {
        for tap in 0..<taps {
          target[cck_packed_weight(outputs, taps, output, tap)] = weight(
            group * outputs + output, tap / positions, pass.positions[tap % positions])
        }
      }
    }
  }

  deinit { offsets.deallocate() }

  /// The packed weights from the row block on that begins with `output`.
  func weights(group: Int, output: Int) -> UnsafePointer<Float> {
    UnsafePointer(packed.base + (group * outputs + output) * taps)
  }

  /// Lends the chains for one place.
  func withSources(at x: UnsafePointer<Float>, _ body: (UnsafeBufferPointer<cck_source>) -> Void) {
    withUnsafeTemporaryAllocation(of: cck_source.self, capacity: chains.count) { sources in
      for (index, chain) in chains.enumerated() {
        sources.initializeElement(
          at: index,
          to: cck_source(
            base: x, offsets: UnsafePointer(offsets + chain.first), taps: chain.count, separate: chain.isSeparate ? 1 : 0))
      }
      body(UnsafeBufferPointer(sources))
    }
  }
}

private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
