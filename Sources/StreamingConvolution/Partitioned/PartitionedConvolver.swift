import CConvolutionKernels
import Convolution

/// Convolves with long impulse responses, block by block: a direct sum for the first taps, and FFT partitions of
/// growing size for the rest.
///
/// ```swift
/// let hall = try ResponseMatrix.perChannel([left, right])
/// let plan = try PartitionPlanner.plan(for: hall)                 // latency 0, any block
/// let live = try PartitionedConvolver(hall, plan: plan, maximumBlockFrames: 512)
/// ```
/// - Streaming: latency is exactly the plan's; history and tail are the longest path − 1 (including its delay).
/// - Channels share transforms: each level has one forward transform per input channel and one inverse per output
///   channel.
/// - Numerics: |error| ≤ (13·log2(N) + P)·u·‖w‖·‖x‖ over the output's window, N the longest transform, P the
///   longest chain of partition sums.
/// - NaN and infinity spoil every output of the transforms that contain them. `historyFrames` plus two of the largest
///   partitions later, the output is clean again.
public final class PartitionedConvolver: BlockProcessor {
  /// How the responses are divided.
  public let plan: PartitionPlan
  /// The most input frames of one call.
  public let maximumBlockFrames: Int
  /// Channels that `process` reads.
  public let inputChannels: Int
  /// Channels that `process` writes.
  public let outputChannels: Int
  /// Bytes of memory that this processor uses.
  public let memoryBytes: Int

  /// The plan's latency in frames.
  public var latencyFrames: Int { plan.latencyFrames }
  /// The plan's grain in frames.
  public var grainFrames: Int { plan.grainFrames }
  /// The longest path, including its delay, − 1.
  public var historyFrames: Int? { matrix.frames - 1 }
  /// The longest path, including its delay, − 1.
  public var tailFrames: Int { matrix.frames - 1 }
  /// At multiples of the largest partition. An output frame depends on all of the two blocks of input that each of its
  /// transforms spans, which may begin almost two partitions before its history does.
  public var cut: StreamCut? {
    let largest = plan.levels.last?.partitionFrames ?? 0
    let own = StreamCut(
      alignmentFrames: max(1, largest), preRollFrames: latencyFrames + matrix.frames - 1 + 2 * largest)
    return own.followed(by: StreamCut(alignmentFrames: grainFrames, preRollFrames: 0))
  }
  /// The impulse responses and their routing.
  public var matrix: ResponseMatrix { responses.matrix }

  private let level: KernelLevel
  private let kernels: UnsafePointer<cck_kernels>
  private let layout: PartitionLayout
  private let history: InputHistory
  private let levels: UnsafeMutablePointer<PartitionLevel>
  private let levelCount: Int
  private let faded: UnsafeMutablePointer<Float>
  private let rows: UnsafeMutablePointer<UnsafePointer<Float>?>
  private let memory: [AlignedMemory]

  /// Input frames since `reset`.
  private var frame = 0
  /// Output before this frame is not kept: only the input is transformed. Counted with the latency.
  private var firstKept = 0
  private var responses: PreparedResponse
  private var current: ResponseTables
  private var replacement: PreparedResponse?
  private var next: ResponseTables?
  /// Kept until the next exchange, because `process` frees nothing.
  private var retired: PreparedResponse?
  private var fade = 0..<0
  /// Floating-point operations since the processor was made: 2 for a multiply-add of the direct sum, 8 for a product of
  /// spectra, 5·n·log2(n) for a short transform.
  private(set) public var countedOperations = 0

