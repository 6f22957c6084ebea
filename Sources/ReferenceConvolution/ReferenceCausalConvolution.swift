/// A causal dilated convolution by its definition, in double precision on Float32 weights.
///
/// ```
/// y[o][t] = bias[o] + Σ i Σ k  w[o][i][k] · x[group(o)·I + i][t − (K − 1 − k)·d]
/// ```
/// with I = `inputChannels / groups`, K = `kernelSize` and d = `dilation`. The oldest tap comes first, so
/// k = K − 1 is the present frame. Before frame 0 every channel has a constant value that the caller gives.
///
/// ```swift
/// let mean = ReferenceCausalConvolution(inputChannels: 1, outputChannels: 1, kernelSize: 2, weights: [0.5, 0.5])
/// mean.apply(to: [[1, 3, 5]], past: [0])   // [[0.5, 2, 4]]
/// ```
/// - When not to use: where speed matters.
package struct ReferenceCausalConvolution: Sendable {
  /// Input channels.
  package let inputChannels: Int
  /// Output channels.
  package let outputChannels: Int
  /// Kernel positions, K.
  package let kernelSize: Int
  /// Frames from one kernel position to the next.
  package let dilation: Int
  /// The number of groups of channels; the outputs of a group read only its inputs.
  package let groups: Int
  /// Laid out `[outputChannels, inputChannels / groups, kernelSize]`.
  package let weights: [Float]
  /// One number per output channel, or nil for none.
  package let bias: [Float]?

  /// - Parameters:
  ///   - inputChannels: A multiple of `groups`.
  ///   - outputChannels: A multiple of `groups`.
  ///   - kernelSize: At least 1. Default 1.
  ///   - dilation: At least 1. Default 1.
  ///   - groups: At least 1. Default 1.
  ///   - weights: `[outputChannels, inputChannels / groups, kernelSize]`, oldest tap first.
  ///   - bias: One number per output channel. Default none.
  /// - Precondition: All counts agree.
  package init(
    inputChannels: Int, outputChannels: Int, kernelSize: Int = 1, dilation: Int = 1, groups: Int = 1,
    weights: [Float], bias: [Float]? = nil
  ) {
    precondition(kernelSize >= 1 && dilation >= 1 && groups >= 1, "sizes are positive")
    precondition(inputChannels % groups == 0 && outputChannels % groups == 0, "groups divide the channels")
    let expected = outputChannels * (inputChannels / groups) * kernelSize
    precondition(weights.count == expected, "weights: expected \(expected), actual \(weights.count)")
    precondition(bias.map { $0.count == outputChannels } ?? true, "bias: expected \(outputChannels) numbers")
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.kernelSize = kernelSize
    self.dilation = dilation
    self.groups = groups
    self.weights = weights
    self.bias = bias
  }

  /// Input frames before t on which the output for t depends.
  package var historyFrames: Int { (kernelSize - 1) * dilation }

  /// Taps of one output, n: `inputChannels / groups · kernelSize`.
  package var tapsPerOutput: Int { inputChannels / groups * kernelSize }

  /// The convolution of planar `input`.
  ///
  /// - Shapes: `[inputChannels][frames]` → `[outputChannels][frames]`.
  /// - Parameter past: The value of each input channel in every frame before the first.
  package func apply(to input: [[Double]], past: [Double]) -> [[Double]] {
    sums(of: input, past: past) { $0.output.values }
  }

  /// The output when the input has always been `constant`.
  package func settled(on constant: [Double]) -> [Double] {
    apply(to: constant.map { [$0] }, past: constant).map { $0[0] }
  }

  /// The largest allowed error of a Float32 run of the direct path, for every output:
  /// `n·u·(|bias| + Σ|w||x|) + n·2⁻¹²⁶` with u = 2⁻²⁴ and n taps.
  ///
  /// The input must be exact in Float32: the bound is for one layer on its own input.
  package func errorBound(on input: [[Double]], past: [Double]) -> [[Double]] {
    sums(of: input, past: past) { $0.errorBounds }
  }

  /// A convolution without padding, of the input with as much of the past before it as the first frame depends on.
  private func sums(
    of input: [[Double]], past: [Double], values: (ReferenceSums) -> [Double]
  ) -> [[Double]] {
    precondition(input.count == inputChannels, "input: expected \(inputChannels) channels, actual \(input.count)")
    precondition(past.count == inputChannels, "past: expected \(inputChannels) numbers, actual \(past.count)")
    let frames = input.first?.count ?? 0
    guard frames > 0 else { return [[Double]](repeating: [], count: outputChannels) }
    let signal = zip(past, input).flatMap { [Double](repeating: $0, count: historyFrames) + $1 }
    let convolution = ReferenceNDConvolution(
      weights: ReferenceGrid([outputChannels, inputChannels / groups, kernelSize], weights), bias: bias,
      axes: [ReferenceAxis(kernel: kernelSize, dilation: dilation)], groups: groups)
    let all = values(convolution.apply(to: ReferenceGrid([1, inputChannels, historyFrames + frames], signal)))
    return (0..<outputChannels).map { Array(all[$0 * frames..<($0 + 1) * frames]) }
  }
}
