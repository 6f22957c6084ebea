import CTestSupport
import Convolution
import ReferenceConvolution
import TestSupport
import Testing

/// Geometries with a few huge numbers, which must neither trap nor take unexpected time or memory.
@Suite("Extreme geometries") struct ExtremeGeometryTests {
  @Test("a stride beyond the only output costs nothing, and a kernel as long as its input is planned at once")
  func extremes() throws {
    for stride in [50_000, Int.max] {
      let axis = try KernelAxis(kernel: 3, stride: stride)
      let y = try convolve(
        Tensor([1, 1, 12, 17], values: (0..<204).map(Float.init)),
        with: Tensor([1, 1, 3, 3], values: [Float](repeating: 1, count: 9)), ConvolutionGeometry(axes: [axis, axis]))
      #expect(y.values == [9 * 18])
    }
    let long = try KernelAxis(kernel: 16_000, padding: .full)
    let plan = try ConvolutionPlan(
      ConvolutionGeometry(axes: [long]), weights: Tensor([1, 1, 16_000]), input: [1, 1, 16_000])
    #expect(plan.explanation.count < 8)
  }

  @Test("a kernel of two million positions is planned in time that grows with it", .timeLimit(.minutes(1)))
  func longKernel() throws {
    let count = 2_000_000
    let axis = try KernelAxis(kernel: count)
    let ones = [Float](repeating: 1, count: count + 1)
    let y = try convolve(
      Tensor([1, 1, 2_000_001], values: ones), with: Tensor([1, 1, 2_000_000], values: ones.dropLast()),
      ConvolutionGeometry(axes: [axis]))
    #expect(y.values == [2e6, 2e6])
  }

  @Test("numbers that only one output or one kernel position makes harmless do not overflow")
  func hugeNumbers() throws {
    let stride = try KernelAxis(kernel: 3, stride: .max, padding: .both(2))
    let cost = try ConvolutionCost(
      ConvolutionGeometry(axes: [stride]), weights: [1, 1, 3], hasBias: false, input: [1, 1, 5])
    #expect((cost.outputShape, cost.multiplyAddsInside) == ([1, 1, 1], 1))
    let x = try Tensor([1, 1, 4], values: [1, 4, 2, 3])
    let dilation = try KernelAxis(kernel: 1, dilation: .max)
    #expect(try Pooling(.max, axes: [dilation]).apply(to: x).values == x.values)
    #expect(
      try convolve(x, with: Tensor([1, 1, 1], values: [2]), ConvolutionGeometry(axes: [dilation])).values
        == [2, 8, 4, 6])
    let transposed = try TransposedKernelAxis(kernel: 3, stride: .max)
    #expect(
      try convolveTransposed(
        Tensor([1, 1, 1], values: [2]), with: Tensor([1, 1, 3], values: [1, 2, 3]),
        TransposedConvolutionGeometry(axes: [transposed])
      ).values == [2, 4, 6])
  }

  @Test("output phases that no tap reaches take no passes, and are the bias under the activation", arguments: [1, 3])
  func gaps(threads: Int) throws {
    let axis = try TransposedKernelAxis(kernel: 1, stride: 1500)
    for groups in [1, 2] {
      let plan = try TransposedConvolutionPlan(
        TransposedConvolutionGeometry(axes: [axis, axis], groups: groups),
        weights: Tensor([2, 2 / groups, 1, 1], values: groups == 1 ? [3, 5, 0, 0] : [3, 5]), bias: [-1, 2],
        input: [1, 2, 2, 2], activation: .leakyReLU(slope: 0.5), threads: threads)
      #expect(plan.explanation.count < 6)
      var y = Tensor(plan.outputShape)
      y.withUnsafeMutableValues { $0.update(repeating: .nan) }
      try plan.execute(Tensor([1, 2, 2, 2], values: [Float](repeating: 1, count: 8)), into: &y)
      #expect(y.shape == [1, 2, 1501, 1501])
      #expect((y[0, 0, 0, 0], y[0, 0, 1500, 0], y[0, 1, 0, 1500]) == (2, 2, 7))
      #expect(y.values[..<y.shape.strides[1]].count { $0 == -0.5 } == 1501 * 1501 - 4)
      #expect(y.values[y.shape.strides[1]...].count { $0 == 2 } == 1501 * 1501 - 4)
    }
  }

  @Test(
    "phases of a large transposed kernel are short sums, not empty chains of the whole kernel", .timeLimit(.minutes(1)))
  func shortPhases() throws {
    let axis = try TransposedKernelAxis(kernel: 300, stride: 300)
    let kernel = Signals.noise(frames: 90_000, seed: 4)
    let plan = try TransposedConvolutionPlan(
      TransposedConvolutionGeometry(axes: [axis, axis]), weights: Tensor([1, 1, 300, 300], values: kernel),
      input: [1, 1, 1, 2])
    #expect(plan.explanation.count <= 12)
    #expect(!plan.explanation[0].contains("segments"), "\(plan.explanation)")
    let y = try plan.execute(Tensor([1, 1, 1, 2], values: [2, -1]))
    for index in stride(from: 0, to: 90_000, by: 7) {
      #expect(y[0, 0, index / 300, index % 300] == 2 * kernel[index])
      #expect(y[0, 0, index / 300, 300 + index % 300] == -kernel[index])
    }
  }

  @Test("where padding leaves out every phase that a tap reaches, all of the output is the bias", arguments: [1, 4])
  func nothingReached(threads: Int) throws {
    let axis = try TransposedKernelAxis(
      kernel: 1, stride: 6, padding: PaddingCounts(before: 1, after: 0), outputPadding: 2)
    let plan = try TransposedConvolutionPlan(
      TransposedConvolutionGeometry(axes: [axis]), weights: Tensor([3, 2, 1], values: [1, 2, 3, 4, 5, 6]),
      bias: [7, 8], input: [2, 3, 1], threads: threads)
    #expect(try plan.execute(Tensor([2, 3, 1], values: [1, 1, 1, 1, 1, 1])).values == [7, 7, 8, 8, 7, 7, 8, 8])
  }

  @Test("more phases than lists can be made of are refused")
  func tooManyPhases() throws {
    let axis = try TransposedKernelAxis(kernel: 1100, stride: 1100)
    #expect(throws: GeometryError.self) {
      try TransposedConvolutionPlan(
        TransposedConvolutionGeometry(axes: [axis, axis]), weights: Tensor([1, 1, 1100, 1100]), input: [1, 1, 1, 1])
    }
  }

  @Test("an explanation stays short when the border makes many passes", arguments: 1...4)
  func explanation(rank: Int) throws {
    let axes = try (0..<rank).map { _ in try KernelAxis(kernel: 3, padding: .both(1)) }
    let sizes = [Int](repeating: 12, count: rank)
    let plan = try ConvolutionPlan(
      ConvolutionGeometry(axes: axes), weights: Tensor(Shape([16, 8] + axes.map(\.kernel))),
      input: Shape([1, 8] + sizes))
    #expect((4...13).contains(plan.explanation.count), "\(plan.explanation)")
  }
}

