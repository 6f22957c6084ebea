/// Turns a series into a row of features: a fitted `MiniRocket`, `MultiRocket`, `Rocket` or `Hydra`.
///
/// ```swift
/// let transform = try MiniRocket(fittingTo: training, seed: 7)
/// let table = try transform.features(of: test, threads: 2)  // [series, features]
/// ```
/// A transform is a value without state. A series gives the same bits in every batch, on any number of threads and on
/// every instruction set.
public protocol SeriesTransform: Sendable {
  /// Number of channels that a series must have.
  var channels: Int { get }
  /// Number of features of each series.
  var featureCount: Int { get }
  /// A short, descriptive name of a feature, such as `ppv_d4_k17_q2`. It depends only on the parameters.
  func featureName(_ index: Int) -> String
  /// What to do with series that are shorter than a kernel's reach.
  var shortSeries: ShortSeriesPolicy { get set }

  /// The features of one series.
  /// - Parameters:
  ///   - series: `[channels, points]`.
  ///   - row: Memory for `featureCount` numbers.
  ///   - scratch: Working memory of the calling thread.
  /// - Throws: `FeatureError.notFinite`, `.tooShort`, `.channelCount`.
  func write(_ series: SeriesView, to row: UnsafeMutablePointer<Float>, scratch: FeatureScratch) throws(FeatureError)
}

/// What to do with features that pool only over points where the kernel lies inside the series, when there is no such
/// point.
public enum ShortSeriesPolicy: String, CaseIterable, Sendable {
  /// Pool over all points, with zeros around the series.
  case pad
  /// Set them to NaN.
  case nan
  /// Throw `FeatureError.tooShort`.
  case error
}

extension SeriesTransform {
  /// The names of all features, in order.
  public var featureNames: [String] { (0..<featureCount).map(featureName) }

  func requireChannels(_ series: SeriesView) throws(FeatureError) {
    guard series.channels == channels else {
      throw .channelCount(series: series.index, expected: channels, actual: series.channels)
    }
  }
}
