#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The activations by their definitions, in double precision, each in the form that does not cancel.
///
/// At ±∞ they take their limits, also where a framework's formula gives ∞ · 0 or ∞ / ∞ and so NaN (SiLU, both
/// GELUs and hardSwish at −∞ are 0; softsign at ±∞ is ±1). NaN gives NaN everywhere.
public enum ReferenceActivation: Hashable, Sendable {
  /// x.
  case identity
  /// Hyperbolic tangent.
  case tanh
  /// 1 / (1 + e⁻ˣ).
  case sigmoid
  /// x above 0, otherwise 0.
  case relu
  /// x above 0, otherwise `negativeSlope`·x.
  case leakyReLU(negativeSlope: Float)
  /// As `leakyReLU` with a slope for every channel, or one for all.
  case prelu(slopes: [Float])
  /// x · sigmoid(x).
  case silu
  /// x · Φ(x), the form with the error function.
  case gelu
  /// x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³))).
  case geluTanh
  /// x / (1 + |x|).
  case softsign
  /// x cut to −1 … 1.
  case hardTanh
  /// x/6 + 1/2 cut to 0 … 1.
  case hardSigmoid
  /// x · hardSigmoid(x).
  case hardSwish
  /// (1 + softsign(x)) / 2.
  case softSigmoid
  /// x·(c₁ + c₁a + (c₂ + c₃a)x²) / (d + (d + x²)·|x + e·x·a|), a = |x|: what NeuralAmpModelerCore calls fast_tanh.
  case fastTanh

  /// The value at `x`.
  /// - Parameter channel: Which slope `prelu` takes. Default 0.
  public func callAsFunction(_ x: Double, channel: Int = 0) -> Double {
    if x.isNaN { return x }
    switch self {
    case .identity: return x
    case .tanh: return libraryTanh(x)
    case .sigmoid: return Self.logistic(x)
    case .relu: return x > 0 ? x : 0
    case .leakyReLU(let slope): return x > 0 ? x : Double(slope) * x
    case .prelu(let slopes): return x > 0 ? x : Double(slopes[slopes.count == 1 ? 0 : channel]) * x
    case .silu: return x == -.infinity ? 0 : x * Self.logistic(x)
    // Φ(x) = erfc(−x/√2)/2 keeps its digits where 1 + erf(x/√2) has lost them all.
    case .gelu: return x == -.infinity ? 0 : 0.5 * x * erfc(-x * 0.5.squareRoot())
    // 1 + tanh(z) = 2·sigmoid(2z), for the same reason.
    case .geluTanh:
      return x == -.infinity
        ? 0 : x * Self.logistic(2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))
    case .softsign: return x.isInfinite ? (x > 0 ? 1 : -1) : x / (1 + abs(x))
    case .hardTanh: return min(max(x, -1), 1)
    // (x + 3)/6 and not x/6 + 1/2, whose rounded sixth shows near x = −3.
    case .hardSigmoid: return min(max((x + 3) / 6, 0), 1)
    case .hardSwish: return x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6
    case .softSigmoid: return x.isInfinite ? (x > 0 ? 1 : 0) : x < 0 ? 0.5 / (1 - x) : (0.5 + x) / (1 + x)
    case .fastTanh: return Self.fastTanh(x)
    }
  }

  /// The values over planar `input`.
  public func apply(to input: [[Double]]) -> [[Double]] {
    input.enumerated().map { channel, x in x.map { self($0, channel: channel) } }
  }

  private static func fastTanh(_ x: Double) -> Double {
    if x.isInfinite { return (x > 0 ? 1 : -1) * 0.821226666969744 / 0.814642734961073 }
    let (a, square) = (abs(x), x * x)
    let over = 2.45550750702956 + 2.45550750702956 * a + (0.893229853513558 + 0.821226666969744 * a) * square
    let under = 2.44506634652299 + (2.44506634652299 + square) * abs(x + 0.814642734961073 * x * a)
    return x * (over / under)
  }

  private static func logistic(_ x: Double) -> Double {
    // Only e to a power ≤ 0 is taken: nothing overflows, and small results keep their digits.
    let e = exp(-abs(x))
    return x >= 0 ? 1 / (1 + e) : e / (1 + e)
  }
}

/// The C library's function, which the case of the same name hides inside the enum.
private func libraryTanh(_ x: Double) -> Double { tanh(x) }
