import Foundation
import ReferenceConvolution
import TestSupport
import Testing

@testable import Convolution

@Suite("N-D convolution through transforms")
struct FFTConvolutionTests {
  /// One geometry, drawn at random.
  struct Case: CustomStringConvertible {
    let axes: [KernelAxis]
    let sizes: [Int]
    let batch: Int
    let groups: Int
    let inputs: Int
    let outputs: Int
    let mode: PaddingMode
    let isMirrored: Bool
    let hasBias: Bool
    let seed: UInt64

    init?(seed: UInt64) {
      var random = SplitMix64(seed: seed)
      let rank = 1 + random.nextInteger(upTo: 2)
      let most = [60, 14, 6][rank - 1]
      var (axes, sizes): ([KernelAxis], [Int]) = ([], [])
      for _ in 0..<rank {
        let kernel = 1 + random.nextInteger(upTo: [40, 7, 3][rank - 1])
        let padding = Padding.explicit(before: random.nextInteger(upTo: 5), after: random.nextInteger(upTo: 5))
        guard
          let axis = try? KernelAxis(
            kernel: kernel, stride: 1 + random.nextInteger(upTo: 2), dilation: 1 + random.nextInteger(upTo: 2),
            padding: padding)
        else { return nil }
        axes.append(axis)
        sizes.append(1 + random.nextInteger(upTo: 2 * most))
      }
      self.axes = axes
      self.sizes = sizes
      batch = 1 + random.nextInteger(upTo: 1)
      groups = 1 + random.nextInteger(upTo: 2)
      inputs = 1 + random.nextInteger(upTo: 2)
      outputs = 1 + random.nextInteger(upTo: 2)
      mode = [.zeros, .constant(0.3), .reflect, .replicate, .circular][random.nextInteger(upTo: 4)]
      isMirrored = random.nextInteger(upTo: 1) == 1
      hasBias = random.nextInteger(upTo: 1) == 1
      self.seed = seed
    }

    var description: String { "seed \(seed): \(sizes), \(axes.map(\.kernel)), \(mode)" }
  }

  private static func referenceMode(_ mode: PaddingMode) -> ReferencePadding {
    switch mode {
    case .zeros: .zeros
    case .constant(let value): .constant(value)
    case .reflect: .reflect
    case .replicate: .replicate
    case .circular: .circular
    }
  }

  @Test("random geometries lie within the bound of the reference")
  func random() throws {
    var tried = 0
    for seed in 0..<400 as Range<UInt64> {
      guard let c = Case(seed: seed) else { continue }
      let geometry = try ConvolutionGeometry(axes: c.axes, groups: c.groups, mode: c.mode, isMirrored: c.isMirrored)
      let shape = try Shape([c.batch, c.groups * c.inputs] + c.sizes)
      let weightShape = try Shape([c.groups * c.outputs, c.inputs] + c.axes.map(\.kernel))
      guard (try? geometry.outputShape(input: shape, weights: weightShape)) != nil else { continue }
      tried += 1
      var random = SplitMix64(seed: seed + 1000)
      let x = try Tensor(shape.sizes, random: &random)
      let w = try Tensor(weightShape.sizes, random: &random)
      let bias = c.hasBias ? randoms(weightShape[0], &random, from: -1, to: 1) : nil
      let plan = try FFTConvolutionPlan(geometry, weights: w, bias: bias, input: shape)
      let y = try plan.execute(x)
      let truth = ReferenceNDConvolution(
        weights: w.grid, bias: bias,
        axes: zip(c.axes, c.sizes).map { axis, size in
          let counts = axis.paddingCounts(size: size)
          return ReferenceAxis(
            kernel: axis.kernel, stride: axis.stride, dilation: axis.dilation, before: counts.before,
            after: counts.after)
        }, groups: c.groups, mode: Self.referenceMode(c.mode), isMirrored: c.isMirrored
      ).apply(to: x.grid).output
      #expect(truth.sizes == y.shape.sizes)
      // Norms of all weights of an output and of all padded inputs: no less than those of any tile.
      let padded = c.axes.indices.reduce(1.0) { share, axis in
        let counts = c.axes[axis].paddingCounts(size: c.sizes[axis])
        return share * Double(c.sizes[axis] + counts.before + counts.after) / Double(c.sizes[axis])
      }
      let energy =
        x.values.reduce(0.0) { $0 + Double($1) * Double($1) } * max(padded, 1) + 0.1 * padded * Double(shape.count)
      let taps = weightShape.count / weightShape[0]
      let bound = (13 * log2(64 * 64 * 64) + 16) * unit * Double(taps).squareRoot() * energy.squareRoot() + 4 * unit
      for (actual, expected) in zip(y.values, truth.values) where !(abs(Double(actual) - expected) <= bound) {
        Issue.record("\(c): \(actual), not \(expected), bound \(bound)")
        break
      }
    }
    #expect(tried > 200)
  }

