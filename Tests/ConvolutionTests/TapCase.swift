import CConvolutionKernels
import TestSupport

/// One call of the tap kernel with random numbers, and the memory that it needs.
struct TapCase {
  struct Source {
    var channels = 1
    var positions = 1
    var dilation = 1
    /// Positions of a separate chain; 0: one chain that continues the total.
    var chain = 0
  }
  enum Total { case none, inPlace, apart }

  var outputs: Int
  var frames: Int
  var sources = [Source(channels: 2, positions: 3, dilation: 5), Source(channels: 1)]
  var activation = CCK_IDENTITY
  var residual = false
  var mirror = false
  var total = Total.none
  /// A second convolution, of kernel size 1, of the result of the first.
  struct Then {
    var outputs: Int
    var activation = CCK_IDENTITY
    var residual = false
    var mirror = false
    var total = false
    /// Whether the result of the first one is written, too.
    var isStored = false
  }
  var then: Then?
  var seed: UInt64 = 1

  static let slack = Int(CCK_READ_SLACK)
  /// The value in places that must not be written.
  static let guardValue = Float(bitPattern: 0x7FC5_A5A5)
  /// The value after rows that are read: a different NaN, so that its results cannot be mistaken for a guard.
  static let slackValue = Float(bitPattern: 0x7FC1_2345)

  /// Taps of every output.
  var taps: Int { sources.reduce(0) { $0 + $1.channels * $1.positions } }
  /// Floats between the rows of residual and totals: the last row ends with the slack alone.
  private var rowStride: Int { frames + Self.slack + 3 }
  private var mirrorOffset: Int { frames + 5 }
  private var yStride: Int { mirrorOffset + frames + 7 }

  /// The memory that cases use in turn; everything that is read ends at an unreadable page.
  final class Memory {
    fileprivate let inputs = (0..<3).map { _ in GuardedMemory(capacity: 40_000) }
    fileprivate let residual = GuardedMemory(capacity: 40_000)
    fileprivate let previous = GuardedMemory(capacity: 40_000)
  }

