/// A data set: time series of one or more channels, each with its own length.
///
/// ```swift
/// let set = try SeriesSet(cases: 40, channels: 1, points: 500, values: flat)  // [cases, channels, points]
/// let ragged = try SeriesSet([[[1, 2, 3]], [[4, 5]]])  // two series of one channel, of 3 and of 2 points
/// ```
/// All series have the same number of channels. Values are Float32, and are neither scaled nor centred.
public struct SeriesSet: Sendable, Equatable {
  /// Number of channels of every series, at least 1.
  public let channels: Int
  /// `[series][channel][point]`, flattened.
  public internal(set) var values: [Float]
  /// Number of points of every series.
  public internal(set) var lengths: [Int]
  /// Where each series begins in `values`.
  var starts: [Int]

  /// An empty set to append to.
  /// - Throws: `FeatureError.outOfRange` below one channel.
  public init(channels: Int) throws(FeatureError) {
    guard channels > 0 else {
      throw .outOfRange(what: "the number of channels", expected: "at least 1", actual: channels)
    }
    self.channels = channels
    values = []
    lengths = []
    starts = []
  }

  /// Makes a set of series of equal length from an array `[cases, channels, points]`.
  /// - Throws: `FeatureError.outOfRange` when the number of values does not match.
  public init(cases: Int, channels: Int, points: Int, values: [Float]) throws(FeatureError) {
    try self.init(channels: channels)
    let (plane, overflow) = channels.multipliedReportingOverflow(by: points)
    let (count, overflows) = plane.multipliedReportingOverflow(by: cases)
    guard cases >= 0, points >= 0, !overflow, !overflows, values.count == count else {
      throw .outOfRange(
        what: "the number of values", expected: "\(cases) × \(channels) × \(points)", actual: values.count)
    }
    self.values = values
    lengths = [Int](repeating: points, count: cases)
    starts = (0..<cases).map { $0 * plane }
  }

  /// Makes a set of series of any length: `[case][channel][point]`.
  /// - Throws: `FeatureError.noSeries`; `.channelCount` when the number of channels differs from that of the first
  ///   series; `.outOfRange` when the channels of a series differ in length.
  public init(_ series: [[[Float]]]) throws(FeatureError) {
    guard let first = series.first else { throw .noSeries }
    try self.init(channels: first.count)
    for one in series { try append(one) }
  }

  /// Number of series.
  public var count: Int { lengths.count }

  /// Appends a series, `[channel][point]`.
  /// - Throws: `FeatureError.channelCount`, `.outOfRange` when channels differ in length.
  public mutating func append(_ series: [[Float]]) throws(FeatureError) {
    guard series.count == channels else {
      throw .channelCount(series: count, expected: channels, actual: series.count)
    }
    let length = series[0].count
    for (index, channel) in series.enumerated() where channel.count != length {
      throw .outOfRange(
        what: "the length of channel \(index + 1) of series \(count + 1)",
        expected: "\(length), like the first channel",
        actual: channel.count)
    }
    starts.append(values.count)
    lengths.append(length)
    for channel in series { values += channel }
  }

  /// One series, `[channel][point]`.
  public subscript(index: Int) -> [[Float]] {
    let length = lengths[index]
    return (0..<channels).map { Array(values[(starts[index] + $0 * length)..<(starts[index] + ($0 + 1) * length)]) }
  }

  /// The series at a range of indices.
  public subscript(range: Range<Int>) -> SeriesSet {
    var part = self
    let end = range.upperBound < count ? starts[range.upperBound] : values.count
    let start = range.lowerBound < count ? starts[range.lowerBound] : values.count
    part.values = Array(values[start..<end])
    part.lengths = Array(lengths[range])
    part.starts = starts[range].map { $0 - start }
    return part
  }

  /// Lends one series to read.
  func withSeries<Result, Failure: Error>(
    _ index: Int, _ body: (SeriesView) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try values.withUnsafeBufferPointer { (values) throws(Failure) -> Result in
      // Safe because: the view is used inside `body` alone, and an empty series is never read.
      let base = values.baseAddress ?? UnsafePointer(bitPattern: 64)!
      return try body(
        SeriesView(
          base: base + starts[index], channels: channels, length: lengths[index], pitch: lengths[index], index: index))
    }
  }
}

/// One series in borrowed memory: channel c, point t is at `base[c * pitch + t]`.
public struct SeriesView {
  /// Point 0 of channel 0.
  public let base: UnsafePointer<Float>
  /// Number of channels.
  public let channels: Int
  /// Number of points.
  public let length: Int
  /// Distance between channels in memory, in numbers.
  public let pitch: Int
  /// The index of the series, for errors.
  public let index: Int

  /// A view of memory that must outlive it.
  public init(base: UnsafePointer<Float>, channels: Int, length: Int, pitch: Int, index: Int) {
    self.base = base
    self.channels = channels
    self.length = length
    self.pitch = pitch
    self.index = index
  }

  /// The same series with another index.
  func numbered(_ index: Int) -> SeriesView {
    SeriesView(base: base, channels: channels, length: length, pitch: pitch, index: index)
  }

  /// Larger values could overflow in sums over 2²⁷ points.
  static let magnitudeLimit: Float = 0x1p101

  /// - Throws: `FeatureError.notFinite` for the first value that is NaN, infinite, or beyond `magnitudeLimit`.
  func requireFinite() throws(FeatureError) {
    for channel in 0..<channels {
      let row = base + channel * pitch
      // Too large values become infinite, 0 · ∞ is NaN, and a NaN stays in the sum.
      var sum: Float = 0
      for point in 0..<length { sum += 0 * (row[point] * 0x1p27) }
      guard sum != 0 else { continue }
      for point in 0..<length where !(abs(row[point]) < Self.magnitudeLimit) {
        throw .notFinite(series: index, channel: channel, point: point, actual: row[point])
      }
    }
  }
}
