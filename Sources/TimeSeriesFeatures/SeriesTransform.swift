/// What turns a series into a row of features: `MiniRocket`, `MultiRocket`, `Rocket` or `Hydra`, fitted.
///
/// ```swift
/// let transform = try MiniRocket(fittingTo: training, seed: 7)
/// let table = try transform.features(of: test, threads: 2)  // [series, features]
/// ```
/// A transform is a value without state: the same series gives the same bits in every batch, on any number of threads
/// and on every instruction set.
public protocol SeriesTransform: Sendable {
  /// Channels that series must have.
  var channels: Int { get }
  /// Features of a series.
  var featureCount: Int { get }
  /// A short, self-describing name of a feature, such as `ppv_d4_k17_q2`; it depends on nothing but the parameters.
  func featureName(_ index: Int) -> String
  /// What happens to series that kernels reach beyond.
  var shortSeries: ShortSeriesPolicy { get set }

  /// The features of one series.
  /// - Parameter row: Room for `featureCount` numbers.
  /// - Throws: `FeatureError.notFinite`, `.tooShort`, `.channelCount`.
  func write(_ series: SeriesView, to row: UnsafeMutablePointer<Float>, scratch: FeatureScratch) throws(FeatureError)
}

/// What becomes of features that pool only over points where a kernel fits the series, when it fits nowhere.
public enum ShortSeriesPolicy: String, CaseIterable, Sendable {
  /// They pool over all points, with zeros around the series.
  case pad
  /// They are NaN.
  case nan
  /// They are an error.
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
