/// The weights and geometry of one causal 1-D convolution with stride 1.
///
/// ```
/// y[o,t] = Σ_i Σ_k weights[o,i,k] · x[i, t − (kernelSize − 1 − k)·dilation]
/// ```
/// - Shapes: input `[inputChannels, frames]` → output `[outputChannels, frames]`; weights
///   `[outputChannels, inputChannels / groups, kernelSize]`, row-major, the oldest tap first (cross-correlation, as
///   every framework stores it). Output channel o belongs to group o / (outputChannels / groups).
/// - Streaming: latency 0, history `historyFrames`, no tail.
/// - Complexity: O(frames · kernelSize · inputChannels · outputChannels / groups).
package struct CausalKernel: Hashable, Sendable {
  /// Output channels.
  package let outputChannels: Int
  /// Input channels.
  package let inputChannels: Int
  /// Taps along time.
  package let kernelSize: Int
  /// Distance between taps in frames.
  package let dilation: Int
  /// The number of independent groups of channels, all of one size.
  package let groups: Int
  /// `[outputChannels, inputChannels / groups, kernelSize]`.
  package let weights: [Float]

  /// - Parameters:
  ///   - dilation: Distance between taps in frames, at least 1.
  ///   - groups: A divisor of both channel counts.
  /// - Throws: `GeometryError` when a size is not positive, the groups do not divide the channels, the weights do not
  ///   fit the shape, or the history cannot be addressed.
  package init(
    outputChannels: Int, inputChannels: Int, kernelSize: Int, dilation: Int = 1, groups: Int = 1, weights: [Float]
  ) throws(GeometryError) {
    for (what, value) in [
      ("output channels", outputChannels), ("input channels", inputChannels), ("kernel size", kernelSize),
      ("dilation", dilation), ("groups", groups),
    ] where value < 1 {
      throw .tooSmall(what: what, minimum: 1, actual: value)
    }
    guard outputChannels % groups == 0 else {
      throw .indivisible(what: "output channels", channels: outputChannels, groups: groups)
    }
    guard inputChannels % groups == 0 else {
      throw .indivisible(what: "input channels", channels: inputChannels, groups: groups)
    }
    let (rows, rowsOverflow) = outputChannels.multipliedReportingOverflow(by: inputChannels / groups)
    let (count, countOverflow) = rows.multipliedReportingOverflow(by: kernelSize)
    guard !rowsOverflow, !countOverflow else { throw .overflow(what: "the number of weights") }
    guard weights.count == count else { throw .count(of: "weights", expected: count, actual: weights.count) }
    let (history, historyOverflow) = (kernelSize - 1).multipliedReportingOverflow(by: dilation)
    guard !historyOverflow else { throw .overflow(what: "the kernel's history") }
    guard history <= Self.maximumHistoryFrames else {
      throw .tooLarge(what: "the kernel's history in frames", maximum: Self.maximumHistoryFrames, actual: history)
    }
    self.outputChannels = outputChannels
    self.inputChannels = inputChannels
    self.kernelSize = kernelSize
    self.dilation = dilation
    self.groups = groups
    self.weights = weights
  }

  /// Longest history that a kernel may have, in frames: 93 minutes at 48 kHz.
  package static let maximumHistoryFrames = 1 << 28

  /// Past frames that an output depends on.
  package var historyFrames: Int { (kernelSize - 1) * dilation }

  /// Input channels of one group.
  package var groupInputChannels: Int { inputChannels / groups }

  /// The weight of output channel `output`, the `input`-th channel of its group and kernel position `position`.
  package func weight(output: Int, input: Int, position: Int) -> Float {
    weights[(output * groupInputChannels + input) * kernelSize + position]
  }
}
