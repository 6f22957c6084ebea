/// The kernel along one axis of a transposed convolution's output.
///
/// Input n adds, with its kernel position k, to the output at `n·stride + k·dilation − before`.
package struct ReferenceTransposedAxis: Hashable, Sendable {
  /// Kernel positions.
  package let kernel: Int
  /// Output positions from one input's contribution to the next.
  package let stride: Int
  /// Output positions from one kernel position to the next.
  package let dilation: Int
  /// Outputs removed at the start.
  package let before: Int
  /// Outputs removed at the end.
  package let after: Int
  /// Outputs added at the end.
  package let outputPadding: Int

  /// - Precondition: Kernel, stride and dilation are at least 1; 0 ≤ `outputPadding` < max(stride, dilation).
  package init(
    kernel: Int, stride: Int = 1, dilation: Int = 1, before: Int = 0, after: Int = 0, outputPadding: Int = 0
  ) {
    precondition(kernel >= 1 && stride >= 1 && dilation >= 1, "kernel, stride and dilation are positive")
    precondition(before >= 0 && after >= 0, "padding is not negative")
    precondition((0..<max(stride, dilation)).contains(outputPadding), "0 ≤ output padding < max(stride, dilation)")
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.before = before
    self.after = after
    self.outputPadding = outputPadding
  }

  /// Outputs for an input of `size` positions:
  /// `(size − 1)·stride − before − after + dilation·(kernel − 1) + 1 + outputPadding`.
  ///
  /// - Precondition: There is at least one output and one input.
  package func outputSize(_ size: Int) -> Int {
    let outputs = (size - 1) * stride - before - after + dilation * (kernel - 1) + 1 + outputPadding
    precondition(size >= 1 && outputs >= 1, "outputs: expected at least 1, actual \(outputs)")
    return outputs
  }
}

/// A transposed convolution along any number of axes by its definition, in double precision on Float32 weights: the
/// transposed matrix of the convolution that has the same weights, and so its gradient with respect to the input.
///
/// ```
/// y[b, o, m…] = bias[o] + Σ i Σ k…  w[group(o)·I + i, o − group(o)·O, k…] · x[b, group(o)·I + i, n…]
///               over the n with n·stride + k·dilation − before = m along every axis
/// ```
/// with I = `inputChannels / groups` and O = `outputChannels / groups`. Taps of an output are the (i, k) for which such
/// an n exists, within the input or not.
/// - When not to use: where speed matters.
package struct ReferenceTransposedConvolution: Sendable {
  /// `[inputChannels, outputChannels / groups, kernel…]`.
  package let weights: ReferenceGrid
  /// One number per output channel, or nil for none.
  package let bias: [Float]?
  /// One per axis after batch and channels, outermost first.
  package let axes: [ReferenceTransposedAxis]
  /// The number of groups of channels; the outputs of a group read only its inputs.
  package let groups: Int
  /// Whether the kernel is mirrored along all axes.
  package let isMirrored: Bool

  /// - Precondition: Weights, bias, axes and groups agree.
  package init(
    weights: ReferenceGrid, bias: [Float]? = nil, axes: [ReferenceTransposedAxis], groups: Int = 1,
    isMirrored: Bool = false
  ) {
    let kernel = axes.map(\.kernel)
    precondition(weights.planeSizes == kernel, "kernel: expected \(kernel), actual \(weights.planeSizes)")
    precondition(groups >= 1 && weights.sizes[0] % groups == 0, "groups divide the input channels")
    precondition(bias.map { $0.count == weights.sizes[1] * groups } ?? true, "bias: one number an output channel")
    self.weights = weights
    self.bias = bias
    self.axes = axes
    self.groups = groups
    self.isMirrored = isMirrored
  }

  /// The sizes of the output for an input of these sizes.
  ///
  /// - Shapes: `[batch, inputChannels, axes…]` → `[batch, outputChannels, axes…]`.
  package func outputSizes(_ input: [Int]) -> [Int] {
    [input[0], weights.sizes[1] * groups] + zip(axes, input.dropFirst(2)).map { $0.outputSize($1) }
  }

  /// The transposed convolution of `input`, with the sums that the error bound needs.
  ///
  /// - Shapes: `[batch, inputChannels, axes…]` → `[batch, outputChannels, axes…]`.
  package func apply(to input: ReferenceGrid) -> ReferenceSums {
    precondition(input.rank == axes.count, "input: expected \(axes.count + 2) axes, actual \(input.sizes.count)")
    precondition(input.sizes[1] == weights.sizes[0], "input: expected \(weights.sizes[0]) channels")
    let inputsPerGroup = weights.sizes[0] / groups
    let outputsPerGroup = weights.sizes[1]
    let sizes = input.planeSizes
    let kernel = axes.map(\.kernel)
    let kernelCount = product(kernel)
    return ReferenceSums(
      input: input, outputChannels: outputsPerGroup * groups, groups: groups, bias: bias,
      outputSizes: Array(outputSizes(input.sizes).dropFirst(2)), padding: nil
    ) { position in
      places(kernel: kernel, sizes: sizes) { axis, tap in
        let window = axes[axis]
        let reached = position[axis] + window.before - tap * window.dilation
        guard reached % window.stride == 0 else { return .nowhere }
        return ReferencePadding.zeros.source(of: reached / window.stride, size: sizes[axis])
      }
    } weight: { o, i, k in
      let channel = o / outputsPerGroup * inputsPerGroup + i
      let row = channel * outputsPerGroup + o % outputsPerGroup
      return weights.values[row * kernelCount + (isMirrored ? kernelCount - 1 - k : k)]
    }
  }
}
