import CConvolutionKernels
import Convolution

/// Responses prepared for a convolver: their spectra, and memory for their output.
///
/// Made by `PartitionedConvolver.prepare`, on any thread; used by `exchange`, once.
public final class PreparedResponse: @unchecked Sendable {
  // Sendable because only the convolver that takes it over writes to it.
  /// The impulse responses and their routing.
  public var matrix: ResponseMatrix { spectra.matrix }

  let spectra: ResponseSpectra
  let plan: PartitionPlan
  /// Set once a convolver uses it.
  var isTaken = false

  /// The tables that `process` reads. Their pointers belong to this object.
  let tables: ResponseTables

  private let memory: [AlignedMemory]

  init(_ spectra: ResponseSpectra, plan: PartitionPlan) {
    self.spectra = spectra
    self.plan = plan
    let matrix = spectra.matrix
    let outputs = matrix.outputChannels
    let pathsOf = (0..<outputs).map { output in matrix.paths.indices.filter { matrix.paths[$0].output == output } }

    let heads = UnsafeMutablePointer<ResponseTables.Head>.allocate(capacity: max(matrix.paths.count, 1))
    let headStarts = UnsafeMutablePointer<Int>.allocate(capacity: outputs + 1)
    var count = 0
    var multiplyAdds = 0
    for output in 0..<outputs {
      (headStarts + output).initialize(to: count)
      for path in pathsOf[output] {
        let kernel = spectra.kernels[spectra.kernelOfPath[path]]
        guard let weights = kernel.head else { continue }
        (heads + count).initialize(
          to: ResponseTables.Head(
            input: matrix.paths[path].input, firstTap: kernel.headFirstTap, taps: kernel.headTaps, weights: weights.base
          ))
        count += 1
        multiplyAdds += kernel.headTaps
      }
    }
    (headStarts + outputs).initialize(to: count)

    var memory: [AlignedMemory] = []
    let levels = UnsafeMutablePointer<LevelBank>.allocate(capacity: max(plan.levels.count, 1))
    for (index, level) in plan.levels.enumerated() {
      let slots = AlignedMemory(count: LevelBank.floats(of: level, in: plan, outputs: outputs))
      memory.append(slots)
      let terms = pathsOf.map { paths in
        paths.compactMap { path -> LevelBank.Term? in
          let part = spectra.kernels[spectra.kernelOfPath[path]].parts[index]
          guard let spectra = part.spectra else { return nil }
          return LevelBank.Term(
            input: matrix.paths[path].input, first: part.first, partitions: part.partitions, spectra: spectra.base)
        }
      }
      (levels + index).initialize(
        to: LevelBank(terms: terms, transform: .shared(count: level.partitionFrames), slots: slots.base))
    }
    self.memory = memory
    tables = ResponseTables(heads: heads, headStarts: headStarts, levels: levels, headMultiplyAdds: multiplyAdds)
  }

  deinit {
    tables.heads.deallocate()
    tables.headStarts.deallocate()
    for index in plan.levels.indices { tables.levels[index].deallocate() }
    tables.levels.deallocate()
  }

  /// Silence in all outputs.
  func clear() {
    for memory in memory { memory.base.update(repeating: 0, count: memory.count) }
  }
}

/// The tables of a `PreparedResponse`, without a reference to it: reference counting would cost time in every block.
struct ResponseTables {
  /// One direct sum.
  struct Head {
    let input: Int
    let firstTap: Int
    let taps: Int
    let weights: UnsafePointer<Float>
  }

  /// Direct sums, ordered by output: those of output o are `headStarts[o] ..< headStarts[o + 1]`.
  let heads: UnsafeMutablePointer<Head>
  let headStarts: UnsafeMutablePointer<Int>
  /// One per level.
  let levels: UnsafeMutablePointer<LevelBank>
  /// Multiply-adds of the direct sums per frame.
  let headMultiplyAdds: Int
}

/// One level's part of one set of responses. The pointers belong to the `PreparedResponse`.
struct LevelBank {
  struct Term {
    let input: Int
    let first: Int
    let partitions: Int
    let spectra: UnsafePointer<Float>
  }

  /// Products, ordered by output. The level sets `x` and `x_first`.
  let products: UnsafeMutablePointer<cck_spectral_term>
  let terms: UnsafeMutablePointer<Term>
  /// Those of output o are `starts[o] ..< starts[o + 1]`.
  let starts: UnsafeMutablePointer<Int>
  let productCount: Int
  let steps: UnsafeMutablePointer<LevelStep>
  let stepCount: Int
  /// Of all steps.
  let operations: Int
  /// Outputs of the last partitions: `[output, slot, partitionFrames]`.
  let slots: UnsafeMutablePointer<Float>

  init(terms: [[Term]], transform: RightAngleTransform, slots: UnsafeMutablePointer<Float>) {
    let all = terms.flatMap { $0 }
    productCount = all.count
    products = .allocate(capacity: max(all.count, 1))
    self.terms = .allocate(capacity: max(all.count, 1))
    starts = .allocate(capacity: terms.count + 1)
    for (index, term) in all.enumerated() {
      (self.terms + index).initialize(to: term)
      (products + index).initialize(
        to: cck_spectral_term(x: nil, x_slots: 0, x_first: 0, h: term.spectra, partitions: term.partitions))
    }
    var start = 0
    for output in 0...terms.count {
      (starts + output).initialize(to: start)
      if output < terms.count { start += terms[output].count }
    }
    let steps = terms.enumerated().flatMap { output, terms -> [LevelStep] in
      terms.isEmpty ? [] : LevelStep.output(output, products: terms.reduce(0) { $0 + $1.partitions }, transform)
    }
    stepCount = steps.count
    operations = steps.reduce(0) { $0 + $1.operations }
    self.steps = .allocate(capacity: max(steps.count, 1))
    for (index, step) in steps.enumerated() { (self.steps + index).initialize(to: step) }
    self.slots = slots
  }

  /// Whether this level contributes to an output.
  @inline(__always)
  func gives(_ output: Int) -> Bool { starts[output] < starts[output + 1] }

  func deallocate() {
    products.deallocate()
    terms.deallocate()
    starts.deallocate()
    steps.deallocate()
  }

  /// Floats of the slots of a level.
  static func floats(of level: PartitionPlan.Level, in plan: PartitionPlan, outputs: Int) -> Int {
    outputs * level.slots(in: plan) * level.partitionFrames
  }
}
