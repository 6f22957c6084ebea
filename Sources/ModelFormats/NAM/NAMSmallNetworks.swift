/// A stack of dilated convolutions of two taps, each with an activation and optionally normalised, followed by a 1x1
/// convolution.
public struct NAMConvNet: Sendable, Equatable {
  /// One layer: convolution, normalisation, activation.
  public struct Block: Sendable, Equatable {
    /// Two taps; has a bias only when there is no normalisation.
    public var convolution: NAMConvolution
    /// Batch normalisation of the convolution's output; nil: none.
    public var normalisation: NAMBatchNormalisation?

    /// Makes a block from its parts, without checks.
    public init(convolution: NAMConvolution, normalisation: NAMBatchNormalisation? = nil) {
      self.convolution = convolution
      self.normalisation = normalisation
    }
  }

  /// In running order, at least one.
  public var blocks: [Block]
  /// The activation of every block.
  public var activation: NAMActivation
  /// 1x1 with bias.
  public var head: NAMConvolution

  /// Makes a network from its parts, without checks.
  public init(blocks: [Block], activation: NAMActivation, head: NAMConvolution) {
    self.blocks = blocks
    self.activation = activation
    self.head = head
  }

  /// Number of input channels.
  public var inputChannels: Int { blocks.first?.convolution.inputChannels ?? head.inputChannels }
}

/// Batch normalisation with fixed statistics: y = (x − mean) / √(variance + epsilon) · scale + shift, per channel.
public struct NAMBatchNormalisation: Sendable, Equatable {
  /// Means, one per channel.
  public var mean: [Float]
  /// Variances, one per channel.
  public var variance: [Float]
  /// Factors, one per channel.
  public var scale: [Float]
  /// Offsets, one per channel.
  public var shift: [Float]
  /// Added to every variance.
  public var epsilon: Float

  /// Makes a normalisation from its parts, without checks.
  public init(mean: [Float], variance: [Float], scale: [Float], shift: [Float], epsilon: Float) {
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
public struct NAMLinear: Sendable, Equatable {
  /// The taps, from the current frame into the past.
  public var taps: [Float]
  /// Added to every output; nil: nothing.
  public var bias: Float?

  /// Makes a response from its parts.
  public init(taps: [Float], bias: Float? = nil) {
    self.taps = taps
    self.bias = bias
  }
}

/// LSTM cells in sequence, followed by a 1x1 convolution with bias.
public struct NAMLSTM: Sendable, Equatable {
  /// One layer. The rows of the matrix and bias are in the order input gate, forget gate, candidate, output gate.
  public struct Cell: Sendable, Equatable {
    /// Number of input channels.
    public var inputChannels: Int
    /// Width H of the state.
    public var hiddenChannels: Int
    /// `[4H, inputChannels + H]`, row-major: first the columns of the input, then those of the hidden state.
    public var weights: [Float]
    /// One per row.
    public var bias: [Float]
    /// The trained initial hidden state, H numbers.
    public var initialHidden: [Float]
    /// The trained initial cell state, H numbers.
    public var initialCell: [Float]

    /// Makes a cell from its parts, without checks.
    public init(
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
  public var cells: [Cell]
  /// From the last hidden state to the output.
  public var head: NAMConvolution

  /// Makes a network from its parts, without checks.
  public init(cells: [Cell], head: NAMConvolution) {
    self.cells = cells
    self.head = head
  }

  /// Number of input channels.
  public var inputChannels: Int { cells.first?.inputChannels ?? head.inputChannels }
}
