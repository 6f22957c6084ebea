import ReferenceConvolution
import TestSupport
import Testing

/// Our definitions of the N-D operations and PyTorch's float64 run were written apart.
@Suite("Reference operations against golden files")
struct ReferenceOperationsGoldenTests {
  @Test("the golden files are there, and hold the spread that they are for")
  func spread() {
    let all = ConvolutionGoldenCase.all
    #expect(all.count == 123)
    for operation in ConvolutionGoldenCase.Operation.allCases {
      #expect(!ConvolutionGoldenCase.all(operation).isEmpty, "\(operation)")
    }
    for operation in [ConvolutionGoldenCase.Operation.convolution, .transposedConvolution] {
      let cases = ConvolutionGoldenCase.all(operation)
      let axes = cases.flatMap { $0.facts.axes! }
      #expect(Set(cases.map { $0.facts.axes!.count }) == [1, 2, 3])
      #expect(Set(axes.map(\.stride)).isSuperset(of: 1...3) && Set(axes.map(\.dilation)).isSuperset(of: 1...3))
      #expect(Set(axes.map(\.kernel)).isSuperset(of: [1, 2, 3, 4, 5, 7]))
      #expect(Set(cases.map { $0["input"].shape[0] }) == [1, 2])
      #expect(Set(cases.map { $0.tensors["bias"] != nil }) == [true, false])
    }
    let convolutions = ConvolutionGoldenCase.all(.convolution).map(\.facts)
    #expect(Set(convolutions.map(\.mode)).count == ConvolutionGoldenCase.Mode.allCases.count)
    #expect(Set(convolutions.map(\.padding)).count == ConvolutionGoldenCase.Padding.allCases.count)
  }

  @Test(
    "convolutions equal PyTorch's double precision",
    arguments: ConvolutionGoldenCase.all(.convolution, .transposedConvolution, .linear))
  func convolutions(_ golden: ConvolutionGoldenCase) {
    let sums = Self.sums(golden)
    #expect(sums.output.sizes == golden.truth.shape)
    #expect(firstOutsideBound(sums.output.values, golden.truth.values, bounds: Self.bounds(sums)) == nil)
  }

  @Test(
    "poolings, normalisations and softmax equal PyTorch's double precision",
    arguments: ConvolutionGoldenCase.all.filter { !isConvolution($0) })
  func others(_ golden: ConvolutionGoldenCase) {
    let output = Self.output(golden)
    #expect(output.sizes == golden.truth.shape)
    // Largest values are taken over as they are. Elsewhere inputs are of order 1, sums are of 120 numbers at most, and
    // no variance is below 0.1.
    let isExact = golden.facts.operation == .maximumPooling
    let bounds = golden.truth.values.map { isExact ? 0 : 1e-13 * (1 + abs($0)) }
    #expect(firstOutsideBound(output.values, golden.truth.values, bounds: bounds) == nil)
  }

  @Test(
    "a wrong weight, a shift and a swapped channel are seen",
    arguments: ConvolutionGoldenCase.all(.convolution).filter { $0.truth.shape[1] > 1 && $0.truth.shape.last! > 1 })
  func faultsAreSeen(_ golden: ConvolutionGoldenCase) {
    let sums = Self.sums(golden)
    let bounds = Self.bounds(sums)
    let truth = golden.truth.values
    let values = sums.output.values
    #expect(firstOutsideBound([0] + values.dropLast(), truth, bounds: bounds) != nil)
    let plane = truth.count / golden.truth.shape[0] / golden.truth.shape[1]
    let swapped = Array(values[plane..<2 * plane] + values[..<plane] + values[(2 * plane)...])
    #expect(firstOutsideBound(swapped, truth, bounds: bounds) != nil)
    // The Float32 bound of the fast implementations sees a shift as well.
    #expect(firstOutsideBound([0] + values.dropLast(), truth, bounds: sums.errorBounds) != nil)
    #expect(firstOutsideBound(values, truth, bounds: sums.errorBounds) == nil)
  }

