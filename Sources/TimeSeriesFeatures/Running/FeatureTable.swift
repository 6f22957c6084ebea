import Dispatch
import Synchronization

/// Features of a set of series: a row a series.
public struct FeatureTable: Sendable, Equatable {
  /// Series.
  public let rows: Int
  /// Features.
  public let columns: Int
  /// Row after row.
  public var values: [Float]

  /// The features of one series.
  public subscript(row: Int) -> ArraySlice<Float> { values[(row * columns)..<((row + 1) * columns)] }

  /// A table from its parts.
  /// - Precondition: `rows` times `columns` values.
  public init(rows: Int, columns: Int, values: [Float]) {
    precondition(values.count == rows * columns, "a row a series")
    self.rows = rows
    self.columns = columns
    self.values = values
  }
}

extension SeriesTransform {
  /// The features of every series, in their order.
  ///
  /// - Parameters:
  ///   - threads: They change no bit. Each needs memory of its own for the longest series it meets.
  ///   - firstIndex: What errors add to the number of a series. Default 0.
  /// - Throws: `FeatureError` of the first series, in their order, that has one.
  public func features(of series: SeriesSet, threads: Int = 1, firstIndex: Int = 0) throws(FeatureError) -> FeatureTable
  {
    let columns = featureCount
    let failures = Mutex<[Int: FeatureError]>([:])
    let values = [Float](unsafeUninitializedCapacity: series.count * columns) { buffer, initialized in
      // Safe because: every series is taken by one thread alone, and its row by nobody else; all rows are written, of
      // those that fail with zeros.
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
