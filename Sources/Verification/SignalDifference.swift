#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The difference between a signal and a reference, over all channels and frames.
public struct SignalDifference: Sendable {
  /// Σ(y − x)² / Σx² of the signal y and the reference x: the error-to-signal ratio of amplifier model trainers, without
  /// pre-emphasis. Infinite if the reference is silent and the signal is not.
  public let errorToSignalRatio: Double
  /// RMS of the signal relative to the reference, in dB.
  public let levelDecibels: Double
  /// Largest sample of the signal relative to the reference, in dB.
  public let peakDecibels: Double
  /// Largest |y − x|, counting NaN as infinite.
  public let largestError: Double
  /// Where the largest error is; nil without an error.
  public let largestErrorPlace: (channel: Int, frame: Int)?

  /// The level of the error relative to the reference, in dB: 10 · log10 of the ratio. −∞ without an error.
  public var errorDecibels: Double { 10 * log10(errorToSignalRatio) }

  /// - Shapes: Both `[channels][frames]`; if the lengths differ, the shorter one counts.
  /// - Precondition: Both have the same number of channels.
  public init(of signal: [[Float]], from truth: [[Double]]) {
    precondition(signal.count == truth.count, "signals of as many channels are compared")
    var (error, ours, theirs) = (0.0, 0.0, 0.0)
    var (largest, ourPeak, theirPeak) = (0.0, 0.0, 0.0)
    var place: (Int, Int)?
    for (channel, (y, x)) in zip(signal, truth).enumerated() {
      for (frame, (y, x)) in zip(y, x).enumerated() {
        let y = Double(y)
        // Equal infinities are no error, and neither are two NaNs.
        let isSame = y == x || (y.isNaN && x.isNaN)
        let difference = isSame ? 0 : abs(y - x)
        let size = difference.isNaN ? .infinity : difference
        if size > largest { (largest, place) = (size, (channel, frame)) }
        error += size * size
        ours += y * y
        theirs += x * x
        ourPeak = max(ourPeak, abs(y))
        theirPeak = max(theirPeak, abs(x))
      }
    }
    errorToSignalRatio = error == 0 ? 0 : error / theirs
    levelDecibels = Self.decibels(ours, theirs) / 2
    peakDecibels = Self.decibels(ourPeak, theirPeak)
    largestError = largest
    largestErrorPlace = place.map { (channel: $0.0, frame: $0.1) }
  }

  private static func decibels(_ a: Double, _ b: Double) -> Double { a == b ? 0 : 20 * log10(a / b) }
}
