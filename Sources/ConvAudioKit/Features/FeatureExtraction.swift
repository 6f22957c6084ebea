import ByteFiles
import TimeSeriesFeatures

/// Runs series from an input through a fitted transform to an output, in batches. Memory is constant.
public struct FeatureExtraction: Sendable {
  /// The transform.
  public let transform: FittedTransform
  /// Number of threads; does not affect the output.
  public let threads: Int

  /// An extraction with this transform, on at least one thread.
  public init(_ transform: FittedTransform, threads: Int = 1) {
    self.transform = transform
    self.threads = max(1, threads)
  }

  /// Series of a batch: enough to keep the threads busy, few enough for 16 MB of features.
  private var batch: Int { max(threads, min(256, (4 << 20) / max(1, transform.transform.featureCount))) }

  /// Transforms everything that the input has, in its order.
  ///
  /// - Parameters:
  ///   - output: Makes the output, given the features' names and whether the first series has a label.
  ///   - progress: Called after each batch with the number of series so far.
  ///   - cancellation: Asked before each batch.
  /// - Returns: The number of series.
  /// - Throws: What input and output throw; `FeatureError.noSeries`, `PlacedFeatureError`; `CancellationError` when
  ///   cancelled, in which case no output is left.
  @discardableResult
  public func run(
    _ input: SeriesInput, to makeOutput: (_ names: [String], _ hasLabels: Bool) throws -> FeatureOutput,
    progress: (Int) -> Void = { _ in }, cancellation: Cancellation = .never
  ) throws -> Int {
    var output: FeatureOutput?
    var count = 0
    while let (series, labels) = try input.nextBatch(maximumCount: batch) {
      try cancellation.check()
      let table: FeatureTable
      do throws(FeatureError) {
        table = try transform.transform.features(of: series, threads: threads, firstIndex: count)
      } catch {
        throw input.placed(error)
      }
      let target =
        try output ?? makeOutput(transform.transform.featureNames, labels.contains { $0 != nil })
      output = target
      try target.write(table, labels: labels)
      count += series.count
      progress(count)
    }
    guard let output else { throw FeatureError.noSeries }
    try output.finish()
    return count
  }
}
