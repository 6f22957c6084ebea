import CConvolutionKernels
import Convolution

/// A running level: the spectra of the latest input blocks, and the work on the newest one, step by step.
///
/// Block k of B frames is complete at frame (k+1)·B. Its work is first needed for output frame k·B + firstTap, that is
/// when input frame k·B + firstTap + latency arrives; its steps are spread evenly over the time until then. What a step
/// does depends on k alone, so that the block size is inaudible.
///
/// Safe because the pointers belong to the convolver, which outlives this value.
struct PartitionLevel {
  let frames: Int
  let firstTap: Int
  let partitions: Int
  /// Output blocks that are kept.
  let slots: Int
  private let latency: Int
  private let transform: RightAngleTransform
  private let inputs: Int
  private let inputSteps: UnsafeMutablePointer<LevelStep>
  private let inputStepCount: Int
  private let inputOperations: Int
  /// `[input, chunk, slot, 64]`; the newest spectrum has the lowest slot, around the ring.
  private let ring: UnsafeMutablePointer<Float>
  private let ringFloats: Int
  private let rows: UnsafeMutablePointer<Float>
  private let spectrum: UnsafeMutablePointer<Float>
  private let kernels: UnsafePointer<cck_kernels>

  /// The current block, or the last one.
  private var block = 0
  private var isBusy = false
  /// Frame at which the work must be complete.
  private var deadline = 0
  private var start = 0
  private var operations = 0
  private var done = 0
  private var stage = Stage.inputs
  private var step = 0
  private var current: LevelBank?
  private var next: LevelBank?

  private enum Stage { case inputs, current, next }

  /// - Parameter memory: `floats(of:inputs:)`, zero.
  init(
    _ level: PartitionPlan.Level, of plan: PartitionPlan, inputs: Int, memory: UnsafeMutablePointer<Float>,
    kernels: UnsafePointer<cck_kernels>
  ) {
    frames = level.partitionFrames
    firstTap = level.firstTap
    partitions = level.partitions
    slots = level.slots(in: plan)
    latency = plan.latencyFrames
    transform = .shared(count: frames)
    self.inputs = inputs
    ringFloats = 2 * frames * partitions
    rows = memory
    spectrum = memory + 2 * frames
    ring = memory + 4 * frames
    self.kernels = kernels
    let transform = transform
    let steps = (0..<inputs).flatMap { LevelStep.input($0, transform) }
    inputStepCount = steps.count
    inputOperations = steps.reduce(0) { $0 + $1.operations }
    inputSteps = .allocate(capacity: steps.count)
    for (index, step) in steps.enumerated() { (inputSteps + index).initialize(to: step) }
  }

  func deallocate() { inputSteps.deallocate() }

  /// Floats needed for scratch and rings.
  static func floats(of level: PartitionPlan.Level, inputs: Int) -> Int {
    2 * level.partitionFrames * (2 + inputs * level.partitions)
  }

  /// Connects a set of responses to this level's rings.
  func bind(_ bank: LevelBank) {
    for index in 0..<bank.productCount {
      bank.products[index].x = UnsafePointer(ring + bank.terms[index].input * ringFloats)
      bank.products[index].x_slots = partitions
    }
  }

  mutating func reset() {
    ring.update(repeating: 0, count: inputs * ringFloats)
    isBusy = false
  }

  /// Begins the work on block `index`, whose input is complete.
  ///
  /// - Parameters:
  ///   - current: The responses in use, if this block's output still uses them.
  ///   - next: Their replacement, if this block's output already uses it.
  mutating func begin(block index: Int, current: LevelBank?, next: LevelBank?) {
    block = index
    isBusy = true
    start = (index + 1) * frames
    // Any later, and two blocks would be in progress at once.
    deadline = min(index * frames + firstTap + latency, start + frames)
    (stage, step, done) = (.inputs, 0, 0)
    operations = inputOperations
    (self.current, self.next) = (current, next)
    if let current { prepare(current) }
    if let next { prepare(next) }
  }

