/// Cuts the channels of a stream into the same windows.
final class PlanarCutter {
  private let cutters: [FrameCutter]
  private let windows: UnsafeMutablePointer<UnsafePointer<Float>?>
  /// Frames received so far.
  var frames: Int { cutters[0].frames }
  var windowFrames: Int { cutters[0].windowFrames }

  /// - Throws: `FeatureError.outOfRange`.
  init(channels: Int, windowFrames: Int, hopFrames: Int) throws(FeatureError) {
    var cutters: [FrameCutter] = []
    for _ in 0..<channels { cutters.append(try FrameCutter(windowFrames: windowFrames, hopFrames: hopFrames)) }
    self.cutters = cutters
    windows = .allocate(capacity: channels)
    windows.initialize(repeating: nil, count: channels)
  }

  deinit { windows.deallocate() }

  var framesToNextWindow: Int { cutters[0].framesToNextWindow }

  /// Calls `body` with each complete window, one pointer per channel, and its first frame.
  /// - Parameter input: One pointer per channel.
  func push(
    _ input: UnsafePointer<UnsafeMutablePointer<Float>>, frames: Int,
    _ body: (_ windows: UnsafePointer<UnsafePointer<Float>?>, _ start: Int) throws -> Void
  ) rethrows {
    var done = 0
    while done < frames {
      // At most one window at a time, so that all channels have it before `body` is called.
      let count = min(frames - done, framesToNextWindow)
      var complete: Int?
      for (channel, cutter) in cutters.enumerated() {
        cutter.push(UnsafePointer(input[channel] + done), count: count) { window, start in
          windows[channel] = window
          complete = start
        }
      }
      if let complete { try body(windows, complete) }
      done += count
    }
  }
}