@Suite("Memory of a convolution plan", .countsAllocations)
struct ConvolutionMemoryTests {
  /// Cases with copies, runs of all kinds, and an activation.
  static let cases: [(axes: [KernelAxis], groups: Int, channels: Int, mode: PaddingMode)] = {
    let three = try! KernelAxis(kernel: 3, padding: .both(1))
    let strided = try! KernelAxis(kernel: 3, stride: 2, padding: .both(1))
    return [
      ([three, three], 1, 16, .zeros), ([strided, strided], 1, 16, .zeros), ([three, three], 16, 16, .zeros),
      ([three], 2, 16, .reflect), ([strided, three], 4, 16, .circular), ([three, three, three], 1, 8, .replicate),
    ]
  }()

  private func plan(_ index: Int, threads: Int) throws -> ConvolutionPlan {
    let (axes, groups, channels, mode) = Self.cases[index]
    return try ConvolutionPlan(
      ConvolutionGeometry(axes: axes, groups: groups, mode: mode),
      weights: Tensor(Shape([channels, channels / groups] + axes.map(\.kernel))),
      bias: [Float](repeating: 1, count: channels), input: Shape([2, channels] + axes.map { _ in 12 }),
      activation: .tanh, threads: threads)
  }

  @Test("with one thread, execute(into:) allocates nothing", arguments: cases.indices)
  func allocationFree(index: Int) throws {
    let plan = try plan(index, threads: 1)
    let x = Tensor(plan.inputShape)
    var y = Tensor(plan.outputShape)
    try plan.execute(x, into: &y)
    cts_counts_begin()
    try plan.execute(x, into: &y)
    let counts = cts_counts_end()
    #expect(counts.allocations == 0 && counts.objects == 0, "\(plan.explanation)")
  }

  @Test("threads that have nothing to do take no memory", arguments: cases.indices)
  func idleThreads(index: Int) throws {
    func allocations(threads: Int) throws -> UInt64 {
      _ = try plan(index, threads: threads)
      cts_counts_begin()
      _ = try plan(index, threads: threads)
      return UInt64(cts_counts_end().allocations)
    }
    #expect(try allocations(threads: 100_000) < allocations(threads: 8) + 1000)
  }
}
