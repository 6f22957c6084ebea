import CConvolutionKernels

/// A pointwise function.
///
/// The list of functions, with their formulas, is `CCK_ACTIVATIONS` in `Activations.h`; `all` and `named(_:)` come from
/// it. The static members below are shorthands.
///
/// - Numerics: within 4 ulp of the double-precision value for every Float32 (`silu`, `gelu` and `geluTanh`: 4 ulp
///   or 2⁻³⁰); results below 2⁻¹²⁶ may be zero; NaN gives NaN and infinities their limits.
public struct Activation: Hashable, Sendable {
  /// The number of the function in the kernels (`cck_activation`).
  public let kernelCode: Int32
  /// One slope below 0 for each channel (PReLU); nil for every other function.
  public let channelSlopes: [Float]?
  private let sharedSlope: Float

  private init(_ code: cck_activation, slope: Float = 0, channelSlopes: [Float]? = nil) {
    kernelCode = Int32(code.rawValue)
    sharedSlope = slope
    self.channelSlopes = channelSlopes
  }

  /// The slope below 0 that channel `channel` uses; 0 for functions without one.
  public func slope(channel: Int) -> Float { channelSlopes?[channel] ?? sharedSlope }

  // MARK: - The list

  /// The slope of `leakyReLU` where none is given, as in PyTorch.
  public static let standardSlope: Float = 0.01

  /// Every function of the kernels, `leakyReLU` with `standardSlope`.
  public static let all: [Activation] = (0..<CCK_ACTIVATION_COUNT.rawValue).map { code in
    Activation(cck_activation(code), slope: code == CCK_LEAKY_RELU.rawValue ? standardSlope : 0)
  }

  /// The function with this name, as presets spell it: `"hardTanh"`. nil: there is none.
  public static func named(_ name: String) -> Activation? { all.first { $0.name == name } }

  /// The name of the function, as presets spell it. PReLU is `leakyReLU` with a slope for each channel.
  public var name: String { String(cString: cck_activation_name(kernelCode)) }

  // MARK: - Shorthands

  /// x
  public static let identity = Activation(CCK_IDENTITY)
  /// tanh x
  public static let tanh = Activation(CCK_TANH)
  /// 1 / (1 + e⁻ˣ)
  public static let sigmoid = Activation(CCK_SIGMOID)
  /// max(x, 0)
  public static let relu = Activation(CCK_RELU)
  /// x for x > 0, otherwise slope · x
  public static func leakyReLU(slope: Float) -> Activation { Activation(CCK_LEAKY_RELU, slope: slope) }
  /// Leaky ReLU with a slope for each channel
  public static func prelu(slopes: [Float]) -> Activation { Activation(CCK_LEAKY_RELU, channelSlopes: slopes) }
  /// x · sigmoid(x)
  public static let silu = Activation(CCK_SILU)
  /// x/2 · (1 + erf(x/√2))
  public static let gelu = Activation(CCK_GELU)
  /// x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))), the approximation that PyTorch calls `approximate="tanh"`
  public static let geluTanh = Activation(CCK_GELU_TANH)
  /// x / (1 + |x|)
  public static let softsign = Activation(CCK_SOFTSIGN)
  /// x clamped to −1 … 1
  public static let hardTanh = Activation(CCK_HARD_TANH)
  /// x/6 + ½ clamped to 0 … 1
  public static let hardSigmoid = Activation(CCK_HARD_SIGMOID)
  /// x · hardSigmoid(x)
  public static let hardSwish = Activation(CCK_HARD_SWISH)
  /// (1 + x / (1 + |x|)) / 2
  public static let softSigmoid = Activation(CCK_SOFT_SIGMOID)
  /// A quotient of polynomials close to tanh, which players of `.nam` models may use instead; at most 1.0081 for large x
  public static let fastTanh = Activation(CCK_FAST_TANH)
}
