/// Which loudspeakers the channels of a recording are for.
package struct ChannelLayout: Equatable, Sendable {
  /// One bit a speaker, lowest first in the order of channels, as in WAVE_FORMAT_EXTENSIBLE (Microsoft, mmreg.h).
  /// 0: no speakers.
  package var mask: UInt32
  /// Whether the channels are ambisonic B-format.
  package var isAmbisonic = false

  /// A layout by its mask.
  package init(mask: UInt32, isAmbisonic: Bool = false) {
    (self.mask, self.isAmbisonic) = (mask, isAmbisonic)
  }

  /// The layout of FLAC (RFC 9639, section 9.1.3), Vorbis and Opus for 3 to 8 channels, once they are in the order of
  /// WAV; nil for other numbers.
  package static func standard(channels: Int) -> ChannelLayout? {
    let masks: [UInt32] = [0x7, 0x33, 0x37, 0x3F, 0x70F, 0x63F]
    guard masks.indices.contains(channels - 3) else { return nil }
    return ChannelLayout(mask: masks[channels - 3])
  }

  /// Whether a file needs to say it: mono and stereo go without saying.
  func isWorthSaying(channels: Int) -> Bool {
    if isAmbisonic { return true }
    guard mask != 0, mask.nonzeroBitCount == channels else { return false }
    return !(channels == 1 && mask == 0x4 || channels == 2 && mask == 0x3)
  }

  /// Its name in messages.
  var name: String {
    if isAmbisonic { return "ambisonic B-format" }
    return switch mask {
    case 0x7: "3.0"
    case 0x33: "quadraphonic"
    case 0x37: "5.0"
    case 0x3F: "5.1"
    case 0x107: "4.0"
    case 0x607: "5.0 (side)"
    case 0x60F: "5.1 (side)"
    case 0x63F: "7.1"
    case 0x70F: "6.1"
    default: "speaker mask 0x" + String(mask, radix: 16, uppercase: true)
    }
  }
}

/// The order of channels in Vorbis and Opus (Vorbis I specification, section 4.3.9; RFC 7845, section 5.1.1.2), which
/// libsndfile does not change.
struct VorbisOrder {
  /// For each channel in the order of WAV, its place in the order of Vorbis.
  private let places: [Int]

  /// Nil where the two orders are the same.
  init?(channels: Int) {
    switch channels {
    case 3: places = [0, 2, 1]
    case 5: places = [0, 2, 1, 3, 4]
    case 6: places = [0, 2, 1, 5, 3, 4]
    case 7: places = [0, 2, 1, 6, 5, 3, 4]
    case 8: places = [0, 2, 1, 7, 5, 6, 3, 4]
    default: return nil
    }
  }

  /// Puts interleaved frames into the order of WAV.
  func toWAV(_ samples: UnsafeMutablePointer<Float>, frames: Int) {
    reorder(samples, frames: frames) { frame, start in
      for (wav, vorbis) in places.enumerated() { frame[wav] = samples[start + vorbis] }
    }
  }

  /// Puts interleaved frames into the order of Vorbis.
  func toVorbis(_ samples: UnsafeMutablePointer<Float>, frames: Int) {
    reorder(samples, frames: frames) { frame, start in
      for (wav, vorbis) in places.enumerated() { frame[vorbis] = samples[start + wav] }
    }
  }

  private func reorder(
    _ samples: UnsafeMutablePointer<Float>, frames: Int, pick: (UnsafeMutableBufferPointer<Float>, Int) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: places.count) { frame in
      for start in stride(from: 0, to: frames * places.count, by: places.count) {
        pick(frame, start)
        for channel in places.indices { samples[start + channel] = frame[channel] }
      }
    }
  }
}
