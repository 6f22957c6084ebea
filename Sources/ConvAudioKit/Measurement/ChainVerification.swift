import Convolution
import StreamingConvolution
import Verification

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Proof, on this machine and with this chain, that blocks do not matter and that the numbers are right.
///
/// ```swift
/// let proof = try ChainVerification(of: Chain("amp.nam"), on: [guitar], sampleRateHz: 48_000)
/// print(proof.holds, proof.difference.errorDecibels)  // true -127.0
/// ```
public struct ChainVerification: Sendable {
  /// One way to cut the signal, and where its output first differed from that of the largest blocks.
  public struct Cutting: Sendable {
    public let cutting: BlockCutting
    public let difference: (channel: Int, frame: Int)?
  }

  /// The most that the error may be, in dB against the level of the truth, where nothing else is asked for.
  public static let defaultToleranceDecibels = -90.0
  /// The most frames of one block here.
  static let blockFrames = 4096

  /// Frames that were run.
  public let frames: Int
  /// Frames that an output depends on; nil: all before it.
  public let receptiveFieldFrames: Int?
  /// Every way that was tried.
  public let cuttings: [Cutting]
  /// The output against the same chain in double precision.
  public let difference: SignalDifference
  /// The largest share that any sample's error had of what the rounding of Float32 can make of it; nil where no such bound
  /// is derived, which is with impulse responses.
  public let shareOfBound: Double?
  /// What was allowed.
  public let toleranceDecibels: Double
  /// The output, aligned with the input.
  public let output: [[Float]]

  /// Whether the output is the same for all cuttings.
  public var cuttingsAgree: Bool { cuttings.allSatisfy { $0.difference == nil } }
  /// Whether the output is what the definitions say.
  public var isExact: Bool {
    difference.errorDecibels <= toleranceDecibels && (shareOfBound ?? 0) <= 1
  }
  /// Both.
  public var holds: Bool { cuttingsAgree && isExact }

  /// Runs `preset` on `input`.
  ///
  /// - Shapes: `[channels][frames]`.
  /// - Complexity: The double-precision run takes some hundred times as long as the chain, and 16 bytes for every value of
  ///   the widest layers; a second of sound is plenty.
  /// - Throws: As `Chain.makeChain`.
  public init(
    of preset: Chain, on input: [[Float]], sampleRateHz: Int?, costs: ConvolutionCosts = .standard,
    toleranceDecibels: Double = defaultToleranceDecibels
  ) throws {
    var settings = ChainSettings()
    settings.channels = input.count
    settings.sampleRateHz = preset.sampleRateHz(forSignalOf: sampleRateHz)
    settings.maximumBlockFrames = Self.blockFrames
    settings.costs = costs
    let processor = try preset.makeChain(settings).processor
    let frames = input.first?.count ?? 0
    // As many frames behind the input as the output is late.
    let padded = input.map { $0 + [Float](repeating: 0, count: processor.latencyFrames) }
    let whole = processor.run(padded, in: .blocks(of: Self.blockFrames))
    let ways: [BlockCutting] =
      [1, 7, 16, 64, 512, 1000].map { .blocks(of: $0) } + [.random(seed: 1), .random(seed: 2)]
    cuttings = ways.map { Cutting(cutting: $0, difference: firstDifference(whole, processor.run(padded, in: $0))) }
    output = whole.map { Array($0.dropFirst(processor.latencyFrames)) }

    var chain = ReferenceChain(settings: settings)
    let truth = try chain.output(of: preset.stages, on: ReferenceNetwork.Signal(padded.map { $0.map(Double.init) }))
    let lead = chain.leadFrames
    difference = SignalDifference(of: output, from: truth.frames.map { Array($0.dropFirst(lead).prefix(frames)) })
    var share = 0.0
    if chain.isBounded {
      for (y, (x, bound)) in zip(output, zip(truth.frames, truth.frameErrors)) {
        for (y, (x, bound)) in zip(y, zip(x, bound)) where Double(y) != x {
          let ratio = abs(Double(y) - x) / bound
          share = max(share, ratio.isNaN ? .infinity : ratio)
        }
      }
    }
    shareOfBound = chain.isBounded ? share : nil
    self.frames = frames
    receptiveFieldFrames = processor.historyFrames.map { $0 + 1 }
    self.toleranceDecibels = toleranceDecibels
  }

  /// A signal to verify with where there is none: a sweep that grows and fades, over noise that is loud and soft in turns,
  /// and silence at its end.
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
