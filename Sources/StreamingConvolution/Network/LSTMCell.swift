import CConvolutionKernels
import Convolution

/// One layer of long short-term memory, as a node of a network.
///
/// With the input x of a frame and the state (h, c) of the frame before, and σ the sigmoid:
/// ```
/// z = bias + weights · [x, h]            rows i, f, g, o: H each
/// c = σ(f)·c + σ(i)·tanh(g)
/// h = σ(o)·tanh(c)                       the output
/// ```
/// (Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000, as in PyTorch's `nn.LSTM`.)
/// - Shapes: input `[inputChannels, frames]` → output `[hiddenChannels, frames]`.
/// - Streaming: latency 0; the history is unbounded, and a NaN stays until `reset`.
/// - Complexity: O(frames · hiddenChannels · (inputChannels + hiddenChannels)).
package struct LSTMCell: Hashable, Sendable {
  /// Input channels.
  package let inputChannels: Int
  /// Width H of the state, and the number of output channels.
  package let hiddenChannels: Int
  /// `[4H, inputChannels + H]`, row-major: the columns of the input first.
  package let weights: [Float]
  /// One per row.
  package let bias: [Float]
  /// The state h before the first frame for `.zeroHistory`, and where settling starts for `.silence`.
  package let initialHidden: [Float]
  /// The same of c.
  package let initialCell: [Float]
  /// For `.silence`, how many frames of the resting input the cell is given to settle; fewer if it comes to rest
  /// earlier. A recurrence may never quite come to rest, so this number affects the output.
  package let settlingFrames: Int

  /// Half a second at 48 kHz.
  package static let standardSettlingFrames = 24_000
  /// Ten seconds at 48 kHz.
  package static let maximumSettlingFrames = 480_000

  /// - Throws: `GeometryError` if a size is not positive or an array has the wrong length.
  package init(
    inputChannels: Int, hiddenChannels: Int, weights: [Float], bias: [Float], initialHidden: [Float]? = nil,
    initialCell: [Float]? = nil, settlingFrames: Int = standardSettlingFrames
  ) throws(GeometryError) {
    for (what, value) in [("input channels", inputChannels), ("hidden channels", hiddenChannels)] {
      guard value >= 1 else { throw .tooSmall(what: what, minimum: 1, actual: value) }
      guard value <= 1 << 20 else { throw .tooLarge(what: what, maximum: 1 << 20, actual: value) }
    }
    guard settlingFrames >= 0 else { throw .tooSmall(what: "settling frames", minimum: 0, actual: settlingFrames) }
    guard settlingFrames <= Self.maximumSettlingFrames else {
      throw .tooLarge(what: "settling frames", maximum: Self.maximumSettlingFrames, actual: settlingFrames)
    }
    let zeros = [Float](repeating: 0, count: hiddenChannels)
    let (hidden, cell) = (initialHidden ?? zeros, initialCell ?? zeros)
    for (what, expected, actual) in [
      ("weights", 4 * hiddenChannels * (inputChannels + hiddenChannels), weights.count),
      ("bias values", 4 * hiddenChannels, bias.count), ("initial hidden values", hiddenChannels, hidden.count),
      ("initial cell values", hiddenChannels, cell.count),
    ] where expected != actual {
      throw .count(of: what, expected: expected, actual: actual)
    }
    self.inputChannels = inputChannels
    self.hiddenChannels = hiddenChannels
    self.weights = weights
    self.bias = bias
    self.initialHidden = hidden
    self.initialCell = cell
    self.settlingFrames = settlingFrames
  }

  // MARK: - For the kernel

  /// Rows of one gate, padded to whole blocks of the kernel.
  var paddedChannels: Int {
    let block = Int(CCK_UNIT_BLOCK)
    return (hiddenChannels + block - 1) / block * block
  }

  /// Weights column by column, the gates in the kernel's order i, f, o, g, each padded with zeros.
  var packedWeights: [Float] {
    let columns = inputChannels + hiddenChannels
    var packed = [Float](repeating: 0, count: columns * 4 * paddedChannels)
    for row in 0..<4 * hiddenChannels {
      let place = packedRow(row)
      for column in 0..<columns { packed[column * 4 * paddedChannels + place] = weights[row * columns + column] }
    }
    return packed
  }

  /// The bias in the same order.
  var packedBias: [Float] {
    var packed = [Float](repeating: 0, count: 4 * paddedChannels)
    for row in 0..<4 * hiddenChannels { packed[packedRow(row)] = bias[row] }
    return packed
  }

  private func packedRow(_ row: Int) -> Int {
    [0, 1, 3, 2][row / hiddenChannels] * paddedChannels + row % hiddenChannels
  }
}

/// A continuous pointwise function of three straight pieces: x between `minimum` and `maximum`, and lines with the
/// given slopes outside. With slopes of 0 it is a clamp.
package struct LeakyClamp: Hashable, Sendable {
  package let minimum: Float
  package let maximum: Float
  package let slopeBelow: Float
  package let slopeAbove: Float

  /// - Precondition: `minimum` is at most `maximum`.
  package init(minimum: Float, maximum: Float, slopeBelow: Float = 0, slopeAbove: Float = 0) {
    precondition(minimum <= maximum, "a clamp's minimum (\(minimum)) must not be above its maximum (\(maximum))")
    self.minimum = minimum
    self.maximum = maximum
    self.slopeBelow = slopeBelow
    self.slopeAbove = slopeAbove
  }
}
