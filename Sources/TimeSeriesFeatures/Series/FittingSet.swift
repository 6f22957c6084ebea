/// The number of series and their lengths: all that ROCKET and Hydra need to know about a training set.
public struct SeriesExtent: Sendable, Equatable {
  /// Number of series.
  public private(set) var count = 0
  /// Points of the longest series, and its index.
  private(set) var longest = (points: 0, index: 0)
  /// Points of the shortest series, and its index.
  private(set) var shortest = (points: Int.max, index: 0)

  /// An empty set.
  public init() {}

  /// The extent of a whole set.
  public init(_ series: SeriesSet) { for length in series.lengths { add(points: length) } }

  /// Counts one more series.
  public mutating func add(points: Int) {
    if points > longest.points { longest = (points, count) }
    if points < shortest.points { shortest = (points, count) }
    count += 1
  }

  public static func == (a: SeriesExtent, b: SeriesExtent) -> Bool {
    a.count == b.count && a.longest == b.longest && a.shortest == b.shortest
  }
}

/// A training set as a fit sees it: its extent, and the values of the series that the fit draws.
///
/// MiniRocket and MultiRocket look at one drawn series for each of at most 2688 pairs of dilation and kernel, so a set
/// of any size can be fitted in the memory of those series. Measure all series (`SeriesExtent`), ask
/// `FittedTransform.drawnSeries`, and keep only the series that it names.
public struct FittingSet: Sendable {
  /// The extent of all series.
  public let extent: SeriesExtent
  /// Number of channels of every series.
  public var channels: Int { series.channels }
  private let series: SeriesSet
  /// Index in `series` of each drawn series; nil: `series` holds all of them, in order.
  private let places: [Int: Int]?

  /// All series of a set.
  public init(_ series: SeriesSet) {
    extent = SeriesExtent(series)
    self.series = series
    places = nil
  }

  /// Some series of a set.
  /// - Parameter numbers: The index in the whole set of each series in `drawn`.
  /// - Precondition: One number per series, without repetition.
  public init(extent: SeriesExtent, drawn: SeriesSet, numbers: [Int]) {
    precondition(drawn.count == numbers.count, "one number per series")
    self.extent = extent
    series = drawn
    places = Dictionary(uniqueKeysWithValues: zip(numbers, 0...))
  }

  /// Lends one of the drawn series.
  func withSeries<Result>(
    _ index: Int, _ body: (SeriesView) throws(FeatureError) -> Result
  ) throws(FeatureError) -> Result {
    guard let places else { return try series.withSeries(index, body) }
    guard let place = places[index] else { preconditionFailure("series \(index) was not drawn") }
    return try series.withSeries(place) { (view) throws(FeatureError) in
      try body(view.numbered(index))
    }
  }

  /// Checks the set, and returns the number of points of the longest series.
  /// - Throws: `FeatureError.noSeries`; `.tooShort` when the longest has fewer than `minimum` points, or another fewer
  ///   than `each`; `.outOfRange`.
  func longest(atLeast minimum: Int, each: Int = 1, features: Int) throws(FeatureError) -> Int {
    guard extent.count > 0 else { throw .noSeries }
    let (longest, shortest) = (extent.longest, extent.shortest)
    guard longest.points >= minimum else {
      throw .tooShort(series: longest.index, expected: minimum, actual: longest.points)
    }
    guard shortest.points >= each else {
      throw .tooShort(series: shortest.index, expected: each, actual: shortest.points)
    }
    guard (1...MiniRocketParameters.maximumFeatures).contains(features) else {
      throw .outOfRange(
        what: "the number of features", expected: "1 to \(MiniRocketParameters.maximumFeatures)",
        actual: features)
    }
    guard channels <= MiniRocketParameters.maximumChannels else {
      throw .outOfRange(
        what: "the number of channels", expected: "at most \(MiniRocketParameters.maximumChannels)",
        actual: channels)
    }
    guard longest.points < 1 << 31 else {
      throw .outOfRange(
        what: "the length of the longest series", expected: "at most 2^31 - 1 points", actual: longest.points)
    }
    return longest.points
  }
}

extension FittedTransform {
  /// The indices of the series whose values a fit reads, ascending; none for ROCKET and Hydra.
  ///
  /// - Parameters:
  ///   - extent: The extent of the whole training set.
  ///   - features: As for `init(_:fittingTo:features:seed:)`.
  ///   - seed: As for `init(_:fittingTo:features:seed:)`.
  public static func drawnSeries(
    _ kind: Kind, of extent: SeriesExtent, features: Int? = nil, seed: UInt32 = 0
  ) -> [Int] {
    let lengths =
      switch kind {
      case .minirocket: [extent.longest.points]
      case .multirocket: [extent.longest.points, extent.longest.points - 1]
      case .rocket, .hydra: [Int]()
      }
    let biases = kind.count(ofFeatures: features) / MiniRocketParameters.kernelCount
    let combinations = lengths.filter { $0 >= 9 }.map { length in
      DilationLadder(length: length, biasesPerKernel: max(1, biases)).dilations.count
        * MiniRocketParameters.kernelCount
    }
    var random = MersenneTwister(seed: seed)
    // Every fit of biases starts the same sequence from the beginning.
    return Set((0..<(combinations.max() ?? 0)).map { _ in random.index(below: extent.count) })
      .sorted()
  }
}
