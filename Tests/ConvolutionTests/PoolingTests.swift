import Foundation
import ReferenceConvolution
import TestSupport
import Testing

@testable import Convolution

@Suite("Pooling")
struct PoolingTests {
  private struct Golden: Decodable {
    struct Case: Decodable {
      let size, kernel, stride, dilation, padding: Int
      let ceil: Bool
      /// nil where PyTorch has no output; an element is nil for −∞.
      let max: [Float?]?
      let mean: [Double]?
      let countingPadding: [Double]?
    }
    let cases: [Case]
  }

  @Test("equal to PyTorch along one axis, in ceil mode too")
  func golden() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/pooling.json")
    let cases = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file)).cases
    #expect(cases.count > 400)
    var (outputs, empty, hanging) = (0, 0, 0)
    for c in cases {
      let axis = try KernelAxis(
        kernel: c.kernel, stride: c.stride, dilation: c.dilation, padding: .both(c.padding))
      let x = try Tensor([1, 1, c.size], values: (0..<c.size).map { Float(7 * $0 % 11 - 5) })
      let maximum = try Pooling(.max, axes: [axis], ceilMode: c.ceil)
      guard let expected = c.max else {
        empty += 1
        #expect(throws: GeometryError.self, "\(c)") { try maximum.apply(to: x) }
        continue
      }
      outputs += expected.count
      hanging += expected.contains(nil) ? 1 : 0
      #expect(try maximum.apply(to: x).values == expected.map { $0 ?? -.infinity }, "\(c)")
      for (counts, means) in [(false, c.mean), (true, c.countingPadding)] {
        guard let means else { continue }
        let average = try Pooling(.average(countsPadding: counts), axes: [axis], ceilMode: c.ceil)
        #expect(try average.apply(to: x).values == means.map { Float($0) }, "\(c), counting \(counts)")
      }
    }
    #expect(outputs > 800 && empty > 100 && hanging > 0)
  }

  private static let kinds: [(Pooling.Kind, ReferencePooling)] = [
    (.max, .maximum), (.average(countsPadding: false), .average(countsPadding: false)),
    (.average(countsPadding: true), .average(countsPadding: true)), (.l2, .l2),
  ]

  @Test("within its bound of the definition, ranks 1 to 4", arguments: 0..<8 as Range<UInt64>)
  func definition(seed: UInt64) throws {
    var random = SplitMix64(seed: 500 + seed)
    var runs = 0
    while runs < 60 {
      let rank = 1 + Int(seed) % 4
      var axes: [KernelAxis] = []
      var reference: [ReferenceAxis] = []
      var sizes = [random.nextInteger(upTo: 2), 1 + random.nextInteger(upTo: 2)]
      for _ in 0..<rank {
        let kernel = 1 + random.nextInteger(upTo: 4)
        let (before, after) = (random.nextInteger(upTo: kernel / 2), random.nextInteger(upTo: kernel / 2))
        let (stride, dilation) = (1 + random.nextInteger(upTo: 2), 1 + random.nextInteger(upTo: 2))
        axes.append(
          try KernelAxis(
            kernel: kernel, stride: stride, dilation: dilation, padding: .explicit(before: before, after: after)))
        reference.append(
          ReferenceAxis(kernel: kernel, stride: stride, dilation: dilation, before: before, after: after))
        sizes.append(1 + random.nextInteger(upTo: rank < 3 ? 30 : 7))
      }
      guard zip(reference, sizes[2...]).allSatisfy({ $1 + $0.before + $0.after >= $0.reach }) else { continue }
      runs += 1
      let x = try Tensor(sizes, random: &random)
      let ceilMode = random.nextInteger(upTo: 1) == 1
      let positions = Double(axes.reduce(1) { $0 * $1.kernel })
      for (kind, definition) in Self.kinds {
        let y = try Pooling(kind, axes: axes, ceilMode: ceilMode).apply(to: x)
        let truth = definition.apply(to: x.grid, axes: reference, ceilMode: ceilMode)
        #expect(y.shape.sizes == truth.sizes)
        // One rounding to Float32, and the roundings of a double-precision sum of this many numbers below 1.
        for (y, truth) in zip(y.values, truth.values) where !(Double(y) == truth || (y.isNaN && truth.isNaN)) {
          let bound = kind == .max ? 0 : withSlack(unit * abs(truth)) + positions * positions * 0x1p-52
          #expect(abs(Double(y) - truth) <= bound, "\(kind) \(axes) \(sizes)")
        }
      }
    }
  }

  @Test("NaN stays in every window that holds one, and only there")
  func nonFinite() throws {
    let axis = try KernelAxis(kernel: 2)
    let x = try Tensor([1, 1, 7], values: [1, .nan, 3, -.infinity, -.infinity, 2, .infinity])
    func bits(_ kind: Pooling.Kind) throws -> [UInt32] {
      try Pooling(kind, axes: [axis]).apply(to: x).values.map { $0.isNaN ? Float.nan.bitPattern : $0.bitPattern }
    }
    let inf = Float.infinity
    let maxima: [Float] = [.nan, .nan, 3, -inf, 2, inf]
    let means: [Float] = [.nan, .nan, -inf, -inf, -inf, inf]
    let norms: [Float] = [.nan, .nan, inf, inf, inf, inf]
    #expect(try bits(.max) == maxima.map(\.bitPattern))
    #expect(try bits(.average(countsPadding: true)) == means.map(\.bitPattern))
    #expect(try bits(.l2) == norms.map(\.bitPattern))
    // Intermediate sums may exceed the range of Float32.
    let large = try Tensor([1, 1, 2], values: [3e38, 3e38])
    #expect(try Pooling(.average(countsPadding: false), axes: [axis]).apply(to: large).values == [3e38])
    let small = try Tensor([1, 1, 2], values: [3e-30, 4e-30])
    #expect(try Pooling(.l2, axes: [axis]).apply(to: small).values == [5e-30])
  }

  // Comparisons tie on zeros of either sign and on equal infinities. The first of equal inputs counts, as in PyTorch.
  @Test("a maximum of zeros has the sign of the first, in contiguous and strided runs", arguments: [1, 2])
  func ties(stride: Int) throws {
    let axis = try KernelAxis(kernel: 2, stride: stride)
    func maxima(_ values: [Float]) throws -> [UInt32] {
      try Pooling(.max, axes: [axis]).apply(to: Tensor(Shape([1, 1, values.count]), values: values)).values
        .enumerated().filter { stride == 2 || $0.offset % 2 == 0 }.map(\.element.bitPattern)
    }
    func expected(_ y: [Float]) -> [UInt32] { y.map(\.bitPattern) }
    #expect(try maxima([0, -0.0, -0.0, 0, -0.0, -1, -1, 0]) == expected([0, -0.0, -0.0, 0]))
    #expect(
      try maxima([-.infinity, -.infinity, .infinity, .infinity, -.infinity, -1])
        == expected([-.infinity, .infinity, -1]))
  }

  @Test("global average")
  func global() throws {
    var random = SplitMix64(seed: 520)
    for sizes in [[2, 3, 7], [1, 4, 5, 9], [2, 1, 3, 4, 5], [0, 3, 4], [2, 3]] {
      let x = try Tensor(sizes, random: &random)
      let y = try Pooling.globalAverage(of: x)
      let truth = ReferencePooling.globalAverage(of: x.grid)
      #expect(y.shape.sizes == Array(sizes.prefix(2)) + sizes.dropFirst(2).map { _ in 1 })
      let bounds = truth.values.map { withSlack(unit * abs($0)) + 0x1p-44 }
      #expect(firstOutsideBound(y.values, truth.values, bounds: bounds) == nil)
    }
    #expect(throws: GeometryError.tooSmall(what: "the size of axis 3", minimum: 1, actual: 0)) {
      try Pooling.globalAverage(of: Tensor([1, 2, 3, 0]))
    }
    #expect(throws: GeometryError.tooSmall(what: "the rank", minimum: 2, actual: 1)) {
      try Pooling.globalAverage(of: Tensor([3]))
    }
  }

  @Test("what does not fit is refused")
  func errors() throws {
    func axis(_ kernel: Int, _ stride: Int = 1, _ dilation: Int = 1, _ padding: Padding = .valid) throws -> KernelAxis {
      try KernelAxis(kernel: kernel, stride: stride, dilation: dilation, padding: padding)
    }
    #expect(throws: GeometryError.tooSmall(what: "the rank", minimum: 1, actual: 0)) { try Pooling(.max, axes: []) }
    #expect(throws: GeometryError.tooLarge(what: "the rank", maximum: 6, actual: 7)) {
      try Pooling(.max, axes: Array(repeating: axis(1), count: 7))
    }
    let plain = try Pooling(.max, axes: [axis(3)])
    #expect(throws: GeometryError.rank(of: "input", expected: 3, actual: 4)) {
      try plain.outputShape(input: [1, 1, 1, 1])
    }
    #expect(throws: GeometryError.tooSmall(what: "the size of axis 2", minimum: 1, actual: 0)) {
      try plain.outputShape(input: [1, 1, 0])
    }
    #expect(throws: GeometryError.emptyOutput(axis: 2, expected: 3, actual: 2)) {
      try plain.outputShape(input: [1, 1, 2])
    }
    for kind in [Pooling.Kind.max, .average(countsPadding: true), .average(countsPadding: false)] {
      let padded = try Pooling(kind, axes: [axis(3, 1, 2, .both(2))])
      #expect(throws: GeometryError.tooLarge(what: "the padding of axis 2", maximum: 1, actual: 2)) {
        try padded.outputShape(input: [1, 1, 9])
      }
    }
    #expect(try Pooling(.l2, axes: [axis(3, 1, 2, .both(2))]).outputShape(input: [1, 1, 9]) == [1, 1, 9])
    let hanging = try Pooling(.max, axes: [axis(5, 3)], ceilMode: true)
    #expect(throws: GeometryError.emptyOutput(axis: 2, expected: 3, actual: 2)) {
      try hanging.outputShape(input: [1, 1, 2])
    }
    #expect(try hanging.outputShape(input: [1, 1, 3]) == [1, 1, 1])
    // Sizes at the edge of overflow.
    let far = try Pooling(.max, axes: [axis(1, .max)], ceilMode: true)
    #expect(try far.outputShape(input: [0, 1, 1 << 50]) == [0, 1, 1])
    #expect(throws: GeometryError.overflow(what: "the padded size of axis 2")) {
      try Pooling(.l2, axes: [axis(1, 1, 1, .both(.max))], ceilMode: true).outputShape(input: [1, 1, 2])
    }
    #expect(try Pooling(.max, axes: [axis(2, 2)]).apply(to: Tensor([0, 3, 4])).shape == [0, 3, 2])
    #expect(try Pooling(.max, axes: [axis(2, 2)]).apply(to: Tensor([2, 0, 4])).shape == [2, 0, 2])
  }
}
