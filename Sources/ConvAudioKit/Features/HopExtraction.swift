import Signals
import ByteFiles
import StreamingConvolution
import TimeSeriesFeatures

/// Which moment of a row's frames is its time.
public enum RowTime: String, CaseIterable, Sendable {
  case start, center, end, none

  /// The time, in frames, of a row of the frames `start ..< end`.
  public func frame(start: Int, end: Int) -> Double {
    switch self {
    case .start, .none: Double(start)
    case .center: Double(start) + Double(end - start) / 2
    case .end: Double(end)
    }
  }
}

/// Computes features of signals and delivers each row as soon as its hop is complete.
///
/// - Streaming: a pipe is read only as far as the next row needs, and the row is delivered before reading on.
/// - Memory: fixed, whatever the length of the signal.
public struct HopExtraction: Sendable {
  /// The features to compute.
  public let transform: HopTransform
  /// How to read signals. Recordings are resampled to its rate.
  public var input = SignalSettings()
  /// Which moment of a row is its time.
  public var times = RowTime.none

  /// An extraction of these features.
  public init(_ transform: HopTransform) {
    self.transform = transform
    (input.resamples, input.maximumChannels) = (true, 1024)
  }

  /// The signals of inputs: the recordings and files of rows in folders, and all other inputs unchanged.
  /// - Throws: `SeriesInputError`, `ByteFileError`.
  public static func signals(of inputs: [String]) throws -> [String] { try SeriesFile.signals(inputs) }

  /// A row of features.
  public struct Row {
    /// The names of the features.
    public let names: [String]
    /// The features.
    public let values: UnsafeBufferPointer<Float>
    /// In seconds, or in frames without a sample rate.
    public let time: Double
  }

  /// Computes the features of a whole input.
  ///
  /// - Parameters:
  ///   - path: A path as for `Signal.open`.
  ///   - expectedRateHz: The required sample rate, that of an earlier input.
  ///   - opened: Called with the signal's rate before anything else.
  ///   - note: Called with each remark for the user, one sentence each.
  ///   - progress: Called after every block with the frames so far.
  ///   - cancellation: Asked before every block.
  /// - Returns: The rows, and the signal's rate.
  /// - Throws: What the input and the transform throw; `CancellationError`.
  @discardableResult
  public func run(
    _ path: String, expectedRateHz: Int? = nil, opened: (Int?) throws -> Void = { _ in }, note: (String) -> Void = { _ in },
    progress: (Int) -> Void = { _ in }, cancellation: Cancellation = .never,
    row body: (Row) throws -> Void
  ) throws -> (rows: Int, sampleRateHz: Int?) {
    var floor: Float?
    if case .spectral(let choice) = transform, let top = choice.topDecibels {
      floor = try largestLogarithm(path, cancellation: cancellation) - top
    }
    let signal = try open(path, cancellation: cancellation)
    if let expectedRateHz, let actual = signal.sampleRateHz, actual != expectedRateHz {
      throw HopInputError.rates(name: signal.name, expected: expectedRateHz, actual: actual)
    }
    try opened(signal.sampleRateHz)
    let (features, notes) = try transform.makeFeatures(
      channels: signal.channels, sampleRateHz: signal.sampleRateHz, logarithmFloor: floor)
    // Print what is known before the first row: it explains errors that may follow.
    let known = signal.notes.count
    func say(_ notes: some Sequence<String>) { notes.forEach { note("\(signal.name): \($0)") } }
    say(signal.notes)
    notes.forEach(note)
    let names = features.names
    let rate = Double(signal.sampleRateHz ?? 1)
    var rows = 0
    func pass(_ row: HopRow) throws {
      rows += 1
      try body(Row(names: names, values: row.values, time: times.frame(start: row.start, end: row.end) / rate))
    }
    try feed(signal, to: features, progress: progress, cancellation: cancellation, pass)
    say(signal.remarks.dropFirst(known))
    return (rows, signal.sampleRateHz)
  }

  /// The recording's largest logarithm, to which `top_db` is relative, from a first pass.
  private func largestLogarithm(_ path: String, cancellation: Cancellation) throws -> Float {
    let signal = try open(path, cancellation: cancellation)
    guard !signal.isLive else { throw HopInputError.topOfStream(name: signal.name) }
    guard case .spectral(let choice) = transform else { return 0 }
    var settings = try choice.settings(sampleRateHz: signal.sampleRateHz)
    settings.output = .logmel
    var all: [SpectralFeatures] = []
    let features = try ChannelwiseFeatures(channels: signal.channels) {
      let one = try SpectralFeatures(settings, sampleRateHz: Double(signal.sampleRateHz ?? 1))
      all.append(one)
      return one
    }
    try feed(signal, to: features, progress: { _ in }, cancellation: cancellation, { _ in })
    return all.map(\.largestLogarithm).max() ?? 0
  }

  private func open(_ path: String, cancellation: Cancellation) throws -> Signal {
    var input = input
    if let rate = transform.sampleRateHz {
      if let asked = input.sampleRateHz, asked != rate {
        throw HopInputError.modelRate(expected: rate, actual: asked)
      }
      // Only recordings are resampled; the reader refuses a pipe at another rate.
      input.sampleRateHz = rate
    }
    return try Signal.open(path, settings: input, cancellation: cancellation)
  }

  private func feed(
    _ signal: Signal, to features: any HopFeatures, progress: (Int) -> Void, cancellation: Cancellation,
    _ body: (HopRow) throws -> Void
  ) throws {
    let (channels, most) = (signal.channels, 4096)
    var interleaved = [Float](repeating: 0, count: most * channels)
    let planar = PlanarMemory(channels: channels, frames: most)
    var frames = 0
    func deliver(_ row: HopRow) throws {
      // Long transforms take seconds per row, and many rows may follow the last frame.
      try cancellation.check()
      try body(row)
    }
    while true {
      try cancellation.check()
      let wanted = signal.isLive ? min(most, features.framesToNextRow) : most
      let read = try interleaved.withUnsafeMutableBufferPointer {
        try signal.read(into: UnsafeMutableBufferPointer(rebasing: $0[..<(wanted * channels)]))
      }
      if read == 0 { break }
      interleaved.withUnsafeBufferPointer { planar.deinterleave($0.baseAddress!, frames: read) }
      try features.push(planar.readableChannels, frames: read, deliver)
      frames += read
      progress(frames)
    }
    try cancellation.check()
    try signal.finish()
    do {
      try features.finish(deliver)
    } catch FeatureError.tooShort(_, let expected, let actual) {
      throw WindowError.tooShort(name: signal.name, expected: expected, actual: actual)
    }
  }
}

/// Errors of inputs that do not fit each other or the transform.
public enum HopInputError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The sample rate of an input differs from that of earlier inputs.
  case rates(name: String, expected: Int, actual: Int)
  /// The requested sample rate is not the model's.
  case modelRate(expected: Int, actual: Int)
  /// `top_db` needs a whole recording, and this is a pipe.
  case topOfStream(name: String)

  /// The error in one sentence.
  public var description: String {
    switch self {
    case .rates(let name, let expected, let actual):
      "\(name): has a sample rate of \(actual) Hz, expected \(expected) Hz, as the first input."
    case .modelRate(let expected, let actual):
      "the sample rate is \(actual) Hz, but the model was made for \(expected) Hz, to which recordings are resampled."
    case .topOfStream(let name):
      "\(name): the largest value of the whole recording is needed first, but a pipe can be read only once; use a file."
    }
  }
}