  /// - Parameters:
  ///   - matrix: Impulse responses and their routing.
  ///   - plan: How to divide the responses; `PartitionPlanner.plan(…)` makes one for a latency and a grain.
  ///   - maximumBlockFrames: The most frames of one call; at least the plan's grain.
  ///   - maximumMemoryBytes: A limit for `plan.memoryBytes`. Default: none.
  ///   - level: The instruction set. Default: the best available.
  /// - Throws: `ResponseError.memory`, `.planTooShort`, `.setting`.
  public convenience init(
    _ matrix: ResponseMatrix, plan: PartitionPlan, maximumBlockFrames: Int, maximumMemoryBytes: Int? = nil,
    level: KernelLevel = .selected
  ) throws(ResponseError) {
    guard maximumBlockFrames >= plan.grainFrames else {
      throw .setting(
        "the maximum block in frames", expected: plan.grainFrames...ResponseMatrix.maximumFrames,
        actual: maximumBlockFrames)
    }
    guard plan.capacityFrames >= matrix.frames else {
      throw .planTooShort(expectedFrames: matrix.frames, actualFrames: plan.capacityFrames)
    }
    if let maximumMemoryBytes {
      let bytes = plan.memoryBytes(for: matrix, maximumBlockFrames: maximumBlockFrames)
      guard bytes <= maximumMemoryBytes else {
        throw .memory(maximumBytes: maximumMemoryBytes, actualBytes: bytes)
      }
    }
    self.init(
      ResponseSpectra(matrix, plan: plan), plan: plan, maximumBlockFrames: maximumBlockFrames, level: level)
  }

  private init(_ spectra: ResponseSpectra, plan: PartitionPlan, maximumBlockFrames: Int, level: KernelLevel) {
    let matrix = spectra.matrix
    self.plan = plan
    self.maximumBlockFrames = maximumBlockFrames
    self.level = level
    inputChannels = matrix.inputChannels
    outputChannels = matrix.outputChannels
    memoryBytes = plan.memoryBytes(for: matrix, maximumBlockFrames: maximumBlockFrames)
    kernels = level.kernels
    layout = PartitionLayout(plan, maximumBlockFrames: maximumBlockFrames)
    let ring = AlignedMemory(count: layout.historyFloats(inputs: matrix.inputChannels))
    history = InputHistory(memory: ring, capacity: layout.historyFrames, mirrored: layout.mirroredFrames)
    let faded = AlignedMemory(count: layout.stepFrames)
    self.faded = faded.base
    responses = PreparedResponse(spectra, plan: plan)
    responses.isTaken = true
    current = responses.tables
    levelCount = plan.levels.count
    levels = .allocate(capacity: max(levelCount, 1))
    rows = .allocate(capacity: max(levelCount, 1))
    var memory = [ring, faded]
    for (index, part) in plan.levels.enumerated() {
      let own = AlignedMemory(count: PartitionLevel.floats(of: part, inputs: matrix.inputChannels))
      memory.append(own)
      (levels + index).initialize(
        to: PartitionLevel(part, of: plan, inputs: matrix.inputChannels, memory: own.base, kernels: kernels))
      levels[index].bind(current.levels[index])
    }
    self.memory = memory
  }

  deinit {
    for index in 0..<levelCount { levels[index].deallocate() }
    levels.deallocate()
    rows.deallocate()
  }

  /// Convolves the next block; writes `frames` frames and returns `frames`.
  @discardableResult
  public func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int {
    let denormals = cck_flush_denormals()
    defer { cck_restore_denormals(denormals) }
    var offset = 0
    while offset < frames {
      // Cut where a partition may end, so that the work depends on the frame and not on the block.
      let count = min(frames - offset, layout.stepFrames, layout.cutFrames - frame % layout.cutFrames)
      for channel in 0..<inputChannels {
        history.write(input[channel] + offset, channel: channel, frame: frame, count: count)
      }
      frame += count
      var operations = 2 * current.headMultiplyAdds * count
      for index in 0..<levelCount { operations += levels[index].work(until: frame, history) }
      if levelCount > 0 { operations += beginBlocks() }
      countedOperations += operations
      if frame > firstKept { give(output, offset: offset, count: count) }
      offset += count
    }
    return frames
  }

  /// Begins the work on all blocks whose input is complete.
  /// - Returns: Floating-point operations that could not wait.
  @inline(__always)
  private func beginBlocks() -> Int {
    if frame % layout.cutFrames == 0 {
      for index in 0..<levelCount {
        guard frame % levels[index].frames == 0 else { break }
        begin(index, block: frame / levels[index].frames - 1)
      }
      return plan.isImmediate ? levels[0].work(until: frame, history) : 0
    }
    let block = frame / layout.cutFrames
    guard plan.isImmediate, block * layout.cutFrames + levels[0].firstTap + plan.latencyFrames < frame else { return 0 }
    // An incomplete grain: the last block, or a caller that broke the contract. Treat the rest as silence, and do the
    // work again if more comes.
    let rest = layout.cutFrames - frame % layout.cutFrames
    for channel in 0..<inputChannels { history.writeSilence(channel: channel, frame: frame, count: rest) }
    begin(0, block: block)
    return levels[0].work(until: frame, history)
  }

