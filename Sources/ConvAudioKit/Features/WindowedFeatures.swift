import ArrayFiles
import AudioFiles
import TimeSeriesFeatures

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

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
  /// No window was complete.
  case tooShort(name: String, expected: Int, actual: Int)

  public var description: String {
    switch self {
    case .noRate(let duration): "\(duration) needs a rate: rows have none; --rate says how many come in a second."
    case .fraction(let duration): "\(duration) frames cannot be, expected a whole number, or a unit: s or ms."
    case .tooLong(let duration): "\(duration) is too long, expected fewer than a thousand million frames."
    case .notAStream(let path):
      "\(path): holds series, expected a recording, or rows of numbers, one frame each (.csv, .tsv, -), for --window."
    case .tooShort(let name, let expected, let actual):
      "\(name): has \(actual == 1 ? "1 frame" : "\(actual) frames"), expected at least one window of \(expected)."
    }
  }
}

/// Where frames come from, a block at a time: a recording, or rows of numbers.
public final class FrameStream {
  /// What errors call it.
  public let name: String
  public let channels: Int
  /// nil of rows, unless the user says it.
  public let sampleRateHz: Int?
  private let read: (UnsafeMutableBufferPointer<Float>) throws -> Int

  /// Opens a recording, or text of rows; `-` is rows from standard input.
  ///
  /// - Parameters:
  ///   - sampleRateHz: Of rows; a recording has its own.
  ///   - missing: What stands in for values that are missing in rows.
  public init(
    path: String, sampleRateHz: Int? = nil, missing: MissingPolicy = .error,
    isCancelled: @escaping () -> Bool = { false }
  ) throws {
    if path == NumPyArray.standardStream || SeriesFormat(path: path) == .ucr {
      let isPiped = path == NumPyArray.standardStream
      let descriptor = isPiped ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
      let name = isPiped ? "standard input" : path
      guard descriptor >= 0 else {
        throw SeriesInputError.unreadable(path: path, reason: String(cString: strerror(errno)))
      }
      let handle = Descriptor(descriptor, closes: !isPiped)
      let stream = DescriptorStream(descriptor: descriptor, name: name, isCancelled: isCancelled)
      let reader = try NumberRowReader(name: name, format: .csv, missing: missing, maximumColumns: 1024) { buffer in
        // The handle lives as long as who reads from it.
        try withExtendedLifetime(handle) { try stream.read(into: buffer) }
      }
      self.name = name
      channels = reader.layout.columns
      self.sampleRateHz = sampleRateHz
      // One row at a time: a window goes out when its last frame has come.
      let columns = channels
      read = { buffer in
        try reader.read(into: UnsafeMutableBufferPointer(rebasing: buffer[..<columns])) ? 1 : 0
      }
    } else {
      if SeriesFormat(path: path) != nil || path.lowercased().hasSuffix(".npy") {
        throw WindowError.notAStream(path: path)
      }
      let reader = try AudioFileReader(path: path)
      name = path
      channels = reader.info.channels
      self.sampleRateHz = reader.info.sampleRateHz
      read = { try reader.read(into: $0) }
    }
  }

  /// Calls `body` with all frames, interleaved, in blocks of at most 1024.
  public func forEachBlock(_ body: (UnsafeBufferPointer<Float>) throws -> Void) throws {
    let block = UnsafeMutableBufferPointer<Float>.allocate(capacity: 1024 * channels)
    block.initialize(repeating: 0)
    defer { block.deallocate() }
    while true {
      let frames = try read(block)
      if frames == 0 { return }
      try body(UnsafeBufferPointer(rebasing: block[..<(frames * channels)]))
    }
  }

  private final class Descriptor {
    let number: Int32
    let closes: Bool
    init(_ number: Int32, closes: Bool) { (self.number, self.closes) = (number, closes) }
    deinit { if closes { close(number) } }
  }
}

extension FrameStream {
  /// The features of a window that slides over all frames, each equal to the transform of the window as a series.
  ///
  /// - Parameter body: Called with each row and the number of frames up to the window's end.
  /// - Returns: The number of windows, at least one.
  /// - Throws: `WindowError`, `FeatureError`, what reading and `body` throw.
  @discardableResult
  public func slide(
    _ transform: any SeriesTransform, window: StreamDuration, hop: StreamDuration?,
    _ body: (FeatureTable, Int) throws -> Void
  ) throws -> Int {
    guard channels == transform.channels else {
      throw FeatureError.channelCount(series: 0, expected: transform.channels, actual: channels)
    }
    let windowFrames = try window.frames(sampleRateHz: sampleRateHz)
    let hopFrames = try (hop ?? window).frames(sampleRateHz: sampleRateHz)
    let sliding = try SlidingFeatures(transform, windowFrames: windowFrames, hopFrames: hopFrames)
    var count = 0
    try forEachBlock { block in
      try sliding.push(interleaved: block) { row, end in
        count += 1
        try body(FeatureTable(rows: 1, columns: row.count, values: copy row), end)
      }
    }
    guard count > 0 else { throw WindowError.tooShort(name: name, expected: windowFrames, actual: sliding.frames) }
    return count
  }
}
