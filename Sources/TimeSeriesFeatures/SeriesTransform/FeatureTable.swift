import Dispatch
import Synchronization

/// The features of a set of series, one row per series.
public struct FeatureTable: Sendable, Equatable {
  /// Number of series.
  public let rows: Int
  /// Number of features.
  public let columns: Int
  /// `[series, feature]`, row by row.
  public var values: [Float]

  /// The features of one series.
  public subscript(row: Int) -> ArraySlice<Float> { values[(row * columns)..<((row + 1) * columns)] }

  /// Makes a table from its parts.
  /// - Precondition: `rows` times `columns` values.
  public init(rows: Int, columns: Int, values: [Float]) {
    precondition(values.count == rows * columns, "one row per series")
    self.rows = rows
    self.columns = columns
    self.values = values
  }
}

extension SeriesTransform {
  /// Computes the features of every series, in order.
  ///
  /// - Parameters:
  ///   - threads: The result is the same for any number. Each thread needs memory for the longest series it gets.
  ///   - firstIndex: Added to series numbers in errors. Default 0.
  /// - Throws: The `FeatureError` of the first series that has one.
  public func features(of series: SeriesSet, threads: Int = 1, firstIndex: Int = 0) throws(FeatureError) -> FeatureTable
  {
    let columns = featureCount
    let failures = Mutex<[Int: FeatureError]>([:])
    let values = [Float](unsafeUninitializedCapacity: series.count * columns) { buffer, initialized in
      // Safe because: each series and its row belong to a single thread; all rows are written (with zeros when a series
      // fails).
      nonisolated(unsafe) let rows = buffer
      let next = Atomic<Int>(0)
      @Sendable func work(_: Int) {
        let scratch = FeatureScratch()
        while true {
          let index = next.add(1, ordering: .relaxed).oldValue
          guard index < series.count else { return }
          let row = rows.baseAddress! + index * columns
          do throws(FeatureError) {
            try series.withSeries(index) { (view) throws(FeatureError) in try write(view, to: row, scratch: scratch) }
          } catch {
            row.initialize(repeating: 0, count: columns)
            failures.withLock { $0[index] = error }
          }
        }
      }
      if columns > 0 {
        let workers = max(1, min(threads, series.count))
        if workers == 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: workers, execute: work) }
      }
      initialized = series.count * columns
    }
    if let first = failures.withLock({ $0.min { $0.key < $1.key } }) { throw first.value.moved(by: firstIndex) }
    return FeatureTable(rows: series.count, columns: columns, values: values)
  }
}
