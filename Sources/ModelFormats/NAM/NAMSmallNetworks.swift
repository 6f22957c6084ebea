/// A stack of dilated convolutions of two taps, each normalised or not and bent, and a 1x1 behind them.
public struct NAMConvNet: Sendable, Equatable {
  /// One layer: convolution, normalisation, activation.
  public struct Block: Sendable, Equatable {
    /// Two taps; with a bias only where nothing normalises.
    public var convolution: NAMConvolution
    /// What is done to its output.
    public var normalisation: NAMBatchNormalisation?

    public init(convolution: NAMConvolution, normalisation: NAMBatchNormalisation? = nil) {
      self.convolution = convolution
      self.normalisation = normalisation
    }
  }

  /// In running order, at least one.
  public var blocks: [Block]
  /// Of every block.
  public var activation: NAMActivation
  /// 1x1 with bias.
  public var head: NAMConvolution

  public init(blocks: [Block], activation: NAMActivation, head: NAMConvolution) {
    self.blocks = blocks
    self.activation = activation
    self.head = head
  }

  /// Channels of the input.
  public var inputChannels: Int { blocks.first?.convolution.inputChannels ?? head.inputChannels }
}

/// Statistics that a trained network normalises its channels by: y = (x − mean) / √(variance + epsilon) · scale + shift.
public struct NAMBatchNormalisation: Sendable, Equatable {
  public var mean: [Float]
  public var variance: [Float]
  public var scale: [Float]
  public var shift: [Float]
  public var epsilon: Float

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
/// The first tap meets the present frame, as players have it. (Trainers before 2026-08-22 wrote the reverse; nothing in a
/// file tells which one it is.)
public struct NAMLinear: Sendable, Equatable {
  /// From the present frame on into the past.
  public var taps: [Float]
  /// nil for none.
  public var bias: Float?

  public init(taps: [Float], bias: Float? = nil) {
    self.taps = taps
    self.bias = bias
  }
}

/// Recurrent cells, one behind the other, and a 1x1 with bias behind the last.
public struct NAMLSTM: Sendable, Equatable {
  /// One layer; rows of matrix and bias in the order input gate, forget gate, candidate, output gate.
  public struct Cell: Sendable, Equatable {
    /// Channels that go in.
    public var inputChannels: Int
    /// Width H of the state.
    public var hiddenChannels: Int
    /// `[4H, inputChannels + H]`, row-major: the columns of the input, then those of the hidden state.
    public var weights: [Float]
    /// One a row.
    public var bias: [Float]
    /// What the hidden state was trained to start from.
    public var initialHidden: [Float]
    /// What the cell state was trained to start from.
    public var initialCell: [Float]

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

  public init(cells: [Cell], head: NAMConvolution) {
    self.cells = cells
    self.head = head
  }

  /// Channels of the input.
  public var inputChannels: Int { cells.first?.inputChannels ?? head.inputChannels }
}
