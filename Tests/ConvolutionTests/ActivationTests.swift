import CConvolutionKernels
import Convolution
import ReferenceConvolution
import TestSupport
import Testing

// The pointwise functions against double precision, on a sample of all exponents. Tools/activations/exhaustive.swift is
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
  /// nil: the reference does not have the function, and `everyFunctionHasAReference` says so.
  let reference: ReferenceActivation?
  let parameter: Float = 0.1

  init(_ activation: Activation) {
    number = activation.kernelCode
    testDescription = activation.name
    reference = ReferenceActivation.Kind(rawValue: activation.name).map { [parameter] in
      ReferenceActivation($0, slopes: [parameter])
    }
  }

  static let all = Activation.all.map(Kind.init)

  /// These may miss 4 ulp where the error is at most 2^-30.
  var hasAbsoluteBound: Bool { ["silu", "gelu", "geluTanh"].contains(testDescription) }
  /// f(-x) = -f(x), bit for bit.
  var isOdd: Bool { [0.3, 1.7, 5].allSatisfy { truth(-$0) == -truth($0) } }

  func truth(_ x: Float) -> Double { reference.map { $0(Double(x)) } ?? .nan }

  /// Why `y` is wrong as the value at `x`, or nil.
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

private let slack = Int(CCK_READ_SLACK)

private func run(_ kind: Kind, _ level: Level, _ input: [Float]) -> [Float] {
  run(kind.number, kind.parameter, level, input)
}

private func run(_ code: Int32, _ parameter: Float, _ level: Level, _ input: [Float]) -> [Float] {
  let padded = input + [Float](repeating: .nan, count: slack)
  var output = [Float](repeating: 0, count: input.count)
  cck_kernels_of(level.number).pointee.activate(code, parameter, padded, &output, input.count)
  return output
}

/// The first place where two rows of bits differ; nil if none. (An expectation on the rows themselves would print them.)
private func difference(_ a: [UInt32], _ b: [UInt32], at input: [Float]) -> String? {
  guard a.count == b.count else { return "\(a.count) values and \(b.count)" }
  guard let i = a.indices.first(where: { a[$0] != b[$0] }) else { return nil }
  return "\(Float(bitPattern: a[i])) and \(Float(bitPattern: b[i])) at \(input[i])"
}

/// Every exponent with both signs and `mantissas` mantissas; special values; and the neighbourhoods of 0, the kinks, the
/// clamps and the ends of the range.
private func samples(mantissas: Int) -> [Float] {
  var result: [Float] = [
    0, -0.0, .infinity, -.infinity, .nan, -.nan, Float(bitPattern: 0x7f80_0001), Float(bitPattern: 0x7fc0_0001),
    Float(bitPattern: 0xffff_ffff), .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude,
    .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
  ]
  for exponent in UInt32(0)...254 {
    // Steps of the golden section cover the mantissas evenly, with a different start for every exponent.
    var mantissa = exponent &* 2_654_435_761
    for _ in 0..<mantissas {
      mantissa = mantissa &+ 2_654_435_769
      let bits = exponent << 23 | mantissa >> 9
      result.append(Float(bitPattern: bits))
      result.append(Float(bitPattern: bits | 1 << 31))
    }
  }
  let places: [Float] = [
    .leastNormalMagnitude, 0x1p-24, 0x1p-12, 0.17328680, 0.5, 0.51986039, 1, 2, 3, 4, 5, 6, 6.5, 9, 9.05, 11, 12,
    13.243,
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
  @Test("all have a reference, and the reference has no others")
  func everyFunctionHasAReference() {
    #expect(Set(Activation.all.map(\.name)) == Set(ReferenceActivation.Kind.allCases.map(\.rawValue)))
    #expect(Set(Activation.all.map(\.name)).count == Int(CCK_ACTIVATION_COUNT.rawValue))
    #expect(cck_activation_name(-1) == nil && cck_activation_name(Int32(CCK_ACTIVATION_COUNT.rawValue)) == nil)
  }

  @Test("have shorthands with the names of the list")
  func shorthands() {
    let shorthands: [String: Activation] = [
      "identity": .identity, "tanh": .tanh, "sigmoid": .sigmoid, "relu": .relu, "leakyReLU": .leakyReLU(slope: 0.01),
      "silu": .silu, "gelu": .gelu, "geluTanh": .geluTanh, "softsign": .softsign, "hardTanh": .hardTanh,
      "hardSigmoid": .hardSigmoid, "hardSwish": .hardSwish, "softSigmoid": .softSigmoid, "fastTanh": .fastTanh,
    ]
    for (name, activation) in shorthands { #expect(Activation.named(name) == activation) }
    #expect(Set(shorthands.keys) == Set(Activation.all.map(\.name)))
    #expect(Activation.named("sinc") == nil)
  }

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
    #expect(output[3] == Float(kind.truth(-.infinity)))
    #expect(output[4] == Float(kind.truth(.infinity)))
  }

  // At a kink both sides meet, so a wrong comparison shows only in the sign of a zero, or with a NaN or an infinity.
  @Test("keep the side of their kinks, with zeros of either sign", arguments: Level.available)
  fileprivate func kinks(level: Level) throws {
    func bits(_ name: String, slope: Float = 0, _ x: [Float]) throws -> [UInt32] {
      let code = try #require(Activation.named(name)).kernelCode
      return run(code, slope, level, x).map(\.bitPattern)
    }
    func expected(_ y: [Float]) -> [UInt32] { y.map(\.bitPattern) }
    let tiny = Float.leastNormalMagnitude
    #expect(try bits("relu", [0, -0.0, tiny, -tiny, -.infinity]) == expected([0, -0.0, tiny, 0, 0]))
    // x > 0 ? x : slope * x: zeros take the second branch, where a negative slope turns their sign.
    #expect(
      try bits("leakyReLU", slope: -2, [0, -0.0, tiny, -tiny, .infinity, -.infinity])
        == expected([-0.0, 0, tiny, 2 * tiny, .infinity, .infinity]))
    #expect(try bits("leakyReLU", slope: 0.5, [0, -0.0, -2]) == expected([0, -0.0, -1]))
    // 0 * infinity has no value.
    #expect(Float(bitPattern: try bits("leakyReLU", slope: 0, [-.infinity])[0]).isNaN)
    #expect(
      try bits("hardTanh", [1, Float(1).nextUp, -1, Float(-1).nextDown, -0.0, Float(1).nextDown])
        == expected([1, 1, -1, -1, -0.0, Float(1).nextDown]))
    #expect(try bits("hardSigmoid", [3, -3, Float(-3).nextDown, -.infinity, .infinity]) == expected([1, 0, 0, 0, 1]))
    #expect(try bits("hardSwish", [3, Float(3).nextUp, 0, -0.0]) == expected([3, Float(3).nextUp, 0, -0.0]))
    #expect(try bits("hardSwish", [-3, Float(-3).nextDown, -.infinity]).allSatisfy { Float(bitPattern: $0) == 0 })
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
      // Each value computed in a separate row: its place in a row does not change the bits.
      let expected = values.map { run(kind, level, [$0])[0].bitPattern }
      for offset in [0, 1, 3, 7] {
        var input = [Float](repeating: guardValue, count: offset + length + 2 * slack)
        input.replaceSubrange(offset..<offset + length, with: values)
        var output = [Float](repeating: guardValue, count: offset + length + 2 * slack)
        input.withUnsafeBufferPointer { x in
          output.withUnsafeMutableBufferPointer { y in
            cck_kernels_of(level.number).pointee.activate(
              kind.number, kind.parameter, x.baseAddress! + offset, y.baseAddress! + offset, length)
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
