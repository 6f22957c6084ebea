import ConvAudioKit
import Foundation

/// A row with its plan and random input.
final class Subject {
  let row: Row
  let plan: ConvolutionPlan
  /// Bytes of input, output, weights and biases.
  let bytes: Int
  /// Seconds per execution, one for each timed batch.
  private(set) var seconds: [Double] = []
  /// Bytes per second of copies that touch as much memory as the row does.
  private(set) var copyBandwidth = 0.0

  private let input: Tensor
  private let weights: Tensor
  private let bias: [Float]
  private var output: Tensor
  private let copied: UnsafeMutableRawPointer
  private var batch = 0

  init(_ row: Row, threads: Int = 1) throws {
    self.row = row
    var noise = Noise()
    input = try noise.tensor([1, row.inputs] + row.sizes)
    weights = try noise.tensor(row.weightSizes)
    bias = try noise.tensor([row.outputs]).values
    plan = try ConvolutionPlan(row.geometry(), weights: weights, bias: bias, input: input.shape, threads: threads)
    output = Tensor(plan.outputShape)
    bytes = 4 * (input.count + output.count + weights.count + bias.count)
    copied = .allocate(byteCount: bytes, alignment: 64)
    memset(copied, 1, bytes)
    try execute()
  }

  deinit { copied.deallocate() }

  /// Floating-point operations of the taps inside the input, two per multiply-add.
  var operations: Double { 2 * Double(plan.cost.multiplyAddsInside) }

  private func execute() throws { try plan.execute(input, into: &output) }

  /// Runs for a number of seconds, in batches that are short compared with a time slice of the system, so that the best
  /// batch was not interrupted.
  /// - Returns: Seconds per execution in each batch.
  @discardableResult
  func measure(seconds turn: Double) throws -> [Double] {
    try execute()  // caches
    if batch == 0 { batch = max(1, Int(2e-4 / (try time(1)))) }
    var times: [Double] = []
    let start = ContinuousClock.now
    repeat {
      times.append(try time(batch) / Double(batch))
    } while (ContinuousClock.now - start) / .seconds(1) < turn
    seconds += times
    return times
  }

  private func time(_ count: Int) throws -> Double {
    let start = ContinuousClock.now
    for _ in 0..<count { try execute() }
    return (ContinuousClock.now - start) / .seconds(1)
  }

  /// Copies half of as much memory as the row touches to the other half, so that it is in the same caches.
  func measureCopy(seconds turn: Double) {
    let half = bytes / 2
    let count = max(1, 1_000_000 / bytes)
    let start = ContinuousClock.now
    repeat {
      let time = ContinuousClock().measure {
        for _ in 0..<count { memcpy(copied, copied + half, half) }
      }
      copyBandwidth = max(copyBandwidth, Double(2 * half * count) / (time / .seconds(1)))
    } while (ContinuousClock.now - start) / .seconds(1) < turn
  }

  /// Compares some outputs, including the first and the last, with their definition in double precision.
  /// - Returns: The largest error, divided by the bound n·u·(|bias| + Σ|w||x|) + n·2⁻¹²⁶.
  func check() throws -> Double {
    try execute()
    let shape = plan.outputShape
    var noise = Noise()
    let chosen = [0, shape.count - 1] + (0..<62).map { _ in noise.next(below: shape.count) }
    return output.withUnsafeValues { y in
      chosen.map { index in
        let (exact, bound) = define(output: index, of: shape)
        let error = abs(Double(y[index]) - exact) / bound
        return error.isNaN ? .infinity : error
      }.max()!
    }
  }

  private func define(output index: Int, of shape: Shape) -> (exact: Double, bound: Double) {
    let position = shape.strides.indices.map { index / shape.strides[$0] % shape[$0] }
    let channel = position[1]
    let first = channel / (row.outputs / row.groups) * (row.inputs / row.groups)
    let (inputPitches, kernelCount) = (input.shape.strides, row.kernel.reduce(1, *))
    var (sum, absolute, taps) = (Double(bias[channel]), abs(Double(bias[channel])), 0)
    input.withUnsafeValues { x in
      weights.withUnsafeValues { w in
        for kernel in 0..<kernelCount {
          var (place, rest, isInside) = (0, kernel, true)
          for axis in row.kernel.indices.reversed() {
            let from = position[axis + 2] * row.stride - row.padding[axis] + rest % row.kernel[axis] * row.dilation
            rest /= row.kernel[axis]
            isInside = isInside && from >= 0 && from < row.sizes[axis]
            place += from * inputPitches[axis + 2]
          }
          guard isInside else { continue }
          for i in 0..<row.inputs / row.groups {
            let weight = w[(channel * (row.inputs / row.groups) + i) * kernelCount + kernel]
            let product = Double(weight) * Double(x[(first + i) * inputPitches[1] + place])
            (sum, absolute, taps) = (sum + product, absolute + abs(product), taps + 1)
          }
        }
      }
    }
    let n = Double(max(taps, 1))
    return (sum, n * 0x1p-24 * absolute + n * 0x1p-126)
  }
}

/// The same numbers in every run, −½ … ½.
struct Noise {
  private var state: UInt64 = 1

  private mutating func next() -> UInt32 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt32(state >> 32)
  }

  mutating func next(below limit: Int) -> Int { Int(UInt64(next()) * UInt64(limit) >> 32) }

  mutating func tensor(_ sizes: [Int]) throws -> Tensor {
    let shape = try Shape(sizes)
    return try Tensor(shape, values: (0..<shape.count).map { _ in Float(Int32(bitPattern: next())) * 0x1p-32 })
  }
}
