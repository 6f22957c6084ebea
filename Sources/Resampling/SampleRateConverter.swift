import CSoxr

/// The sample types that can be converted: `Float` and `Double`, and no others.
package protocol ConvertibleSample: BinaryFloatingPoint, Sendable {}
extension Float: ConvertibleSample {}
extension Double: ConvertibleSample {}

/// Resamples a stream of planar frames, piece by piece.
///
/// ```swift
/// let converter = try SampleRateConverter<Float>(channels: 2, from: 44_100, to: 48_000)
/// var converted = try converter.process([left, right])  // for every piece
/// converted = try converter.finish()
/// ```
/// - Alignment: linear phase with its delay removed: output frame k lies at input frame k · from / to, within 10⁻⁷
///   frames after an hour. Exactly `round(frames · to / from)` frames come out. Beyond its ends the signal counts as
///   silence.
/// - Numerics: computed in double precision. Up to 91 % of the lower Nyquist frequency, a sine of height 1 comes out
///   within 2⁻²⁷ (−162 dB) of the exact result. From there the level falls until Nyquist, above which aliases and
///   images stay below the same bound; measured: −175 dB and −186 dB. `Float` output is that of `Double`, rounded once.
///   NaN and infinities spoil the output for the length of the filters' transforms, some tens of milliseconds, and no
///   longer.
/// - *Piece size is inaudible*: the output is bit-identical for any sizes of input and output pieces, and in every run
///   on the same kind of processor. Without AVX the library adds in another order: then one of ten million random
///   `Float` samples differs, by a rounding.
/// - Memory: samples that were written and not yet read, and at most 1.1 MB per channel. Allocates, so it is not for a
///   real-time thread.
/// - One thread at a time.
/// - Complexity: a frame costs O(log n), n the length of the filters; 10 ns per channel from 44.1 to 48 kHz.
///
/// Underneath is libsoxr (LGPL-2.1-or-later), at 28 bits, what SoX calls very high quality. The other candidate was
/// libsamplerate (BSD-2-Clause) at its best. Sines from 44.1 to 48 kHz in `Float`, on one core: −144 to −145 dB and
/// 10 ns per frame for libsoxr 0.1.3, −132 to −140 dB and 440 ns for libsamplerate 0.2.2, which has no double precision
/// for impulse responses. libsoxr had its last release in 2018 and is maintained by the distributions, FFmpeg and the
/// makers of its Python package. There is no quality setting: an hour of stereo takes this one 4 seconds. libsoxr's
/// own environment variables, `SOXR_…`, are for experiments and change the bits.
package final class SampleRateConverter<Sample: ConvertibleSample> {
  /// The rates.
  package let ratio: RateRatio
  /// Channels of input and output.
  package let channels: Int
  /// Input frames so far.
  package private(set) var framesWritten: Int64 = 0
  /// Output frames so far.
  package private(set) var framesRead: Int64 = 0

  private let resampler: SoxrResampler
  /// The total length of the output, once it is known.
  private var totalFrames: Int64?

  /// The supported channel counts.
  package static var channelCounts: ClosedRange<Int> { 1...1024 }

  /// Makes a converter at the start of a stream.
  /// - Throws: `ResamplingError.channels`, `.library`.
  package init(_ ratio: RateRatio, channels: Int) throws(ResamplingError) {
    guard Self.channelCounts.contains(channels) else {
      throw .channels(expected: Self.channelCounts, actual: channels)
    }
    precondition(
      Sample.self == Float.self || Sample.self == Double.self,
      "samples must be Float or Double, not \(Sample.self)")
    self.ratio = ratio
    self.channels = channels
    resampler = try SoxrResampler(
      ratio, channels: channels, sampleType: Sample.self == Double.self ? SOXR_FLOAT64_S : SOXR_FLOAT32_S)
  }

  /// Makes a converter at the start of a stream.
  /// - Throws: `ResamplingError.rate`, `.factor`, `.channels`, `.library`.
  package convenience init(
    channels: Int, from inputRateHz: Int, to outputRateHz: Int
  ) throws(ResamplingError) {
    try self.init(RateRatio(from: inputRateHz, to: outputRateHz), channels: channels)
  }

  /// Accepts all of the next frames. Then call `read` until it returns 0, which keeps memory bounded.
  ///
  /// - Parameter input: `channels` pointers to `frames` samples each; they are used during the call only.
  /// - Precondition: the input was not ended.
  package func write(_ input: UnsafePointer<UnsafePointer<Sample>>, frames: Int) throws(ResamplingError) {
    precondition(totalFrames == nil, "frames were written after the end of the input")
    guard frames > 0 else { return }
    try resampler.write(UnsafeRawPointer(input), frames: frames)
    framesWritten += Int64(frames)
  }

  /// Ends the input.
  ///
  /// - Parameter totalFrames: The total length of the output. Beyond `round(frames · to / from)`, the default, it holds
  ///   only the filter's ringing and silence. If more have been read already, no more follow.
  package func endInput(totalFrames: Int64? = nil) {
    self.totalFrames = totalFrames ?? ratio.outputFrames(for: framesWritten)
  }

  /// Reads the next output frames.
  ///
  /// - Parameters:
  ///   - output: `channels` pointers with room for `frames` samples each.
  ///   - frames: The most to read.
  /// - Returns: Frames read. Fewer than asked for if more input is needed first, or at the end.
  package func read(
    into output: UnsafePointer<UnsafeMutablePointer<Sample>>, frames: Int
  ) throws(ResamplingError) -> Int {
    let due = (totalFrames ?? ratio.outputFrames(for: framesWritten)) - framesRead
    let wanted = Int(min(Int64(frames), max(0, due)))
    guard wanted > 0 else { return 0 }
    // The library reads an array of pointers and does not change it.
    let channels = UnsafeMutableRawPointer(mutating: UnsafeRawPointer(output))
    var read = try resampler.read(into: channels, frames: wanted)
    while read == 0, totalFrames != nil {
      try resampler.writeSilence(frames: SoxrResampler.silentFrames)
      read = try resampler.read(into: channels, frames: wanted)
    }
    framesRead += Int64(read)
    return read
  }
}
