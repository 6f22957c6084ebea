import Convolution

/// What is assumed beyond the ends of a recording.
public enum EdgePadding: String, CaseIterable, Sendable {
  /// Zeros.
  case zeros
  /// The recording mirrored, without repeating its first and last sample.
  case reflect
}

/// Cuts a stream of one channel into overlapping windows: window t begins at frame `t · hop − lead`.
///
/// - Streaming: a window is ready with its last sample; with `reflect` the first ones wait until `lead + 1` frames have
///   arrived.
/// - Memory: three windows and 8192 frames.
final class FrameCutter {
  let windowFrames: Int
  let hopFrames: Int
  /// Frames of padding before the stream.
  let lead: Int
  let padding: EdgePadding
  /// Frames received so far.
  private(set) var frames = 0

  private let memory: AlignedMemory
  private let capacity: Int
  /// The first frame in memory, and the one after the last.
  private var first: Int
  private var end: Int
  /// Where the next window begins.
  private var next: Int
  /// Whether the mirrored beginning is still missing.
  private var waitsForMirror: Bool

  static let largest = 1 << 24

  /// - Throws: `FeatureError.outOfRange`.
  init(windowFrames: Int, hopFrames: Int, lead: Int = 0, padding: EdgePadding = .zeros) throws(FeatureError) {
    for (what, value) in [("the window", windowFrames), ("the hop", hopFrames)]
    where !(1...Self.largest).contains(value) {
      throw .outOfRange(what: what, expected: "1 to \(Self.largest) frames", actual: value)
    }
    precondition((0...windowFrames).contains(lead), "padding is shorter than a window")
    self.windowFrames = windowFrames
    self.hopFrames = hopFrames
    self.lead = lead
    self.padding = padding
    capacity = 3 * windowFrames + 8192
    memory = AlignedMemory(count: capacity + RealTransform.slack)
    (first, next) = (-lead, -lead)
    // The memory is already zero.
    end = 0
    waitsForMirror = padding == .reflect && lead > 0
  }

  /// Frames until the next window is complete, at least 1.
  var framesToNextWindow: Int { max(1, next + windowFrames - end, waitsForMirror ? lead + 1 - end : 0) }

  /// Takes samples, and calls `body` with each complete window and its first frame.
  func push(
    _ samples: UnsafePointer<Float>, count: Int, _ body: (_ window: UnsafePointer<Float>, _ start: Int) throws -> Void
  ) rethrows {
    var done = 0
    while done < count {
      if end - first == capacity { makeRoom() }
      let piece = min(count - done, capacity - (end - first))
      (memory.base + (end - first)).update(from: samples + done, count: piece)
      end += piece
      frames += piece
      done += piece
      if waitsForMirror, end > lead {
        for offset in 1...lead { memory.base[lead - offset] = memory.base[lead + offset] }
        waitsForMirror = false
      }
      try emit(body)
    }
  }

  /// Emits the windows that reach beyond the last frame.
  /// - Parameter count: Windows of the whole stream, including those already emitted.
  /// - Throws: `FeatureError.tooShort` when the stream is shorter than the mirrored part.
  func finish(
    windows count: Int, _ body: (_ window: UnsafePointer<Float>, _ start: Int) throws -> Void
  ) throws {
    // Frames that the last window still needs.
    let missing = (count - 1) * hopFrames - lead + windowFrames - frames
    guard (count - 1) * hopFrames - lead >= next else { return }
    if padding == .reflect, max(lead, missing) >= frames {
      throw FeatureError.tooShort(series: 0, expected: max(lead, missing) + 1, actual: frames)
    }
    let total = frames
    for offset in 0..<max(0, missing) {
      if end - first == capacity { makeRoom() }
      memory.base[end - first] = padding == .zeros ? 0 : memory.base[total - 2 - offset - first]
      end += 1
      // One window at a time, so that the frames being mirrored stay in memory.
      if next + windowFrames == end { try emit(body) }
    }
  }

  private func emit(_ body: (UnsafePointer<Float>, Int) throws -> Void) rethrows {
    guard !waitsForMirror else { return }
    while next + windowFrames <= end {
      try body(memory.base + (next - first), next)
      next += hopFrames
    }
  }

  /// Drops frames that no window needs any more. Keeps one window length of the past to mirror at the end.
  private func makeRoom() {
    let keep = min(next, min(end, frames) - windowFrames - 1)
    let from = max(first, keep)
    let kept = end - from
    if from > first { memory.base.update(from: memory.base + (from - first), count: kept) }
    first = from
  }
}
