import CConvolutionKernels
import StreamingConvolution
import TestSupport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What is wrong with a `TwoChannelEcho`.
enum Fault: String, CaseIterable, Sendable {
  case none
  case leaksBlockBoundaries, dependsOnBlockSize, readsBehindInput, writesBehindOutput, returnsTooMany
  case resetIsHalfDone, resetDoesNothing, resetKeepsNaN
  case copyKeepsState, copySharesState, copyIsSelf, copyHasOtherHistory
  case readsInputAfterWriting
  case allocates, allocatesInReset, makesObjects, asksForProcessID, writes
  case leavesFlushOn, leavesFlushOff, claimsLatency
}

/// y0[t] = x0[t] + 0.5·x1[t − 5], y1[t] = x1[t] + 0.25·x0[t − 3] + 0.125·x0[t]: correct without a fault, and
/// otherwise broken on purpose in exactly one way.
final class TwoChannelEcho: BlockProcessor {
  let inputChannels = 2
  let outputChannels = 2
  let historyFrames: Int?
  let latencyFrames: Int
  let maximumBlockFrames = 512

  private let fault: Fault
  private let history: UnsafeMutablePointer<Float>
  private let ownsHistory: Bool
  private let capacity = 8
  private var position = 0
  private var planted: UnsafeMutablePointer<Int>?
  private var object: AnyObject?

  init(fault: Fault = .none, historyFrames: Int = 5, sharing other: TwoChannelEcho? = nil) {
    self.fault = fault
    self.historyFrames = historyFrames
    latencyFrames = fault == .claimsLatency ? 3 : 0
    ownsHistory = other == nil
    history = other?.history ?? .allocate(capacity: 2 * capacity)
    if other == nil { history.initialize(repeating: 0, count: 2 * capacity) }
  }

  deinit { if ownsHistory { history.deallocate() } }

  func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int {
    let x0 = input[0], x1 = input[1], y0 = output[0], y1 = output[1]
    if fault == .leaksBlockBoundaries && frames > 0 { history[(position + 5) & 7] *= 0.5 }
    if fault == .readsInputAfterWriting {
      for t in 0..<frames {
        y0[t] = x0[t] + 0.5 * (t >= 5 ? x1[t - 5] : history[capacity + (position + t + 3) & 7])
      }
    }
    var t = 0
    while t < frames {
      let a = x0[t], b = x1[t]
      history[position & 7] = a
      history[capacity + position & 7] = b
      if fault != .readsInputAfterWriting { y0[t] = a + 0.5 * history[capacity + (position + 3) & 7] }
      let gain: Float = fault == .dependsOnBlockSize && frames >= 16 ? 1 + 0x1p-23 : 1
      y1[t] = gain * b + 0.25 * history[(position + 5) & 7] + 0.125 * a
      position = (position + 1) & 7
      t += 1
    }
    return plant(x0, y1, frames)
  }

  private func plant(_ x0: UnsafePointer<Float>, _ y1: UnsafeMutablePointer<Float>, _ frames: Int) -> Int {
    switch fault {
    case .readsBehindInput where frames > 0: y1[frames - 1] += 0x1p-20 * x0[frames]
    case .writesBehindOutput: y1[frames] = 0
    case .returnsTooMany: return frames + 1
    case .allocates where frames == 63:
      planted = .allocate(capacity: 4)
      planted?.deallocate()
    case .makesObjects where frames == 63: object = Planted()
    case .asksForProcessID where frames == 63: _ = getpid()
    case .writes where frames == 63: _ = write(-1, x0, 0)
    case .leavesFlushOn: _ = cck_flush_denormals()
    case .leavesFlushOff: cck_restore_denormals(cck_flush_denormals() & ~0x8040)
    default: break
    }
    return frames
  }

  func reset() {
    if fault == .resetDoesNothing { return }
    let count = fault == .resetIsHalfDone ? capacity : 2 * capacity
    for index in 0..<count {
      history[index] = fault == .resetKeepsNaN ? history[index] * 0 : 0
    }
    position = 0
    if fault == .allocatesInReset {
      planted = .allocate(capacity: 4)
      planted?.deallocate()
    }
  }

  func copy() throws -> TwoChannelEcho {
    switch fault {
    case .copyIsSelf: return self
    case .copySharesState: return TwoChannelEcho(fault: fault, sharing: self)
    case .copyHasOtherHistory: return TwoChannelEcho(fault: fault, historyFrames: 4)
    case .copyKeepsState:
      let copy = TwoChannelEcho(fault: fault)
      copy.history.update(from: history, count: 2 * capacity)
      copy.position = position
      return copy
    default: return TwoChannelEcho(fault: fault)
    }
  }

  private final class Planted {}
}
