import ArrayFiles
import AudioFiles
import Signals

/// The output of a stream, made like its input where nothing else is asked for.
struct StreamOutput {
  private enum Writer {
    case audio(AudioStreamWriter, PeakSink)
    case rows(NumberRowWriter)
  }

  private let writer: Writer
  /// What is changed, one sentence each.
  let notes: [String]

  /// Writes the header.
  ///
  /// - Parameters:
  ///   - signal: The input.
  ///   - channels: Samples of an output frame.
  ///   - blockFrames: The most frames that are written at once.
  /// - Throws: `StreamError`, `AudioFileError`, `AudioStreamError`, and what `write` throws.
  init(
    like signal: Signal, through chain: Chain, settings: StreamSettings, channels: Int, blockFrames: Int,
    write: @escaping StreamRunner.Write
  ) throws {
    let target = settings.outputFormat ?? signal.format
    guard settings.bitDepth == nil || target == .wav else { throw StreamError.bitDepth(format: target) }
    if let rows = target.rows {
      let layout = signal.rowLayout
      notes = []
      writer = .rows(
        try NumberRowWriter(
          format: rows, columns: channels,
          header: rows == .csv ? layout.flatMap { Self.header($0, columns: channels) } : nil,
          separator: layout?.separator ?? UInt8(ascii: ","), write: write))
      return
    }
    // Only a header has a place for the rate.
    guard let sampleRateHz = signal.sampleRateHz ?? chain.sampleRateHz ?? (target == .wav ? nil : 1) else {
      throw StreamError.rateNeeded
    }
    // A raw format names its encoding; a WAV keeps the input's, by the same rules as a file.
    let audio = signal.streamInfo
    let source = AudioFileInfo(
      path: signal.name, container: .wav, encoding: audio?.encoding ?? .float32, sampleRateHz: sampleRateHz,
      channels: signal.channels, frames: 0)
    var bitDepth = settings.bitDepth
    if case .raw(let raw) = target.audio { bitDepth = BitDepth.allCases.first { $0.encoding == raw.encoding } }
    let choice = try AudioOutputFormat.choose(
      container: .wav, source: source, bitDepth: bitDepth, expectedFrames: nil, channels: channels,
      processed: !chain.stages.isEmpty || settings.chain.changesLevels, dither: settings.dithers)
    notes = choice.notes
    let audioWriter = try AudioStreamWriter(
      format: target.audio ?? .wav, encoding: choice.encoding, sampleRateHz: sampleRateHz, channels: channels,
      channelMask: channels == signal.channels ? audio?.channelMask ?? 0 : 0, dither: choice.needsDither,
      maximumBlockFrames: blockFrames, write: write)
    writer = .audio(audioWriter, PeakSink(audioWriter))
  }

  /// The input's header, where its columns are the output's; other columns get names of their own.
  private static func header(_ layout: RowLayout, columns: Int) -> String? {
    guard let header = layout.header else { return nil }
    if layout.columns == columns { return header }
    return (1...columns).map { "channel\($0)" }.joined(separator: String(UnicodeScalar(layout.separator)))
  }

  /// Where frames go.
  var frames: any FrameSink {
    switch writer {
    case .audio(_, let sink): sink
    case .rows(let writer): writer
    }
  }

  /// Largest absolute sample so far; 0 for rows.
  var peak: Float { if case .audio(_, let sink) = writer { sink.peak } else { 0 } }

  /// Samples that were clipped to full scale so far.
  var clippedSamples: Int {
    if case .audio(let writer, _) = writer { writer.clippedSamples } else { 0 }
  }

  /// Samples that were NaN or infinite so far.
  var nonFiniteSamples: Int {
    switch writer {
    case .audio(let writer, _): writer.nonFiniteSamples
    case .rows(let writer): writer.nonFiniteValues
    }
  }

  /// Frames written so far.
  var framesWritten: Int64 {
    switch writer {
    case .audio(let writer, _): writer.framesWritten
    case .rows(let writer): writer.rowsWritten
    }
  }
}

/// Passes frames on, and notes their peak.
private final class PeakSink: FrameSink {
  private(set) var peak: Float = 0
  private let sink: any FrameSink

  init(_ sink: any FrameSink) { self.sink = sink }

  func write(_ samples: UnsafeBufferPointer<Float>) throws {
    peak = max(peak, MeteredSink.peak(of: samples))
    try sink.write(samples)
  }
}