  /// Runs `convolve`; `change` may put a fault into the call first.
  /// - Returns: All memory that may have been written, with the guard values around the rows.
  func run(
    in memory: Memory, by convolve: (UnsafePointer<cck_convolution>) -> Void,
    change: (inout cck_convolution) -> Void = { _ in }
  ) -> [Float] {
    // Pointers into `memory` do not keep it alive.
    defer { withExtendedLifetime(memory) {} }
    var random = SplitMix64(seed: seed &* 1_000_003 &+ UInt64(outputs * 1000 + frames))
    func rows(_ memory: GuardedMemory, _ rows: Int, stride: Int, count: Int, last: Int) -> UnsafeMutablePointer<Float> {
      let p = memory.floats((rows - 1) * stride + last)
      p.update(repeating: Self.slackValue, count: (rows - 1) * stride + last)
      for row in 0..<rows { for i in 0..<count { p[row * stride + i] = random.nextSample() } }
      return p
    }

    var chains: [cck_source] = []
    var lists: [UnsafeMutablePointer<Int>] = []
    defer { for list in lists { list.deallocate() } }
    for (source, guarded) in zip(sources, memory.inputs) {
      let history = (source.positions - 1) * source.dilation
      let stride = history + frames + Self.slack
      let x = rows(guarded, source.channels, stride: stride, count: history + frames, last: stride)
      var offsets: [Int] = []
      func close(separate: Bool) {
        let list = UnsafeMutablePointer<Int>.allocate(capacity: offsets.count)
        list.initialize(from: offsets, count: offsets.count)
        lists.append(list)
        chains.append(cck_source(base: x + history, offsets: list, taps: offsets.count, separate: separate ? 1 : 0))
        offsets = []
      }
      for channel in 0..<source.channels {
        for position in 0..<source.positions {
          offsets.append(channel * stride + (position - source.positions + 1) * source.dilation)
          if source.chain > 0, (position + 1) % source.chain == 0 || position == source.positions - 1 {
            close(separate: true)
          }
        }
      }
      if source.chain == 0 { close(separate: false) }
    }

    let weights = (0..<outputs * taps).map { _ in random.nextSample() }
    let bias = (0..<outputs).map { _ in random.nextSample() }
    let slopes = (0..<max(outputs, then?.outputs ?? 0)).map { _ in random.nextSample() }
    let added = rows(
      memory.residual, max(outputs, then?.outputs ?? 0), stride: rowStride, count: frames, last: frames + Self.slack)
    let previous = rows(
      memory.previous, max(outputs, then?.outputs ?? 0), stride: rowStride, count: frames, last: frames + Self.slack)
    var written = [Float](repeating: Self.guardValue, count: writtenFloats)
    let totalStart = outputs * yStride + 32
    if total == .inPlace {
      for row in 0..<outputs {
        for i in 0..<frames { written[totalStart + row * rowStride + i] = previous[row * rowStride + i] }
      }
    }

    var second = cck_convolution()
    let pieces = (0..<outputs).map { $0 * Int(CCK_TILE_PITCH) }
    let thenStart = outputs * (yStride + rowStride) + 64
    if let then {
      second.outputs = then.outputs
      second.source_count = 1
      second.activation = Int32(then.activation.rawValue)
      second.residual = then.residual ? UnsafePointer(added) : nil
      second.residual_stride = rowStride
      second.y_stride = yStride
      second.mirror = then.mirror ? mirrorOffset : 0
      second.total_stride = rowStride
    }
    let thenWeights = (0..<(then?.outputs ?? 0) * outputs).map { _ in random.nextSample() }
    let thenBias = (0..<(then?.outputs ?? 0)).map { _ in random.nextSample() }
    var piece = cck_source()

    var call = cck_convolution()
    call.outputs = outputs
    call.frames = frames
    call.source_count = chains.count
    call.activation = Int32(activation.rawValue)
    call.residual = residual ? UnsafePointer(added) : nil
    call.residual_stride = rowStride
    call.y_stride = yStride
    call.mirror = mirror ? mirrorOffset : 0
    call.total_stride = rowStride
    chains.withUnsafeBufferPointer { chains in
      weights.withUnsafeBufferPointer { weights in
        bias.withUnsafeBufferPointer { bias in
          slopes.withUnsafeBufferPointer { slopes in
            written.withUnsafeMutableBufferPointer { written in
              call.sources = chains.baseAddress
              call.weights = weights.baseAddress
              call.bias = bias.baseAddress
              call.parameters = activation == CCK_LEAKY_RELU ? slopes.baseAddress : nil
              call.y = written.baseAddress! + 16
              if total != .none {
                call.total = written.baseAddress! + totalStart
                call.previous = total == .inPlace ? UnsafePointer(call.total) : UnsafePointer(previous)
              }
              guard let then else {
                change(&call)
                convolve(&call)
                return
              }
              if !then.isStored { call.y = nil }
              second.y = written.baseAddress! + thenStart
              if then.total {
                second.total = second.y + then.outputs * yStride + 16
                second.previous = UnsafePointer(previous)
              }
              second.parameters = then.activation == CCK_LEAKY_RELU ? slopes.baseAddress : nil
              thenWeights.withUnsafeBufferPointer { weights in
                thenBias.withUnsafeBufferPointer { bias in
                  pieces.withUnsafeBufferPointer { pieces in
                    second.weights = weights.baseAddress
                    second.bias = bias.baseAddress
                    piece.offsets = pieces.baseAddress
                    piece.taps = pieces.count
                    withUnsafePointer(to: piece) { piece in
                      second.sources = piece
                      withUnsafePointer(to: second) { second in
                        call.then = second
                        change(&call)
                        convolve(&call)
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    return written
  }

  private var writtenFloats: Int {
    (outputs + (then?.outputs ?? 0)) * (yStride + rowStride) + 64 + (then == nil ? 0 : 32)
  }

  /// Of what `run` returns, the places that should have been written.
  var writable: [Bool] {
    var places = [Bool](repeating: false, count: writtenFloats)
    func mark(_ start: Int, rows: Int, stride: Int) {
      for row in 0..<rows { for frame in 0..<frames { places[start + row * stride + frame] = true } }
    }
    if then?.isStored != false {
      mark(16, rows: outputs, stride: yStride)
      if mirror { mark(16 + mirrorOffset, rows: outputs, stride: yStride) }
    }
    if total != .none { mark(outputs * yStride + 32, rows: outputs, stride: rowStride) }
    if let then {
      let start = outputs * (yStride + rowStride) + 64
      mark(start, rows: then.outputs, stride: yStride)
      if then.mirror { mark(start + mirrorOffset, rows: then.outputs, stride: yStride) }
      if then.total { mark(start + then.outputs * yStride + 16, rows: then.outputs, stride: rowStride) }
    }
    return places
  }
}
