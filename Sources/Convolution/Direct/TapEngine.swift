import CConvolutionKernels
import Dispatch

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Runs the tap kernel over the passes of a plan: the engine of convolution and transposed convolution of any rank. Rank,
/// stride and padding are already part of the offsets and runs.
///
/// Safe because it owns its memory, the offsets were made for a grid and an output of the sizes that `execute` checks,
/// and a `PaddedGrid` is readable for one vector after its last place.
final class TapEngine {
  let grid: PaddedGrid
  let passes: [TapPass]
  let layouts: [RunLayout]
  let sliding: SlidingKernel?
  let groups: Int
  /// Input and output channels of one group.
  let inputs: Int
  let outputs: Int
  /// The output's sizes after batch and channels.
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
  /// The arguments that are the same in all calls.
  private let template: cck_grid
  private let threads: Int
  /// Padded copies: one of the only group, or one for each thread when there are several groups.
  private let padded: [AlignedMemory]
  private let scratch: [AlignedMemory]
  /// The value of outputs that belong to no pass, one per output channel; empty when every output belongs to one.
  private let background: [Float]
  /// Floats of bias and slopes between groups.
  private let biasPitch: Int
  /// How one group is divided among threads.
  private let parts: (runs: Int, rows: Int)

  /// - Parameters:
  ///   - layouts: One per pass.
  ///   - kernelPositions: Positions of the whole kernel.
  ///   - sliding: Used instead of the passes, for single channels.
  ///   - haveOwnKernels: Whether each pass has its own kernel, rather than a part of one.
  ///   - coversAll: Whether every output belongs to a pass. Others are the bias alone.
  ///   - weights: In the layout that `places` describes.
  ///   - bias: One per output channel; nil: none.
  init(
    grid: PaddedGrid, mode: PaddingMode, passes: [TapPass], layouts: [RunLayout], groups: Int, inputs: Int,
    outputs: Int, outputSizes: [Int], kernelPositions: Int, sliding: SlidingKernel? = nil,
    haveOwnKernels: Bool = false, coversAll: Bool = true,
    weights: Tensor, places: WeightPlaces, bias: [Float]?, activation: Activation, threads: Int, level: KernelLevel
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
    let threads = max(1, min(threads, Self.mostThreads))
    kernels = level.kernels
    filler = GridFiller(grid, mode: mode, kernels: level.kernels)
    self.layouts = layouts
    taps = PackedTaps(
      passes: passes, channelPitch: grid.channelPitch, kernelPositions: kernelPositions, groups: groups, inputs: inputs,
      outputs: outputs, haveOwnKernels: haveOwnKernels, channelsAtOnce: Self.channelsAtOnce(layouts, passes: passes),
      weights: weights, places: places)

    // First all runs of one orientation, then those of the other, so that places across the channels are many at a time.
    let longest = threads > 1 && groups == 1 ? Self.longestRunOfThreads : Int.max
    var runs = slidingTaps.map { sliding!.makeRuns($0.slide, outputPitches: outputPitches) } ?? []
    for isAcross in [false, true] {
      for (index, pass) in passes.enumerated() where layouts[index].isAcross == isAcross {
        runs += layouts[index].makeRuns(
          taps: taps.list(pass: index), x: pass.base, y: pass.place(outputPitches: outputPitches), longest: longest)
      }
    }
    self.runs = .allocate(capacity: runs.count)
    _ = self.runs.initialize(from: runs)
    let isShared = groups == 1 && threads > 1
    let runParts = isShared ? max(1, min(runs.count, 4 * threads)) : 1
    let rowParts = isShared && runParts < 4 * threads ? (outputs + Self.rowsOfPart - 1) / Self.rowsOfPart : 1
    parts = (runParts, rowParts)
    self.threads = min(threads, groups > 1 ? groups : max(runParts * rowParts, grid.isInput ? 1 : inputs))

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
      padded = (0..<channels * grid.channelPitch / max(1, each)).map { _ in
        AlignedMemory(count: each + 2 * Int(CCK_READ_SLACK))
      }
      for memory in padded { filler.prepare(memory.base, channels: each / grid.channelPitch) }
    }
    let segments = taps.segments
    let rows = rowParts > 1 ? Self.rowsOfPart : outputs
    scratch = (0..<self.threads).map { _ in AlignedMemory(count: cck_grid_scratch(rows, segments)) }
    background =
      coversAll
      ? []
      : (0..<groups * outputs).map { channel in
        // The activation reads a whole vector.
        var value = [Float](repeating: bias?[channel] ?? 0, count: 1 + Int(CCK_READ_SLACK))
        value.withUnsafeMutableBufferPointer {
          level.kernels.pointee.activate(
            activation.kernelCode, activation.slope(channel: channel), $0.baseAddress!, $0.baseAddress!, 1)
        }
        return value[0]
      }
    var template = cck_grid()
    template.y_stride = outputChannelPitch
    template.block_pitch = taps.blockPitch
    template.activation = activation.kernelCode
    template.segments = segments
    template.is_separate = taps.isSeparate ? 1 : 0
    self.template = template
  }

  deinit { runs.deallocate() }

  /// No more than there are processors, because each thread takes memory.
  private static let mostThreads = max(8, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

  /// Output channels of one part when threads share them: whole blocks of rows.
  private static let rowsOfPart = 64

  /// Places of a run when threads share the runs.
  private static let longestRunOfThreads = 48 * 32

  /// Input channels of a segment: as many as keep what a tile reads in the first-level cache, for vectors along the run,
  /// or the weights of its rows in the second-level cache, for vectors across the channels.
  private static func channelsAtOnce(_ layouts: [RunLayout], passes: [TapPass]) -> Int {
    let largest = passes.indices.max { layouts[$0].cost < layouts[$1].cost }
    guard let largest, !passes[largest].positions.isEmpty else { return .max }
    let positions = passes[largest].positions.count
    if layouts[largest].isAcross { return max(1, (layouts[largest].longestRun < 8 ? 128 : 512) / positions) }
    // Three vectors of each row that the kernel reads, and one more because loads straddle cache lines.
    let rows = Set(passes[largest].shifts.map { $0 >> 6 }).count
    return max(16, 24 * 1024 / (rows * 5 * 64))
  }

  /// Computes one element of a batch.
  ///
  /// - Parameters:
  ///   - input: All channels; where the grid is the input, readable for one vector after its end.
  ///   - output: All channels.
  func execute(_ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>) {
    if groups > 1 {
      inParallel(groups) { group, thread in
        self.fillBackground(group * self.outputs..<(group + 1) * self.outputs, of: output)
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
    if !background.isEmpty {
      let parts = min(outputs, threads)
      inParallel(parts) { part, _ in
        self.fillBackground(part * self.outputs / parts..<(part + 1) * self.outputs / parts, of: output)
      }
    }
    let x = grid.isInput ? input : UnsafePointer(padded[0].base)
    inParallel(parts.runs * parts.rows) { part, thread in
      self.compute(group: 0, part: part, from: x, into: output, thread: thread)
    }
  }

  /// Fills whole channels with the value of outputs without a pass, before the passes overwrite the others.
  private func fillBackground(_ channels: Range<Int>, of output: UnsafeMutablePointer<Float>) {
    if background.isEmpty { return }
    for channel in channels {
      (output + channel * outputChannelPitch).update(repeating: background[channel], count: outputChannelPitch)
    }
  }

  /// Computes some runs of some rows of a group.
  private func compute(
    group: Int, part: Int, from x: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, thread: Int
  ) {
    let (runPart, rowPart) = (part % parts.runs, part / parts.runs)
    let first = rowPart * Self.rowsOfPart
    let from = runPart * runs.count / parts.runs
    var call = template
    call.outputs = parts.rows == 1 ? outputs : min(Self.rowsOfPart, outputs - first)
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

  /// How it is computed and why, one sentence per line.
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
        ? "the input is read where it lies: no tap that is left reads beyond it"
        : "a padded copy of the input, \(padded.reduce(0) { $0 + $1.count } * 4) bytes"
          + (grid.phases.contains { $0 > 1 } ? ", split by the phases of the stride so that runs are contiguous" : ""))
    if let cost {
      let done = cost.multiplyAdds == 0 ? 1 : Double(taps * max(1, cost.outputShape[0])) / Double(cost.multiplyAdds)
      lines.append(
        "\(percent(done)) of \(cost.multiplyAdds) nominal multiply-adds are done, "
          + "\(percent(cost.shareInside)) lie within the input")
    }
    if let sliding { lines.append(sliding.explanation) }
    // The largest passes, in running order.
    let works = passes.map { $0.multiplyAdds(inputs: inputs, outputs: outputs * groups) }
    let largest = works.indices.sorted { (works[$1], $0) < (works[$0], $1) }
    let shown = passes.count <= Self.mostLines ? largest[...] : largest.prefix(Self.mostLines - 1)
    for index in shown.sorted() {
      let sizes = passes[index].sizes.map(String.init).joined(separator: " × ")
      let taps = passes[index].positions.count
      lines.append("outputs \(sizes) of \(taps) \(taps == 1 ? "tap" : "taps") a channel: \(layouts[index].explanation)")
    }
    if shown.count < passes.count {
      let rest = largest.dropFirst(shown.count).reduce(0) { $0 + works[$1] }
      lines.append(
        "\(passes.count - shown.count) more passes, with \(percent(Double(rest) / Double(max(1, taps)))) of what is done"
      )
    }
    if !background.isEmpty { lines.append("outputs that no tap reaches are the bias alone") }
    return lines
  }

  /// How many passes are explained separately: as many as the border of an image makes.
  private static let mostLines = 9

  /// Calls `body` with every number below `count` and the number of the thread that it runs on.
  private func inParallel(_ count: Int, _ body: (_ unit: Int, _ thread: Int) -> Void) {
    let threads = min(threads, count)
    guard threads > 1 else {
      for unit in 0..<count { body(unit, 0) }
      return
    }
    // Safe to share: units write to different outputs, and each thread has its own memory.
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      for unit in thread * count / threads..<(thread + 1) * count / threads { body(unit, thread) }
    }
  }
}

private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
