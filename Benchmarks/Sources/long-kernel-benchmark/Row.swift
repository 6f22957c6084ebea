import ConvAudioKit
import Foundation

/// A kernel length, a mode and a number of channels.
struct Row {
  enum Mode: Hashable {
    /// Made with this grain, no latency, run in blocks of the grain, as other real-time convolvers are.
    case grain(Int)
    /// Made with grain 1 and no latency, run in blocks of this size.
    case anyBlock(Int)
    /// The cheapest latency; the whole signal in long blocks.
    case offline

    var name: String {
      switch self {
      case .grain(let frames): "grain \(frames)"
      case .anyBlock(let frames): "grain 1 in blocks of \(frames)"
      case .offline: "offline"
      }
    }
  }

  let taps: Int
  let mode: Mode
  let channels: Int

  var name: String { "\(taps) taps, \(mode.name), \(channels == 1 ? "mono" : "stereo")" }

  static let lengths = [256, 4096, 65_536, 480_000]

  static let all: [Row] = [1, 2].flatMap { channels in
    ([64, 256, 1024].flatMap { [Mode.grain($0), .anyBlock($0)] } + [.offline]).flatMap { mode in
      lengths.map { Row(taps: $0, mode: mode, channels: channels) }
    }
  }

  var blockFrames: Int {
    switch mode {
    case .grain(let frames), .anyBlock(let frames): frames
    case .offline: 16_384
    }
  }

  func matrix() throws -> ResponseMatrix {
    try .perChannel((0..<channels).map { decayingNoise(taps: taps, seed: UInt64($0) + 1) })
  }

  func plan(for matrix: ResponseMatrix, costs: ConvolutionCosts) throws -> PartitionPlan {
    switch mode {
    case .grain(let frames): try PartitionPlanner.plan(for: matrix, grainFrames: frames, costs: costs)
    case .anyBlock: try PartitionPlanner.plan(for: matrix, costs: costs)
    case .offline: try PartitionPlanner.offlinePlan(for: matrix, costs: costs)
    }
  }
}

/// White noise with an exponential envelope that ends at −60 dB.
func decayingNoise(taps: Int, seed: UInt64) -> [Float] {
  var state = seed
  var level = 0.1
  let factor = pow(0.001, 1 / Double(taps))
  return (0..<taps).map { _ in
    level *= factor
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Double(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-31 * level)
  }
}
