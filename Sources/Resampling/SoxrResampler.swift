import CSoxr

/// Owns one resampler of libsoxr. The only place that calls the library.
///
/// Why libsoxr, and this setting of it: see `SampleRateConverter`.
///
/// Safe because: the handle is freed exactly once, in `deinit`; the caller's pointers are used during the call only;
/// the list of silent channels belongs to this object.
final class SoxrResampler {
  /// Samples as the library takes them: an array of channels.
  typealias Input = UnsafeRawPointer
  typealias Output = UnsafeMutableRawPointer

  private let handle: soxr_t
  private let silence: UnsafeMutableRawPointer
  private let silentChannels: UnsafeMutablePointer<UnsafeRawPointer>

  /// The most frames of silence in one call.
  static let silentFrames = 1024

  /// - Parameter sampleType: `SOXR_FLOAT32_S` or `SOXR_FLOAT64_S`, planar both.
  /// - Throws: `ResamplingError.library`.
  init(_ ratio: RateRatio, channels: Int, sampleType: soxr_datatype_t) throws(ResamplingError) {
    var formats = soxr_io_spec(sampleType, sampleType)
    // 28 bits; no roll-off before the passband's end; positions in 96 bits, without which ratios of large numbers drift
    // by 0.005 frames an hour.
    var quality = soxr_quality_spec(
      UInt(SOXR_28_BITQ), UInt(SOXR_ROLLOFF_NONE) | UInt(SOXR_HI_PREC_CLOCK))
    // One thread: files already run in parallel.
    var runtime = soxr_runtime_spec(1)
    var failure: soxr_error_t?
    let made = SoxrTables.whileChanging {
      soxr_create(
        Double(ratio.inputRateHz), Double(ratio.outputRateHz), UInt32(channels), &failure, &formats, &quality, &runtime)
    }
    guard let made else { throw .library(reason: failure.map { String(cString: $0) } ?? "for no reason it gives") }
    handle = made
    let bytes = Self.silentFrames * (sampleType == SOXR_FLOAT64_S ? 8 : 4)
    silence = .allocate(byteCount: bytes, alignment: 64)
    silence.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    silentChannels = .allocate(capacity: channels)
    silentChannels.initialize(repeating: UnsafeRawPointer(silence), count: channels)
  }

  deinit {
    SoxrTables.whileChanging { soxr_delete(handle) }
    silentChannels.deallocate()
    silence.deallocate()
  }

  /// Writes all frames.
  func write(_ channels: Input, frames: Int) throws(ResamplingError) {
    // The library reads the list of outputs but uses none of them, because 0 frames are asked for.
    let failure = SoxrTables.whileReading { soxr_process(handle, channels, frames, nil, silentChannels, 0, nil) }
    if let failure { throw .library(reason: String(cString: failure)) }
  }

  /// Writes frames of silence.
  func writeSilence(frames: Int) throws(ResamplingError) {
    precondition(frames <= Self.silentFrames, "at most \(Self.silentFrames) silent frames at once, not \(frames)")
    try write(UnsafeRawPointer(silentChannels), frames: frames)
  }

  /// Reads the frames that are ready, at most `frames`.
  func read(into channels: Output, frames: Int) throws(ResamplingError) -> Int {
    var read = 0
    // Zero frames of input; a null input would mean its end.
    let failure = SoxrTables.whileReading { soxr_process(handle, silentChannels, 0, nil, channels, frames, &read) }
    if let failure { throw .library(reason: String(cString: failure)) }
    return read
  }
}
