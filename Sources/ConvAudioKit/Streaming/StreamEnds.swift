import ByteFiles
import ArrayFiles
import AudioFiles

extension AudioStreamReader: FrameSource {}

extension AudioStreamWriter: FrameSink {}

/// Rows as frames: one at a time, so that each is answered when it has come.
final class RowSource: FrameSource {
  let reader: NumberRowReader
  let name: String
  var framesRead: Int64 { reader.rowsRead }

  init(_ reader: NumberRowReader, name: String) {
    self.reader = reader
    self.name = name
  }

  func read(into samples: UnsafeMutableBufferPointer<Float>) throws -> Int {
    try reader.read(into: UnsafeMutableBufferPointer(rebasing: samples[..<reader.layout.columns])) ? 1 : 0
  }
}

extension NumberRowWriter: FrameSink {}

/// The run was cancelled before the end of a row.
struct CancelledRow: Error {}

/// The two ends of a stream, opened: what was read of the input's beginning says how the output is made.
struct StreamEnds {
  let source: any FrameSource
  /// Frames a second; nil for rows, unless the settings give it.
  let sampleRateHz: Int?
  let channels: Int
  private let format: StreamFormat
  private let audio: AudioStreamInfo?
  private let layout: RowLayout?
  private let settings: StreamSettings

  /// Reads as much of the input as says what it is.
  init(
    name: String, settings: StreamSettings, cancellation: Cancellation, read: @escaping StreamRunner.Read
  ) throws {
    self.settings = settings
    let read: StreamRunner.Read = { cancellation.isRequested ? 0 : try read($0) }
    if let rows = settings.format?.rows {
      // A row that was cut off would be taken for a whole one with other numbers.
      let read: StreamRunner.Read = { buffer in
        let count = try read(buffer)
        if count == 0, cancellation.isRequested { throw CancelledRow() }
        return count
      }
      let reader = try NumberRowReader(
        name: name, format: rows, columns: settings.channels, missing: settings.missing, header: settings.header,
        maximumColumns: settings.maximumChannels, read: read)
      source = RowSource(reader, name: name)
      (layout, audio, format) = (reader.layout, nil, StreamFormat(rows))
      (channels, sampleRateHz) = (reader.layout.columns, settings.sampleRateHz)
    } else {
      let reader = try AudioStreamReader(
        name: name, format: settings.format?.audio, sampleRateHz: settings.sampleRateHz, channels: settings.channels,
        maximumChannels: settings.maximumChannels, read: read)
      source = reader
      (layout, audio, format) = (nil, reader.info, StreamFormat(reader.info.format))
      (channels, sampleRateHz) = (reader.info.channels, reader.info.sampleRateHz)
    }
  }

  /// Refuses a rate other than the chain's.
  func check(_ chain: Chain) throws {
    guard let expected = chain.sampleRateHz, let actual = sampleRateHz, expected != actual else { return }
    throw StreamError.sampleRate(
      name: source.name, expectedHz: expected, actualHz: actual, chain: chain.label, format: format, channels: channels)
  }

  /// Values of rows that were missing, so far.
  var missingValues: Int { (source as? RowSource)?.reader.missingValues ?? 0 }

  /// Sentences about what reading changes.
  var notes: [String] { (source as? AudioStreamReader)?.notes ?? [] }

  /// Makes the other end, and writes its header. Gives it with sentences on what is changed.
  ///
  /// - Parameters:
  ///   - channels: Samples of an output frame.
  ///   - blockFrames: The most frames that are written at once.
  func makeSink(
    for chain: Chain, channels: Int, blockFrames: Int, write: @escaping StreamRunner.Write
  ) throws -> (sink: Sink, notes: [String]) {
    let target = settings.outputFormat ?? format
    guard settings.bitDepth == nil || target == .wav else { throw StreamError.bitDepth(format: target) }
    if let rows = target.rows {
      let writer = try NumberRowWriter(
        format: rows, columns: channels, header: rows == .csv ? header(columns: channels) : nil,
        separator: layout?.separator ?? UInt8(ascii: ","), write: write)
      return (.rows(writer), [])
    }
    // Only a header has a place for the rate.
    guard let sampleRateHz = sampleRateHz ?? chain.sampleRateHz ?? (target == .wav ? nil : 1) else {
      throw StreamError.rateNeeded
    }
    // A raw format names its encoding; a WAV keeps the input's, by the same rules as a file.
    let source = AudioFileInfo(
      path: source.name, container: .wav, encoding: audio?.encoding ?? .float32, sampleRateHz: sampleRateHz,
      channels: self.channels, frames: 0)
    var bitDepth = settings.bitDepth
    if case .raw(let raw) = target.audio { bitDepth = BitDepth.allCases.first { $0.encoding == raw.encoding } }
    let choice = try AudioOutputFormat.choose(
      container: .wav, source: source, bitDepth: bitDepth, expectedFrames: nil, channels: channels,
      processed: !chain.stages.isEmpty || settings.chain.changesLevels, dither: settings.dithers)
    let writer = try AudioStreamWriter(
      format: target.audio ?? .wav, encoding: choice.encoding, sampleRateHz: sampleRateHz, channels: channels,
      channelMask: channels == self.channels ? audio?.channelMask ?? 0 : 0, dither: choice.needsDither,
      maximumBlockFrames: blockFrames, write: write)
    return (.audio(writer), choice.notes)
  }

  /// The input's header, where its columns are the output's; other columns get names of their own.
  private func header(columns: Int) -> String? {
    guard let layout, let header = layout.header else { return nil }
    if layout.columns == columns { return header }
    return (1...columns).map { "channel\($0)" }.joined(separator: String(UnicodeScalar(layout.separator)))
  }
}

/// The output's end.
enum Sink {
  case audio(AudioStreamWriter)
  case rows(NumberRowWriter)

  var frames: any FrameSink {
    switch self {
    case .audio(let writer): writer
    case .rows(let writer): writer
    }
  }

  var clippedSamples: Int {
    if case .audio(let writer) = self { writer.clippedSamples } else { 0 }
  }

  var nonFiniteSamples: Int {
    switch self {
    case .audio(let writer): writer.nonFiniteSamples
    case .rows(let writer): writer.nonFiniteValues
    }
  }

  var framesWritten: Int64 {
    switch self {
    case .audio(let writer): writer.framesWritten
    case .rows(let writer): writer.rowsWritten
    }
  }
}

extension StreamFormat {
  fileprivate init(_ format: AudioStreamFormat) {
    switch format {
    case .wav: self = .wav
    case .raw(let raw): self = StreamFormat(rawValue: raw.rawValue)!
    }
  }

  fileprivate init(_ rows: RowFormat) {
    switch rows {
    case .csv: self = .csv
    case .ndjson: self = .ndjson
    }
  }
}
