/// The dilations of MiniRocket, and the number of biases per kernel at each.
///
/// Up to 32 exponents are spaced evenly between 0 and that of the largest dilation whose kernel of nine taps still fits
/// the series. Exponents that round to the same whole number become one dilation with more biases.
///
/// The published code computes 2^e in floating point, which gets the last dilation wrong by one where it is a whole
/// number (at 1084 of 2500 such lengths, and not the same ones on every machine). Here d is the largest whole number
/// with d^(m−1) · 8^i ≤ (length − 1)^i, in integer arithmetic.
struct DilationLadder: Equatable {
  var dilations: [Int]
  var biasesPerKernel: [Int]

  /// - Precondition: `length` is at least 9, `biasesPerKernel` at least 1.
  init(length: Int, biasesPerKernel total: Int, maximumDilations: Int = 32) {
    let steps = min(total, maximumDilations)
    var dilations: [Int] = []
    var counts: [Int] = []
    for step in 0..<steps {
      let dilation = steps == 1 ? 1 : Self.dilation(step: step, of: steps - 1, length: length)
      if dilations.last == dilation {
        counts[counts.count - 1] += 1
      } else {
        dilations.append(dilation)
        counts.append(1)
      }
    }
    // Biases in proportion to the exponents; the remainder goes to the smallest dilations.
    counts = counts.map { Int(Double($0) * (Double(total) / Double(steps))) }
    var rest = total - counts.reduce(0, +)
    var index = 0
    while rest > 0 {
      counts[index] += 1
      rest -= 1
      index = (index + 1) % counts.count
    }
    self.dilations = dilations
    biasesPerKernel = counts
  }

  /// floor(((length − 1) / 8)^(step / last)), exactly.
  static func dilation(step: Int, of last: Int, length: Int) -> Int {
    let limit = Natural(power: length - 1, of: step)
    var low = 1
    var high = (length - 1) / 8 + 1
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if Natural(power: middle, of: last).times(power: 8, of: step) <= limit { low = middle } else { high = middle }
    }
    return low
  }
}

/// A natural number of any size, with only what exact powers need.
private struct Natural {
  /// Digits in base 2³², lowest first.
  private var digits: [UInt64] = [1]

  init(power base: Int, of exponent: Int) { self = self.times(power: base, of: exponent) }

  func times(power base: Int, of exponent: Int) -> Natural {
    precondition((1..<(1 << 31)).contains(base), "the base has 31 bits")
    var product = self
    for _ in 0..<exponent {
      var carry: UInt64 = 0
      for index in product.digits.indices {
        let sum = product.digits[index] * UInt64(base) + carry
        product.digits[index] = sum & 0xFFFF_FFFF
        carry = sum >> 32
      }
      if carry > 0 { product.digits.append(carry) }
    }
    return product
  }

  static func <= (a: Natural, b: Natural) -> Bool {
    if a.digits.count != b.digits.count { return a.digits.count < b.digits.count }
    for (x, y) in zip(a.digits.reversed(), b.digits.reversed()) where x != y { return x < y }
    return true
  }
}
