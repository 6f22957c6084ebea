import Foundation

/// The first index at which the bits differ, or nil when all are identical. Zeros of different sign differ, equal
/// NaNs do not. Where one array is the beginning of the other, the shorter one's length.
public func firstBitDifference(_ first: [Float], _ second: [Float]) -> Int? {
  let count = min(first.count, second.count)
  return first.withUnsafeBytes { a in
    second.withUnsafeBytes { b in
      let same = count == 0 || memcmp(a.baseAddress!, b.baseAddress!, count * MemoryLayout<Float>.stride) == 0
      if same { return first.count == second.count ? nil : count }
      let x = a.bindMemory(to: UInt32.self), y = b.bindMemory(to: UInt32.self)
      var index = 0
      while x[index] == y[index] { index += 1 }
      return index
    }
  }
}

/// Where planar signals first differ in their bits.
public struct BitDifference: Equatable, Sendable, CustomStringConvertible {
  /// The lowest channel that differs; the smaller channel count when only that differs.
  public let channel: Int
  /// The first frame that differs there.
  public let frame: Int

  public init(channel: Int, frame: Int) {
    self.channel = channel
    self.frame = frame
  }

  public var description: String { "channel \(channel), frame \(frame)" }
}

/// Where two planar signals first differ in their bits, or nil when they are identical.
public func firstBitDifference(_ first: [[Float]], _ second: [[Float]]) -> BitDifference? {
  for (channel, pair) in zip(first, second).enumerated() {
    if let frame = firstBitDifference(pair.0, pair.1) { return BitDifference(channel: channel, frame: frame) }
  }
  return first.count == second.count
    ? nil : BitDifference(channel: min(first.count, second.count), frame: 0)
}

/// The root of the mean square of `actual − truth`, in double precision. NaN if a NaN is anywhere.
/// - Precondition: The counts are equal.
public func rmsError<A: BinaryFloatingPoint, T: BinaryFloatingPoint>(_ actual: [A], _ truth: [T]) -> Double {
  precondition(actual.count == truth.count, "\(actual.count) samples against \(truth.count)")
  guard !truth.isEmpty else { return 0 }
  return (errorEnergy(actual, truth) / Double(truth.count)).squareRoot()
}

/// The energy of `actual − truth` over that of `truth`: 0 when equal, 1 when `actual` is silent.
/// - Precondition: The counts are equal.
public func errorToSignalRatio<A: BinaryFloatingPoint, T: BinaryFloatingPoint>(
  _ actual: [A], _ truth: [T]
) -> Double {
  precondition(actual.count == truth.count, "\(actual.count) samples against \(truth.count)")
  let error = errorEnergy(actual, truth)
  var signal = 0.0
  for value in truth { signal += Double(value) * Double(value) }
  return error == 0 ? 0 : error / signal
}

/// `errorToSignalRatio` in decibels: −infinity when equal, 0 when `actual` is silent.
public func errorToSignalDecibels<A: BinaryFloatingPoint, T: BinaryFloatingPoint>(
  _ actual: [A], _ truth: [T]
) -> Double {
  10 * log10(errorToSignalRatio(actual, truth))
}

/// The first index at which `actual` lies further from `truth` than `bounds` allows, or is NaN; nil when none.
/// - Precondition: The counts are equal.
public func firstOutsideBound<A: BinaryFloatingPoint>(_ actual: [A], _ truth: [Double], bounds: [Double]) -> Int? {
  precondition(actual.count == truth.count && truth.count == bounds.count, "counts differ")
  return actual.indices.first { !(abs(Double(actual[$0]) - truth[$0]) <= bounds[$0]) }
}

private func errorEnergy<A: BinaryFloatingPoint, T: BinaryFloatingPoint>(_ actual: [A], _ truth: [T]) -> Double {
  var sum = 0.0
  for index in truth.indices {
    let error = Double(actual[index]) - Double(truth[index])
    sum += error * error
  }
  return sum
}
