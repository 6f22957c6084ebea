/// One row of features, with the frames of the stream that it describes.
public struct HopRow {
  /// One number per column; valid only during the call.
  public let values: UnsafeBufferPointer<Float>
  /// The first frame of the row, counted from the beginning of the stream; negative when the row begins in the padding.
  public let start: Int
  /// The frame after the last one.
  public let end: Int

  /// A row for frames `start ..< end`.
  public init(values: UnsafeBufferPointer<Float>, start: Int, end: Int) {
    (self.values, self.start, self.end) = (values, start, end)
  }

  /// The middle of the row, in frames.
  public var center: Double { Double(start) + Double(end - start) / 2 }
}

/// Turns a stream into rows of features, one every hop: `SpectralFeatures`, `Scattering`, `WindowStatistics` and pooled
/// outputs of networks.
///
/// ```swift
/// let mel = try SpectralFeatures(.librosa(.mel, sampleRateHz: 22_050), sampleRateHz: 22_050)
/// try mel.push(samples) { row in use(row.values) }   // whenever samples arrive
/// try mel.finish { row in use(row.values) }          // the rows that were waiting for more
/// ```
/// - Streaming: a row is ready with the frame that completes it. Its bits depend neither on how frames are split into
///   calls nor on later frames.
/// - Memory: fixed; nothing older than one window is kept.
/// - Threads: one at a time.
public protocol HopFeatures: AnyObject {
  /// Number of input channels.
  var channels: Int { get }
  /// Short, descriptive names of the columns. They depend only on the settings.
  var names: [String] { get }
  /// Frames still missing for the next row, at least 1. A reader of a pipe should read no more than that, so that a row
  /// never waits for frames that it does not need.
  var framesToNextRow: Int { get }

  /// Takes frames, one pointer per channel, and passes on the rows that they complete.
  /// - Throws: Anything that `body` throws.
  func push(
    _ input: UnsafePointer<UnsafePointer<Float>>, frames: Int, _ body: (HopRow) throws -> Void
  ) throws

  /// Passes on the rows that reach beyond the last frame. Do not push afterwards.
  /// - Throws: `FeatureError.tooShort` when there were too few frames; anything that `body` throws.
  func finish(_ body: (HopRow) throws -> Void) throws
}

extension HopFeatures {
  /// The same for a single channel.
  public func push(_ samples: [Float], _ body: (HopRow) throws -> Void) throws {
    precondition(channels == 1, "one channel")
    try samples.withUnsafeBufferPointer { samples in
      guard let base = samples.baseAddress else { return }
      try withUnsafePointer(to: base) { try push($0, frames: samples.count, body) }
    }
  }
}

/// The same features of every channel, side by side: the columns of channel 1, then of channel 2, with the prefixes
/// `ch1_` and `ch2_`.
public final class ChannelwiseFeatures: HopFeatures {
  public var channels: Int { members.count }
  public let names: [String]
  private let members: [any HopFeatures]
  private let columns: Int
  /// The rows of the last push, and their frames.
  private var rows: [Float] = []
  private var places: [(start: Int, end: Int)] = []

  /// - Parameter make: Makes the features for one channel.
  public init(channels: Int, _ make: () throws -> any HopFeatures) rethrows {
    precondition(channels > 0, "a stream has channels")
    members = try (0..<channels).map { _ in try make() }
    let own = members[0].names
    columns = own.count
    names = (1...channels).flatMap { channel in own.map { "ch\(channel)_\($0)" } }
  }

  public var framesToNextRow: Int { members[0].framesToNextRow }

  public func push(
    _ input: UnsafePointer<UnsafePointer<Float>>, frames: Int, _ body: (HopRow) throws -> Void
  ) throws {
    var done = 0
    while done < frames {
      // At most one hop at a time, so that few rows have to wait for the other channels.
      let count = min(frames - done, framesToNextRow)
      try collect(
        { member, channel, body in
          try withUnsafePointer(to: input[channel] + done) { try member.push($0, frames: count, body) }
        }, body)
      done += count
    }
  }

  public func finish(_ body: (HopRow) throws -> Void) throws {
    try collect({ member, _, body in try member.finish(body) }, body)
  }

  private func collect(
    _ run: (any HopFeatures, Int, (HopRow) throws -> Void) throws -> Void, _ body: (HopRow) throws -> Void
  ) throws {
    let width = names.count
    places.removeAll(keepingCapacity: true)
    for (channel, member) in members.enumerated() {
      var number = 0
      try run(member, channel) { row in
        if channel == 0 { places.append((row.start, row.end)) }
        if rows.count < (number + 1) * width { rows += [Float](repeating: 0, count: width) }
        let place = number * width + channel * columns
        for column in 0..<columns { rows[place + column] = row.values[column] }
        number += 1
      }
    }
    for (number, place) in places.enumerated() {
      try rows.withUnsafeBufferPointer {
        try body(
          HopRow(
            values: UnsafeBufferPointer(rebasing: $0[(number * width)..<((number + 1) * width)]), start: place.start,
            end: place.end))
      }
    }
  }
}
