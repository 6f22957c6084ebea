import ReferenceConvolution
import Testing

/// Expected values are from mpmath with 400 digits (1 + tanh cancels hundreds), and at the corners by hand.
@Suite("Reference activations")
struct ReferenceActivationTests {
  static let table: [(ReferenceActivation, [(Double, Double)])] = [
    (
      ReferenceActivation(.tanh),
      [
        (-20, -0.9999999999999999915),
        (-8, -0.99999977492967588981),
        (-1.5, -0.90514825364486643824),
        (-0.0009765625, -0.00097656218955926021858),
        (0.25, 0.24491866240370912928),
        (3, 0.99505475368673045133),
        (30, 1.0),
      ]
    ),
    (
      ReferenceActivation(.sigmoid),
      [
        (-20, 2.0611536181902035814e-9),
        (-8, 0.00033535013046647810388),
        (-1.5, 0.18242552380635634039),
        (-0.0009765625, 0.49975585939440255179),
        (0.25, 0.56217650088579810403),
        (3, 0.95257412682243321912),
        (30, 0.99999999999990642377),
      ]
    ),
    (
      ReferenceActivation(.silu),
      [
        (-20, -4.1223072363804071629e-8),
        (-8, -0.002682801043731824831),
        (-1.5, -0.27363828570953451059),
        (-0.0009765625, -0.00048804283143984624198),
        (0.25, 0.14054412522144952601),
        (3, 2.8577223804672996574),
        (30, 29.999999999997192713),
      ]
    ),
    (
      ReferenceActivation(.gelu),
      [
        (-20, -5.5072482372124673902e-88),
        (-8, -4.9767684594174272988e-15),
        (-1.5, -0.10021080190328709901),
        (-0.0009765625, -0.00048790078905392525292),
        (0.25, 0.14967658142073093106),
        (3, 2.9959503059051097164),
        (30, 30.0),
      ]
    ),
    (
      ReferenceActivation(.geluTanh),
      [
        (-20, -3.3754509563109673197e-261),
        (-8, -3.107782937501111218e-21),
        (-1.5, -0.10042842301976707755),
        (-0.0009765625, -0.0004879007890542245648),
        (0.25, 0.14967535070168500023),
        (3, 2.9963626079182269812),
        (30, 30.0),
      ]
    ),
    (
      ReferenceActivation(.softsign),
      [
        (-20, -0.95238095238095238095),
        (-8, -0.88888888888888888889),
        (-1.5, -0.6),
        (-0.0009765625, -0.00097560975609756097561),
        (0.25, 0.2),
        (3, 0.75),
        (30, 0.96774193548387096774),
      ]
    ),
  ]

  @Test("values keep twelve digits, in the tails too", arguments: table.indices)
  func values(_ index: Int) {
    let (activation, pairs) = Self.table[index]
    for (x, expected) in pairs {
      let actual = activation(x)
      #expect(abs(actual - expected) <= 2e-13 * abs(expected), "\(activation)(\(x)) = \(actual), not \(expected)")
    }
  }

  @Test("piecewise forms at their corners")
  func corners() {
    #expect([-2, 0, 2].map { ReferenceActivation(.relu)($0) } == [0, 0, 2])
    #expect([-2, 0, 2].map { ReferenceActivation(.leakyReLU, slopes: [0.25])($0) } == [-0.5, 0, 2])
    #expect([-2, -0.5, 2].map { ReferenceActivation(.hardTanh)($0) } == [-1, -0.5, 1])
    #expect([-4, -3, 0, 1.5, 3, 4].map { ReferenceActivation(.hardSigmoid)($0) } == [0, 0, 0.5, 0.75, 1, 1])
    #expect([-4, -3, 0, 1.5, 3, 4].map { ReferenceActivation(.hardSwish)($0) } == [0, 0, 0, 1.125, 3, 4])
    #expect([-3, 0, 1].map { ReferenceActivation(.softsign)($0) } == [-0.75, 0, 0.5])
    #expect([-3, 0, 1].map { ReferenceActivation(.softSigmoid)($0) } == [0.125, 0.5, 0.75])
    #expect(ReferenceActivation(.identity)(-7) == -7)
  }

  @Test("PReLU takes its channel's slope, or the one for all")
  func prelu() {
    let input: [[Double]] = [[-1, 1], [-1, 1]]
    #expect(ReferenceActivation(.leakyReLU, slopes: [0.5, 2]).apply(to: input) == [[-0.5, 1], [-2, 1]])
    #expect(ReferenceActivation(.leakyReLU, slopes: [0.5]).apply(to: input) == [[-0.5, 1], [-0.5, 1]])
  }

  @Test("infinities give the limits and NaN stays NaN", arguments: ReferenceActivation.Kind.allCases)
  func limits(_ kind: ReferenceActivation.Kind) {
    let activation = ReferenceActivation(kind)
    #expect(activation(.nan).isNaN)
    let low = activation(-.infinity)
    let high = activation(.infinity)
    switch kind {
    case .tanh, .softsign, .hardTanh: #expect(low == -1 && high == 1)
    case .sigmoid, .hardSigmoid, .softSigmoid: #expect(low == 0 && high == 1)
    case .fastTanh: #expect(low == -high && abs(high - 1.008082) < 1e-6 && abs(activation(1e6) - high) < 1e-6)
    case .relu, .silu, .gelu, .geluTanh, .hardSwish: #expect(low == 0 && high == .infinity)
    case .identity, .leakyReLU: #expect(low == -.infinity && high == .infinity)
    }
  }

  @Test("no slope is steeper than the bound, and some come near it", arguments: ReferenceActivation.Kind.allCases)
  func slopes(_ kind: ReferenceActivation.Kind) {
    for slope in [Float(0.25), -3] {
      let activation = ReferenceActivation(kind, slopes: [slope])
      let step = 0x1p-10
      let steepest = stride(from: -16, through: 16, by: step).map { abs(activation($0 + step) - activation($0)) / step }
        .max()!
      #expect(steepest <= activation.steepestSlope * (1 + 1e-9))
      #expect(steepest >= 0.98 * activation.steepestSlope)
    }
  }
}