  private func begin(_ index: Int, block: Int) {
    let first = block * levels[index].frames + levels[index].firstTap
    let isKept = first + levels[index].frames + plan.latencyFrames > firstKept
    let isHeard = isKept && (next == nil || first < fade.upperBound)
    let isReplaced = first + levels[index].frames > fade.lowerBound
    levels[index].begin(
      block: block, current: isHeard ? current.levels[index] : nil, next: isReplaced ? next?.levels[index] : nil)
  }

  /// Output frames `frame − count − latency ..< frame − latency`.
  @inline(__always)
  private func give(_ output: OutputChannels, offset: Int, count: Int) {
    let first = frame - count - plan.latencyFrames
    guard let next, first + count > fade.lowerBound else {
      for channel in 0..<outputChannels { sum(current, channel, first, count, into: output[channel] + offset) }
      return
    }
    for channel in 0..<outputChannels {
      let y = output[channel] + offset
      sum(current, channel, first, count, into: y)
      sum(next, channel, first, count, into: faded)
      for index in 0..<count { y[index] = blend(y[index], faded[index], frame: first + index) }
    }
    countedOperations += 2 * next.headMultiplyAdds * count
    if first + count >= fade.upperBound { finishExchange() }
  }

  /// Direct sums first, then the levels, always in this order, so that it does not matter when a level did its work.
  @inline(__always)
  private func sum(
    _ tables: ResponseTables, _ channel: Int, _ first: Int, _ count: Int, into y: UnsafeMutablePointer<Float>
  ) {
    let (start, end) = (tables.headStarts[channel], tables.headStarts[channel + 1])
    for index in start..<end {
      let head = tables.heads[index]
      let oldest = first - head.firstTap - head.taps + 1
      var taps = cck_long_taps(
        weights: head.weights, taps: head.taps, x: history.place(channel: head.input, frame: oldest), y: y,
        frames: count,
        adds: index > start ? 1 : 0)
      kernels.pointee.convolve_long(&taps)
    }
    var rowCount = 0
    for index in 0..<levelCount where tables.levels[index].gives(channel) {
      guard let row = levels[index].row(tables.levels[index], output: channel, frame: first, count: count) else {
        return sumInPieces(tables, channel, first, count, adds: start < end, into: y)
      }
      rows[rowCount] = row
      rowCount += 1
    }
    if rowCount > 0 || start == end { kernels.pointee.sum_rows(rows, rowCount, start < end ? 1 : 0, y, count) }
  }

  /// For the start of the stream, and for levels whose blocks do not end where the stream is cut.
  private func sumInPieces(
    _ tables: ResponseTables, _ channel: Int, _ first: Int, _ count: Int, adds: Bool,
    into y: UnsafeMutablePointer<Float>
  ) {
    if !adds { y.update(repeating: 0, count: count) }
    for index in 0..<levelCount where tables.levels[index].gives(channel) {
      levels[index].add(tables.levels[index], output: channel, frame: first, count: count, to: y)
    }
  }

  /// As new: only silence came before the next frame. The responses stay, and a pending exchange is completed.
  public func reset() {
    if replacement != nil { finishExchange() }
    (frame, firstKept) = (0, 0)
    history.clear(channels: inputChannels)
    for index in 0..<levelCount { levels[index].reset() }
    responses.clear()
  }

  /// `reset`, where only output from frame `first` on is kept. Until then only the input is transformed.
  public func reset(keepingFrom first: Int) {
    reset()
    firstKept = first
  }

  /// Makes another convolver with the same responses and plan, as new. The two share no mutable state.
  public func copy() throws -> PartitionedConvolver {
    PartitionedConvolver(
      responses.spectra, plan: plan, maximumBlockFrames: maximumBlockFrames, level: level)
  }

