import CConvolutionKernels
import Dispatch

/// Runs the tap kernel over the passes of a plan: the one engine under convolution and transposed convolution of any
/// rank. What rank, stride and padding there are is in offsets and runs that were made before.
///
/// Safe because its memory belongs to it, offsets were made for a grid and an output of the sizes that `execute` checks,
/// and `PaddedGrid` is readable for a vector behind its last place.
final class TapEngine {
  let grid: PaddedGrid
  let passes: [TapPass]
  let layouts: [RunLayout]
  let sliding: SlidingKernel?
  let groups: Int
  /// Input and output channels of one group.
  let inputs: Int
  let outputs: Int
  /// The output's sizes behind batch and channels.
  let outputSizes: [Int]

  private let filler: GridFiller
  private let inputChannelPitch: Int
  private let outputChannelPitch: Int
  private let kernels: UnsafePointer<cck_kernels>
  private let bias: AlignedMemory
  private let slopes: AlignedMemory
  private let taps: PackedTaps
  private let slidingTaps: SlidingTaps?
  private let runs: UnsafeMutableBufferPointer<cck_run>
  /// What is the same in all calls.
  private let template: cck_grid
  private let threads: Int
  /// Padded copies: of all groups together when there is one, of one group a thread when there are more.
  private let padded: [AlignedMemory]
  private let scratch: [AlignedMemory]
  /// Floats of bias and slopes between groups.
  private let biasPitch: Int
  /// How one group is divided among threads.
  private let parts: (runs: Int, rows: Int)

  /// - Parameters:
  ///   - layouts: One a pass.
  ///   - kernelPositions: Of the whole kernel.
  ///   - sliding: Instead of the passes, for single channels.
  ///   - bias: One an output channel; nil: none.
  ///   - weight: The weight of an output channel of a group for an input channel of it and a kernel position.
  init(
    grid: PaddedGrid, mode: PaddingMode, passes: [TapPass], layouts: [RunLayout], groups: Int, inputs: Int, outputs: Int, outputSizes: [Int],
    kernelPositions: Int, sliding: SlidingKernel? = nil, bias: [Float]?, activation: Activation, threads: Int, level: KernelLevel,
    weight: (_ group: Int, _ output: Int, _ input: Int, _ position: Int) -> Float
  ) throws(GeometryError) {
    let whole = try Shape([groups * outputs] + outputSizes).strides
    let outputPitches = Array(whole[1...])
    outputChannelPitch = whole[0]
    inputChannelPitch = try Shape(grid.inputSizes).count
    self.grid = grid
    self.passes = passes
    self.groups = groups
    self.inputs = inputs
    self.outputs = outputs
    self.outputSizes = outputSizes
    self.sliding = sliding
    slidingTaps = sliding.map { SlidingTaps($0, outputs: outputSizes.last!) }
    self.threads = max(1, threads)
    kernels = level.kernels
    filler = GridFiller(grid, mode: mode, kernels: level.kernels)
    self.layouts = layouts
    taps = PackedTaps(
      passes: passes, channelPitch: grid.channelPitch, kernelPositions: kernelPositions, groups: groups, inputs: inputs,
      outputs: outputs, channelsAtOnce: Self.channelsAtOnce(layouts, passes: passes), weight: weight)

    // Runs of one orientation after those of the other, so that places across the channels come in large portions.
    let longest = self.threads > 1 && groups == 1 ? Self.longestRunOfThreads : Int.max
    var runs = slidingTaps.map { sliding!.makeRuns($0.slide, outputPitches: outputPitches) } ?? []
    for isAcross in [false, true] {
      for (index, pass) in passes.enumerated() where layouts[index].isAcross == isAcross {
        runs += layouts[index].makeRuns(
          taps: taps.list(pass: index), x: pass.base, y: pass.place(outputPitches: outputPitches), longest: longest)
      }
    }
    self.runs = .allocate(capacity: max(1, runs.count))
    for (index, run) in runs.enumerated() { self.runs.initializeElement(at: index, to: run) }
    let runParts = groups > 1 || self.threads == 1 ? 1 : max(1, min(runs.count, 4 * self.threads))
    let rowParts = runParts >= 4 * self.threads || groups > 1 || self.threads == 1 ? 1 : (outputs + 63) / 64
    parts = (runParts, rowParts)

    let block = Int(CCK_ROW_BLOCK)
    biasPitch = (outputs + block - 1) / block * block
    self.bias = AlignedMemory(count: groups * biasPitch)
    slopes = AlignedMemory(count: groups * biasPitch)
    for channel in 0..<groups * outputs {
      let place = channel / outputs * biasPitch + channel % outputs
      self.bias.base[place] = bias?[channel] ?? 0
      slopes.base[place] = activation.slope(channel: channel)
    }
    if grid.isInput {
      padded = []
    } else {
      let channels = groups == 1 ? inputs : min(groups, self.threads) * inputs
      let each = try Shape([groups == 1 ? channels : inputs, grid.channelPitch]).count
      padded = (0..<channels * grid.channelPitch / max(1, each)).map { _ in AlignedMemory(count: each + 2 * Int(CCK_READ_SLACK)) }
      for memory in padded { filler.prepare(memory.base, channels: each / grid.channelPitch) }
    }
    let segments = taps.segments
    scratch = (0..<self.threads).map { _ in AlignedMemory(count: cck_grid_scratch(outputs, segments)) }
    var template = cck_grid()
    template.y_stride = outputChannelPitch
    template.block_pitch = taps.blockPitch
    template.activation = activation.kernelCode
    template.segments = segments
    template.is_separate = taps.isSeparate ? 1 : 0
    self.template = template
  }

