/// Two sample rates, and how a conversion between them changes lengths and levels. Exact integer arithmetic.
package struct RateRatio: Hashable, Sendable {
  /// Input sample rate in Hz.
  package let inputRateHz: Int
  /// Output sample rate in Hz.
  package let outputRateHz: Int

  /// The rates that can be converted, in Hz.
  ///
  /// The bound comes from libsoxr, which looks for a fraction of at most 2048 phases within 2⁻³³ of the ratio. Two
  /// fractions of denominators q and 2048 lie at least 1/(2048·q) apart, so up to 2²² Hz only the ratio itself can be
  /// found, and nothing drifts, however long the signal.
  package static let rates = 1...4_194_304
  /// The most that a rate can grow or shrink by. Memory and the filters' lengths grow with it.
  package static let maximumFactor = 1024

  /// - Throws: `ResamplingError.rate`, `.factor`.
  package init(from inputRateHz: Int, to outputRateHz: Int) throws(ResamplingError) {
    for rate in [inputRateHz, outputRateHz] where !Self.rates.contains(rate) {
      throw .rate(expected: Self.rates, actual: rate)
    }
    guard max(inputRateHz, outputRateHz) <= Self.maximumFactor * min(inputRateHz, outputRateHz) else {
      throw .factor(expected: Self.maximumFactor, from: inputRateHz, to: outputRateHz)
    }
    self.inputRateHz = inputRateHz
    self.outputRateHz = outputRateHz
  }

  /// The output length for `inputFrames`: `round(inputFrames · outputRateHz / inputRateHz)`, halves upwards.
  package func outputFrames(for inputFrames: Int64) -> Int64 {
    let (to, from) = (Int128(outputRateHz), Int128(inputRateHz))
    return Int64((2 * Int128(inputFrames) * to + from) / (2 * from))
  }

  /// The fewest output frames that cover `inputFrames`: `ceil(inputFrames · outputRateHz / inputRateHz)`.
  package func coveringOutputFrames(for inputFrames: Int64) -> Int64 {
    let (to, from) = (Int128(outputRateHz), Int128(inputRateHz))
    return Int64((Int128(inputFrames) * to + from - 1) / from)
  }

  /// The ratio for converting back.
  package var inverse: RateRatio { RateRatio(swapping: self) }

  /// Input frames between two moments at which an input and an output frame coincide.
  var inputPeriod: Int { inputRateHz / Self.greatestCommonDivisor(inputRateHz, outputRateHz) }

  private init(swapping other: RateRatio) {
    inputRateHz = other.outputRateHz
    outputRateHz = other.inputRateHz
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : greatestCommonDivisor(b, a % b) }
}
