import CConvolutionKernels
import CTestSupport
import TestSupport
import Testing

// The pointwise functions against double precision, on a sample of all exponents. Tools/activations/exhaustive.c is
// the same check over every float.

private struct Level: CustomTestStringConvertible, Sendable {
  let number: Int32
  let testDescription: String

  static let all = [
    Level(number: Int32(CCK_LEVEL_BASELINE.rawValue), testDescription: "baseline"),
    Level(number: Int32(CCK_LEVEL_AVX2.rawValue), testDescription: "avx2"),
    Level(number: Int32(CCK_LEVEL_AVX512.rawValue), testDescription: "avx512"),
  ]
  static let available = all.filter { cck_level_available($0.number) != 0 }
}

private struct Kind: CustomTestStringConvertible, Sendable {
  let number: Int32
  let testDescription: String
  /// These may miss 4 ulp where the error is at most 2^-30.
  var hasAbsoluteBound = false
  /// f(-x) = -f(x), bit for bit.
  var isOdd = false
  var atMinusInfinity: Float
  var atInfinity: Float
  let parameter: Float = 0.1

  init(
    _ kind: cck_activation, _ name: String, absolute: Bool = false, odd: Bool = false, limits: (Float, Float)
  ) {
    number = Int32(kind.rawValue)
    testDescription = name
    hasAbsoluteBound = absolute
    isOdd = odd
    (atMinusInfinity, atInfinity) = limits
  }

  static let all = [
    Kind(CCK_IDENTITY, "identity", odd: true, limits: (-.infinity, .infinity)),
    Kind(CCK_TANH, "tanh", odd: true, limits: (-1, 1)),
    Kind(CCK_SIGMOID, "sigmoid", limits: (0, 1)),
    Kind(CCK_RELU, "relu", limits: (0, .infinity)),
    Kind(CCK_LEAKY_RELU, "leaky_relu", limits: (-.infinity, .infinity)),
    Kind(CCK_SILU, "silu", absolute: true, limits: (0, .infinity)),
    Kind(CCK_GELU, "gelu", absolute: true, limits: (0, .infinity)),
    Kind(CCK_GELU_TANH, "gelu_tanh", absolute: true, limits: (0, .infinity)),
    Kind(CCK_SOFTSIGN, "softsign", odd: true, limits: (-1, 1)),
    Kind(CCK_HARD_TANH, "hard_tanh", odd: true, limits: (-1, 1)),
    Kind(CCK_HARD_SIGMOID, "hard_sigmoid", limits: (0, 1)),
    Kind(CCK_HARD_SWISH, "hard_swish", limits: (0, .infinity)),
    Kind(CCK_SOFT_SIGMOID, "soft_sigmoid", limits: (0, 1)),
    Kind(CCK_FAST_TANH, "fast_tanh", odd: true, limits: (-fastTanhLimit, fastTanhLimit)),
  ]

  func truth(_ x: Float) -> Double { cts_activation_truth(number, Double(x), Double(parameter)) }

  /// What is wrong with `y` as the value at `x`, or nil.
  func fault(_ y: Float, at x: Float) -> String? {
    let expected = truth(x)
    if expected.isNaN { return y.isNaN ? nil : "\(testDescription)(\(x)) is \(y), expected NaN" }
    if expected.isInfinite {
      return Double(y) == expected ? nil : "\(testDescription)(\(x)) is \(y), expected \(expected)"
    }
    let magnitude = abs(expected)
    if y == 0 && magnitude < 0x1p-126 { return nil }
    let error = abs(Double(y) - expected)
    if hasAbsoluteBound && error <= 0x1p-30 { return nil }
    // The spacing of floats in the binade of the truth; denormals have that of the smallest one.
    let ulp = max(magnitude.binade, 0x1p-126) * 0x1p-23
    if error <= 4 * ulp { return nil }
    return "\(testDescription)(\(x)) is \(y), expected \(expected): \(error / ulp) ulp"
  }
}

/// c3 / e of the kernel's formula.
private let fastTanhLimit = Float(0.821226666969744 / 0.814642734961073)
private let slack = Int(CCK_READ_SLACK)

private func run(_ kind: Kind, _ level: Level, _ input: [Float]) -> [Float] {
  let padded = input + [Float](repeating: .nan, count: slack)
  var output = [Float](repeating: 0, count: input.count)
  cck_kernels_of(level.number).pointee.activate(kind.number, kind.parameter, padded, &output, input.count)
  return output
}

/// The first place where two rows of bits differ; nil if none. (An expectation on the rows themselves would print them.)
private func difference(_ a: [UInt32], _ b: [UInt32], at input: [Float]) -> String? {
  guard a.count == b.count else { return "\(a.count) values and \(b.count)" }
  guard let i = a.indices.first(where: { a[$0] != b[$0] }) else { return nil }
  return "\(Float(bitPattern: a[i])) and \(Float(bitPattern: b[i])) at \(input[i])"
}

