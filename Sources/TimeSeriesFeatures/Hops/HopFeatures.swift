/// One row of features, with the frames of the stream that it describes.
public struct HopRow {
  /// One number a column; valid during the call that gets it.
  public let values: UnsafeBufferPointer<Float>
  /// The first frame that the row describes, counted from the beginning of the stream; negative where padding stands
  /// before it.
  public let start: Int
  /// The frame behind the last one.
  public let end: Int

  public init(values: UnsafeBufferPointer<Float>, start: Int, end: Int) {
    (self.values, self.start, self.end) = (values, start, end)
  }

  /// The middle of the two, in frames.
  public var center: Double { Double(start) + Double(end - start) / 2 }
}

/// What turns a stream into rows of features, one every hop: `SpectralFeatures`, `Scattering`, `WindowStatistics`, and
/// pooled outputs of networks.
///
/// ```swift
/// let mel = try SpectralFeatures(.librosa(.mel, sampleRateHz: 22_050), sampleRateHz: 22_050)
/// try mel.push(samples) { row in use(row.values) }   // as often as samples come
/// try mel.finish { row in use(row.values) }          // rows that wait for what never came
/// ```
/// - Streaming: a row comes with the frame that completes it, and its bits depend neither on how frames are cut into
///   calls nor on what comes later.
/// - Memory: fixed; nothing older than a window is kept.
/// - One thread at a time.
public protocol HopFeatures: AnyObject {
  /// Channels of a frame.
  var channels: Int { get }
  /// Short, self-describing names of the columns; they depend on nothing but the settings.
  var names: [String] { get }
  /// Frames that still have to come before the next row, at least 1. Whoever reads a pipe reads no more than that, so
  /// that a row does not wait for frames that it does not need.
  var framesToNextRow: Int { get }

  /// Takes frames, one pointer a channel, and gives the rows that they complete.
  /// - Throws: What `body` throws.
  func push(
    _ input: UnsafePointer<UnsafePointer<Float>>, frames: Int, _ body: (HopRow) throws -> Void
  ) throws

  /// Gives the rows that reach beyond the last frame. Nothing may be pushed afterwards.
  /// - Throws: `FeatureError.tooShort` when there were too few frames; what `body` throws.
  func finish(_ body: (HopRow) throws -> Void) throws
}

extension HopFeatures {
  /// The same for one channel.
  public func push(_ samples: [Float], _ body: (HopRow) throws -> Void) throws {
    precondition(channels == 1, "one channel")
    try samples.withUnsafeBufferPointer { samples in
      guard let base = samples.baseAddress else { return }
      try withUnsafePointer(to: base) { try push($0, frames: samples.count, body) }
    }
  }
}

/// The same features of every channel, side by side: columns of channel 1, then of channel 2, with `ch1_` and `ch2_` in
/// front of their names.
public final class ChannelwiseFeatures: HopFeatures {
  public var channels: Int { members.count }
  public let names: [String]
  private let members: [any HopFeatures]
  private let columns: Int
  /// Rows that the last push completed, and where they stand.
  private var rows: [Float] = []
  private var places: [(start: Int, end: Int)] = []

  /// - Parameter make: Makes the features of one channel.
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
      // No more than one hop at a time, so that few rows wait for the other channels.
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