  /// One mono convolver per channel, with the same plan and so the same bits, as new; nil where an output hears another
  /// input than its own. They share the spectra.
  func separated() -> [PartitionedConvolver]? {
    guard inputChannels == outputChannels, matrix.paths.allSatisfy({ $0.input == $0.output }) else { return nil }
    return (0..<inputChannels).map {
      PartitionedConvolver(
        responses.spectra.onlyChannel($0), plan: plan, maximumBlockFrames: maximumBlockFrames, level: level)
    }
  }

  // MARK: - Exchange of the responses

  /// Prepares other responses for `exchange`. Allocates. Safe to call on another thread, because it only reads what
  /// never changes.
  /// - Throws: `ResponseError.exchangeChannels` if the channels differ, `.planTooShort` if the responses do not fit the
  ///   plan.
  public func prepare(_ matrix: ResponseMatrix) throws(ResponseError) -> PreparedResponse {
    guard matrix.inputChannels == inputChannels, matrix.outputChannels == outputChannels else {
      throw .exchangeChannels(
        expected: [inputChannels, outputChannels], actual: [matrix.inputChannels, matrix.outputChannels])
    }
    guard plan.capacityFrames >= matrix.frames else {
      throw .planTooShort(expectedFrames: matrix.frames, actualFrames: plan.capacityFrames)
    }
    return PreparedResponse(ResponseSpectra(matrix, plan: plan), plan: plan)
  }

  /// Fades linearly from the current responses to prepared ones over output frames `frame` ..< `frame + fadeFrames`,
  /// counted from `reset` and without the latency. Call it between blocks, on the thread that owns the processor;
  /// `process` neither allocates nor frees because of it. The work doubles while both are heard.
  ///
  /// After the fade, `historyFrames` and `tailFrames` are those of the new responses.
  /// - Throws: `ResponseError.exchangeTooSoon` if `frame` is before `earliestExchangeFrame`; `.exchangePending`;
  ///   `.setting` for a negative fade; `.plan` if `replacement` was made for another plan or is already in use.
  public func exchange(to replacement: PreparedResponse, atFrame frame: Int, fadeFrames: Int) throws(ResponseError) {
    guard self.replacement == nil else { throw .exchangePending(untilFrame: fade.upperBound) }
    guard replacement.plan == plan, !replacement.isTaken, replacement.matrix.inputChannels == inputChannels,
      replacement.matrix.outputChannels == outputChannels
    else { throw .plan("the responses were prepared for another plan, or were exchanged before") }
    guard (0...ResponseMatrix.maximumFrames).contains(fadeFrames) else {
      throw .setting("the fade in frames", expected: 0...ResponseMatrix.maximumFrames, actual: fadeFrames)
    }
    let earliest = earliestExchangeFrame
    guard frame >= earliest, frame <= Int.max / 2 else {
      throw .exchangeTooSoon(earliestFrame: earliest, actualFrame: frame)
    }
    retired = nil
    replacement.isTaken = true
    for index in 0..<levelCount { levels[index].bind(replacement.tables.levels[index]) }
    fade = frame..<frame + fadeFrames
    self.replacement = replacement
    next = replacement.tables
  }

  /// The first output frame that no work has started for yet: the earliest start of an exchange requested now.
  public var earliestExchangeFrame: Int {
    var earliest = max(frame - plan.latencyFrames, 0)
    for index in 0..<levelCount {
      let blocks = frame / levels[index].frames
      if blocks > 0 { earliest = max(earliest, blocks * levels[index].frames + levels[index].firstTap) }
    }
    return earliest
  }

  @inline(__always)
  private func blend(_ old: Float, _ new: Float, frame: Int) -> Float {
    // Not a sum with a factor of 0, which would let NaN through.
    if frame < fade.lowerBound { return old }
    if frame >= fade.upperBound { return new }
    let share = Float(frame - fade.lowerBound + 1) / Float(fade.count + 1)
    return old + share * (new - old)
  }

  private func finishExchange() {
    retired = responses
    if let replacement { responses = replacement }
    current = responses.tables
    (replacement, next) = (nil, nil)
  }
}