/// Every exponent with both signs and `mantissas` mantissas; special values; the neighbourhoods of the places where
/// something happens: 0, the kinks, the clamps, the ends of the range.
private func samples(mantissas: Int) -> [Float] {
  var result: [Float] = [
    0, -0.0, .infinity, -.infinity, .nan, -.nan, Float(bitPattern: 0x7f80_0001), Float(bitPattern: 0x7fc0_0001),
    Float(bitPattern: 0xffff_ffff), .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude,
    .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
  ]
  for exponent in UInt32(0)...254 {
    // The golden section walks through the mantissas evenly, with another start for every exponent.
    var mantissa = exponent &* 2_654_435_761
    for _ in 0..<mantissas {
      mantissa = mantissa &+ 2_654_435_769
      let bits = exponent << 23 | mantissa >> 9
      result.append(Float(bitPattern: bits))
      result.append(Float(bitPattern: bits | 1 << 31))
    }
  }
  let places: [Float] = [
    .leastNormalMagnitude, 0x1p-24, 0x1p-12, 0.17328680, 0.5, 0.51986039, 1, 2, 3, 4, 5, 6, 6.5, 9, 9.05, 11, 12, 13.243,
    13.27, 16.6, 30, 87, 87.33655, 88.376, 88.72284, 88.8, 103.97, 104, 112, 127, 128, 0x1p23, 0x1p24, 0x1p64,
  ]
  for place in places {
    for step in -300...300 {
      let near = Float(bitPattern: UInt32(Int(place.bitPattern) + step))
      result.append(near)
      result.append(-near)
    }
  }
  return result
}

@Suite("Pointwise functions")
struct ActivationTests {
  @Test("are within 4 ulp of double precision", arguments: Kind.all, Level.available)
  fileprivate func accuracy(kind: Kind, level: Level) {
    // Levels are equal bit for bit (below), so the slowest gets fewer.
    let mantissas = level.number == Int32(CCK_LEVEL_BASELINE.rawValue) ? 211 : 2503
    let input = samples(mantissas: Thoroughness.cases(full: mantissas, quick: 101))
    let output = run(kind, level, input)
    var faults = 0
    for (x, y) in zip(input, output) {
      guard let fault = kind.fault(y, at: x) else { continue }
      faults += 1
      if faults <= 3 { Issue.record("\(fault)") }
    }
    #expect(faults == 0)
  }

  @Test("have a check that notices 8 ulp", arguments: Kind.all)
  fileprivate func checkBites(kind: Kind) {
    for x in [Float(0.3), 1.7, 2.3] {
      let y = Float(kind.truth(x))
      #expect(kind.fault(y, at: x) == nil)
      #expect(kind.fault(y + 8 * y.ulp, at: x) != nil)
      #expect(kind.fault(y - 8 * y.ulp, at: x) != nil)
      #expect(kind.fault(.nan, at: x) != nil)
    }
    #expect(kind.fault(0, at: .nan) != nil)
    #expect(kind.fault(0.5, at: .infinity) != nil)
    #expect(kind.fault(0.5, at: -.infinity) != nil)
  }

  @Test("take NaN to NaN and infinity to the limit", arguments: Kind.all, Level.available)
  fileprivate func specialValues(kind: Kind, level: Level) {
    let output = run(
      kind, level, [.nan, Float(bitPattern: 0x7fc0_0001), Float(bitPattern: 0xffc1_2345), -.infinity, .infinity])
    #expect(output[0].isNaN && output[1].isNaN && output[2].isNaN)
    #expect(output[3] == kind.atMinusInfinity)
    #expect(output[4] == kind.atInfinity)
  }

  @Test("that are odd are odd to the bit, zero included", arguments: Kind.all.filter(\.isOdd), Level.available)
  fileprivate func oddness(kind: Kind, level: Level) {
    let input = samples(mantissas: 53).filter { !$0.isNaN }
    let plus = run(kind, level, input)
    let minus = run(kind, level, input.map { -$0 })
    #expect(difference(plus.map(\.bitPattern), minus.map { (-$0).bitPattern }, at: input) == nil)
    #expect(run(kind, level, [-0.0])[0].bitPattern == (-Float.zero).bitPattern)
  }

  @Test("give the same bits at every level", arguments: Kind.all)
  fileprivate func levelsAgree(kind: Kind) {
    let input = samples(mantissas: 503)
    let bits = Level.available.map { level in
      // Which NaN comes out is not part of the contract.
      run(kind, level, input).map { $0.isNaN ? UInt32.max : $0.bitPattern }
    }
    for other in bits.dropFirst() { #expect(difference(bits[0], other, at: input) == nil) }
  }

  @Test("write every length, from any address, in place or not, and nothing else", arguments: Kind.all, Level.available)
  fileprivate func rows(kind: Kind, level: Level) {
    let guardValue = Float(bitPattern: 0xdead_beef)
    for length in 0...40 {
      let values = (0..<length).map { 0.37 * Float($0) - 5 }
      // Each value computed in a row of its own: the same bits wherever a value stands.
      let expected = values.map { run(kind, level, [$0])[0].bitPattern }
      for offset in [0, 1, 3, 7] {
        var input = [Float](repeating: guardValue, count: offset + length + 2 * slack)
        input.replaceSubrange(offset..<offset + length, with: values)
        var output = [Float](repeating: guardValue, count: offset + length + 2 * slack)
        input.withUnsafeBufferPointer { x in
          output.withUnsafeMutableBufferPointer { y in
            cck_kernels_of(level.number).pointee.activate(kind.number, kind.parameter, x.baseAddress! + offset, y.baseAddress! + offset, length)
          }
        }
        input.withUnsafeMutableBufferPointer { x in
          let row = x.baseAddress! + offset
          cck_kernels_of(level.number).pointee.activate(kind.number, kind.parameter, row, row, length)
        }
        for written in [output, input] {
          #expect(difference(written[offset..<offset + length].map(\.bitPattern), expected, at: values) == nil)
          #expect(written[..<offset].allSatisfy { $0.bitPattern == guardValue.bitPattern })
          #expect(written[(offset + length)...].allSatisfy { $0.bitPattern == guardValue.bitPattern })
        }
      }
    }
  }
}