  // MARK: - From a case to the reference

  private static func isConvolution(_ golden: ConvolutionGoldenCase) -> Bool {
    [.convolution, .transposedConvolution, .linear].contains(golden.facts.operation)
  }

  /// Either side rounds products and sums: an error of at most 2·n·2⁻⁵³·(|bias| + Σ|w||x|) each, in any order.
  private static func bounds(_ sums: ReferenceSums) -> [Double] {
    zip(sums.taps, sums.magnitudes).map { 4 * Double($0) * 0x1p-53 * $1 }
  }

  private static func grid(_ golden: ConvolutionGoldenCase, _ name: String) -> ReferenceGrid {
    ReferenceGrid(golden[name].shape, golden[name].values)
  }

  private static func axes(_ golden: ConvolutionGoldenCase) -> [ReferenceAxis] {
    golden.facts.axes!.map {
      ReferenceAxis(kernel: $0.kernel, stride: $0.stride, dilation: $0.dilation, before: $0.before, after: $0.after)
    }
  }

  private static func sums(_ golden: ConvolutionGoldenCase) -> ReferenceSums {
    let input = grid(golden, "input")
    let weights = grid(golden, "weights")
    let bias = golden.tensors["bias"]?.values
    let facts = golden.facts
    switch facts.operation {
    case .convolution:
      let mode: ReferencePadding =
        switch facts.mode! {
        case .zeros: .zeros
        case .constant: .constant(facts.constant!)
        case .reflect: .reflect
        case .replicate: .replicate
        case .circular: .circular
        }
      return ReferenceNDConvolution(
        weights: weights, bias: bias, axes: axes(golden), groups: facts.groups!, mode: mode,
        isMirrored: facts.isMirrored!
      ).apply(to: input)
    case .transposedConvolution:
      let axes = facts.axes!.map {
        ReferenceTransposedAxis(
          kernel: $0.kernel, stride: $0.stride, dilation: $0.dilation, before: $0.before, after: $0.after,
          outputPadding: $0.outputPadding!)
      }
      return ReferenceTransposedConvolution(weights: weights, bias: bias, axes: axes, groups: facts.groups!)
        .apply(to: input)
    default:
      return ReferenceLinear.apply(to: input, weights: weights, bias: bias)
    }
  }

  private static func output(_ golden: ConvolutionGoldenCase) -> ReferenceGrid {
    let input = grid(golden, "input")
    let facts = golden.facts
    let scale = golden.tensors["scale"]?.values
    let shift = golden.tensors["shift"]?.values
    func pooled(_ pooling: ReferencePooling) -> ReferenceGrid {
      pooling.apply(to: input, axes: axes(golden), ceilMode: facts.ceilMode!)
    }
    switch facts.operation {
    case .maximumPooling: return pooled(.maximum)
    case .averagePooling: return pooled(.average(countsPadding: facts.countsPadding!))
    case .l2Pooling: return pooled(.l2)
    case .globalAverage: return ReferencePooling.globalAverage(of: input)
    case .batchNormalisation:
      return ReferenceNormalisation.batch(
        input, mean: golden["mean"].values, variance: golden["variance"].values, scale: scale, shift: shift,
        epsilon: facts.epsilon!)
    case .layerNormalisation:
      return ReferenceNormalisation.layer(
        input, axes: facts.normalisedAxes!, scale: scale, shift: shift, epsilon: facts.epsilon!)
    case .groupNormalisation:
      return ReferenceNormalisation.group(
        input, groups: facts.groups!, scale: scale, shift: shift, epsilon: facts.epsilon!)
    case .instanceNormalisation:
      return ReferenceNormalisation.instance(input, scale: scale, shift: shift, epsilon: facts.epsilon!)
    case .softmax: return ReferenceNormalisation.softmax(input, axis: facts.axis!)
    case .convolution, .transposedConvolution, .linear: preconditionFailure("a convolution")
    }
  }
}
