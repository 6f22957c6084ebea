import ByteFiles
import Signals
import TimeSeriesFeatures

extension Signal {
  /// Takes the features of a window that slides over all frames, each equal to the transform of the window as a series.
  ///
  /// - Parameters:
  ///   - cancellation: Asked before every window.
  ///   - body: Called with each row and the number of frames up to the window's end.
  /// - Returns: The number of windows, at least one.
  /// - Throws: `WindowError`, `PlacedFeatureError`, `CancellationError`, what reading and `body` throw.
  @discardableResult
  public func slide(
    _ transform: any SeriesTransform, window: WindowLength, hop: WindowLength?, cancellation: Cancellation = .never,
    _ body: (FeatureTable, Int) throws -> Void
  ) throws -> Int {
    guard channels == transform.channels else {
      throw WindowError.channels(name: name, expected: transform.channels, actual: channels)
    }
    let windowFrames = try window.frames(sampleRateHz: sampleRateHz)
    let hopFrames = try (hop ?? window).frames(sampleRateHz: sampleRateHz)
    let sliding = try SlidingFeatures(transform, windowFrames: windowFrames, hopFrames: hopFrames)
    var count = 0
    do {
      try forEachBlock { block in
        try sliding.push(interleaved: block) { row, end in
          try cancellation.check()
          count += 1
          try body(FeatureTable(rows: 1, columns: row.count, values: copy row), end)
        }
      }
    } catch let error as FeatureError {
      throw PlacedFeatureError(path: name, error: error, unit: "window")
    }
    guard count > 0 else { throw WindowError.tooShort(name: name, expected: windowFrames, actual: sliding.frames) }
    return count
  }
}
