import CConvolutionKernels
import Convolution

/// Responses divided by a plan: the weights of the direct sum and the spectra of all partitions. Immutable, and shared
/// by copies of a processor.
final class ResponseSpectra: @unchecked Sendable {
  // Sendable because nothing changes after init.
  let matrix: ResponseMatrix
  /// One entry per distinct combination of response, delay and gain.
  let kernels: [Kernel]
  /// The entry that each path uses.
  let kernelOfPath: [Int]

  /// One response, delayed and scaled.
  struct Kernel {
    /// First tap of the direct sum that is not zero.
    let headFirstTap: Int
    /// Taps of the direct sum.
    let headTaps: Int
    /// In the order of `cck_long_taps`.
    let head: AlignedMemory?
    let parts: [Part]
  }

  /// The part in one level.
  struct Part {
    /// The level's first partition that is not zero.
    let first: Int
    let partitions: Int
    /// Chunk after chunk, all partitions of it.
    let spectra: AlignedMemory?
  }

  init(_ matrix: ResponseMatrix, plan: PartitionPlan) {
    self.matrix = matrix
    let (kinds, kernelOfPath) = Self.kinds(of: matrix)
    self.kernelOfPath = kernelOfPath
    let makers = plan.levels.map { KernelSpectrumMaker(.shared(count: $0.partitionFrames)) }
    kernels = kinds.map { kind in
      let taps = matrix.responses[kind.response]
      let span = kind.delayFrames..<kind.delayFrames + taps.count
      let head = span.clamped(to: 0..<max(plan.directTaps, 0))
      var weights: AlignedMemory?
      if !head.isEmpty {
        let memory = AlignedMemory(count: head.count)
        for place in 0..<head.count {
          let tap = taps[head.upperBound - 1 - place - kind.delayFrames]
          memory.base[cck_packed_long_tap(head.count, place)] = Float(Double(tap) * kind.gain)
        }
        weights = memory
      }
      let parts = zip(plan.levels, makers).map { level, maker in
        let range = Self.partitions(of: span, in: level)
        guard !range.isEmpty else { return Part(first: 0, partitions: 0, spectra: nil) }
        let frames = level.partitionFrames
        let memory = AlignedMemory(count: 2 * frames * range.count)
        for partition in range {
          let start = level.firstTap + partition * frames
          let inside = span.clamped(to: start..<start + frames)
          maker.make(
            taps: taps[inside.lowerBound - span.lowerBound..<inside.upperBound - span.lowerBound],
            offset: inside.lowerBound - start, gain: kind.gain,
            into: memory.base + (partition - range.lowerBound) * SpectrumChunk.floats,
            stride: range.count * SpectrumChunk.floats)
        }
        return Part(first: range.lowerBound, partitions: range.count, spectra: memory)
      }
      return Kernel(headFirstTap: head.lowerBound, headTaps: head.count, head: weights, parts: parts)
    }
  }

  private init(_ matrix: ResponseMatrix, kernels: [Kernel], kernelOfPath: [Int]) {
    (self.matrix, self.kernels, self.kernelOfPath) = (matrix, kernels, kernelOfPath)
  }

  /// The paths from one channel to itself, as those of a mono signal.
  func onlyChannel(_ channel: Int) -> ResponseSpectra {
    let indices = matrix.paths.indices.filter {
      matrix.paths[$0].input == channel && matrix.paths[$0].output == channel
    }
    return ResponseSpectra(
      matrix.mono(paths: indices), kernels: kernels, kernelOfPath: indices.map { kernelOfPath[$0] })
  }

  /// The distinct combinations of response, delay and gain, as paths whose channels are ignored.
  static func kinds(of matrix: ResponseMatrix) -> (kinds: [ResponsePath], kernelOfPath: [Int]) {
    var places: [ResponsePath: Int] = [:]
    var kinds: [ResponsePath] = []
    let kernelOfPath = matrix.paths.map { path in
      var kind = path
      (kind.input, kind.output) = (0, 0)
      if let place = places[kind] { return place }
      places[kind] = kinds.count
      kinds.append(kind)
      return kinds.count - 1
    }
    return (kinds, kernelOfPath)
  }

  /// The partitions of a level that hold any of the taps `span`.
  static func partitions(of span: Range<Int>, in level: PartitionPlan.Level) -> Range<Int> {
    let inside = span.clamped(to: level.firstTap..<level.endTap)
    guard !inside.isEmpty else { return 0..<0 }
    let frames = level.partitionFrames
    let first = (inside.lowerBound - level.firstTap) / frames
    return first..<(inside.upperBound - 1 - level.firstTap) / frames + 1
  }
}
