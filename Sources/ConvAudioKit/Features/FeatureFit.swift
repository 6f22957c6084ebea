import TimeSeriesFeatures

/// A transform fitted to an input that may be larger than memory, and the input to continue with.
///
/// An input of up to 16 MB is read once. A larger one is read twice: first to measure all series, then to keep those
/// that the fit draws. Standard input, which can be read only once, is kept as a whole.
public struct FeatureFit {
  /// The fitted transform.
  public let transform: FittedTransform
  /// The series that it was fitted to, starting with the first.
  public let input: SeriesInput

  /// - Parameters:
  ///   - makeInput: Opens the input, the same each time.
  ///   - maximumValues: How many values to keep in memory before reading twice.
  /// - Throws: What reading throws; `FeatureError`, `PlacedFeatureError`.
  public init(
    _ kind: FittedTransform.Kind, to makeInput: () throws -> SeriesInput, features: Int? = nil,
    seed: UInt32 = 0,
    compatibility: MultiRocket.Compatibility = .correct, maximumValues: Int = 4 << 20
  ) throws {
    let first = try makeInput()
    let isRepeatable = first.canBeRepeated
    guard
      let (series, labels) = try first.nextBatch(
        maximumCount: .max, maximumValues: isRepeatable ? maximumValues : .max)
    else { throw FeatureError.noSeries }
    var extent = SeriesExtent(series)
    while let more = try first.next() {
      try first.requireChannels(series.channels, of: more)
      extent.add(points: more.channels[0].count)
    }
    do {
      let set: FittingSet
      if extent.count == series.count {
        set = FittingSet(series)
        input = SeriesInput(series, labels: labels, from: first)
      } else {
        let numbers = FittedTransform.drawnSeries(kind, of: extent, features: features, seed: seed)
        let drawn = try makeInput().picked(numbers, channels: series.channels)
        set = FittingSet(extent: extent, drawn: drawn, numbers: numbers)
        input = try makeInput()
      }
      transform = try FittedTransform(
        kind, fittingTo: set, features: features, seed: seed, compatibility: compatibility)
    } catch let error as FeatureError {
      throw first.placed(error)
    }
  }
}
