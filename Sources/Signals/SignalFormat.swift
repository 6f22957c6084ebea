import ArrayFiles
import AudioFiles

/// The format of a signal: audio, or rows of numbers.
public enum SignalFormat: String, CaseIterable, Sendable {
  /// Raw samples, little-endian, interleaved.
  case f32le, f64le, s16le, s24le, s32le, u8
  /// A WAV file that comes through a pipe; its length may be unknown.
  case wav
  /// Rows of numbers, one per frame.
  case csv, ndjson

  /// The audio format; nil for rows.
  public var audio: AudioStreamFormat? {
    self == .wav ? .wav : RawSampleFormat(rawValue: rawValue).map(AudioStreamFormat.raw)
  }

  /// The row format; nil for audio.
  public var rows: RowFormat? { RowFormat(rawValue: rawValue) }

  /// The row format that a file's extension names; nil for other files.
  package init?(rowsNamed path: String) {
    let lower = path.lowercased()
    if [".ndjson", ".jsonl"].contains(where: lower.hasSuffix) {
      self = .ndjson
    } else if SeriesFormat(path: path) == .lines {
      self = .csv
    } else {
      return nil
    }
  }

  package init(_ format: AudioStreamFormat) {
    switch format {
    case .wav: self = .wav
    // The raw formats have the same names here.
    case .raw(let raw): self = SignalFormat(rawValue: raw.rawValue)!
    }
  }
}