  @Test(
    "noise through large kernels: below −130 dB of the output",
    arguments: Thoroughness.cases(
      of: [([1, 2, 3000], [2, 2, 511]), ([1, 1, 96, 96], [1, 1, 31, 31]), ([1, 1, 20, 24, 28], [1, 1, 9, 9, 9])],
      quick: 1))
  func accuracy(input: [Int], weights: [Int]) throws {
    var random = SplitMix64(seed: 2)
    let (x, w) = (try Tensor(input, random: &random), try Tensor(weights, random: &random))
    let geometry = try ConvolutionGeometry(
      axes: weights.dropFirst(2).map { try KernelAxis(kernel: $0, padding: .full) })
    let y = try FFTConvolutionPlan(geometry, weights: w, input: x.shape).execute(x)
    let truth = ReferenceNDConvolution(
      weights: w.grid,
      axes: weights.dropFirst(2).map { ReferenceAxis(kernel: $0, before: $0 - 1, after: $0 - 1) }
    ).apply(to: x.grid).output
    #expect(errorToSignalDecibels(y.values, truth.values) < -130)
  }

  @Test("tiles of any size give the same within rounding: many small ones against one")
  func tiles() throws {
    var random = SplitMix64(seed: 3)
    let (x, w) = (try Tensor([1, 1, 70, 300], random: &random), try Tensor([1, 1, 5, 9], random: &random))
    let geometry = try ConvolutionGeometry(axes: [KernelAxis(kernel: 5), KernelAxis(kernel: 9)])
    let direct = try ConvolutionPlan(geometry, weights: w, input: x.shape).execute(x)
    var costs = ConvolutionCosts.standard
    for scale in [1e-3, 1, 1e3] {
      costs.outerDoubling = 0.3 * scale
      let plan = try FFTConvolutionPlan(geometry, weights: w, input: x.shape, costs: costs)
      #expect(errorToSignalDecibels(try plan.execute(x).values, direct.values.map(Double.init)) < -125)
    }
  }

  @Test("activation and bias come last")
  func activation() throws {
    var random = SplitMix64(seed: 3)
    let (x, w) = (try Tensor([1, 1, 40, 40], random: &random), try Tensor([2, 1, 9, 9], random: &random))
    let geometry = try ConvolutionGeometry(axes: [KernelAxis(kernel: 9), KernelAxis(kernel: 9)])
    for activation in [Activation.relu, .prelu(slopes: [0.5, -2])] {
      let direct = try ConvolutionPlan(geometry, weights: w, bias: [1, -1], input: x.shape, activation: activation)
        .execute(x)
      let plan = try FFTConvolutionPlan(geometry, weights: w, bias: [1, -1], input: x.shape, activation: activation)
      #expect(errorToSignalDecibels(try plan.execute(x).values, direct.values.map(Double.init)) < -120)
    }
  }

  @Test("the planner takes transforms for large kernels and direct sums for small ones")
  func choice() throws {
    func estimate(_ kernel: Int, _ size: Int) throws -> FFTConvolutionEstimate {
      let axis = try KernelAxis(kernel: kernel, padding: .same)
      return try FFTConvolutionEstimate(
        ConvolutionGeometry(axes: [axis, axis]), weights: [1, 1, kernel, kernel], input: [1, 1, size, size])
    }
    #expect(try !estimate(3, 256).isCheaper())
    #expect(try estimate(63, 512).isCheaper())
    #expect(try estimate(63, 512).explanation.count == 3)
    #expect(try estimate(63, 512).memoryBytes > 0)
  }

  @Test("kernels that are too long and memory that is too much are refused before anything is allocated")
  func errors() throws {
    let long = try ConvolutionGeometry(axes: [KernelAxis(kernel: 200_000)])
    #expect(throws: GeometryError.self) {
      try FFTConvolutionEstimate(long, weights: [1, 1, 200_000], input: [1, 1, 300_000])
    }
    let wide = try ConvolutionGeometry(axes: [KernelAxis(kernel: 5), KernelAxis(kernel: 5)])
    #expect(throws: GeometryError.self) {
      try FFTConvolutionEstimate(wide, weights: [60_000, 60_000, 5, 5], input: [1, 60_000, 64, 64])
    }
    let plan = try FFTConvolutionPlan(wide, weights: Tensor([1, 1, 5, 5]), input: [1, 1, 9, 9])
    #expect(throws: GeometryError.self) { try plan.execute(Tensor([1, 1, 9, 10])) }
  }
}
