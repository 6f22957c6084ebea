import Convolution
import StreamingConvolution
import Verification

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Checks on this machine that a chain gives the same bits whatever the block size, and that the numbers are right.
///
/// ```swift
/// let proof = try ChainVerification(of: Chain("amp.nam"), on: [guitar], sampleRateHz: 48_000)
/// print(proof.holds, proof.difference.errorDecibels)  // true -127.0
/// ```
public struct ChainVerification: Sendable {
  /// One way to cut the signal into blocks, and where its output first differed from that of the largest blocks.
  public struct Cutting: Sendable {
    /// The block sizes.
    public let cutting: BlockCutting
    /// The first sample that differs; nil: the same bits.
    public let difference: (channel: Int, frame: Int)?
  }

  /// Default for the largest error allowed, in dB relative to the reference.
  public static let defaultToleranceDecibels = -90.0
  /// The largest block.
  static let blockFrames = 4096

  /// Length of the input in frames.
  public let frames: Int
  /// Input frames that one output frame depends on; nil: all before it.
  public let receptiveFieldFrames: Int?
  /// Every cutting that was tried.
  public let cuttings: [Cutting]
  /// The output compared with the same chain in double precision.
  public let difference: SignalDifference
  /// The largest error of a sample, as a share of the bound on Float32 rounding for that sample; nil for chains with
  /// impulse responses, which have no such bound here.
  public let shareOfBound: Double?
  /// The largest error allowed, in dB relative to the reference.
  public let toleranceDecibels: Double
  /// The output, aligned with the input.
  public let output: [[Float]]

  /// Whether all cuttings gave the same bits.
  public var cuttingsAgree: Bool { cuttings.allSatisfy { $0.difference == nil } }
  /// Whether the output agrees with double precision.
  public var isExact: Bool {
    difference.errorDecibels <= toleranceDecibels && (shareOfBound ?? 0) <= 1
  }
  /// Whether both hold.
  public var holds: Bool { cuttingsAgree && isExact }

  /// Runs a chain on `input`.
  ///
  /// - Shapes: `[channels][frames]`.
  /// - Complexity: Double precision takes about a hundred times as long as the chain, and 16 bytes for every value of the
  ///   widest layers. A second of sound is enough.
  /// - Throws: As `Chain.prepare`.
  public init(
    of chain: Chain, on input: [[Float]], sampleRateHz: Int?, costs: ConvolutionCosts = .standard,
    toleranceDecibels: Double = defaultToleranceDecibels
  ) throws {
    var settings = ChainSettings()
    settings.costs = costs
    let prepared = try chain.prepare(
      channels: input.count, sampleRateHz: sampleRateHz, maximumBlockFrames: Self.blockFrames, settings: settings)
    let processor = prepared.processor
    let frames = input.first?.count ?? 0
    // Silence after the input, so that the last frames come out despite the latency.
    let padded = input.map { $0 + [Float](repeating: 0, count: processor.latencyFrames) }
    let whole = processor.run(padded, in: .blocks(of: Self.blockFrames))
    let ways: [BlockCutting] =
      [1, 7, 16, 64, 512, 1000].map { .blocks(of: $0) } + [.random(seed: 1), .random(seed: 2)]
    cuttings = ways.map { Cutting(cutting: $0, difference: firstDifference(whole, processor.run(padded, in: $0))) }
    output = whole.map { Array($0.dropFirst(processor.latencyFrames)) }

    var reference = ReferenceChain(sampleRateHz: prepared.sampleRateHz, maximumMemoryBytes: settings.maximumMemoryBytes)
    let truth = try reference.output(of: chain.stages, on: ReferenceNetwork.Signal(padded.map { $0.map(Double.init) }))
    let lead = reference.leadFrames
    difference = SignalDifference(of: output, from: truth.frames.map { Array($0.dropFirst(lead).prefix(frames)) })
    var share = 0.0
    if reference.isBounded {
      for (y, (x, bound)) in zip(output, zip(truth.frames, truth.frameErrors)) {
        for (y, (x, bound)) in zip(y, zip(x, bound)) where Double(y) != x {
          let ratio = abs(Double(y) - x) / bound
          share = max(share, ratio.isNaN ? .infinity : ratio)
        }
      }
    }
    shareOfBound = reference.isBounded ? share : nil
    self.frames = frames
    receptiveFieldFrames = processor.historyFrames.map { $0 + 1 }
    self.toleranceDecibels = toleranceDecibels
  }

  /// A test signal: a rising sweep over noise that is loud and soft in turns, with silence at the end.
  public static func testSignal(channels: Int, frames: Int) -> [[Float]] {
    var state: UInt64 = 1
    return (0..<channels).map { channel in
      var phase = 0.0
      return (0..<frames).map { frame in
        let place = Double(frame) / Double(max(1, frames))
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let noise = Double(Int64(bitPattern: state) >> 11) * 0x1p-52
        guard place < 0.9 else { return 0 }
        // In turns a frame: from a thousandth of the Nyquist frequency to a seventh of it, exponentially.
        phase += 0.0005 * pow(2, 8 * place + Double(channel) * 0.25)
        let sweep = 0.5 * place * sin(2 * .pi * phase)
        return Float(sweep + noise * (frame / 2000 % 2 == 0 ? 0.25 : 0.01))
      }
    }
  }
}
