import CConvolutionKernels

/// A pointwise function.
///
/// - Numerics: within 4 ulp of the double-precision value for every Float32 (`silu`, `gelu` and `geluTanh`: 4 ulp
///   or 2⁻³⁰); results below 2⁻¹²⁶ may be zero; NaN gives NaN and infinities their limits.
public enum Activation: Hashable, Sendable {
  /// x
  case identity
  /// tanh x
  case tanh
  /// 1 / (1 + e⁻ˣ)
  case sigmoid
  /// max(x, 0)
  case relu
  /// x for x > 0, otherwise slope · x
  case leakyReLU(slope: Float)
  /// Leaky ReLU with a slope for each channel
  case prelu(slopes: [Float])
  /// x · sigmoid(x)
  case silu
  /// x/2 · (1 + erf(x/√2))
  case gelu
  /// x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))), the approximation that PyTorch calls `approximate="tanh"`
  case geluTanh
  /// x / (1 + |x|)
  case softsign
  /// x clamped to −1 … 1
  case hardTanh
  /// x/6 + ½ clamped to 0 … 1
  case hardSigmoid
  /// x · hardSigmoid(x)
  case hardSwish
  /// (1 + x / (1 + |x|)) / 2
  case softSigmoid
  /// The quotient of polynomials near tanh that players of `.nam` models may put in its place; within 0.0081 of ±1 for
  /// large x
  case fastTanh

  /// The kernel's name of this function.
  public var kernelCode: Int32 {
    let code =
      switch self {
      case .identity: CCK_IDENTITY
      case .tanh: CCK_TANH
      case .sigmoid: CCK_SIGMOID
      case .relu: CCK_RELU
      case .leakyReLU, .prelu: CCK_LEAKY_RELU
      case .silu: CCK_SILU
      case .gelu: CCK_GELU
      case .geluTanh: CCK_GELU_TANH
      case .softsign: CCK_SOFTSIGN
      case .hardTanh: CCK_HARD_TANH
      case .hardSigmoid: CCK_HARD_SIGMOID
      case .hardSwish: CCK_HARD_SWISH
      case .softSigmoid: CCK_SOFT_SIGMOID
      case .fastTanh: CCK_FAST_TANH
      }
    return Int32(code.rawValue)
  }

  /// The slope that channel `channel` uses; 0 for functions without one.
  public func slope(channel: Int) -> Float {
    switch self {
    case .leakyReLU(let slope): slope
    case .prelu(let slopes): slopes[channel]
    default: 0
    }
  }
}
