import ByteFiles

/// Names and conversions of formats that a stream refuses.
extension ByteFormat {
  /// To be used after "is": `"FLAC"`, `"an MPEG stream (MP3)"`.
  var name: String {
    switch self {
    case .wave: "WAV"
    case .riff(let form): "RIFF with \(form) inside and not WAVE"
    case .bigEndianWave: "big-endian WAV (RIFX)"
    case .wave64: "Wave64"
    case .aiff: "AIFF"
    case .aiffC: "AIFF-C"
    case .flac: "FLAC"
    case .ogg: "Ogg"
    case .caf: "CAF"
    case .au: "AU"
    case .mpeg: "an MPEG stream (MP3)"
    case .numpy: "a NumPy array"
    }
  }

  /// How to convert it to WAV within the pipe.
  var remedy: String {
    switch self {
    case .wave: "read it as WAV"
    case .riff: Self.convert
    // FFmpeg 5.1 refuses RIFX with an extensible header; SoX reads every kind, and needs its -t: what it recognises
    // by itself it loses when the first piece of a pipe is short.
    case .bigEndianWave: "put `sox -t wav - -t wav -` before it"
    case .numpy: "convert it to raw samples"
    default: Self.convert + ", or give it to `convaudio process -`"
    }
  }

  /// FFmpeg read each of these formats from a pipe when tried. Floats, because its own choice is 16 bits.
  static let convert = "put `ffmpeg -i - -c:a pcm_f32le -f wav -` before it"
}
