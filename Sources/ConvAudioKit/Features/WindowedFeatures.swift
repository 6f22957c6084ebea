import ByteFiles
import TimeSeriesFeatures

/// A duration on the command line: frames, or seconds and milliseconds of a stream whose rate is known.
public struct StreamDuration: Sendable, Equatable, CustomStringConvertible {
  /// How it was given.
  public enum Unit: Sendable, Equatable { case frames, seconds }

  public let value: Double
  public let unit: Unit
  public let description: String

  /// Reads `500`, `250ms` or `1.5s`; nil for anything else, and for what is not positive.
  public init?(_ text: String) {
    let (number, unit, factor): (Substring, Unit, Double) =
      text.hasSuffix("ms")
      ? (text.dropLast(2), .seconds, 0.001)
      : text.hasSuffix("s") ? (text.dropLast(), .seconds, 1) : (text[...], .frames, 1)
    guard let value = Double(number), value.isFinite, value > 0, number.first?.isNumber == true || number.first == "."
    else { return nil }
    self.value = value * factor
    self.unit = unit
    description = text
  }

  /// In frames, rounded to the nearest, at least 1.
  /// - Throws: `WindowError.noRate` for seconds of a stream without a rate; `.fraction` for a part of a frame; `.tooLong`.
  public func frames(sampleRateHz: Int?) throws(WindowError) -> Int {
    var frames = value
    if unit == .seconds {
      guard let sampleRateHz else { throw .noRate(duration: description) }
      frames *= Double(sampleRateHz)
    } else if frames != frames.rounded() {
      throw .fraction(duration: description)
    }
    guard frames < 1e9 else { throw .tooLong(duration: description) }
    return max(1, Int(frames.rounded()))
  }
}

/// What can be wrong with windows.
public enum WindowError: Error, Equatable, Sendable, CustomStringConvertible {
  case noRate(duration: String)
  case fraction(duration: String)
  case tooLong(duration: String)
  /// Windows are cut from recordings and from rows, one frame each; not from files that hold many series.
  case notAStream(path: String)
  /// Another number of channels than the transform was fitted to.
  case channels(name: String, expected: Int, actual: Int)
  /// No window was complete.
  case tooShort(name: String, expected: Int, actual: Int)

  public var description: String {
    switch self {
    case .noRate(let duration): "\(duration) needs a rate: rows have none; --rate says how many come in a second."
    case .fraction(let duration): "\(duration) frames cannot be, expected a whole number, or a unit: s or ms."
    case .tooLong(let duration): "\(duration) is too long, expected fewer than a thousand million frames."
    case .notAStream(let path):
      "\(path): holds series, expected a recording, or rows of numbers, one frame each, for --window."
    case .channels(let name, let expected, let actual):
      "\(name): has \(actual == 1 ? "1 channel" : "\(actual) channels"), expected \(expected), as the transform was "
        + "fitted to."
    case .tooShort(let name, let expected, let actual):
      "\(name): has \(actual == 1 ? "1 frame" : "\(actual) frames"), expected at least one window of \(expected)."
    }
  }
}

extension FrameStream {
  /// The features of a window that slides over all frames, each equal to the transform of the window as a series.
  ///
  /// - Parameters:
  ///   - cancellation: Asked before every window.
  ///   - body: Called with each row and the number of frames up to the window's end.
  /// - Returns: The number of windows, at least one.
  /// - Throws: `WindowError`, `PlacedFeatureError`, `CancellationError`, what reading and `body` throw.
  @discardableResult
  public func slide(
    _ transform: any SeriesTransform, window: StreamDuration, hop: StreamDuration?, cancellation: Cancellation = .never,
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
