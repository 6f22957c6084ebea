/// A stack of dilated convolutions of two taps, each with an activation and optionally normalised, followed by a 1x1
/// convolution.
package struct NAMConvNet: Sendable, Equatable {
  /// One layer: convolution, normalisation, activation.
  package struct Block: Sendable, Equatable {
    /// Two taps; has a bias only when there is no normalisation.
    package var convolution: NAMConvolution
    /// Batch normalisation of the convolution's output; nil: none.
    package var normalisation: NAMBatchNormalisation?

    /// Makes a block from its parts, without checks.
    package init(convolution: NAMConvolution, normalisation: NAMBatchNormalisation? = nil) {
      self.convolution = convolution
      self.normalisation = normalisation
    }
  }

  /// In running order, at least one.
  package var blocks: [Block]
  /// The activation of every block.
  package var activation: NAMActivation
  /// 1x1 with bias.
  package var head: NAMConvolution

  /// Makes a network from its parts, without checks.
  package init(blocks: [Block], activation: NAMActivation, head: NAMConvolution) {
    self.blocks = blocks
    self.activation = activation
    self.head = head
  }

  /// Number of input channels.
  package var inputChannels: Int { blocks.first?.convolution.inputChannels ?? head.inputChannels }
}

/// Batch normalisation with fixed statistics: y = (x − mean) / √(variance + epsilon) · scale + shift, per channel.
package struct NAMBatchNormalisation: Sendable, Equatable {
  /// Means, one per channel.
  package var mean: [Float]
  /// Variances, one per channel.
  package var variance: [Float]
  /// Factors, one per channel.
  package var scale: [Float]
  /// Offsets, one per channel.
  package var shift: [Float]
  /// Added to every variance.
  package var epsilon: Float

  /// Makes a normalisation from its parts, without checks.
  package init(mean: [Float], variance: [Float], scale: [Float], shift: [Float], epsilon: Float) {
    self.mean = mean
    self.variance = variance
    self.scale = scale
    self.shift = shift
    self.epsilon = epsilon
  }
}

/// One impulse response: y[t] = bias + Σ_j taps[j] · x[t − j].
///
/// The first tap applies to the current frame, as in players. (Trainers before 2026-08-22 wrote the reverse order;
/// nothing in a file says which one it uses.)
package struct NAMLinear: Sendable, Equatable {
  /// The taps, from the current frame into the past.
  package var taps: [Float]
  /// Added to every output; nil: nothing.
  package var bias: Float?

  /// Makes a response from its parts.
  package init(taps: [Float], bias: Float? = nil) {
    self.taps = taps
    self.bias = bias
  }
}

/// LSTM cells in sequence, followed by a 1x1 convolution with bias.
package struct NAMLSTM: Sendable, Equatable {
  /// One layer. The rows of the matrix and bias are in the order input gate, forget gate, candidate, output gate.
  package struct Cell: Sendable, Equatable {
    /// Number of input channels.
    package var inputChannels: Int
    /// Width H of the state.
    package var hiddenChannels: Int
    /// `[4H, inputChannels + H]`, row-major: first the columns of the input, then those of the hidden state.
    package var weights: [Float]
    /// One per row.
    package var bias: [Float]
    /// The trained initial hidden state, H numbers.
    package var initialHidden: [Float]
    /// The trained initial cell state, H numbers.
    package var initialCell: [Float]

    /// Makes a cell from its parts, without checks.
    package init(
      inputChannels: Int, hiddenChannels: Int, weights: [Float], bias: [Float], initialHidden: [Float],
      initialCell: [Float]
    ) {
      self.inputChannels = inputChannels
      self.hiddenChannels = hiddenChannels
      self.weights = weights
      self.bias = bias
      self.initialHidden = initialHidden
      self.initialCell = initialCell
    }
  }

  /// In running order, at least one.
  package var cells: [Cell]
  /// From the last hidden state to the output.
  package var head: NAMConvolution

  /// Makes a network from its parts, without checks.
  package init(cells: [Cell], head: NAMConvolution) {
    self.cells = cells
    self.head = head
  }

  /// Number of input channels.
  package var inputChannels: Int { cells.first?.inputChannels ?? head.inputChannels }
}
