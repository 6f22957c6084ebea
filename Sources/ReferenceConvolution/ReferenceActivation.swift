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
package struct ReferenceActivation: Hashable, Sendable {
  /// The functions, with the names that the kernels and presets use. `callAsFunction` has the formulas.
  package enum Kind: String, CaseIterable, Sendable {
    case identity, tanh, sigmoid, relu, leakyReLU, silu, gelu, geluTanh, softsign, hardTanh, hardSigmoid, hardSwish
    case softSigmoid, fastTanh
  }

  /// Which function.
  package let kind: Kind
  /// The slopes of leaky ReLU below 0: one for all channels, or one for each (PReLU). Other functions read none.
  package let slopes: [Float]

  /// The function `kind`.
  /// - Parameter slopes: For `leakyReLU`, one, or one for each channel. Default: 0.01.
  package init(_ kind: Kind, slopes: [Float] = [0.01]) {
    precondition(!slopes.isEmpty, "leaky ReLU needs a slope")
    self.kind = kind
    self.slopes = kind == .leakyReLU ? slopes : []
  }

  /// The value at `x`.
  /// - Parameter channel: Whose slope leaky ReLU takes. Default 0.
  package func callAsFunction(_ x: Double, channel: Int = 0) -> Double {
    if x.isNaN { return x }
    switch kind {
    case .identity: return x
    case .tanh: return libraryTanh(x)
    case .sigmoid: return Self.logistic(x)
    case .relu: return x > 0 ? x : 0
    case .leakyReLU: return x > 0 ? x : Double(slopes[slopes.count == 1 ? 0 : channel]) * x
    case .silu: return x == -.infinity ? 0 : x * Self.logistic(x)
    // x · Φ(x). Φ(x) = erfc(−x/√2)/2 keeps its digits where 1 + erf(x/√2) has lost them all.
    case .gelu: return x == -.infinity ? 0 : 0.5 * x * erfc(-x * 0.5.squareRoot())
    // x/2 · (1 + tanh(z)), z = √(2/π)·(x + 0.044715·x³). 1 + tanh(z) = 2·sigmoid(2z), for the same reason.
    case .geluTanh:
      return x == -.infinity
        ? 0 : x * Self.logistic(2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))
    case .softsign: return x.isInfinite ? (x > 0 ? 1 : -1) : x / (1 + abs(x))
    case .hardTanh: return min(max(x, -1), 1)
    // (x + 3)/6 and not x/6 + 1/2, whose rounded sixth shows near x = −3.
    case .hardSigmoid: return min(max((x + 3) / 6, 0), 1)
    case .hardSwish: return x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6
    // (1 + softsign(x)) / 2
    case .softSigmoid: return x.isInfinite ? (x > 0 ? 1 : 0) : x < 0 ? 0.5 / (1 - x) : (0.5 + x) / (1 + x)
    case .fastTanh: return Self.fastTanh(x)
    }
  }

  /// A bound on the slope everywhere: how much an error of x can grow at most.
  package var steepestSlope: Double {
    switch kind {
    case .identity, .tanh, .relu, .softsign, .hardTanh: 1
    case .leakyReLU: max(1, Double(slopes.map(abs).max() ?? 0))
    case .sigmoid: 0.25
    case .silu: 1.1
    case .gelu, .geluTanh: 1.13
    case .hardSigmoid: 1.0 / 6
    case .hardSwish: 1.5
    case .softSigmoid: 0.5
    case .fastTanh: 1.01
    }
  }

  /// The values of `input`, one array for each channel.
  package func apply(to input: [[Double]]) -> [[Double]] {
    input.enumerated().map { channel, x in x.map { self($0, channel: channel) } }
  }

  /// x·(c₁ + c₁a + (c₂ + c₃a)x²) / (d + (d + x²)·|x + e·x·a|), a = |x|: what NeuralAmpModelerCore calls fast_tanh.
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

/// The C library's function, which the case of the same name hides inside the type.
private func libraryTanh(_ x: Double) -> Double { tanh(x) }
