import CConvolutionKernels
import StreamingConvolution

/// A FIR filter that changes the rate by `up/down`: zeros are stuffed between the input's samples, the result is
/// filtered, and every `down`th sample is kept.
///
/// ```
/// y[j − latency] = Σ over k of  taps[k] · s[j · down − k],   s[t · up] = x[t], and 0 elsewhere
/// ```
/// A decimator with `up` 1, a zero-stuffing interpolator with `down` 1, a polyphase filter otherwise. Every channel is
/// filtered alike. It is correct without a fault, and broken on purpose in exactly one way with one.
///
/// With a grain above 1 it is unforgiving: after a block that is not a multiple of the grain, all it writes is NaN.
public final class RateFilter: BlockProcessor {
  /// What is wrong with a filter.
  public enum Fault: String, CaseIterable, Sendable {
    case none
    case restartsPhase, countsDown, writesBeyondDue, readsInputAfterWriting
    case resetKeepsPhase, resetKeepsPast, copyKeepsPhase, copySharesPast, copyHasOtherRate
    case claimsLatency, claimsLessLatency, claimsShortHistory, takesAnyBlock
    case allocates, leavesFlushOn
  }

  public let inputChannels: Int
  public let rate: FrameRate
  public let latencyFrames: Int
  public let grainFrames: Int
  public let maximumBlockFrames: Int
  public var outputChannels: Int { inputChannels }
  public let historyFrames: Int?
  public let tailFrames: Int

  private let taps: [Float]
  private let realLatency: Int
  private let realGrain: Int
  private let fault: Fault
  /// Past input of each channel, the newest frame last, and room for a block after it.
  private let past: PlanarMemory
  private let pastFrames: Int
  private var framesIn = 0
  private var framesOut = 0
  private var isSpoilt = false

  /// - Parameters:
  ///   - taps: At the rate of the stuffed signal. Default: ten that are all different.
  ///   - latency: In output frames.
  public init(
    up: Int, down: Int, taps: [Float]? = nil, channels: Int = 1, latency: Int = 0, grain: Int = 1,
    maximumBlockFrames: Int = 512, fault: Fault = .none, sharing other: RateFilter? = nil
  ) {
    let taps = taps ?? (0..<10).map { 1 / Float($0 + 2) }
    self.taps = taps
    self.fault = fault
    inputChannels = channels
    rate = FrameRate(numerator: up, denominator: down)
    realLatency = latency
    realGrain = grain
    latencyFrames = fault == .claimsLatency ? latency + 1 : fault == .claimsLessLatency ? latency - 1 : latency
    grainFrames = fault == .takesAnyBlock ? 1 : grain
    self.maximumBlockFrames = maximumBlockFrames
    let history = (taps.count - 1) / up
    historyFrames = fault == .claimsShortHistory ? history - 1 : history
    // Input frame n − 1 is heard in output frames j with j · down ≤ (n − 1) · up + taps − 1.
    let rate = rate
    tailFrames = (1...down).map { n in ((n - 1) * up + taps.count - 1) / down + 1 - rate.outputFrames(for: n) }.max()!
    pastFrames = (latency * down + taps.count - 1 + up - 1) / up
    past = other?.past ?? PlanarMemory(channels: channels, frames: pastFrames + maximumBlockFrames)
    if other == nil { clear() }
  }

  public func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int {
    let denormals = cck_flush_denormals()
    defer { if fault != .leavesFlushOn { cck_restore_denormals(denormals) } }
    if fault == .allocates && frames == 63 { UnsafeMutablePointer<Int>.allocate(capacity: 4).deallocate() }
    let before = framesIn
    framesIn += frames
    let due = fault == .countsDown ? framesIn * rate.numerator / rate.denominator : rate.outputFrames(for: framesIn)
    let count = due - framesOut
    for channel in 0..<inputChannels {
      let line = past.channels[channel]
      if fault != .readsInputAfterWriting { (line + pastFrames).update(from: input[channel], count: frames) }
      var index = 0
      while index < count {
        // The place of this output frame in the stuffed signal.
        let start = fault == .restartsPhase ? before * up + index * down : (framesOut + index) * down
        output[channel][index] = sum(line, input[channel], from: start - realLatency * down, before: before)
        index += 1
      }
      if fault == .writesBeyondDue { output[channel][count] = 0 }
      if fault == .readsInputAfterWriting { (line + pastFrames).update(from: input[channel], count: frames) }
      line.update(from: line + frames, count: pastFrames)
    }
    framesOut = due
    if frames % realGrain != 0 { isSpoilt = true }
    return count
  }

  /// One output frame: `place` in the stuffed signal is that of its newest tap.
  @inline(__always)
  private func sum(
    _ line: UnsafeMutablePointer<Float>, _ block: UnsafePointer<Float>, from place: Int, before: Int
  ) -> Float {
    if isSpoilt { return .nan }
    var tap = (place % up + up) % up
    var frame = (place - tap) / up - before
    var sum: Float = 0
    while tap < taps.count {
      let sample = fault == .readsInputAfterWriting && frame >= 0 ? block[frame] : line[pastFrames + frame]
      sum += taps[tap] * sample
      tap += up
      frame -= 1
    }
    return sum
  }

  public func reset() {
    if fault != .resetKeepsPhase { (framesIn, framesOut) = (0, 0) }
    if fault != .resetKeepsPast { clear() }
    isSpoilt = false
  }

  private func clear() {
    for channel in 0..<inputChannels { past.channels[channel].update(repeating: 0, count: pastFrames) }
  }

  public func copy() throws -> RateFilter {
    let copy = RateFilter(
      up: fault == .copyHasOtherRate ? up + down : up, down: down, taps: taps, channels: inputChannels,
      latency: realLatency, grain: realGrain, maximumBlockFrames: maximumBlockFrames, fault: fault,
      sharing: fault == .copySharesPast ? self : nil)
    if fault == .copyKeepsPhase { (copy.framesIn, copy.framesOut) = (framesIn, framesOut) }
    return copy
  }

  /// The same filter over a whole signal, straight from the formula and with every sum in the same order: latency
  /// removed, tail included.
  public func wholeArray(_ input: [[Float]]) -> [[Float]] {
    input.map { x in
      (0..<rate.outputFrames(for: x.count) + tailFrames).map { j in
        taps.indices.reduce(Float(0)) { sum, k in
          let (place, phase) = (j * down - k).quotientAndRemainder(dividingBy: up)
          return phase == 0 && x.indices.contains(place) ? sum + taps[k] * x[place] : sum
        }
      }
    }
  }

  private var up: Int { rate.numerator }
  private var down: Int { rate.denominator }
}
