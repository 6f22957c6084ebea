/// A convolution along any number of axes by its definition, in double precision on Float32 weights.
///
/// ```
/// y[b, o, n…] = bias[o] + Σ i Σ k…  w[o, i, k…] · x[b, group(o)·I + i, n·stride − before + k·dilation …]
/// ```
/// with I = `inputChannels / groups`. This is cross-correlation, as in every framework; `isMirrored` mirrors the kernel
/// along all axes, which makes it the mathematical convolution.
///
/// ```swift
/// let difference = ReferenceNDConvolution(
///   weights: ReferenceGrid([1, 1, 2], [-1, 1] as [Float]), axes: [ReferenceAxis(kernel: 2)])
/// difference.apply(to: ReferenceGrid([1, 1, 3], [1, 3, 8] as [Float])).output.values   // [2, 5]
/// ```
/// - When not to use: where speed matters.
package struct ReferenceNDConvolution: Sendable {
  /// `[outputChannels, inputChannels / groups, kernel…]`.
  package let weights: ReferenceGrid
  /// One number per output channel, or nil for none.
  package let bias: [Float]?
  /// One per axis after batch and channels, outermost first.
  package let axes: [ReferenceAxis]
  /// The number of groups of channels; the outputs of a group read only its inputs.
  package let groups: Int
  /// The values in the padding.
  package let mode: ReferencePadding
  /// Whether the kernel is mirrored along all axes.
  package let isMirrored: Bool

  /// - Precondition: Weights, bias, axes and groups agree.
  package init(
    weights: ReferenceGrid, bias: [Float]? = nil, axes: [ReferenceAxis], groups: Int = 1,
    mode: ReferencePadding = .zeros, isMirrored: Bool = false
  ) {
    let kernel = axes.map(\.kernel)
    precondition(weights.planeSizes == kernel, "kernel: expected \(kernel), actual \(weights.planeSizes)")
    precondition(groups >= 1 && weights.sizes[0] % groups == 0, "groups divide the output channels")
    precondition(bias.map { $0.count == weights.sizes[0] } ?? true, "bias: expected \(weights.sizes[0]) numbers")
    self.weights = weights
    self.bias = bias
    self.axes = axes
    self.groups = groups
    self.mode = mode
    self.isMirrored = isMirrored
  }

  /// The sizes of the output for an input of these sizes.
  ///
  /// - Shapes: `[batch, inputChannels, axes…]` → `[batch, outputChannels, axes…]`.
  package func outputSizes(_ input: [Int]) -> [Int] {
    [input[0], weights.sizes[0]] + zip(axes, input.dropFirst(2)).map { $0.outputSize($1) }
  }

  /// The convolution of `input`, with the sums that the error bound needs.
  ///
  /// - Shapes: `[batch, inputChannels, axes…]` → `[batch, outputChannels, axes…]`.
  package func apply(to input: ReferenceGrid) -> ReferenceSums {
    precondition(input.rank == axes.count, "input: expected \(axes.count + 2) axes, actual \(input.sizes.count)")
    let inputsPerGroup = weights.sizes[1]
    precondition(input.sizes[1] == inputsPerGroup * groups, "input: expected \(inputsPerGroup * groups) channels")
    let sizes = input.planeSizes
    let kernel = axes.map(\.kernel)
    let kernelCount = product(kernel)
    return ReferenceSums(
      input: input, outputChannels: weights.sizes[0], groups: groups, bias: bias,
      outputSizes: Array(outputSizes(input.sizes).dropFirst(2)), padding: mode.value
    ) { position in
      places(kernel: kernel, sizes: sizes) { axis, tap in
        let window = axes[axis]
        return mode.source(
          of: position[axis] * window.stride - window.before + tap * window.dilation, size: sizes[axis])
      }
    } weight: { o, i, k in
      // Mirroring along all axes is reading from the end.
      weights.values[(o * inputsPerGroup + i) * kernelCount + (isMirrored ? kernelCount - 1 - k : k)]
    }
  }
}

/// A linear layer by its definition, in double precision on Float32 weights: `y[o] = bias[o] + Σ i  w[o, i] · x[i]`.
package enum ReferenceLinear {
  /// The layer on every row of `input`.
  ///
  /// - Shapes: `[rows, inputs]`, weights `[outputs, inputs]` → `[rows, outputs]`.
  package static func apply(to input: ReferenceGrid, weights: ReferenceGrid, bias: [Float]? = nil) -> ReferenceSums {
    precondition(input.sizes.count == 2 && weights.sizes.count == 2, "input and weights have two axes")
    // A convolution without axes: one place, one kernel position.
    return ReferenceNDConvolution(weights: weights, bias: bias, axes: []).apply(to: input)
  }
}