  deinit { runs.deallocate() }

  /// Places of a run where several threads share the runs.
  private static let longestRunOfThreads = 48 * 32

  /// Input channels of a segment: as many as leave what a tile reads in the first-level cache, which is what runs along
  /// vectors need, or the weights of its rows in the second, which is what tiles across the channels need.
  private static func channelsAtOnce(_ layouts: [RunLayout], passes: [TapPass]) -> Int {
    let largest = passes.indices.max { layouts[$0].cost < layouts[$1].cost }
    guard let largest, !passes[largest].positions.isEmpty else { return .max }
    let positions = passes[largest].positions.count
    if layouts[largest].isAcross { return max(1, (layouts[largest].longestRun < 8 ? 128 : 512) / positions) }
    // Three vectors of each row that the kernel reads, and what the loads straddle.
    let rows = Set(passes[largest].shifts.map { $0 >> 6 }).count
    return max(16, 24 * 1024 / (rows * 5 * 64))
  }

  /// Computes one element of a batch.
  ///
  /// - Parameters:
  ///   - input: All channels; where the grid is the input, readable for a vector behind its end.
  ///   - output: All channels.
  func execute(_ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>) {
    if groups > 1 {
      inParallel(groups) { group, thread in
        let source = input + group * self.inputs * self.inputChannelPitch
        let x = self.grid.isInput ? source : UnsafePointer(self.padded[thread].base)
        if !self.grid.isInput {
          self.filler.copy(
            source, to: self.padded[thread].base, channels: self.inputs, inputPitch: self.inputChannelPitch)
        }
        self.compute(group: group, part: 0, from: x, into: output, thread: thread)
      }
      return
    }
    if !grid.isInput {
      let parts = min(inputs, threads)
      inParallel(parts) { part, _ in
        let channels = part * self.inputs / parts..<(part + 1) * self.inputs / parts
        self.filler.copy(
          input + channels.lowerBound * self.inputChannelPitch,
          to: self.padded[0].base + channels.lowerBound * self.grid.channelPitch, channels: channels.count,
          inputPitch: self.inputChannelPitch)
      }
    }
    let x = grid.isInput ? input : UnsafePointer(padded[0].base)
    inParallel(parts.runs * parts.rows) { part, thread in
      self.compute(group: 0, part: part, from: x, into: output, thread: thread)
    }
  }

  /// Computes some runs of some rows of a group.
  private func compute(
    group: Int, part: Int, from x: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, thread: Int
  ) {
    let (runPart, rowPart) = (part % parts.runs, part / parts.runs)
    let first = parts.rows == 1 ? 0 : rowPart * 64
    let from = runPart * runs.count / parts.runs
    var call = template
    call.outputs = parts.rows == 1 ? outputs : min(64, outputs - first)
    call.x = x
    call.y = output + (group * outputs + first) * outputChannelPitch
    call.weights = taps.weights(group: group, output: first)
    call.bias = UnsafePointer(bias.base + group * biasPitch + first)
    call.parameters = UnsafePointer(slopes.base + group * biasPitch + first)
    call.runs = UnsafePointer(runs.baseAddress! + from)
    call.run_count = (runPart + 1) * runs.count / parts.runs - from
    call.scratch = scratch[thread].base
    kernels.pointee.convolve_grid(&call)
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
    let (inputPitch, outputPitch) = (groups * inputs * inputChannelPitch, groups * outputs * outputChannelPitch)
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
    let taps =
      sliding.map { $0.multiplyAdds * groups }
      ?? passes.reduce(0) { $0 + $1.multiplyAdds(inputs: inputs, outputs: outputs * groups) }
    var lines = [
      "direct: the tap kernel, \(groups == 1 ? "" : "\(groups) groups, ")"
        + "\(inputs) to \(outputs) channels\(groups == 1 ? "" : " each")"
        + (self.taps.segments == 1 ? "" : ", the taps in \(self.taps.segments) segments")
    ]
    lines.append(
      grid.isInput
        ? "the input is read where it lies: no tap that is left reads padding, and there is no stride"
        : "a padded copy of the input, \(padded.reduce(0) { $0 + $1.count } * 4) bytes"
          + (grid.phases.contains { $0 > 1 } ? ", split by the phases of the stride so that runs are contiguous" : ""))
    if let cost {
      let done = cost.multiplyAdds == 0 ? 1 : Double(taps * max(1, cost.outputShape[0])) / Double(cost.multiplyAdds)
      lines.append(
        "\(percent(done)) of \(cost.multiplyAdds) nominal multiply-adds are done, "
          + "\(percent(cost.shareInside)) lie within the input")
    }
    if let sliding { lines.append(sliding.explanation) }
    for (pass, layout) in zip(passes, layouts) {
      lines.append(
        "outputs \(pass.sizes.map(String.init).joined(separator: " × ")) of \(pass.positions.count) taps a channel: "
          + layout.explanation)
    }
    return lines
  }

  /// Calls `body` with every number below `count` and the number of the thread that it runs on.
  private func inParallel(_ count: Int, _ body: (_ unit: Int, _ thread: Int) -> Void) {
    let threads = min(threads, count)
    guard threads > 1 else {
      for unit in 0..<count { body(unit, 0) }
      return
    }
    // Safe to share: units write to different outputs, and each thread has memory of its own.
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      for unit in thread * count / threads..<(thread + 1) * count / threads { body(unit, thread) }
    }
  }
}

private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
