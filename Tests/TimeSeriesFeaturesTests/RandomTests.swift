import Foundation
import Testing

@testable import TimeSeriesFeatures

@Suite("Random numbers for fits")
struct RandomTests {
  @Test("the generator is MT19937: the ten thousandth word for seed 5489 is that of the C++ standard")
  func reference() {
    var random = MersenneTwister(seed: 5489)
    for _ in 0..<9999 { _ = random.next32() }
    #expect(random.next32() == 4_123_659_995)
  }

  @Test("distributions equal those of numpy.random.RandomState(7)")
  func numpy() {
    var random = MersenneTwister(seed: 7)
    #expect(random.unit() == 0.07630828937395717)
    #expect(random.uniform(-1, 1) == 0.5598375844802292)
    #expect((0..<5).map { _ in random.index(below: 100) } == NumPy.integers)
    #expect(random.choice(6, of: 6) == NumPy.permutation)
    for expected in NumPy.normals { #expect(abs(random.normal() - expected) <= 4e-16 * max(1, abs(expected))) }
  }

  @Test("logarithms are accurate to a few units in the last place, and exact for powers of two")
  func logarithms() {
    for exponent in -60...60 {
      #expect(binaryLogarithm(Double(sign: .plus, exponent: exponent, significand: 1)) == Double(exponent))
    }
    var random = MersenneTwister(seed: 3)
    for _ in 0..<10_000 {
      let x = random.uniform(0, 1) * 1000 + 1e-9
      #expect(abs(binaryLogarithm(x) - log2(x)) <= max(4 * abs(log2(x)).ulp, 2e-16), "\(x)")
      #expect(abs(naturalLogarithm(x) - log(x)) <= max(4 * abs(log(x)).ulp, 2e-16), "\(x)")
    }
  }

  @Test("powers of two below a limit have their probabilities, and never exceed it")
  func powers() {
    var random = MersenneTwister(seed: 11)
    var counts = [Int](repeating: 0, count: 10)
    for _ in 0..<50_000 { counts[random.powerOfTwo(below: 7)] += 1 }
    #expect(counts[0] == 0 && counts[7...].allSatisfy { $0 == 0 })
    for n in 1...6 {
      let expected = 50_000 * log2(Double(n + 1) / Double(n)) / log2(7)
      #expect(abs(Double(counts[n]) - expected) < 5 * expected.squareRoot())
    }
    for _ in 0..<1000 { #expect((1...2).contains(random.powerOfTwo(below: 25, over: 10))) }
  }

  @Test("cosine and sine of a turn equal libm's to rounding, and are exact at quarter turns")
  func circles() {
    for index in 0..<4096 {
      let u = Double(index * 4099) / 16_777_216
      let (cosine, sine) = circle(turn: u)
      #expect(abs(cosine - cos(2 * .pi * u)) < 0x1p-50 && abs(sine - sin(2 * .pi * u)) < 0x1p-50)
    }
    #expect(circle(turn: 0.25) == (0, 1) && circle(turn: 0.5) == (-1, 0) && circle(turn: 0.75) == (0, -1))
  }

  @Test("short and long arrays of floats sort as by comparison", arguments: [0, 1, 512, 513, 5000])
  func sorting(_ count: Int) {
    var random = MersenneTwister(seed: 3)
    var values = (0..<count).map { Float(random.normal()) * Float(1 << ($0 % 30)) }
    for index in stride(from: 0, to: count, by: 7) {
      values[index] = [0, -0.0, 1, -1, .leastNonzeroMagnitude][index % 5]
    }
    let truth = values.sorted()
    var sorter = FloatSorter()
    for _ in 0..<2 {
      sorter.sort(&values)
      #expect(values == truth)
      values.reverse()
    }
  }

  @Test("dilations are exact: the last one is an eighth of the length if that is a whole number")
  func dilations() {
    for q in [3, 5, 6, 9, 24, 100, 1250] {
      let ladder = DilationLadder(length: 8 * q + 1, biasesPerKernel: 119)
      #expect(ladder.dilations.last == q && ladder.dilations.first == 1)
      #expect(DilationLadder(length: 8 * q, biasesPerKernel: 119).dilations.last == q - 1)
      #expect(ladder.biasesPerKernel.reduce(0, +) == 119)
    }
    // Floating point is correct when no power is close to a whole number.
    for length in [50, 77, 150, 1023, 10_000] {
      let ladder = DilationLadder(length: length, biasesPerKernel: 32)
      let truth = (0..<32).map { Int(pow(Double(length - 1) / 8, Double($0) / 31) + 1e-12) }
      #expect(ladder.dilations == Array(Set(truth)).sorted())
    }
    #expect(DilationLadder(length: 9, biasesPerKernel: 5).dilations == [1])
  }
}

/// Values from NumPy 2.3.5 after the first two numbers for seed 7: 0.07630828937395717, 0.5598375844802292.
private enum NumPy {
  static let integers = [67, 83, 23, 92, 57]
  static let permutation = [4, 5, 3, 2, 1, 0]
  static let normals = [
    0.02006438698192206, -0.34983013252256207, -0.381087145090334, 0.8308398625169492, 1.611119629503022,
    -0.9894012940973428,
  ]
}