  private mutating func prepare(_ bank: LevelBank) {
    operations += bank.operations
    let newest = newestSlot
    for index in 0..<bank.productCount {
      bank.products[index].x_first = (newest + bank.terms[index].first) % partitions
    }
  }

  private var newestSlot: Int {
    let place = block % partitions
    return place == 0 ? 0 : partitions - place
  }

  /// Does the share of the work that is due at frame `frame`.
  /// - Returns: Floating-point operations done.
  @inline(__always)
  mutating func work(until frame: Int, _ history: InputHistory) -> Int {
    guard isBusy else { return 0 }
    let due = frame >= deadline ? operations : operations * (frame - start) / (deadline - start)
    guard done < due || due == operations else { return 0 }
    return work(due: due, history)
  }

  private mutating func work(due: Int, _ history: InputHistory) -> Int {
    let before = done
    while done < due {
      if stage == .inputs {
        guard step < inputStepCount else {
          (stage, step) = (.current, 0)
          continue
        }
        run(inputSteps[step], history)
        done += inputSteps[step].operations
      } else {
        guard let bank = stage == .current ? current : next, step < bank.stepCount else {
          (stage, step) = (.next, 0)
          continue
        }
        run(bank.steps[step], bank)
        done += bank.steps[step].operations
      }
      step += 1
    }
    isBusy = done < operations
    return done - before
  }

  private func run(_ step: LevelStep, _ history: InputHistory) {
    let (begin, end) = (Int(step.begin), Int(step.end))
    if step.kind == .split {
      let first = history.place(channel: Int(step.channel), frame: start - 2 * frames)
      let second = history.place(channel: Int(step.channel), frame: start - frames)
      transform.split(kernels, first: first, second: second, into: rows, columns: begin..<end)
    } else {
      transform.forward(row: begin, of: rows, to: spectrum)
      let (chunks, stride) = (SpectrumChunk.count(of: transform.columns), partitions * SpectrumChunk.floats)
      let place = ring + Int(step.channel) * ringFloats + newestSlot * SpectrumChunk.floats
      kernels.pointee.scatter_chunks(spectrum, chunks, place + begin * chunks * stride, stride)
    }
  }

  private func run(_ step: LevelStep, _ bank: LevelBank) {
    let (begin, end, channel) = (Int(step.begin), Int(step.end), Int(step.channel))
    switch step.kind {
    case .multiply:
      let (first, last) = (bank.starts[channel], bank.starts[channel + 1])
      kernels.pointee.multiply_add_spectra(bank.products + first, last - first, begin, end, spectrum)
    case .backward:
      transform.backward(row: begin, from: spectrum + 2 * begin * transform.columns, to: rows)
    default:
      let slot = bank.slots + (channel * slots + block % slots) * frames
      transform.join(kernels, rows: rows, second: slot, columns: begin..<end)
    }
  }

  /// The address of this level's share of output frames `frame` ..< `frame + count` of a channel, or nil if it is not
  /// contiguous. The work on it is complete.
  @inline(__always)
  func row(_ bank: LevelBank, output: Int, frame: Int, count: Int) -> UnsafePointer<Float>? {
    let from = frame - firstTap
    guard from >= 0, from % frames + count <= frames else { return nil }
    return UnsafePointer(bank.slots + (output * slots + from / frames % slots) * frames + from % frames)
  }

  /// Adds this level's share of output frames `frame` ..< `frame + count` of a channel.
  func add(_ bank: LevelBank, output: Int, frame: Int, count: Int, to y: UnsafeMutablePointer<Float>) {
    // Nothing comes out before the first block.
    var place = min(max(firstTap - frame, 0), count)
    while place < count {
      let length = min(count - place, frames - (frame + place - firstTap) % frames)
      var row = row(bank, output: output, frame: frame + place, count: length)
      kernels.pointee.sum_rows(&row, 1, 1, y + place, length)
      place += length
    }
  }
}
